import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier, type DialOptions } from '../../src/sandbox/carrier.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';

const clock = createClock();
const log = createLog('silent');
const accountSid = 'AC00000000000000000000000000000001';
const authToken = 'sandbox-token';
const phoneNumber = '+558835430000';

interface Hit {
  path: string;
  method: string;
  signed: boolean;
  params: Record<string, string>;
}

/** A voice application in miniature: it answers the webhook and lets the test talk on the media socket. */
class Application {
  readonly hits: Hit[] = [];
  readonly messages: { at: number; message: Record<string, unknown> }[] = [];
  readonly upgrades: { signed: boolean }[] = [];
  verbsAfter = '';
  document: string | undefined;
  contentType = 'text/xml; charset=utf-8';
  status = 200;
  refuseUpgrade = false;
  socket: WebSocket | undefined;
  streamSid = '';
  onStart: () => void = () => undefined;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  constructor() {
    this.#http = createServer((request, response) => {
      void readBody(request).then((body) => {
        const path = request.url ?? '';
        const params = Object.fromEntries(new URLSearchParams(body));
        this.hits.push({
          path,
          method: request.method ?? '',
          params,
          signed: this.#isSigned(request, `${this.url}${path}`, params),
        });
        response.writeHead(this.status, { 'content-type': this.contentType });
        response.end(path.startsWith('/incoming-call') ? this.#twiml() : '');
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      this.upgrades.push({ signed: this.#isSigned(request, this.streamUrl, {}) });
      if (this.refuseUpgrade) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#accept(ws));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((done) => this.#http.listen(0, '127.0.0.1', done));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get streamUrl(): string {
    return `${this.url.replace('http', 'ws')}/media-stream`;
  }

  send(message: Record<string, unknown>): void {
    this.socket?.send(JSON.stringify({ streamSid: this.streamSid, ...message }));
  }

  speak(ulaw: Buffer, mark?: string): void {
    this.send({ event: 'media', media: { payload: ulaw.toString('base64') } });
    if (mark !== undefined) this.send({ event: 'mark', mark: { name: mark } });
  }

  of(event: string): { at: number; message: Record<string, unknown> }[] {
    return this.messages.filter(({ message }) => message.event === event);
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    await new Promise((done) => this.#http.close(done));
  }

  #accept(ws: WebSocket): void {
    this.socket = ws;
    ws.on('message', (data) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      this.messages.push({ at: clock.monotonicMs(), message });
      if (message.event !== 'start') return;
      this.streamSid = String(message.streamSid);
      this.onStart();
    });
  }

  #twiml(): string {
    return (
      this.document ??
      `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${this.streamUrl}" statusCallback="${this.url}/stream-status"><Parameter name="token" value="a&amp;b"/></Stream></Connect>${this.verbsAfter}</Response>`
    );
  }

  #isSigned(request: IncomingMessage, url: string, params: Record<string, string>): boolean {
    const signature = request.headers['x-twilio-signature'];
    return typeof signature === 'string' && validateRequest(authToken, signature, url, params);
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

async function until(condition: () => boolean, ms = 5_000): Promise<void> {
  const deadline = clock.monotonicMs() + ms;
  while (!condition()) {
    if (clock.monotonicMs() > deadline) throw new Error('the condition was not met in time');
    await new Promise((done) => setTimeout(done, 5));
  }
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp(signed = true) {
  const application = await new Application().listen();
  closers.push(() => application.close());
  const carrier = createSandboxCarrier({
    accountSid,
    ...(signed ? { authToken } : {}),
    phoneNumber,
    clock,
    log,
  });
  closers.push(() => carrier.close());
  const dial = (options: Partial<DialOptions> = {}) =>
    carrier.dial({
      url: `${application.url}/incoming-call`,
      from: '+5588999991234',
      to: phoneNumber,
      statusCallback: `${application.url}/call-status`,
      ...options,
    });
  return { application, carrier, dial };
}

/** Both sides know of the stream. */
async function untilTalking(application: Application, call: CarrierCall): Promise<void> {
  await call.started;
  await until(() => application.streamSid !== '');
}

const tone = (ms: number) => Buffer.alloc(ms * 8, 0x10);

describe('a sandbox call', () => {
  it('begins with a signed webhook and a signed upgrade, and tells the stream what Twilio tells', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    const started = await call.started;
    await until(() => application.of('media').length >= 3);
    expect(application.hits[0]).toMatchObject({
      path: '/incoming-call',
      method: 'POST',
      signed: true,
      params: {
        AccountSid: accountSid,
        CallSid: call.sid,
        From: '+5588999991234',
        To: phoneNumber,
        CallStatus: 'ringing',
        Direction: 'inbound',
        ApiVersion: '2010-04-01',
      },
    });
    expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(application.upgrades).toEqual([{ signed: true }]);
    const [connected, start, first, second] = application.messages.map(({ message }) => message);
    expect(connected).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(start).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid: started?.streamSid,
      start: {
        accountSid,
        streamSid: started?.streamSid,
        callSid: call.sid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token: 'a&b' },
      },
    });
    const payload = Buffer.alloc(160, 0xff).toString('base64');
    expect(first).toEqual({
      event: 'media',
      sequenceNumber: '2',
      streamSid: started?.streamSid,
      media: { track: 'inbound', chunk: '1', timestamp: '0', payload },
    });
    expect(second).toMatchObject({ sequenceNumber: '3', media: { chunk: '2', timestamp: '20' } });
  });

  it('without an auth token nothing is signed', async () => {
    const { application, dial } = await setUp(false);
    await untilTalking(application, dial());
    expect(application.hits[0]?.signed).toBe(false);
    expect(application.upgrades).toEqual([{ signed: false }]);
  });

  it('a webhook fetched with GET carries the same fields in a signed query', async () => {
    const { application, dial } = await setUp();
    await untilTalking(application, dial({ method: 'GET' }));
    expect(application.hits[0]).toMatchObject({ method: 'GET', signed: true });
    expect(application.hits[0]?.path).toContain('CallStatus=ringing');
  });

  it('sends a frame each 20 ms without drifting', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    await until(() => application.of('media').length >= 100);
    const startedAt = clock.monotonicMs() - call.nowMs();
    const media = application.of('media');
    const lateness = media.map(({ at }, index) => at - startedAt - (index + 1) * 20);
    expect(Math.min(...lateness)).toBeGreaterThan(-1);
    expect(Math.min(...lateness.slice(-30))).toBeLessThan(25);
  });

  it('what the person says and presses arrives whole and in order', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    const voice = Buffer.from(Array.from({ length: 1_000 }, (_, i) => i & 0x7f));
    await Promise.all([call.say(voice), call.say(tone(20)), call.pressKeys('1#')]);
    await until(() => application.of('dtmf').length === 2);
    const said = Buffer.concat(
      application.of('media').map(({ message }) => {
        const { payload } = message.media as { payload: string };
        return Buffer.from(payload, 'base64');
      }),
    );
    expect(said.indexOf(Buffer.concat([voice, tone(20)]))).toBeGreaterThanOrEqual(0);
    expect(application.of('dtmf').map(({ message }) => message.dtmf)).toEqual([
      { track: 'inbound_track', digit: '1' },
      { track: 'inbound_track', digit: '#' },
    ]);
  });

  // A busy machine may delay a timer; a carrier that is always late fails three times.
  it('plays in real time and returns each mark when it is reached', { retry: 2 }, async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    const sentAt = clock.monotonicMs();
    const sentAtMs = call.nowMs();
    application.speak(tone(110), 'a');
    application.speak(tone(300), 'b');
    application.send({ event: 'mark', mark: { name: 'c' } });
    await until(() => application.of('mark').length === 3);
    const marks = application.of('mark').map(({ at, message }) => ({
      name: (message.mark as { name: string }).name,
      ms: at - sentAt,
    }));
    expect(marks.map((mark) => mark.name)).toEqual(['a', 'b', 'c']);
    for (const [index, due] of [110, 410, 410].entries()) {
      expect(Math.abs((marks[index]?.ms ?? 0) - due)).toBeLessThan(25);
    }
    expect(Buffer.concat(call.heard.map((span) => span.ulaw))).toEqual(tone(410));
    expect(Math.abs((call.heard[0]?.atMs ?? 0) - sentAtMs)).toBeLessThan(25);
    await until(() => call.heardSilenceMs > 0);
    const from = Math.floor((call.heard[0]?.atMs ?? 0) * 8);
    expect(
      call
        .heardTrack()
        .subarray(from, from + 410 * 8)
        .every((byte) => byte === 0x10),
    ).toBe(true);
  });

  it('a mark with nothing before it returns at once', { retry: 2 }, async () => {
    const { application, dial } = await setUp();
    await untilTalking(application, dial());
    const sentAt = clock.monotonicMs();
    application.send({ event: 'mark', mark: { name: 'now' } });
    await until(() => application.of('mark').length === 1);
    expect((application.of('mark')[0]?.at ?? 0) - sentAt).toBeLessThan(25);
  });

  it('a clear silences the ear and returns every outstanding mark', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    application.speak(tone(1_000), 'a');
    application.speak(tone(1_000), 'b');
    await until(() => (call.stream?.playedBytes ?? 0) >= 200 * 8);
    application.send({ event: 'clear' });
    await until(() => application.of('mark').length === 2);
    const [clear] = call.clears;
    expect(call.marksEchoed.map(({ name, cleared }) => [name, cleared])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(clear?.playedBytes).toBeLessThan(700 * 8);
    const atMs = call.heard[0]?.atMs ?? 0;
    expect(Math.abs((clear?.playedBytes ?? 0) / 8 - ((clear?.atMs ?? 0) - atMs))).toBeLessThan(1);
    await until(() => call.heardSilenceMs >= 100);
    expect(call.stream?.playedBytes).toBe(clear?.playedBytes);
    expect(Buffer.concat(call.heard.map((span) => span.ulaw)).length).toBe(clear?.playedBytes);
  });

  it('each 20 ms of what is heard reaches the listeners, silence included', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    const frames: { frame: Buffer; atMs: number }[] = [];
    call.onHeard((frame, atMs) => frames.push({ frame, atMs }));
    await untilTalking(application, call);
    application.speak(tone(70));
    await until(() => call.stream?.playedBytes === 70 * 8 && call.heardSilenceMs >= 40);
    expect(frames.map(({ atMs }) => atMs)).toEqual(frames.map((_, index) => index * 20));
    const all = Buffer.concat(frames.map(({ frame }) => frame));
    expect(all.length).toBe(frames.length * 160);
    expect(all.filter((byte) => byte === 0x10).length).toBe(70 * 8);
    expect(all.filter((byte) => byte === 0xff).length).toBe(all.length - 70 * 8);
  });

  it('refuses unknown, missing and extra fields, another stream, and binary frames, and goes on', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    const payload = tone(20).toString('base64');
    const wrong: Record<string, unknown>[] = [
      { event: 'media', media: { payload, track: 'outbound' } },
      { event: 'media', media: { payload }, sequenceNumber: '1' },
      { event: 'media', media: { payload: 'no base64!' } },
      { event: 'media', media: { payload: '' } },
      { event: 'mark' },
      { event: 'mark', mark: { name: 7 } },
      { event: 'clear', clear: {} },
      { event: 'clear', streamSid: 'MZ00000000000000000000000000000000' },
      { event: 'stop' },
    ];
    for (const message of wrong) application.send(message);
    application.socket?.send('not json');
    application.socket?.send(Buffer.from([1, 2, 3]));
    application.speak(tone(20), 'fine');
    await until(() => application.of('mark').length === 1);
    expect(call.protocolErrors.map(({ code }) => code)).toEqual([
      ...Array.from({ length: 10 }, () => 31951),
      31950,
    ]);
    expect(call.stream?.playedBytes).toBe(160);
    expect(call.clears).toEqual([]);
  });

  it('when the person hangs up: stop, close, and the status callback', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    await untilTalking(application, call);
    const { by } = await call.hangUp();
    expect(by).toBe('caller');
    expect(call.status).toBe('completed');
    expect(application.messages.at(-1)?.message).toMatchObject({
      event: 'stop',
      streamSid: application.streamSid,
      stop: { accountSid, callSid: call.sid },
    });
    const paths = application.hits.map(({ path, params }) => [
      path,
      params.StreamEvent ?? params.CallStatus,
    ]);
    expect(paths).toEqual([
      ['/incoming-call', 'ringing'],
      ['/stream-status', 'stream-started'],
      ['/stream-status', 'stream-stopped'],
      ['/call-status', 'completed'],
    ]);
    expect(application.hits.every((hit) => hit.signed)).toBe(true);
    expect(application.hits.at(-1)?.params).toMatchObject({
      CallSid: call.sid,
      SequenceNumber: '0',
    });
  });

  it('when REST ends it: stop, and none of the verbs that follow', async () => {
    const { application, dial } = await setUp();
    application.verbsAfter = '<Say>Tivemos um problema.</Say>';
    const call = dial();
    await untilTalking(application, call);
    const { by, performed } = await call.endByRest();
    expect(by).toBe('rest');
    expect(application.of('stop').length).toBe(1);
    expect(performed.map(({ verb }) => verb)).toEqual(['connect']);
  });

  it('when the server closes the stream, the verbs after it are performed', async () => {
    const { application, dial } = await setUp();
    application.verbsAfter =
      '<Say voice="Polly.Camila-Neural" language="pt-BR">Tivemos um problema.</Say><Dial>+558835430001</Dial><Hangup/><Say>nunca</Say>';
    application.onStart = () => application.socket?.close(1011, 'broken');
    const call = dial();
    const { by, performed } = await call.ended;
    expect(by).toBe('server');
    expect(performed.slice(1)).toEqual([
      {
        verb: 'say',
        text: 'Tivemos um problema.',
        voice: 'Polly.Camila-Neural',
        language: 'pt-BR',
      },
      { verb: 'dial', number: '+558835430001', attributes: {} },
      { verb: 'hangup' },
    ]);
    expect(call.errors).toEqual([{ code: 31921, reason: expect.stringContaining('1011') }]);
    expect(application.of('stop')).toEqual([]);
  });

  it('when the upgrade is refused, the verbs after it are performed and there was no stream', async () => {
    const { application, dial } = await setUp();
    application.verbsAfter = '<Say>Ligue mais tarde.</Say>';
    application.refuseUpgrade = true;
    const call = dial();
    const { by, performed } = await call.ended;
    expect(by).toBe('server');
    expect(performed.map(({ verb }) => verb)).toEqual(['connect', 'say']);
    expect(call.errors.map(({ code }) => code)).toEqual([31920]);
    expect(await call.started).toBeUndefined();
    expect(application.hits.some(({ params }) => params.StreamEvent === 'stream-error')).toBe(true);
  });

  it('a new document by REST ends the stream and is performed instead of the old verbs', async () => {
    const { application, dial } = await setUp();
    application.verbsAfter = '<Say>velho</Say>';
    const call = dial();
    await untilTalking(application, call);
    await call.replaceTwiml({
      xml: '<Response><Dial><Number>+558835430001</Number></Dial></Response>',
    });
    const { by, performed } = await call.ended;
    expect(by).toBe('verbs');
    expect(performed.map(({ verb }) => verb)).toEqual(['connect', 'dial']);
    expect(application.of('stop').length).toBe(1);
  });

  it.each([
    ['a failing webhook', { status: 500 }, 11200],
    ['an answer that is not XML', { contentType: 'application/json' }, 12300],
    ['broken XML', { document: '<Response><Say>oi</Response>' }, 12100],
    ['an unknown verb', { document: '<Response><Dance/></Response>' }, 12200],
  ])('%s ends the call with an error', async (_, behaviour, code) => {
    const { application, dial } = await setUp();
    Object.assign(application, behaviour);
    const call = dial();
    expect(await call.ended).toEqual({ by: 'verbs', performed: [] });
    expect(call.errors.map((error) => error.code)).toEqual([code]);
  });

  it('a webhook that nobody serves ends the call with an error', async () => {
    const { dial } = await setUp();
    const call = dial({ url: 'http://127.0.0.1:9/incoming-call' });
    await call.ended;
    expect(call.errors.map((error) => error.code)).toEqual([11200]);
  });

  it('a rejected call is busy and is never answered', async () => {
    const { application, dial } = await setUp();
    application.document = '<Response><Reject reason="busy"/></Response>';
    const call = dial();
    await call.ended;
    expect(call.status).toBe('busy');
    expect(application.hits.at(-1)?.params).toMatchObject({
      CallStatus: 'busy',
      CallDuration: '0',
    });
  });

  it('hanging up before the webhook answered ends the call without a stream', async () => {
    const { application, dial } = await setUp();
    const call = dial();
    expect((await call.hangUp()).by).toBe('caller');
    expect(call.status).toBe('canceled');
    expect(application.upgrades).toEqual([]);
  });

  it('remembers only as much audio as it was told to', async () => {
    const { application, dial } = await setUp();
    const call = dial({ keepAudioMs: 100 });
    await untilTalking(application, call);
    application.speak(tone(400), 'end');
    await until(() => application.of('mark').length === 1);
    const kept = call.heard.reduce((sum, span) => sum + span.ulaw.length, 0);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(800);
    expect(call.stream?.playedBytes).toBe(400 * 8);
  });
});

describe('a sandbox call over a bad line', () => {
  const timestamps = (application: Application) =>
    application
      .of('media')
      .map(({ message }) => (message.media as { timestamp: string }).timestamp);

  it('lost frames leave a hole in the timestamps', async () => {
    const { application, dial } = await setUp();
    await untilTalking(
      application,
      dial({ misbehave: { loseFrames: (frame) => frame === 2 || frame === 3 } }),
    );
    await until(() => application.of('media').length >= 3);
    expect(timestamps(application).slice(0, 3)).toEqual(['0', '60', '80']);
  });

  it('a frame may overtake another', async () => {
    const { application, dial } = await setUp();
    await untilTalking(application, dial({ misbehave: { reorder: (frame) => frame === 2 } }));
    await until(() => application.of('media').length >= 4);
    expect(timestamps(application).slice(0, 4)).toEqual(['0', '40', '20', '60']);
  });

  it('stalled frames arrive in one burst', async () => {
    const { application, dial } = await setUp();
    await untilTalking(application, dial({ misbehave: { stall: { atMs: 40, forMs: 200 } } }));
    await until(() => application.of('media').length >= 15);
    const media = application.of('media');
    expect(timestamps(application)).toEqual(media.map((_, index) => String(index * 20)));
    expect((media[2]?.at ?? 0) - (media[1]?.at ?? 0)).toBeGreaterThan(150);
    expect((media[11]?.at ?? 0) - (media[2]?.at ?? 0)).toBeLessThan(50);
  });

  it('without media nothing but start arrives, and marks still return', async () => {
    const { application, dial } = await setUp();
    await untilTalking(application, dial({ misbehave: { noMedia: true } }));
    application.speak(tone(100), 'a');
    await until(() => application.of('mark').length === 1);
    expect(application.of('media')).toEqual([]);
  });

  it('marks that are dropped never return', async () => {
    const { application, dial } = await setUp();
    const call = dial({ misbehave: { dropMarks: true } });
    await untilTalking(application, call);
    application.speak(tone(60), 'a');
    await until(() => call.stream?.playedBytes === 480 && call.heardSilenceMs >= 100);
    expect(application.of('mark')).toEqual([]);
  });

  it('a carrier that stalls in the ear returns its marks later', async () => {
    const { application, dial } = await setUp();
    const call = dial({ misbehave: { playoutStall: { atMs: 100, forMs: 300 } } });
    await untilTalking(application, call);
    application.speak(tone(200), 'a');
    await until(() => application.of('mark').length === 1);
    const atMs = call.marksEchoed[0]?.atMs ?? 0;
    expect(atMs).toBeGreaterThan(480);
    expect(atMs).toBeLessThan(600);
  });

  it('skipping stop only closes', async () => {
    const { application, dial } = await setUp();
    const call = dial({ misbehave: { skipStop: true } });
    await untilTalking(application, call);
    await call.hangUp();
    expect(application.of('stop')).toEqual([]);
  });

  it('a lost connection goes on with the verbs', async () => {
    const { application, dial } = await setUp();
    application.verbsAfter = '<Hangup/>';
    const call = dial();
    await untilTalking(application, call);
    call.stream?.drop();
    const { by, performed } = await call.ended;
    expect(by).toBe('server');
    expect(performed.map(({ verb }) => verb)).toEqual(['connect', 'hangup']);
    expect(application.of('stop')).toEqual([]);
  });

  it('raw messages and changed parameters reach the server as they are', async () => {
    const { application, dial } = await setUp();
    const call = dial({ misbehave: { customParameters: () => ({ token: 'forged' }) } });
    await untilTalking(application, call);
    call.sendRaw('{"event":"surprise"}');
    await until(() => application.of('surprise').length === 1);
    expect(application.of('start')[0]?.message.start).toMatchObject({
      customParameters: { token: 'forged' },
    });
  });
});

describe('the TwiML reader', () => {
  const stream = (inside: string) => `<Response><Connect>${inside}</Connect></Response>`;

  it('reads what the twilio package writes', async () => {
    const { default: VoiceResponse } = await import('twilio/lib/twiml/VoiceResponse.js');
    const Response = 'default' in VoiceResponse ? VoiceResponse.default : VoiceResponse;
    const response = new (Response as unknown as typeof import('twilio').twiml.VoiceResponse)();
    const noun = response.connect().stream({ url: 'wss://h.example/media', name: 'main' });
    noun.parameter({ name: 'who', value: `Olá & <x> "q" 'a' >` });
    response.say({ language: 'pt-BR', voice: 'Polly.Camila-Neural' }, 'Não & <sim> "ok"');
    response.dial({ timeout: 20 }).number('+558835430001');
    response.hangup();
    expect(readTwiml(response.toString())).toEqual({
      verbs: [
        {
          verb: 'connect',
          stream: {
            url: 'wss://h.example/media',
            name: 'main',
            parameters: { who: `Olá & <x> "q" 'a' >` },
          },
        },
        { verb: 'say', text: 'Não & <sim> "ok"', language: 'pt-BR', voice: 'Polly.Camila-Neural' },
        { verb: 'dial', number: '+558835430001', attributes: { timeout: '20' } },
        { verb: 'hangup' },
      ],
    });
  });

  it.each([
    ['two roots', '<Response/><Response/>', 12100],
    ['no root', '  ', 12100],
    ['a bare ampersand', '<Response><Say>a & b</Say></Response>', 12100],
    ['an unknown entity', '<Response><Say>&nbsp;</Say></Response>', 12100],
    ['an attribute twice', '<Response><Reject reason="busy" reason="busy"/></Response>', 12100],
    ['an attribute without quotes', '<Response><Reject reason=busy/></Response>', 12100],
    ['an unclosed verb', '<Response><Hangup></Response>', 12100],
    ['another root', '<Reply/>', 12200],
    ['an unknown attribute', '<Response><Say pitch="2">oi</Say></Response>', 12200],
    ['text between verbs', '<Response>oi<Hangup/></Response>', 12200],
    ['a stream over http', stream('<Stream url="http://h.example/m"/>'), 31922],
    ['a stream over plain ws to elsewhere', stream('<Stream url="ws://h.example/m"/>'), 31922],
    ['a stream with a query', stream('<Stream url="wss://h.example/m?token=1"/>'), 31920],
    ['a relative stream', stream('<Stream url="/m"/>'), 31923],
    [
      'a parameter of 500 characters',
      stream(
        `<Stream url="wss://h.example/m"><Parameter name="a" value="${'x'.repeat(499)}"/></Stream>`,
      ),
      12200,
    ],
    ['a number that is none', '<Response><Dial>8835430001</Dial></Response>', 13224],
  ])('refuses %s', (_, xml, code) => {
    expect(readTwiml(xml)).toEqual({ problem: { code, reason: expect.any(String) } });
  });

  it('an empty response and comments are fine', () => {
    expect(readTwiml('<?xml version="1.0"?>\n<!-- nothing --><Response />')).toEqual({ verbs: [] });
  });
});

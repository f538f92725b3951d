import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import {
  ask,
  createSid,
  type Line,
  openStream,
  post,
  type RawStream,
  ring,
  tokenIn,
  twilioSignature,
  UpgradeRefused,
  webhookFields,
} from '../support/raw-caller.ts';
import { recordingBegins, recordingFiles } from '../support/recording-files.ts';
import { accountSid, authToken, openStage, pass, type Stage, until } from '../support/stage.ts';

let stage: Stage;
let line: Line;

beforeAll(async () => {
  stage = await openStage();
  line = { url: stage.url, accountSid, authToken };
});
afterAll(async () => {
  expect(stage.model.violations).toEqual([]);
  await stage.close();
});

/** The sum of a counter over its labels, or of one labelled series. */
async function counted(name: string): Promise<number> {
  const text = await stage.app.metrics.render();
  const lines = text.split('\n').filter((row) => row.startsWith(name) && !row.startsWith('#'));
  return lines.reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' '))), 0);
}

/** Everything that only a real call may cause. */
async function effects() {
  const files = await recordingFiles(stage.directory);
  const { count, expectedCount } = stage.app.live;
  return { models: stage.model.upgrades.length, files: files.length, live: count, expectedCount };
}

describe('a webhook that is not from Twilio', () => {
  const fields = () => webhookFields(line);
  const signed = (url: string, params: Record<string, string>) =>
    twilioSignature(authToken, url, params);
  const forgeries: [string, () => Promise<{ status: number; text: string }>][] = [
    ['is not signed', () => post(line, '/incoming-call', fields(), { signature: null })],
    [
      'has garbage for a signature',
      () => post(line, '/incoming-call', fields(), { signature: 'x' }),
    ],
    [
      'is signed with another account’s token',
      () => post({ ...line, authToken: 'other' }, '/incoming-call', fields()),
    ],
    [
      'was signed for another address',
      () => {
        const params = fields();
        const signature = signed('https://evil.example/incoming-call', params);
        return post(line, '/incoming-call', params, { signature });
      },
    ],
    [
      'has a field more than was signed',
      () => {
        const params = fields();
        const signature = signed(`${line.url}/incoming-call`, params);
        return post(line, '/incoming-call', { ...params, StirVerstat: 'A' }, { signature });
      },
    ],
    [
      'has a field less than was signed',
      () => {
        const { Direction: _, ...params } = fields();
        const signature = signed(`${line.url}/incoming-call`, { ...params, Direction: 'inbound' });
        return post(line, '/incoming-call', params, { signature });
      },
    ],
    [
      'has a query that was not signed',
      () => {
        const params = fields();
        const signature = signed(`${line.url}/incoming-call`, params);
        return post(line, '/incoming-call?outbound=x', params, { signature });
      },
    ],
    ['is a GET without a signature', () => ask(`${line.url}/incoming-call?CallSid=CA1`)],
  ];

  it.each(forgeries)('%s: 403 with an empty body, and nothing happens', async (_, send) => {
    const before = await effects();
    const rejected = await counted('webhook_rejected_total{where="/incoming-call"}');
    const answer = await send();
    expect([answer.status, answer.text]).toEqual([403, '']);
    expect(await counted('webhook_rejected_total{where="/incoming-call"}')).toBe(rejected + 1);
    expect(await effects()).toEqual(before);
  });

  it.each(['/call-status', '/stream-status', '/amd-status'])('%s: 403', async (path) => {
    const params = webhookFields(line, { CallStatus: 'completed', StreamEvent: 'stream-error' });
    const answer = await post(line, path, params, { signature: null });
    expect([answer.status, answer.text]).toEqual([403, '']);
    expect((await post(line, path, params)).status).toBeLessThan(300);
  });

  it('spoofed Host and forwarding headers change nothing: what was signed for our address counts', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      forwarded: 'host=evil.example;proto=https',
      'x-original-url': '/other',
    };
    const params = webhookFields(line);
    const evil = signed('https://evil.example/incoming-call', params);
    const refused = await post(line, '/incoming-call', params, { headers, signature: evil });
    expect(refused.status).toBe(403);
    const accepted = await post(line, '/incoming-call', params, { headers });
    expect(accepted.status).toBe(200);
    expect(accepted.text).toContain(`${line.url.replace('http', 'ws')}/media-stream`);
    expect(accepted.text).not.toContain('evil');
  });
});

describe('a webhook of Twilio', () => {
  it('may be a GET, signed over its query', async () => {
    const url = `${line.url}/incoming-call?${new URLSearchParams(webhookFields(line))}`;
    const headers = { 'x-twilio-signature': twilioSignature(authToken, url) };
    const answer = await ask(url, { headers });
    expect(answer.status).toBe(200);
    expect(answer.type).toBe('text/xml; charset=utf-8');
    expect(tokenIn(answer.text)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('delivered a hundred times, at once and again later: one call, the same TwiML, one model session', async () => {
    const fields = webhookFields(line);
    await pass(100);
    const before = stage.model.upgrades.length;
    const { expectedCount } = stage.app.live;
    const send = () => post(line, '/incoming-call', fields);
    const answers = await Promise.all(Array.from({ length: 50 }, send));
    for (let i = 0; i < 30; i += 1) answers.push(await send());
    const [first] = answers;
    const token = tokenIn(first?.text ?? '');
    const stream = await openStream(line);
    stream.connected();
    stream.start(fields.CallSid ?? '', token);
    await until(() => stage.app.live.count === 1, 'the call is live');
    for (let i = 0; i < 20; i += 1) answers.push(await send());
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers).toHaveLength(100);
    await pass(200);
    expect(stage.model.upgrades.length).toBe(before + 1);
    expect(stage.app.live.count).toBe(1);
    stream.stop(fields.CallSid ?? '');
    await until(() => stage.app.live.count === 0, 'the call is over');
    expect((await send()).text).toBe(first?.text);
    expect(stage.app.live.expectedCount).toBe(expectedCount);
    const files = await recordingFiles(stage.directory);
    expect(files.filter((name) => name.endsWith(`${fields.CallSid}.json`))).toHaveLength(1);
  });

  it.each([
    ['anonymous', 'anonymous'],
    ['a number that spells “anonymous”', '+266696687'],
    ['a SIP address', 'sip:eve@evil.example;transport=tcp'],
    ['four kilobytes', `+${'9'.repeat(4_096)}`],
    ['line breaks', '+5511\r\nX-Evil: 1\r\n\r\n<Hangup/>'],
    ['a path', '../../../../etc/passwd'],
    ['markup', '"><Dial>+5511999990000</Dial><x a="'],
    ['control characters', '\u0000\u0008\u001b[31m\u202e'],
    ['nothing', ''],
  ])('whose caller is %s gets its call, and the files have names of ours', async (_, from) => {
    const fields = webhookFields(line, { From: from, CallerName: from, FromCity: from });
    const answer = await post(line, '/incoming-call', fields);
    expect(readTwiml(answer.text)).toMatchObject({ verbs: [{ verb: 'connect' }, {}, {}] });
    const callSid = fields.CallSid ?? '';
    const stream = await openStream(line);
    stream.connected();
    stream.start(callSid, tokenIn(answer.text));
    await recordingBegins(stage.directory, { callSid, stream });
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
    const files = await recordingFiles(stage.directory);
    const mine = files.filter((name) => name.includes(callSid)).sort();
    const stem = new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-${callSid}\\.(json|wav)$`);
    expect(mine).toHaveLength(2);
    for (const name of mine) expect(name).toMatch(stem);
    const record = await stage.record({ sid: callSid, ended: Promise.resolve() } as never);
    expect(record.from).toBe('unknown');
    expect(stage.log.join('')).not.toContain('passwd');
    for (const row of stage.log) expect(row.trimEnd()).not.toMatch(/[\r\n]/);
  });

  it('that breaks something here still gets an answer in Portuguese and the way out', async () => {
    const { expect: real } = stage.app.live;
    stage.app.live.expect = () => {
      throw new Error('broken on purpose');
    };
    const answer = await post(line, '/incoming-call', webhookFields(line)).finally(() => {
      stage.app.live.expect = real;
    });
    expect(answer.status).toBe(200);
    const way = [{ verb: 'say', language: 'pt-BR' }, { verb: 'dial' }];
    expect(readTwiml(answer.text)).toMatchObject({ verbs: way });
    expect(stage.log.join('')).toContain('a call could not be set up');
  });

  it('without usable ids gets the way out and no call', async () => {
    const before = await effects();
    for (const CallSid of ['', '../../x', 'CA 1', 'C'.repeat(65)]) {
      const answer = await post(line, '/incoming-call', webhookFields(line, { CallSid }));
      expect(readTwiml(answer.text)).toMatchObject({ verbs: [{ verb: 'say' }, { verb: 'dial' }] });
    }
    expect(await effects()).toEqual(before);
  });
});

describe('the upgrade of a media stream', () => {
  it.each([
    ['without a signature', { signature: null }],
    ['with a wrong signature', { signature: twilioSignature('other', 'ws://x/media-stream') }],
    ['with a signature of no length', { signature: '' }],
    [
      'with a signature for another address',
      { signature: twilioSignature(authToken, 'wss://evil.example/media-stream') },
    ],
    [
      'with a query that was not signed',
      {
        path: '/media-stream?token=x',
        signature: twilioSignature(authToken, 'ws://x/media-stream'),
      },
    ],
    ['to another address of ours', { path: '/healthz' }],
    ['to an address that does not exist', { path: '/media-streams' }],
  ])('%s is refused before the handshake, and its connection is closed', async (name, options) => {
    const before = await effects();
    const rejected = await counted('webhook_rejected_total{where="/media-stream"}');
    const refusal = await openStream(line, options).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UpgradeRefused);
    const isElsewhere = name.startsWith('to ');
    expect((refusal as UpgradeRefused).status).toBe(isElsewhere ? 404 : 403);
    if (!isElsewhere) {
      expect((refusal as UpgradeRefused).body).toBe('');
      expect(await counted('webhook_rejected_total{where="/media-stream"}')).toBe(rejected + 1);
    }
    expect(stage.app.server.websocketServer.clients.size).toBe(0);
    expect(await effects()).toEqual(before);
  });

  it('refused five hundred times leaves no connection behind', async () => {
    const refuse = () => openStream(line, { signature: null }).catch((error: unknown) => error);
    for (let i = 0; i < 10; i += 1) await Promise.all(Array.from({ length: 50 }, refuse));
    const connections = () =>
      new Promise<number>((resolve) => {
        stage.app.server.server.getConnections((_, count) => resolve(count));
      });
    await until(async () => (await connections()) <= 2, 'the connections are closed');
  });
});

describe('a stream with a valid upgrade', () => {
  async function announced() {
    const fields = webhookFields(line);
    const upgrades = stage.model.upgrades.length;
    const { text } = await post(line, '/incoming-call', fields);
    await until(() => stage.model.upgrades.length > upgrades, 'the model warms up');
    return { callSid: fields.CallSid ?? '', token: tokenIn(text) };
  }

  async function refusedStream(begin: (stream: RawStream) => void, withinMs = 1_000) {
    const upgrades = stage.model.upgrades.length;
    const live = stage.app.live.count;
    const stream = await openStream(line);
    stream.connected();
    begin(stream);
    const { code, afterMs } = await stream.closed;
    expect(code).toBe(1008);
    expect(afterMs).toBeLessThan(withinMs);
    expect(stage.model.upgrades.length).toBe(upgrades);
    expect(stage.app.live.count).toBe(live);
    expect(stream.received).toEqual([]);
  }

  it('but no token, or one that was never given out, is closed at once', async () => {
    await refusedStream((stream) => stream.start(createSid('CA'), ''));
    await refusedStream((stream) => stream.start(createSid('CA'), 'A'.repeat(22)));
    await refusedStream((stream) => stream.start(createSid('CA'), 'x', { customParameters: {} }));
  });

  it('and a wrong token for an expected call is closed, and the right one still opens it', async () => {
    const { callSid, token } = await announced();
    const rejected = await counted('stream_rejected_total{reason="token"}');
    const wrong = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
    await refusedStream((stream) => stream.start(callSid, wrong));
    await refusedStream((stream) => stream.start(callSid, token.slice(1)));
    expect(await counted('stream_rejected_total{reason="token"}')).toBe(rejected + 2);
    const stream = await openStream(line);
    stream.start(callSid, token);
    await until(() => stage.app.live.count === 1, 'the call is live');
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
  });

  it('and the token of another call, or of another account, is closed', async () => {
    const one = await announced();
    const other = await announced();
    await refusedStream((stream) => stream.start(one.callSid, other.token));
    await refusedStream((stream) =>
      stream.start(one.callSid, one.token, { accountSid: 'AC99999999999999999999999999999999' }),
    );
  });

  it('and a token that was used is closed, while the first call goes on and after it is over', async () => {
    const { callSid, token, stream } = await ring(line);
    await until(() => stage.app.live.count === 1, 'the call is live');
    await refusedStream((second) => second.start(callSid, token));
    expect(stream.isOpen).toBe(true);
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
    await refusedStream((third) => third.start(callSid, token));
  });

  it('and ids that are no ids is closed', async () => {
    const { callSid, token } = await announced();
    await refusedStream((stream) => stream.start('../../etc', token));
    await refusedStream((stream) => stream.start(callSid, token, { streamSid: '../x' }));
    await refusedStream((stream) => stream.start(callSid, token, { accountSid: undefined }));
    await refusedStream((stream) => stream.start(callSid, token, { mediaFormat: undefined }));
    await refusedStream((stream) => stream.send({ event: 'start' }));
  });

  it('that never says “start” is closed after five seconds', async () => {
    const upgrades = stage.model.upgrades.length;
    const silent = await openStream(line);
    const talking = await openStream(line);
    talking.connected();
    void talking.speak(markedAudio(1, 6_000));
    for (const { closed } of [silent, talking]) {
      const { code, afterMs } = await closed;
      expect(code).toBe(1008);
      expect(afterMs).toBeGreaterThan(4_000);
      expect(afterMs).toBeLessThan(6_500);
    }
    expect(stage.model.upgrades.length).toBe(upgrades);
  });

  it('may say “start” before “connected”, and twice: the first one counts', async () => {
    const { callSid, token } = await announced();
    const stream = await openStream(line);
    stream.start(callSid, token);
    await until(() => stage.app.live.count === 1, 'the call is live');
    stream.connected();
    stream.start(createSid('CA'), token);
    await until(() => stream.audio().length > 0, 'the greeting is heard');
    expect(stream.isOpen).toBe(true);
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
  });

  it('that comes second for a live call leaves the first its audio, and its recording only the first', async () => {
    const call = stage.dial();
    await call.started;
    const token = tokenIn(
      (await post(line, '/incoming-call', webhookFields(line, { CallSid: call.sid }))).text,
    );
    const intruder = await openStream(line);
    intruder.connected();
    intruder.start(call.sid, token);
    void intruder.speak(markedAudio(666, 1_000));
    const spoken = call.say(markedAudio(41, 1_000));
    expect((await intruder.closed).code).toBe(1008);
    await spoken;
    await pass(100);
    const heardByModel = stage.model.connections.flatMap((one) => readMarks(one.audioReceived()));
    expect(heardByModel.filter((mark) => mark.id === 41).map((mark) => mark.frame)).toEqual(
      Array.from({ length: 50 }, (_, frame) => frame),
    );
    await call.hangUp();
    const marks = readMarks(await stage.wav(call));
    expect(marks.some((mark) => mark.id === 666)).toBe(false);
    expect(heardByModel.some((mark) => mark.id === 666)).toBe(false);
  });
});

describe('the token of a stream', () => {
  it('is worth nothing after thirty seconds', async () => {
    let skewMs = 0;
    const real = createClock();
    const clock = { ...real, monotonicMs: () => real.monotonicMs() + skewMs };
    const env = {
      PORT: '0',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://127.0.0.1:9',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_REALTIME_URL: stage.model.url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      CLINICS_DIR: 'clinics',
      RECORDINGS_DIR: 'elsewhere/recordings',
      APPOINTMENTS_DIR: 'elsewhere/appointments',
      DATA_DIR: 'elsewhere/data',
    };
    const app = await buildApp(readConfig(env, stage.directory), {
      clock,
      log: createLog('silent', { write: () => {} }),
    });
    const url = await app.listen();
    // The public address differs from where it listens, as behind a proxy: both signatures are made over the former.
    const outside: Line = { ...line, url: 'http://127.0.0.1:9' };
    const announce = async () => {
      const fields = webhookFields(outside);
      const signature = twilioSignature(authToken, `${outside.url}/incoming-call`, fields);
      const answer = await post({ ...line, url }, '/incoming-call', fields, { signature });
      return { callSid: fields.CallSid ?? '', token: tokenIn(answer.text) };
    };
    const signature = twilioSignature(authToken, 'ws://127.0.0.1:9/media-stream');
    const late = await announce();
    skewMs = 30_001;
    const refused = await openStream({ ...line, url }, { signature });
    refused.start(late.callSid, late.token);
    expect((await refused.closed).code).toBe(1008);
    expect(app.live.count).toBe(0);
    const inTime = await announce();
    skewMs += 29_000;
    const admitted = await openStream({ ...line, url }, { signature });
    admitted.start(inTime.callSid, inTime.token);
    await until(() => app.live.count === 1, 'the call is live');
    admitted.stop(inTime.callSid);
    await app.stop();
  });

  it('stands in no log line, no metric and no file', async () => {
    const { callSid, token, stream } = await ring(line);
    await until(() => stage.app.live.count === 1, 'the call is live');
    const second = await openStream(line);
    second.start(callSid, token);
    await second.closed;
    stream.raw(`{"event":"start","token":"${token}"}`);
    stream.raw(token);
    await pass(100);
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
    expect(token).toHaveLength(22);
    expect(stage.log.length).toBeGreaterThan(0);
    expect(stage.log.join('')).not.toContain(token);
    expect(await stage.app.metrics.render()).not.toContain(token);
    const record = await stage.record({ sid: callSid, ended: Promise.resolve() } as never);
    expect(JSON.stringify(record)).not.toContain(token);
  });
});

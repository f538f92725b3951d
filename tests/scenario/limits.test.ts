import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import {
  ask,
  type Line,
  openStream,
  post,
  type RawStream,
  ring,
  tokenIn,
  webhookFields,
} from '../support/raw-caller.ts';
import { recordingBegins } from '../support/recording-files.ts';
import { readSides } from '../support/recording-sides.ts';
import {
  accountSid,
  apiKey,
  authToken,
  openStage,
  pass,
  type Stage,
  until,
} from '../support/stage.ts';

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

const frame = Buffer.alloc(160, 0x55);
const framesIn = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Frames with this id that the models heard, in order. */
function heardFrames(id: number): number[] {
  return stage.model.connections
    .flatMap((one) => readMarks(one.audioReceived()))
    .filter((mark) => mark.id === id && mark.bytes === 160)
    .map((mark) => mark.frame);
}

async function counted(series: string): Promise<number> {
  const text = await stage.app.metrics.render();
  const row = text.split('\n').find((one) => one.startsWith(series));
  return Number(row?.slice(row.lastIndexOf(' ')) ?? 0);
}

async function hangUp(call: { callSid: string; stream: RawStream }): Promise<void> {
  call.stream.stop(call.callSid);
  await call.stream.closed;
}

/** When the caller begins to speak in calls whose recording is looked at: by then it has begun. */
const firstMs = 1_000;
const offsetOf = (index: number) => firstMs * 8 + index * 160;

/** A call that is recorded, at `firstMs` of its time. */
async function recordedCall() {
  const begunMs = performance.now();
  const call = await ring(line);
  await recordingBegins(stage.directory, call);
  await pass(begunMs + firstMs - performance.now());
  return { ...call, begunMs };
}

const recordOf = (callSid: string) =>
  stage.record({ sid: callSid, ended: Promise.resolve() } as never);

describe('a stream that sends what no carrier sends', () => {
  it.each<[string, (stream: RawStream) => void, number]>([
    ['one frame of 1 MiB', (stream) => stream.raw('x'.repeat(2 ** 20)), 1009],
    ['64 KiB and a byte', (stream) => stream.raw('x'.repeat(2 ** 16 + 1)), 1009],
    ['a binary frame', (stream) => stream.raw(frame), 1003],
    [
      'text that is no UTF-8',
      (stream) => stream.socket.send(Buffer.from([0xff, 0xfe]), { binary: false }),
      1007,
    ],
    [
      'one message in a hundred fragments',
      (stream) => {
        for (const part of framesIn(100)) stream.socket.send('x', { fin: part === 99 });
      },
      1008,
    ],
    [
      'twenty-one messages of garbage',
      (stream) => {
        for (const _ of framesIn(21)) stream.raw('{');
      },
      1008,
    ],
  ])(
    '%s is closed with the code for it, and another call hears every frame',
    async (name, misbehave, code) => {
      const id = 100 + name.length;
      const [other, bad] = await Promise.all([ring(line), recordedCall()]);
      const speaking = other.stream.speak(markedAudio(id, 600));
      await pass(100);
      misbehave(bad.stream);
      const closed = await bad.stream.closed;
      expect(closed.code).toBe(code);
      await speaking;
      await until(() => heardFrames(id).length === 30, 'all of it is heard', 1_000);
      expect(heardFrames(id)).toEqual(framesIn(30));
      const record = await recordOf(bad.callSid);
      expect([record.state, record.ending, record.recording?.complete]).toEqual([
        'ended',
        'stream-error',
        true,
      ]);
      await hangUp(other);
    },
  );

  it('twenty broken messages of every kind do not disturb the call they come in', async () => {
    const before = await counted('frame_invalid_total{kind="json"}');
    const call = await recordedCall();
    const { stream, callSid } = call;
    const audio = markedAudio(200, 1_000);
    await stream.speak(audio.subarray(0, 25 * 160), firstMs);
    const media = (fields: Record<string, unknown>) =>
      stream.send({
        event: 'media',
        media: {
          track: 'inbound',
          chunk: '1',
          timestamp: '0',
          payload: frame.toString('base64'),
          ...fields,
        },
      });
    const mediaOf = { media: { track: 'inbound', chunk: '9', timestamp: '0', payload: '////' } };
    const broken: (() => void)[] = [
      () => stream.raw(''),
      () => stream.raw('{'),
      () => stream.raw('null'),
      () => stream.raw('[]'),
      () => stream.raw('"media"'),
      () => stream.raw('['.repeat(16_000)),
      () => stream.raw('['.repeat(60_000)),
      () => stream.raw('{"event":"\u0000"}'),
      () => stream.send({ event: 'hello' }),
      () => media({ payload: 'not base64!' }),
      () => media({ payload: '' }),
      () => media({ payload: 'A'.repeat(4_000) }),
      () => media({ track: 'outbound' }),
      () => media({ timestamp: '-20' }),
      () => media({ timestamp: 'NaN' }),
      () => media({ timestamp: '1e999' }),
      () => media({ timestamp: 2 ** 53 }),
      () => stream.send({ event: 'dtmf', dtmf: { digit: 'AB' } }),
      () => stream.send({ event: 'mark', mark: { name: 'x'.repeat(300) } }),
      () => stream.raw(JSON.stringify({ event: 'media', streamSid: '../x', ...mediaOf })),
    ];
    for (const send of broken) send();
    // Not even counted as broken: another stream's audio, and marks that nobody sent.
    stream.raw(JSON.stringify({ event: 'media', streamSid: 'MZother', ...mediaOf }));
    stream.send({ event: 'mark', mark: { name: 'goodbye' } });
    stream.send({ event: 'connected', protocol: 'Call' });
    await stream.speak(audio.subarray(25 * 160), firstMs + 500);
    await pass(50);
    expect(heardFrames(200)).toEqual(framesIn(50));
    expect(await counted('frame_invalid_total{kind="json"}')).toBeGreaterThan(before + 3);
    expect(await counted('frame_invalid_total{kind="timestamp"}')).toBe(4);
    expect(await counted('frame_invalid_total{kind="stream-sid"}')).toBe(2);
    expect(stream.isOpen).toBe(true);
    await hangUp(call);
    const record = await recordOf(callSid);
    const { caller } = readSides(
      await stage.wav({ sid: callSid, ended: Promise.resolve() } as never),
    );
    expect(
      readMarks(caller)
        .filter((mark) => mark.id === 200)
        .map((mark) => mark.offset),
    ).toEqual(framesIn(50).map(offsetOf));
    expect(record.ending).toBe('caller-hung-up');
  });
});

describe('a line that is bad', () => {
  it('loses, doubles, reorders, stalls for three seconds and bursts: the recording keeps time, and the model hears it gap-free', async () => {
    const call = await recordedCall();
    const begunMs = call.begunMs + firstMs;
    const audio = markedAudio(400, 9_000);
    const isLost = (index: number) => index % 10 === 7;
    const send = (index: number) => {
      if (isLost(index)) return;
      const ulaw = audio.subarray(index * 160, index * 160 + 160);
      call.stream.media(ulaw, firstMs + index * 20);
      if (index % 20 === 3) call.stream.media(ulaw, firstMs + index * 20);
    };
    let held: number[] = [];
    for (const index of framesIn(450)) {
      const waitMs = begunMs + index * 20 + 20 - performance.now();
      if (waitMs > 0) await pass(waitMs);
      held.push(index);
      const isStalled = index >= 200 && index < 350;
      // Three frames at a time, the last first.
      if (isStalled || held.length < 3) continue;
      for (const one of held.length === 3 ? held.reverse() : held) send(one);
      held = [];
    }
    for (const one of held) send(one);
    const wallMs = performance.now() - begunMs + firstMs;
    await hangUp(call);
    const { caller, durationMs } = readSides(
      await stage.wav({ sid: call.callSid, ended: Promise.resolve() } as never),
    );
    expect(Math.abs(durationMs - wallMs)).toBeLessThanOrEqual(20);
    const marks = readMarks(caller).filter((mark) => mark.id === 400);
    expect(marks.map(({ frame, offset, bytes }) => [frame, offset, bytes])).toEqual(
      framesIn(450)
        .filter((index) => !isLost(index))
        .map((index) => [index, offsetOf(index), 160]),
    );
    for (const index of framesIn(450).filter(isLost)) {
      expect(
        caller.subarray(offsetOf(index), offsetOf(index) + 160).every((byte) => byte === 0xff),
      ).toBe(true);
    }
    const model = stage.model.connections.find((one) =>
      readMarks(one.audioReceived()).some((mark) => mark.id === 400),
    );
    expect(Math.abs((model?.audioReceivedMs ?? 0) - firstMs - 9_000)).toBeLessThanOrEqual(60);
  });
});

const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets) socket.destroy();
});

/** Opens a connection, says `first`, then a byte each half second. Resolves with how long it was kept. */
function dripping(first: string, drip: string): Promise<number> {
  const begunMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(line.url).port), '127.0.0.1', () => socket.write(first));
    sockets.push(socket);
    const timer = setInterval(() => drip && socket.write(drip), 500);
    socket.on('error', () => {});
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve(performance.now() - begunMs);
    });
  });
}

async function setUpMs(): Promise<number> {
  const begunMs = performance.now();
  const call = await ring(line);
  await until(() => call.stream.audio().length > 0, 'the greeting is heard', 5_000);
  const tookMs = performance.now() - begunMs;
  await hangUp(call);
  return tookMs;
}

// Both take their time and little work: they run side by side.
describe.concurrent('who takes too much, and who gives too little', () => {
  it('media faster than time passes is limited, then closed, while another call loses nothing', async () => {
    const other = await recordedCall();
    const flooder = await ring(line);
    const speaking = other.stream.speak(markedAudio(300, 8_000), firstMs);
    const flooding = (async () => {
      for (let at = 0; flooder.stream.isOpen; at += 200) {
        for (let i = 0; i < 10; i += 1) flooder.stream.media(frame, at + i * 20);
        await pass(20);
      }
    })();
    const { code, afterMs } = await flooder.stream.closed;
    expect(code).toBe(1008);
    expect(afterMs).toBeGreaterThan(4_500);
    expect(afterMs).toBeLessThan(8_000);
    await Promise.all([speaking, flooding]);
    await pass(50);
    expect(heardFrames(300)).toEqual(framesIn(400));
    expect(await counted('media_rate_limited_total')).toBeGreaterThan(1_000);
    await hangUp(other);
    const { caller } = readSides(
      await stage.wav({ sid: other.callSid, ended: Promise.resolve() } as never),
    );
    const marks = readMarks(caller).filter((mark) => mark.id === 300);
    expect(marks.map((mark) => mark.offset)).toEqual(framesIn(400).map(offsetOf));
  }, 30_000);

  it('six hundred silent, slow-header and slow-body clients are cut, and meanwhile a call is answered within a second', async () => {
    const slow = framesIn(200).flatMap(() => [
      dripping('', ''),
      dripping('POST /incoming-call HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'),
      dripping(
        'POST /make-call HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n',
        'a',
      ),
    ]);
    await pass(1_500);
    expect(await setUpMs()).toBeLessThan(1_000);
    const kept = await Promise.all(slow);
    expect(Math.max(...kept)).toBeLessThan(15_000);
  }, 30_000);
});

describe('connections that only sit there', () => {
  it('five hundred streams that never say whose they are do not keep a call out', async () => {
    const open = () => openStream(line);
    const silent: RawStream[] = [];
    for (const _ of framesIn(10)) {
      silent.push(...(await Promise.all(framesIn(50).map(open))));
    }
    let isOver = false;
    const more = (async () => {
      while (!isOver) {
        silent.push(await open());
        await pass(10);
      }
    })();
    expect(await setUpMs()).toBeLessThan(1_000);
    isOver = true;
    await more;
    await Promise.all(silent.map(({ closed }) => closed));
    expect(await counted('stream_rejected_total{reason="too-many-pending"}')).toBeGreaterThan(400);
    await until(() => stage.app.server.websocketServer.clients.size === 0, 'all are freed');
  });

  it('nor do five hundred upgrades without a signature', async () => {
    const refused = framesIn(500).map(() =>
      openStream(line, { signature: null }).catch((error: { status: number }) => error.status),
    );
    expect(await setUpMs()).toBeLessThan(2_000);
    expect(new Set(await Promise.all(refused))).toEqual(new Set([403]));
  });
});

describe('what a stranger is told', () => {
  const json = { 'content-type': 'application/json' };
  const key = { authorization: `Bearer ${apiKey}` };
  const big = JSON.stringify({ to: '9'.repeat(65 * 1_024) });

  it.each([
    [
      'a body over 64 KiB',
      '/make-call',
      { method: 'POST', headers: { ...json, ...key }, body: big },
      413,
    ],
    [
      'a form over 64 KiB',
      '/incoming-call',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `a=${big}`,
      },
      413,
    ],
    [
      'another content type',
      '/make-call',
      { method: 'POST', headers: { 'content-type': 'text/xml', ...key }, body: '<x/>' },
      415,
    ],
    [
      'JSON that is none',
      '/make-call',
      { method: 'POST', headers: { ...json, ...key }, body: '{"to":' },
      400,
    ],
    [
      'a prototype in JSON',
      '/make-call',
      {
        method: 'POST',
        headers: { ...json, ...key },
        body: '{"to":"+5588999990002","__proto__":{"polluted":1}}',
      },
      400,
    ],
    [
      'a constructor in JSON',
      '/make-call',
      {
        method: 'POST',
        headers: { ...json, ...key },
        body: '{"constructor":{"prototype":{"polluted":1}}}',
      },
      400,
    ],
    [
      'a prototype for Twilio’s webhook',
      '/incoming-call',
      { method: 'POST', headers: json, body: '{"__proto__":{"polluted":1}}' },
      400,
    ],
    ['an address that cannot be read', '/api/v1/calls/%zz', {}, 400],
    ['a file that is never served', '/.env', {}, 404],
    ['the package', '/package.json', {}, 404],
    ['the repository', '/.git/config', {}, 404],
    ['a path upwards', '/..%2f..%2fetc%2fpasswd', {}, 404],
    ['a recording by its path', '/recordings/x.wav', {}, 404],
    ['an odd method', '/incoming-call', { method: 'TRACE' }, 404],
    [
      'the wrong method',
      '/make-call',
      { method: 'PUT', headers: { ...json, ...key }, body: '{}' },
      404,
    ],
    ['headers over 16 KiB', '/healthz', { headers: { 'x-long': 'x'.repeat(20_000) } }, 431],
    ['metrics without a key', '/metrics', {}, 401],
    ['calls without a key', '/api/v1/calls', {}, 401],
  ])('about %s: code and message, nothing else', async (_, path, options, status) => {
    const answer = await ask(line.url + path, options);
    expect(answer.status).toBe(status);
    expect(answer.type).toMatch(/^application\/json/);
    const body = JSON.parse(answer.text) as { error: Record<string, string> };
    expect(Object.keys(body)).toEqual(['error']);
    expect(Object.keys(body.error).sort()).toEqual(['code', 'message']);
    expect(body.error.code).toMatch(/^[a-z-]+$/);
    expect(answer.text).not.toMatch(/FST_|stack|node_modules|fastify|Unexpected/i);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('about trouble of ours: nothing but that there is some', async () => {
    const { render } = stage.app.metrics;
    stage.app.metrics.render = async () => {
      throw new Error('secret detail');
    };
    const answer = await ask(`${line.url}/metrics`, { headers: key }).finally(() => {
      stage.app.metrics.render = render;
    });
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'internal-error' } });
    expect(answer.text).not.toContain('secret');
    expect(stage.log.join('')).toContain('a request failed');
  });

  it.each([
    ['no HTTP', 'HELO mail.example\r\n\r\n'],
    [
      'two lengths',
      'POST /make-call HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ],
    [
      'length and chunks',
      'POST /make-call HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a folded header', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n'],
  ])('about %s: 400, and the connection is closed', async (_, bytes) => {
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(Number(new URL(line.url).port), '127.0.0.1', () =>
        socket.write(bytes),
      );
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => {
        received += part;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(received));
    });
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'invalid-request' } });
  });

  it('alive and ready are open to all', async () => {
    expect((await ask(`${line.url}/healthz`)).status).toBe(200);
    expect((await ask(`${line.url}/readyz`)).status).toBe(200);
    const metrics = await ask(`${line.url}/metrics`, { headers: key });
    expect([metrics.status, metrics.type]).toEqual([200, 'text/plain; version=0.0.4']);
  });
});

describe('more calls than may be taken', () => {
  it('two hundred at once, three allowed: three are served, all others hear the way out within half a second', async () => {
    const small = await openStage({ env: { MAX_CALLS: '3' } });
    const near: Line = { ...line, url: small.url };
    try {
      const answers = await Promise.all(
        framesIn(200).map(async () => {
          const fields = webhookFields(near);
          return { fields, ...(await post(near, '/incoming-call', fields)) };
        }),
      );
      const served = answers.filter(({ text }) => tokenIn(text) !== '');
      const shed = answers.filter(({ text }) => tokenIn(text) === '');
      expect(served).toHaveLength(3);
      for (const { status, text } of shed) {
        expect(status).toBe(200);
        expect(readTwiml(text)).toMatchObject({ verbs: [{ verb: 'say' }, { verb: 'dial' }] });
      }
      const late = await post(near, '/incoming-call', webhookFields(near));
      expect(late.tookMs).toBeLessThan(500);
      expect(await small.app.metrics.render()).toContain('calls_shed_total{reason="full"} 198');
      const ready = await ask(`${near.url}/readyz`);
      expect([ready.status, JSON.parse(ready.text)]).toEqual([
        503,
        { status: 'not-ready', reasons: ['full'] },
      ]);
      const streams = await Promise.all(
        served.map(async ({ fields, text }) => {
          const stream = await openStream(near);
          stream.start(fields.CallSid ?? '', tokenIn(text));
          return { callSid: fields.CallSid ?? '', stream };
        }),
      );
      await until(() => small.app.live.count === 3, 'the three are live');
      expect(tokenIn((await post(near, '/incoming-call', webhookFields(near))).text)).toBe('');
      for (const call of streams) await hangUp(call);
      await until(() => small.app.live.count === 0, 'they are over');
      expect(tokenIn((await post(near, '/incoming-call', webhookFields(near))).text)).not.toBe('');
    } finally {
      await small.close();
    }
  });
});

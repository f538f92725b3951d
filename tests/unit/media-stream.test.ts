import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createLog } from '../../src/platform/log.ts';
import type { Metrics } from '../../src/platform/metrics.ts';
import {
  type MediaStream,
  type MediaStreamListener,
  openMediaStream,
} from '../../src/twilio/media-stream.ts';

const lines = readFileSync(new URL('../fixtures/twilio-media.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const connected = '{"event":"connected","protocol":"Call","version":"1.0.0"}';
const start = JSON.stringify({
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { token: 'k3J' },
  },
});
const media = (timestamp: number, streamSid = 'MZ1') =>
  JSON.stringify({
    event: 'media',
    sequenceNumber: '2',
    media: { track: 'inbound', chunk: '1', timestamp: String(timestamp), payload: '/////w==' },
    streamSid,
  });
const mark = (name: string) =>
  JSON.stringify({ event: 'mark', sequenceNumber: '3', streamSid: 'MZ1', mark: { name } });
const stop = '{"event":"stop","streamSid":"MZ1","stop":{"accountSid":"AC1","callSid":"CA1"}}';

// The stream's only timer is driven by hand, together with its clock; sockets are real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

const cleanUps: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

interface Options {
  /** Replaces parts of the listener. */
  listener?: (opened: Opened) => Partial<MediaStreamListener>;
  client?: { autoPong?: boolean };
}

interface Opened {
  stream: MediaStream;
  server: WebSocket;
  client: WebSocket;
  /** What the listener heard, in order, like `audio 20`. */
  heard: string[];
  /** What arrived at the carrier's side. */
  received: string[];
  counted: Record<string, number>;
  /** Code and reason with which the carrier's side saw the close. */
  closed: Promise<{ code: number; reason: string }>;
  /** Moves the clock, second by second, and lets the stream look at it each time. */
  advance(ms: number): void;
  /** Sends messages and waits until the stream has read them. */
  say(...messages: string[]): Promise<void>;
}

async function until(condition: () => unknown): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${condition}`);
    await turn();
  }
}

async function open(options: Options = {}): Promise<Opened> {
  const listening = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    maxPayload: 65_536,
    perMessageDeflate: false,
  });
  await new Promise((resolve) => listening.once('listening', resolve));
  cleanUps.push(() => listening.close());
  let nowMs = 1_000;
  const counted: Record<string, number> = {};
  const metrics: Metrics = {
    count(name, labels = {}, by = 1) {
      const key = [name, ...Object.values(labels)].join(' ');
      counted[key] = (counted[key] ?? 0) + by;
    },
    set() {},
    observe() {},
    render: async () => '',
  };
  const heard: string[] = [];
  const received: string[] = [];
  const accepted = new Promise<{ stream: MediaStream; server: WebSocket }>((resolve) => {
    listening.on('connection', (server) => {
      const listener: MediaStreamListener = {
        onStart: ({ callSid, parameters }) => heard.push(`start ${callSid} ${parameters.token}`),
        onAudio: (payload, timestampMs) => heard.push(`audio ${timestampMs} ${payload.length}`),
        onKey: (digit) => heard.push(`key ${digit}`),
        onMark: (name) => heard.push(`mark ${name}`),
        onStop: () => heard.push('stop'),
        onClose: (cause) => heard.push(`close ${cause}`),
      };
      const stream = openMediaStream(
        server,
        { ...listener, ...options.listener?.(opened) },
        {
          clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
          metrics,
          log: createLog('silent'),
        },
      );
      resolve({ stream, server });
    });
  });
  const { port } = listening.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    ...options.client,
  });
  client.on('message', (data) => received.push(data.toString()));
  client.on('error', () => {});
  cleanUps.push(() => client.terminate());
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    client.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const opened = { client, heard, received, counted, closed } as Opened;
  opened.advance = (ms) => {
    for (let left = ms; left > 0; left -= 1_000) {
      nowMs += Math.min(left, 1_000);
      vi.advanceTimersByTime(Math.min(left, 1_000));
    }
  };
  opened.say = async (...messages) => {
    for (const message of messages) client.send(message);
    // The answer to a ping comes after everything that was sent before it was read.
    const answered = new Promise((resolve) => client.once('pong', resolve));
    const ended = new Promise((resolve) => client.once('close', resolve));
    if (client.readyState === client.OPEN) {
      client.ping();
      await Promise.race([answered, ended]);
    }
  };
  Object.assign(opened, await accepted);
  await until(() => client.readyState === client.OPEN);
  return opened;
}

describe('a stream that goes well', () => {
  it('passes on a recorded call and ends when the caller hangs up', async () => {
    const { say, heard, closed } = await open();
    await say(...lines);
    expect((await closed).code).toBe(1000);
    await until(() => heard.at(-1)?.startsWith('close'));
    expect(heard).toEqual([
      'start CA45397943c1c7a49f7b7713c230107a k3JmQ0aV',
      'audio 63 216',
      'audio 83 216',
      'audio 103 216',
      'audio 123 216',
      'audio 203 216',
      'audio 223 216',
      'audio 243 216',
      'audio 263 108',
      'key 1',
      'key #',
      'mark item_1:160:g1:m1',
      'stop',
      'close stopped',
    ]);
  });

  it('sends audio, marks and clear with the keys that Twilio takes', async () => {
    const { stream, say, received } = await open();
    await say(connected, start);
    expect(stream.sendAudio('/////w==')).toBe(true);
    stream.sendMark('item_1:160:g1:m1');
    stream.clear();
    await until(() => received.length === 3);
    expect(received).toEqual([
      '{"event":"media","streamSid":"MZ1","media":{"payload":"/////w=="}}',
      '{"event":"mark","streamSid":"MZ1","mark":{"name":"item_1:160:g1:m1"}}',
      '{"event":"clear","streamSid":"MZ1"}',
    ]);
    expect(stream.bufferedBytes).toBe(0);
  });

  it('may start before it says connected', async () => {
    const { say, heard } = await open();
    await say(start, connected, media(20));
    expect(heard).toEqual(['start CA1 k3J', 'audio 20 8']);
  });

  it('hands over a ten-second reply at once to a carrier that reads', async () => {
    const { stream, say, received, counted } = await open();
    await say(start);
    const tenSeconds = Buffer.alloc(80_000, 0xff).toString('base64');
    expect([1, 2, 3].map(() => stream.sendAudio(tenSeconds))).toEqual([true, true, true]);
    await until(() => received.length === 3);
    expect(received.every((message) => message.length > tenSeconds.length)).toBe(true);
    expect(counted).toEqual({});
  });
});

describe('a stream that does not start', () => {
  it('is closed after five seconds, and its late start is not heard', async () => {
    const { say, advance, heard, closed, counted } = await open();
    await say(connected);
    advance(4_900);
    await say(connected);
    expect(heard).toEqual([]);
    advance(100);
    expect(await closed).toEqual({ code: 1008, reason: 'no start' });
    await until(() => heard.length === 1);
    expect(heard).toEqual(['close start-timeout']);
    expect(counted['stream_rejected_total start-timeout']).toBe(1);
  });

  it.each([
    ['without a call', start.replace('"callSid":"CA1",', '')],
    ['without a stream', start.replaceAll('"streamSid":"MZ1",', '')],
    ['without an account', start.replace('"accountSid":"AC1",', '')],
    ['in another encoding', start.replace('audio/x-mulaw', 'audio/l16')],
    ['at another rate', start.replace('8000', '16000')],
  ])('%s is closed at once', async (_, message) => {
    const { say, heard, closed, counted } = await open();
    await say(connected, message);
    expect((await closed).code).toBe(1008);
    await until(() => heard.length === 1);
    expect(heard).toEqual(['close invalid']);
    expect(counted['stream_rejected_total invalid']).toBe(1);
  });

  it('but sends audio is not heard, and nothing is sent to it', async () => {
    const { stream, say, heard, received, counted } = await open();
    await say(connected, media(20), mark('m1'));
    expect(stream.sendAudio('AAAA')).toBe(false);
    stream.sendMark('m1');
    stream.clear();
    await say(connected);
    expect(heard).toEqual([]);
    expect(received).toEqual([]);
    expect(counted['frame_invalid_total before-start']).toBe(2);
  });
});

describe('a stream that starts twice', () => {
  it('keeps its first start', async () => {
    const { stream, say, heard, received, counted } = await open();
    await say(
      start,
      start.replaceAll('MZ1', 'MZ2').replace('CA1', 'CA2'),
      media(20, 'MZ2'),
      media(40),
    );
    expect(heard).toEqual(['start CA1 k3J', 'audio 40 8']);
    expect(counted).toEqual({
      'frame_invalid_total second-start': 1,
      'frame_invalid_total stream-sid': 1,
    });
    stream.clear();
    await until(() => received.length === 1);
    expect(received[0]).toContain('MZ1');
  });
});

describe('broken messages', () => {
  it('up to twenty in ten seconds are ignored and counted', async () => {
    const { say, advance, heard, counted } = await open();
    const broken = Array.from({ length: 20 }, () => '{"event":');
    await say(start, ...broken);
    advance(10_001);
    await say(...broken, media(20));
    expect(heard).toEqual(['start CA1 k3J', 'audio 20 8']);
    expect(counted['frame_invalid_total json']).toBe(40);
  });

  it('beyond that end the stream', async () => {
    const { say, heard, closed } = await open();
    await say(start, ...Array.from({ length: 21 }, () => 'no JSON'), media(20));
    expect((await closed).code).toBe(1008);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close invalid']);
  });

  it('of many kinds are told apart', async () => {
    const { say, counted, heard } = await open();
    await say(
      start,
      '',
      '[]',
      '{"event":"surprise"}',
      media(20).replace('/////w==', '?'),
      media(20).replace('inbound', 'outbound'),
      media(-20),
      start.replace('8000', '1'),
      media(40, 'MZ9'),
      media(60),
    );
    expect(heard).toEqual(['start CA1 k3J', 'audio 60 8']);
    expect(counted).toEqual({
      'frame_invalid_total json': 2,
      'frame_invalid_total event': 1,
      'frame_invalid_total payload': 1,
      'frame_invalid_total track': 1,
      'frame_invalid_total timestamp': 1,
      'frame_invalid_total start': 1,
      'frame_invalid_total stream-sid': 1,
    });
  });

  it('that are binary end the stream at once', async () => {
    const { client, say, heard, closed } = await open();
    await say(start);
    client.send(Buffer.from(media(20)));
    expect((await closed).code).toBe(1003);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close invalid']);
  });

  it('that are too large, or no UTF-8, end the stream without an unhandled error', async () => {
    const large = await open();
    await large.say(start, 'x'.repeat(65_537));
    expect((await large.closed).code).toBe(1009);
    await until(() => large.heard.includes('close invalid'));
    const latin = await open();
    await latin.say(start);
    latin.client.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await latin.closed).code).toBe(1007);
    await until(() => latin.heard.includes('close invalid'));
  });
});

describe('too many messages', () => {
  it('beyond the burst are dropped and counted while the call goes on', async () => {
    const { say, heard, counted, advance } = await open();
    await say(start, ...Array.from({ length: 260 }, (_, i) => media(i * 20)));
    expect(heard.filter((line) => line.startsWith('audio'))).toHaveLength(250);
    expect(counted.media_rate_limited_total).toBe(10);
    advance(1_000);
    await say(media(9_000));
    expect(heard.at(-1)).toBe('audio 9000 8');
  });

  it('for five seconds are a flood', async () => {
    const { say, heard, closed, advance } = await open();
    await say(start);
    for (let second = 0; second < 9; second += 1) {
      await say(...Array.from({ length: 200 }, () => media(20)));
      advance(900);
    }
    expect(await closed).toEqual({ code: 1008, reason: 'too many frames' });
    await until(() => heard.at(-1) === 'close flood');
  });

  it('of a foreign stream are a flood too', async () => {
    const { say, heard, closed, advance } = await open();
    await say(start);
    for (let second = 0; second < 9; second += 1) {
      await say(...Array.from({ length: 200 }, () => media(20, 'MZ9')));
      advance(900);
    }
    expect((await closed).code).toBe(1008);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close flood']);
  });

  it('do not include the marks that come back at once after clear', async () => {
    const { say, heard, counted } = await open();
    const names = Array.from({ length: 900 }, (_, i) => `m${i}`);
    await say(start, ...names.map(mark), media(20));
    expect(heard.filter((line) => line.startsWith('mark'))).toHaveLength(900);
    expect(heard.at(-1)).toBe('audio 20 8');
    expect(counted).toEqual({});
  });
});

describe('a peer that is gone', () => {
  it('and hung up without saying stop is lost', async () => {
    const { client, say, heard } = await open();
    await say(start);
    client.close(1000);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close lost']);
  });

  it('with a reset connection is lost', async () => {
    const { client, say, heard } = await open();
    await say(start);
    client.terminate();
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close lost']);
  });

  it('without a word is lost after twenty seconds', async () => {
    const { client, say, heard, advance } = await open({ client: { autoPong: false } });
    await say(start);
    let pings = 0;
    client.on('ping', () => (pings += 1));
    for (let sent = 1; sent <= 3; sent += 1) {
      advance(5_000);
      await until(() => pings === sent);
    }
    advance(4_990);
    expect(heard).toHaveLength(1);
    advance(10);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close lost']);
    expect(pings).toBe(3);
  });

  it('is not one that answers no ping but sends audio', async () => {
    const { client, say, heard, advance } = await open({ client: { autoPong: false } });
    await say(start);
    let pings = 0;
    client.on('ping', () => (pings += 1));
    for (let sent = 1; sent <= 6; sent += 1) {
      advance(5_000);
      await until(() => pings === sent);
      await say(media(sent * 5_000));
    }
    expect(heard.filter((line) => line.startsWith('audio'))).toHaveLength(6);
  });

  it('is not one that is muted and answers pings', async () => {
    const { server, say, heard, advance } = await open();
    await say(start);
    let pongs = 0;
    server.on('pong', () => (pongs += 1));
    for (let answered = 1; answered <= 6; answered += 1) {
      advance(5_000);
      await until(() => pongs === answered);
    }
    expect(heard).toEqual(['start CA1 k3J']);
  });

  it('before the stream is opened is found by the clock', async () => {
    const { server, say, heard, client, advance } = await open();
    await say(start);
    client.terminate();
    await until(() => heard.includes('close lost'));
    const closes: string[] = [];
    const nothing = () => {};
    openMediaStream(
      server,
      {
        onStart: nothing,
        onAudio: nothing,
        onKey: nothing,
        onMark: nothing,
        onStop: nothing,
        onClose: (cause) => closes.push(cause),
      },
      {
        clock: { monotonicMs: () => 0, wallMs: () => 0 },
        metrics: { count: nothing, set: nothing, observe: nothing, render: async () => '' },
        log: createLog('silent'),
      },
    );
    advance(3_000);
    expect(closes).toEqual(['lost']);
  });
});

describe('a carrier that stops reading', () => {
  const second = Buffer.alloc(8_000, 0xff).toString('base64');

  /** Fills the kernel's buffers and ours, until nothing moves any more. */
  async function stall({ client, stream }: Opened): Promise<number> {
    client.pause();
    let sent = 0;
    for (let still = 0; still < 200; still += 1) {
      while (stream.sendAudio(second)) {
        sent += 1;
        still = 0;
        if (sent > 10_000) throw new Error('the audio had no bound');
      }
      await turn();
    }
    return sent;
  }

  it('loses agent audio beyond the bound, counted, and gets it again when it reads', async () => {
    const opened = await open();
    const { client, stream, say, received, counted } = opened;
    await say(start);
    const sent = await stall(opened);
    expect(stream.bufferedBytes).toBeGreaterThan(1_024 * 1_024);
    expect(stream.bufferedBytes).toBeLessThan(1_024 * 1_024 + 2 * second.length);
    const dropped = counted.tx_dropped_ms_total ?? 0;
    expect(stream.sendAudio(second)).toBe(false);
    expect(counted.tx_dropped_ms_total).toBe(dropped + 1_000);
    client.resume();
    await until(() => received.length === sent);
    expect(stream.sendAudio(second)).toBe(true);
  });

  it('for ten seconds is closed, and freed although it never answers', async () => {
    const opened = await open();
    const { say, heard, counted, advance } = opened;
    await say(start);
    await stall(opened);
    advance(10_000);
    await turn();
    expect(heard).toHaveLength(1);
    advance(1_000);
    advance(2_000);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close stuck']);
    expect(counted.tx_dropped_ms_total).toBeGreaterThan(0);
  });

  it('only for a while is kept', async () => {
    const opened = await open();
    const { client, stream, say, heard, advance } = opened;
    await say(start);
    await stall(opened);
    advance(9_000);
    client.resume();
    await until(() => stream.bufferedBytes === 0);
    advance(1_000);
    await stall(opened);
    advance(9_000);
    await turn();
    expect(heard).toEqual(['start CA1 k3J']);
  });
});

describe('a stream that we close', () => {
  it('says so with our code, is heard no more and sends no more', async () => {
    const { stream, say, heard, received, closed } = await open();
    await say(start);
    stream.close(1008, 'token');
    stream.close(1011, 'again');
    expect(stream.sendAudio('AAAA')).toBe(false);
    stream.sendMark('m1');
    stream.clear();
    expect(await closed).toEqual({ code: 1008, reason: 'token' });
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close closed-by-us']);
    expect(received).toEqual([]);
    stream.sendMark('m1');
    stream.close(1000, '');
    expect(stream.sendAudio('AAAA')).toBe(false);
    expect(heard).toHaveLength(2);
  });

  it('may be closed in the very moment it starts', async () => {
    const { say, heard, closed } = await open({
      listener: (opened) => ({ onStart: () => opened.stream.close(1008, 'token') }),
    });
    await say(start, media(20));
    expect((await closed).code).toBe(1008);
    await until(() => heard.length === 1);
    expect(heard).toEqual(['close closed-by-us']);
  });

  it('is freed after two seconds when the peer does not answer', async () => {
    const { client, stream, say, heard, advance } = await open();
    await say(start);
    client.pause();
    stream.close(1000, 'goodbye');
    advance(1_900);
    await turn();
    expect(heard).toHaveLength(1);
    advance(100);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['start CA1 k3J', 'close closed-by-us']);
  });

  it('takes a reason of any length', async () => {
    const { stream, say, closed } = await open();
    await say(start);
    stream.close(1011, 'ã'.repeat(100));
    expect(await closed).toEqual({ code: 1011, reason: '' });
  });
});

describe('a listener that throws', () => {
  it.each([
    ['at the start', 'onStart', start],
    ['at a frame', 'onAudio', media(20)],
    ['at a mark', 'onMark', mark('m1')],
  ])('%s ends its own call only', async (_, method, message) => {
    const { say, heard, closed } = await open({
      listener: () => ({
        [method]: () => {
          throw new Error('broken');
        },
      }),
    });
    await say(...(message === start ? [start] : [start, message]));
    expect((await closed).code).toBe(1011);
    await until(() => heard.at(-1) === 'close closed-by-us');
  });

  it('at the stop or at the close does not disturb the end', async () => {
    let closes = 0;
    const { say, closed } = await open({
      listener: () => ({
        onStop: () => {
          throw new Error('broken');
        },
        onClose: () => {
          closes += 1;
          throw new Error('broken');
        },
      }),
    });
    await say(start, stop);
    expect((await closed).code).toBe(1000);
    await until(() => closes === 1);
  });
});

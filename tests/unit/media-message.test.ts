import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clearMessage,
  markMessage,
  mediaMessage,
  parseJsonMessage,
  parseMediaMessage,
} from '../../src/twilio/media-message.ts';

const lines = readFileSync(new URL('../fixtures/twilio-media.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const parse = (text: string) => parseMediaMessage(Buffer.from(text));
const media = (changes: Record<string, unknown> = {}, streamSid: unknown = 'MZ1') =>
  JSON.stringify({
    event: 'media',
    sequenceNumber: '3',
    streamSid,
    media: { track: 'inbound', chunk: '1', timestamp: '20', payload: '/////w==', ...changes },
  });
const start = (changes: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  JSON.stringify({
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
      ...changes,
    },
    ...rest,
  });

describe('the messages of a recorded call', () => {
  it('are all understood', () => {
    const events = lines.map((line) => parse(line).event);
    expect(events.join(' ')).toBe(`connected start ${'media '.repeat(8)}dtmf dtmf mark stop`);
  });

  it('carry their values over', () => {
    expect(parse(lines[1] ?? '')).toEqual({
      event: 'start',
      start: {
        streamSid: 'MZ5174584e1127285e2b015e720b3d9e68',
        callSid: 'CA45397943c1c7a49f7b7713c230107a',
        accountSid: 'AC0123456789abcdef0123456789abcdef',
        parameters: { token: 'k3JmQ0aV', from: '+5511987654321' },
      },
    });
    const wire = JSON.parse(lines[2] ?? '');
    expect(parse(lines[2] ?? '')).toEqual({
      event: 'media',
      streamSid: wire.streamSid,
      timestampMs: 63,
      payload: wire.media.payload,
    });
    const streamSid = wire.streamSid;
    expect(parse(lines[11] ?? '')).toEqual({ event: 'dtmf', streamSid, digit: '#' });
    expect(parse(lines[12] ?? '')).toEqual({ event: 'mark', streamSid, name: 'item_1:160:g1:m1' });
    expect(parse(lines[13] ?? '')).toEqual({ event: 'stop', streamSid });
  });

  it('read the same with and without JSON', () => {
    for (const line of lines) expect(parse(line)).toEqual(parseJsonMessage(line));
  });
});

describe('caller audio', () => {
  it.each<[string, string, number]>([
    ['of one byte', 'AA==', 1],
    ['of the largest size', Buffer.alloc(1_000).toString('base64'), 1_000],
    ['without padding', Buffer.alloc(999).toString('base64'), 999],
  ])('%s is accepted', (_, payload, bytes) => {
    const message = parse(media({ payload }));
    expect(message).toMatchObject({ event: 'media', payload });
    expect(Buffer.from(payload, 'base64')).toHaveLength(bytes);
  });

  it.each<[string, unknown]>([
    ['one byte too large', Buffer.alloc(1_003).toString('base64')],
    ['empty', ''],
    ['of a broken length', 'AAAAA'],
    ['with one character too few', 'AAA'],
    ['with the alphabet of URLs', '--__'],
    ['with a space', 'AA A'],
    ['with a line end', 'AAA\n'],
    ['with a letter that is no base64', 'AAé='],
    ['with padding in the middle', 'A=AA'],
    ['of padding only', '===='],
    ['with three padding signs', 'A==='],
    ['with a quote', 'AA"A'],
    ['that is a number', 1234],
    ['that is missing', undefined],
    ['that is a list', ['AAAA']],
  ])('%s is refused', (_, payload) => {
    expect(parse(media({ payload }))).toEqual({ event: 'invalid', kind: 'payload' });
  });

  it.each<[unknown, number]>([
    ['0', 0],
    ['86400000', 86_400_000],
    ['00020', 20],
    [20, 20],
  ])('at the time %j is accepted', (timestamp, timestampMs) => {
    expect(parse(media({ timestamp }))).toMatchObject({ event: 'media', timestampMs });
  });

  it.each<unknown>([
    '86400001',
    '-20',
    '',
    ' 20',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '20.5',
    '999999999999',
    -1,
    0.5,
    1e300,
    null,
    undefined,
    true,
    ['20'],
    {},
  ])('at the time %j is refused', (timestamp) => {
    expect(parse(media({ timestamp }))).toEqual({ event: 'invalid', kind: 'timestamp' });
  });

  it.each(['outbound', 'inbound_track', '', undefined, 1])(
    'of the track %j is refused',
    (track) => {
      expect(parse(media({ track }))).toEqual({ event: 'invalid', kind: 'track' });
    },
  );

  it.each(['', '../../etc/passwd', 'MZ 1', 'M'.repeat(65), 1, undefined, null])(
    'of a stream called %j is refused',
    (streamSid) => {
      const text = media().replace(
        '"streamSid":"MZ1"',
        `"streamSid":${JSON.stringify(streamSid) ?? 'null'}`,
      );
      expect(parse(text)).toEqual({ event: 'invalid', kind: 'stream-sid' });
    },
  );

  it('in any order of keys, with spaces and unknown keys, reads the same', () => {
    const expected = parse(media());
    expect(expected.event).toBe('media');
    const text =
      '{ "media": {"extra": {"a": [1]}, "payload": "\\u002f////w==", "timestamp":"20", "track":"inbound"},\n "streamSid" :"MZ1", "new": null, "event": "media" }';
    expect(parse(text)).toEqual(expected);
  });

  it('never reads differently byte by byte than as JSON, whatever happened to the message', () => {
    const usual = fc.constantFrom(media(), ...lines.filter((line) => line.includes('"media"')));
    const damage = fc.record({
      at: fc.nat(),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.constantFrom(
        '',
        '"',
        '}',
        '=',
        ',',
        '\\',
        '0',
        '9',
        'A',
        '-',
        ' ',
        'é',
        '"}',
        '==',
        '{}',
        ',"x":1',
      ),
    });
    fc.assert(
      fc.property(usual, fc.array(damage, { maxLength: 2 }), (text, damages) => {
        let damaged = text;
        for (const { at, remove, insert } of damages) {
          const position = at % (damaged.length + 1);
          damaged = damaged.slice(0, position) + insert + damaged.slice(position + remove);
        }
        expect(parse(damaged)).toEqual(parseJsonMessage(damaged));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of any bytes comes through unchanged', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 1_000 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        (bytes, timestampMs) => {
          const payload = Buffer.from(bytes).toString('base64');
          expect(parse(media({ payload, timestamp: String(timestampMs) }))).toEqual({
            event: 'media',
            streamSid: 'MZ1',
            timestampMs,
            payload,
          });
        },
      ),
    );
  });
});

describe('the start of a stream', () => {
  it('without parameters has none', () => {
    expect(parse(start({ customParameters: undefined }))).toMatchObject({
      start: { parameters: {} },
    });
  });

  it('keeps a parameter that is named like a part of every object', () => {
    const message = parse(start().replace('"token"', '"__proto__"'));
    const parameters = message.event === 'start' ? message.start.parameters : {};
    expect(Object.entries(parameters)).toEqual([['__proto__', 'k3J']]);
    expect(({} as Record<string, unknown>).token).toBeUndefined();
  });

  const format = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  it.each<[string, string]>([
    ['without a call', start({ callSid: undefined })],
    ['without a stream', start({ streamSid: undefined })],
    ['without an account', start({ accountSid: undefined })],
    ['with a call that could leave a directory', start({ callSid: '../CA1' })],
    ['with a call that is a number', start({ callSid: 1 })],
    ['that names two streams', start({ streamSid: 'MZ2' })],
    ['without a format', start({ mediaFormat: undefined })],
    ['with another encoding', start({ mediaFormat: { ...format, encoding: 'audio/l16' } })],
    ['with another rate', start({ mediaFormat: { ...format, sampleRate: 16000 } })],
    ['in stereo', start({ mediaFormat: { ...format, channels: 2 } })],
    ['with a parameter that is no text', start({ customParameters: { token: 1 } })],
    ['with an endless parameter', start({ customParameters: { token: 'x'.repeat(501) } })],
    ['with a list of parameters', start({ customParameters: ['k3J'] })],
    [
      'with a hundred parameters',
      start({
        customParameters: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, ''])),
      }),
    ],
    ['without content', '{"event":"start","streamSid":"MZ1"}'],
  ])('%s is refused', (_, text) => {
    expect(parse(text)).toEqual({ event: 'invalid', kind: 'start' });
  });
});

describe('keys, marks and the rest', () => {
  it.each([...'0123456789*#'])('the key %s is understood', (digit) => {
    const message = { event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit } };
    expect(parse(JSON.stringify(message))).toEqual({ event: 'dtmf', streamSid: 'MZ1', digit });
  });

  it.each<[string, string]>([
    ['{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"A"}}', 'key'],
    ['{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"11"}}', 'key'],
    ['{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":1}}', 'key'],
    ['{"event":"dtmf","streamSid":"MZ1"}', 'key'],
    ['{"event":"dtmf","dtmf":{"digit":"1"}}', 'stream-sid'],
    ['{"event":"mark","streamSid":"MZ1","mark":{}}', 'mark'],
    [`{"event":"mark","streamSid":"MZ1","mark":{"name":"${'x'.repeat(257)}"}}`, 'mark'],
    ['{"event":"mark","mark":{"name":"m1"}}', 'stream-sid'],
    ['{"event":"stop"}', 'stream-sid'],
    ['{"event":"surprise","streamSid":"MZ1"}', 'event'],
    ['{"event":["media"]}', 'event'],
    ['{}', 'event'],
    ['', 'json'],
    ['null', 'json'],
    ['"media"', 'json'],
    ['[{"event":"stop"}]', 'json'],
    ['{"event":"stop","streamSid":"MZ1"', 'json'],
    ['\ufeff{"event":"stop","streamSid":"MZ1"}', 'json'],
    ['GET / HTTP/1.1', 'json'],
  ])('%s is refused as %s', (text, kind) => {
    expect(parse(text)).toEqual({ event: 'invalid', kind });
  });

  it('a message over the size limit is refused unread', () => {
    const stop = '{"event":"stop","streamSid":"MZ1"}';
    expect(parse(stop.padEnd(16_384)).event).toBe('stop');
    expect(parse(stop.padEnd(16_385))).toEqual({ event: 'invalid', kind: 'size' });
  });

  it('a message of nested brackets is refused without a stall', () => {
    const text = '['.repeat(16_000);
    const before = performance.now();
    for (let i = 0; i < 20; i += 1) expect(parse(text)).toEqual({ event: 'invalid', kind: 'json' });
    expect((performance.now() - before) / 20).toBeLessThan(50);
  });

  it('no bytes at all can make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseMediaMessage(Buffer.from(bytes)).event).toBe('invalid');
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parse(text).event).toBe('invalid');
      }),
    );
  });
});

describe('what is sent', () => {
  it('has exactly the keys that Twilio takes', () => {
    expect(mediaMessage('MZ1', '/////w==')).toBe(
      '{"event":"media","streamSid":"MZ1","media":{"payload":"/////w=="}}',
    );
    expect(markMessage('MZ1', 'item_1:160:g1:m1')).toBe(
      '{"event":"mark","streamSid":"MZ1","mark":{"name":"item_1:160:g1:m1"}}',
    );
    expect(clearMessage('MZ1')).toBe('{"event":"clear","streamSid":"MZ1"}');
  });

  it('cannot gain a key from a strange payload or mark', () => {
    for (const strange of ['AA","x":"', 'AA\\', '"}}']) {
      expect(JSON.parse(mediaMessage('MZ1', strange))).toEqual({
        event: 'media',
        streamSid: 'MZ1',
        media: { payload: strange },
      });
      expect(JSON.parse(markMessage('MZ1', strange)).mark).toEqual({ name: strange });
    }
  });
});

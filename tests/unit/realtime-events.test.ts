import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cancelReply,
  createReply,
  createText,
  createToolOutput,
  deleteItem,
  encode,
  encodeAppend,
  parseServerEvent,
  truncateItem,
} from '../../src/openai/realtime-events.ts';
import {
  schemaAvailable,
  validateClientEvent,
  validateServerEvent,
} from '../support/realtime-schema.ts';

const lines = readFileSync(
  new URL('../fixtures/realtime-server-events.jsonl', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '');

/** The event read from each line of the fixture with this wire type. */
function readings(type: string) {
  return lines
    .filter((line) => JSON.parse(line).type === type)
    .map((line) => parseServerEvent(Buffer.from(line)).event);
}

describe('what we say', () => {
  const events = [
    createReply('evt_1', { tag: 'greeting', instructions: 'Cumprimente.', toolChoice: 'none' }),
    createReply('evt_2', { tag: 'answer' }),
    cancelReply('evt_3'),
    cancelReply('evt_4', 'resp_1'),
    truncateItem('evt_5', 'item_1', 0, 1_480.9),
    createToolOutput('evt_6', 'call_1', '{"ok":true}'),
    createText('evt_7', 'user', 'Bom dia.'),
    createText('evt_8', 'assistant', 'Pois não?'),
    createText('evt_9', 'system', 'O paciente digitou 2.'),
    deleteItem('evt_10', 'item_1'),
  ];

  it.skipIf(!schemaAvailable)('every event is written as the official schema says', () => {
    const written = [...events.map(encode), encodeAppend('fn18ew==')];
    expect(written.flatMap((text) => validateClientEvent(JSON.parse(text)))).toEqual([]);
  });

  it('every event but audio has an id that an error can repeat', () => {
    expect(events.map((event) => event.event_id)).toEqual(events.map((_, i) => `evt_${i + 1}`));
  });

  it('audio is written as the same JSON that a serialiser gives, for any base64', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const audio = Buffer.from(bytes).toString('base64');
        const event = { type: 'input_audio_buffer.append', audio };
        expect(encodeAppend(audio)).toBe(JSON.stringify(event));
      }),
    );
  });

  it('words of the assistant go back as output text, all others as input text', () => {
    const contentOf = (role: 'user' | 'assistant' | 'system') =>
      JSON.parse(encode(createText('evt_1', role, 'x'))).item.content[0].type;
    expect([contentOf('user'), contentOf('assistant'), contentOf('system')]).toEqual([
      'input_text',
      'output_text',
      'input_text',
    ]);
  });

  it('a cut is a whole number of milliseconds, never past what was heard and never negative', () => {
    fc.assert(
      fc.property(fc.double(), (heardMs) => {
        const event = JSON.parse(encode(truncateItem('evt_1', 'item_1', 0, heardMs)));
        expect(Number.isInteger(event.audio_end_ms)).toBe(true);
        expect(event.audio_end_ms).toBeGreaterThanOrEqual(0);
        if (heardMs >= 0) expect(event.audio_end_ms).toBeLessThanOrEqual(heardMs);
      }),
    );
  });
});

describe('what the server says', () => {
  it.skipIf(!schemaAvailable)('the fixture is what the official schema describes', () => {
    expect(lines.flatMap((line) => validateServerEvent(JSON.parse(line)))).toEqual([]);
  });

  it('every line of the fixture is either read or of no use, none is a fault', () => {
    const faults = lines
      .map((line) => ({ line, parsed: parseServerEvent(line) }))
      .filter(({ parsed }) => parsed.event === undefined && parsed.reason !== 'unused');
    expect(faults).toEqual([]);
  });

  it('the echo of the settings tells both audio formats', () => {
    expect(readings('session.updated')).toEqual([
      { type: 'session.updated', inputFormat: 'audio/pcmu', outputFormat: 'audio/pcmu' },
    ]);
  });

  it('the caller starts and stops to speak', () => {
    expect(readings('input_audio_buffer.speech_started')).toEqual([
      { type: 'speech-started', audioStartMs: 1_012, itemId: 'item_Bu1' },
    ]);
    expect(readings('input_audio_buffer.speech_stopped')).toEqual([
      { type: 'speech-stopped', audioEndMs: 2_080, itemId: 'item_Bu1' },
    ]);
  });

  it('only what the caller said by voice is an item of the caller', () => {
    expect(readings('conversation.item.added')).toEqual([
      { type: 'caller-item', itemId: 'item_Bu1' },
      undefined,
      undefined,
    ]);
  });

  it('words come in parts, whole, or not at all', () => {
    const name = 'conversation.item.input_audio_transcription';
    const itemId = 'item_Bu1';
    expect([
      ...readings(`${name}.delta`),
      ...readings(`${name}.completed`),
      ...readings(`${name}.failed`),
    ]).toEqual([
      { type: 'caller-words', itemId, delta: 'Bom ' },
      { type: 'caller-transcript', itemId, text: 'Bom dia.', status: 'final' },
      { type: 'caller-transcript', itemId, text: '', status: 'failed' },
    ]);
  });

  it('a reply that we asked for has our tag, one of voice detection has none', () => {
    expect(readings('response.created')).toEqual([
      { type: 'reply-created', responseId: 'resp_Bq1', requestTag: 'greeting' },
      { type: 'reply-created', responseId: 'resp_Bq1' },
    ]);
  });

  it('audio and its words name reply, item and part', () => {
    const place = { responseId: 'resp_Bq1', itemId: 'item_Ba1', contentIndex: 0 };
    expect(readings('response.output_audio.delta')).toEqual([
      { type: 'audio', ...place, payload: 'fn18e3p5eHd2dXQ=' },
    ]);
    expect(readings('response.output_audio_transcript.delta')).toEqual([
      { type: 'reply-text', ...place, delta: 'Bom dia, ' },
    ]);
    expect(readings('response.output_item.added')).toEqual([
      { type: 'reply-item', responseId: 'resp_Bq1', itemId: 'item_Ba1' },
      undefined,
    ]);
  });

  it('a tool call is read from a complete item, never from one that was cut off', () => {
    expect(readings('response.output_item.done')).toEqual([
      undefined,
      {
        type: 'tool-call',
        responseId: 'resp_Bq1',
        callId: 'call_Bc1',
        name: 'find_slots',
        argumentsJson: '{"day":"2026-11-24"}',
      },
      undefined,
    ]);
  });

  it('a reply ends complete, interrupted, cut by its limit, or failed', () => {
    const usage = {
      inputTokens: 621,
      outputTokens: 132,
      inputTextTokens: 519,
      inputAudioTokens: 102,
      cachedTextTokens: 384,
      cachedAudioTokens: 64,
      outputTextTokens: 30,
      outputAudioTokens: 102,
    };
    const base = { type: 'reply-done', responseId: 'resp_Bq1', calls: [] };
    const calls = [
      { callId: 'call_Bc1', name: 'find_slots', argumentsJson: '{"day":"2026-11-24"}' },
    ];
    expect(readings('response.done')).toEqual([
      { ...base, status: 'completed', usage, requestTag: 'greeting', calls },
      { ...base, status: 'cancelled', reason: 'turn_detected' },
      { ...base, status: 'incomplete', reason: 'max_output_tokens', usage },
      {
        ...base,
        status: 'failed',
        errorCode: 'rate_limit_exceeded',
        usage: Object.fromEntries(Object.keys(usage).map((key) => [key, 0])),
      },
    ]);
  });

  it('an error names its code, what it is about and the event that it answers', () => {
    expect(readings('error')).toEqual([
      {
        type: 'error',
        code: 'invalid_value',
        kind: 'invalid_request_error',
        param: 'audio_end_ms',
        eventId: 'evt_7',
      },
      { type: 'error', code: 'server_error', kind: 'server_error' },
    ]);
  });
});

describe('what a server should not say', () => {
  const reasonOf = (message: unknown) => {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    const parsed = parseServerEvent(data);
    return parsed.event === undefined ? parsed.reason : parsed.event;
  };
  const audio = {
    type: 'response.output_audio.delta',
    response_id: 'resp_1',
    item_id: 'item_1',
    content_index: 0,
    delta: 'fn18',
  };

  it.each(['', '{', 'null', '[]', '7', '"x"', '{}', '{"type":7}', '\u0000'])('%j', (text) => {
    expect(['not-json', 'not-an-event']).toContain(reasonOf(text));
  });

  it.each(['constructor', '__proto__', 'toString', 'mcp_list_tools.completed', 'x'])(
    'a type %j is of no use',
    (type) => {
      expect(reasonOf(`{"type":${JSON.stringify(type)}}`)).toBe('unused');
    },
  );

  it.each([
    { ...audio, delta: 'fn1' },
    { ...audio, delta: '' },
    { ...audio, delta: 'fn"8' },
    { ...audio, delta: '====' },
    { ...audio, delta: 'f=n8' },
    { ...audio, delta: 7 },
    { ...audio, item_id: 7 },
    { ...audio, item_id: '' },
    { ...audio, item_id: 'x'.repeat(513) },
    { ...audio, response_id: undefined },
    { ...audio, content_index: 0.5 },
    { ...audio, content_index: -1 },
    { type: 'input_audio_buffer.speech_started', item_id: 'item_1', audio_start_ms: '12' },
    { type: 'input_audio_buffer.speech_started', item_id: 'item_1', audio_start_ms: -1 },
    { type: 'input_audio_buffer.speech_stopped', item_id: 'item_1' },
    { type: 'response.created' },
    { type: 'response.done', response: { status: 'completed' } },
    { type: 'response.output_item.done', response_id: 'resp_1', item: null },
    {
      type: 'response.output_item.done',
      response_id: 'resp_1',
      item: { type: 'function_call', status: 'completed', name: 'x', call_id: 'c', arguments: {} },
    },
    { type: 'error', error: 'x' },
    { type: 'conversation.item.added', item: 'x' },
  ])('a wrong field is not handed on: %j', (event) => {
    expect(reasonOf(event)).toBe('wrong-field');
  });

  it('a number too large for JSON is no number', () => {
    const text =
      '{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":1e999}';
    expect(reasonOf(text)).toBe('wrong-field');
  });

  it('audio without the index of its part belongs to the first', () => {
    expect(reasonOf({ ...audio, content_index: undefined })).toMatchObject({ contentIndex: 0 });
  });

  it('a reply with an unknown ending failed, so that nobody waits for it', () => {
    const event = { type: 'response.done', response: { id: 'resp_1', status: 'in_progress' } };
    expect(reasonOf(event)).toMatchObject({ status: 'failed', calls: [] });
  });

  it('cached tokens are never more than the tokens they are a part of', () => {
    const details = { text_tokens: 10, audio_tokens: 5, cached_tokens: 12 };
    const usage = { input_tokens: 15, output_tokens: 'x', input_token_details: details };
    const response = { id: 'resp_1', status: 'completed', usage };
    expect(reasonOf({ type: 'response.done', response })).toMatchObject({
      usage: { cachedTextTokens: 10, cachedAudioTokens: 0, outputTokens: 0 },
    });
  });

  it('deep nesting and megabytes are survived', () => {
    expect(reasonOf('['.repeat(200_000))).toBe('not-json');
    expect(reasonOf({ ...audio, delta: 'A'.repeat(8 << 20) })).toMatchObject({ type: 'audio' });
    expect(reasonOf({ ...audio, delta: `${'A'.repeat(8 << 20)}AA"A` })).toBe('wrong-field');
  });

  it('whatever replaces a value in a real event, nothing throws and nothing of a wrong type comes out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.nat({ max: 60 }),
        fc.jsonValue(),
        (line, which, value) => {
          const broken = JSON.stringify(replaceNth(JSON.parse(line), which, value));
          const { event } = parseServerEvent(Buffer.from(broken));
          for (const [key, field] of Object.entries(event ?? {})) expectType(key, field);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('whatever the bytes, nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(...lines), fc.nat(), (bytes, line, at) => {
        expect(parseServerEvent(Buffer.from(bytes))).toBeDefined();
        expect(parseServerEvent(Buffer.from(line).subarray(0, at % line.length))).toBeDefined();
      }),
    );
  });
});

/** Replaces the n-th value met on a walk through a JSON value. */
function replaceNth(root: unknown, which: number, value: unknown): unknown {
  let count = -1;
  const walk = (node: unknown): unknown => {
    count += 1;
    if (count === which) return value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, walk(part)]));
  };
  return walk(root);
}

const numbers = new Set(['audioStartMs', 'audioEndMs', 'contentIndex']);
const mayBeAbsent = new Set(['inputFormat', 'outputFormat']);

function expectType(key: string, field: unknown): void {
  if (numbers.has(key)) expect(Number.isFinite(field)).toBe(true);
  else if (key === 'calls') {
    for (const call of field as object[]) {
      expect(Object.values(call).map((part) => typeof part)).toEqual([
        'string',
        'string',
        'string',
      ]);
    }
  } else if (key === 'usage') {
    expect(Object.values(field as object).every((part) => Number.isFinite(part))).toBe(true);
  } else if (!(mayBeAbsent.has(key) && field === undefined)) expect(typeof field).toBe('string');
}

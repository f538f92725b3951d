import { createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  openRealtimeSession,
  type RealtimeListener,
  type RealtimeOptions,
  type RealtimeSession,
} from '../../src/openai/realtime-session.ts';
import type { RealtimeSettings } from '../../src/openai/session-update.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Metrics } from '../../src/platform/metrics.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import {
  type ModelConversation,
  type ScriptedModel,
  type ScriptedModelOptions,
  startScriptedModel,
} from '../support/scripted-model.ts';

const settings: RealtimeSettings = {
  instructions: 'Você atende a clínica.',
  voice: 'marin',
  speed: 1,
  noiseReduction: 'near_field',
  maxOutputTokens: 4096,
  turnDetection: {
    type: 'server_vad',
    threshold: 0.6,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
  },
  transcription: { model: 'gpt-transcribe', language: 'pt' },
  tools: [],
};

type Told = { [K in keyof RealtimeListener]: [K, ...Parameters<RealtimeListener[K]>] };
type Call = Told[keyof RealtimeListener];

interface Opened {
  session: RealtimeSession;
  /** What the listener was told, in order. */
  told: Call[];
  counted: Record<string, number>;
  logged: string[];
  named<K extends keyof RealtimeListener>(name: K): Parameters<RealtimeListener[K]>[0][];
  until(name: keyof RealtimeListener, count?: number): Promise<void>;
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: ScriptedModelOptions): Promise<ScriptedModel> {
  const model = await startScriptedModel(options);
  cleanups.push(() => model.close());
  return model;
}

const listenerNames = [
  'onReady',
  'onSpeechStarted',
  'onSpeechStopped',
  'onCallerItem',
  'onCallerTranscript',
  'onReplyCreated',
  'onReplyItem',
  'onAudio',
  'onReplyText',
  'onToolCall',
  'onReplyDone',
  'onReplyRefused',
  'onError',
  'onClosed',
] as const satisfies (keyof RealtimeListener)[];

function open(
  url: string,
  options: Partial<RealtimeOptions> = {},
  react: (call: Call) => void = () => {},
): Opened {
  const told: Call[] = [];
  const counted: Record<string, number> = {};
  const logged: string[] = [];
  const listener = Object.fromEntries(
    listenerNames.map((name) => [
      name,
      (event?: never) => {
        const call = (event === undefined ? [name] : [name, event]) as Call;
        told.push(call);
        react(call);
      },
    ]),
  ) as unknown as RealtimeListener;
  const count: Metrics['count'] = (name, labels, by = 1) => {
    const key = [name, ...Object.values(labels ?? {})].join(' ');
    counted[key] = (counted[key] ?? 0) + by;
  };
  const metrics = { count, set: () => {}, observe: () => {}, render: async () => '' };
  const log = createLog('debug', { write: (line: string) => logged.push(line) });
  const session = openRealtimeSession(listener, {
    url,
    apiKey: 'sk-test',
    model: 'gpt-realtime-2.1',
    settings,
    log,
    metrics,
    ...options,
  });
  cleanups.push(() => session.close());
  const named = (name: string) => told.filter((call) => call[0] === name).map((call) => call[1]);
  const until = async (name: string, times = 1) => {
    await expect.poll(() => named(name).length, { timeout: 5_000, interval: 5 }).toBe(times);
  };
  return { session, told, counted, logged, named: named as Opened['named'], until };
}

interface Talk extends Opened {
  model: ScriptedModel;
  server: ModelConversation;
}

/** A session that is ready, and its server. */
async function talk(
  options: Partial<RealtimeOptions> = {},
  react?: (call: Call) => void,
  modelOptions?: ScriptedModelOptions,
): Promise<Talk> {
  const model = await start(modelOptions);
  const opened = open(model.url, options, react);
  const server = await model.nextConnection();
  await opened.until('onReady');
  return { ...opened, model, server };
}

const frame = (number: number) => markedAudio(1, 20, number).toString('base64');

describe('a session that opens', () => {
  it('authorises itself, keeps other query parameters, and speaks no beta', async () => {
    const model = await start();
    const opened = open(`${model.url}?intent=call`, { safetyIdentifier: 'hash' });
    await opened.until('onReady');
    const [upgrade] = model.upgrades;
    expect(upgrade?.url).toBe('/v1/realtime?intent=call&model=gpt-realtime-2.1');
    expect(upgrade?.headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'openai-safety-identifier': 'hash',
    });
    expect(upgrade?.headers).not.toHaveProperty('openai-beta');
    expect(upgrade?.headers).not.toHaveProperty('sec-websocket-extensions');
    expect(model.violations).toEqual([]);
  });

  it('sends its settings once and is ready when they are echoed', async () => {
    const { server, told } = await talk();
    expect(told).toEqual([['onReady']]);
    expect(server.counts()).toEqual({ 'session.update': 1 });
    expect(server.of('session.update')[0]?.event.event_id).toBe('evt_1');
  });

  it('sends the first words and commands in the order they came, and nothing before it is ready', async () => {
    const model = await start({ connectDelayMs: 50 });
    const opened = open(model.url);
    opened.session.addText('assistant', 'Bom dia.');
    opened.session.appendAudio(frame(0));
    opened.session.requestReply({ tag: 'greeting' });
    opened.session.appendAudio(frame(1));
    await opened.until('onReady');
    opened.session.appendAudio(frame(2));
    const server = await model.nextConnection();
    await server.waitFor(({ index }) => index === 5);
    expect(server.events.map(({ event }) => event.type)).toEqual([
      'session.update',
      'conversation.item.create',
      'input_audio_buffer.append',
      'response.create',
      'input_audio_buffer.append',
      'input_audio_buffer.append',
    ]);
    expect(readMarks(server.audioReceived()).map((mark) => mark.frame)).toEqual([0, 1, 2]);
    expect(model.violations).toEqual([]);
  });

  it('keeps the first 3 seconds of a caller who waits longer, and says how much is lost', async () => {
    const model = await start({ connectDelayMs: 50 });
    const opened = open(model.url);
    for (let i = 0; i < 200; i += 1) opened.session.appendAudio(frame(i));
    await opened.until('onReady');
    opened.session.appendAudio(frame(200));
    const server = await model.nextConnection();
    await server.waitFor(() => server.audioReceivedMs >= 3_020);
    const frames = readMarks(server.audioReceived()).map((mark) => mark.frame);
    expect(frames).toEqual([...Array.from({ length: 150 }).keys(), 200]);
    expect(opened.counted).toEqual({ 'model_error_total first-words-dropped': 1 });
    expect(opened.logged.join()).toContain('"droppedMs":1000');
  });

  it('keeps so many commands while it is not ready, and refuses a reply that no longer fits', async () => {
    const model = await start({ connectDelayMs: 50 });
    const opened = open(model.url);
    for (let i = 0; i < 256; i += 1) opened.session.addText('user', `linha ${i}`);
    opened.session.requestReply({ tag: 'too-late' });
    expect(opened.told).toEqual([]);
    await opened.until('onReady');
    expect(opened.named('onReplyRefused')).toEqual([
      { code: 'queue-full', requestTag: 'too-late' },
    ]);
    const server = await model.nextConnection();
    await server.waitFor(() => server.of('conversation.item.create').length === 256);
    expect(server.of('response.create')).toEqual([]);
  });
});

describe('a session that does not open', () => {
  const short = { connectMs: 150, configureMs: 150 };

  it.each([
    [{ upgradeStatus: 401 }, true, 'http-401'],
    [{ upgradeStatus: 403 }, true, 'http-403'],
    [
      { upgradeStatus: 429, upgradeBody: '{"error":{"code":"insufficient_quota"}}' },
      true,
      'insufficient_quota',
    ],
    [{ upgradeStatus: 429, upgradeBody: '{"error":{"code":"slow_down"}}' }, false, 'http-429'],
    [{ upgradeStatus: 500 }, false, 'http-500'],
    [{ blackHole: true }, false, 'connect-timeout'],
    [{ connectDelayMs: 10_000 }, false, 'connect-timeout'],
    [{ neverConfigure: true }, false, 'configure-timeout'],
    [{ wrongEcho: 'input' }, false, 'session-config'],
    [{ wrongEcho: 'output' }, false, 'session-config'],
    [{ refuseSettings: 'invalid_value' }, false, 'session-config'],
    [{ refuseSettings: 'insufficient_quota' }, true, 'insufficient_quota'],
  ] satisfies [ScriptedModelOptions, boolean, string][])(
    'because of %j: fatal is %s',
    async (options, fatal, code) => {
      const model = await start(options);
      const opened = open(model.url, short);
      opened.session.appendAudio(frame(0));
      opened.session.requestReply({ tag: 'greeting' });
      await opened.until('onClosed');
      expect(opened.told).toEqual([['onClosed', { fatal, code }]]);
      await Promise.all(model.connections.map((connection) => connection.closed));
      expect(model.connections.flatMap((c) => c.events.map((e) => e.event.type))).not.toContain(
        'input_audio_buffer.append',
      );
      expect(opened.logged.join()).not.toContain('sk-test');
    },
  );

  it('because nobody listens there', async () => {
    const model = await start();
    const { url } = model;
    await model.close();
    const opened = open(url, short);
    await opened.until('onClosed');
    expect(opened.told).toEqual([['onClosed', { fatal: false, code: 'connect-failed' }]]);
  });

  it.each([
    ['not an address', 'sk-test'],
    ['ws://127.0.0.1:1/', 'a key\nwith a line break'],
  ])('because %j with such a key cannot be asked at all', async (url, apiKey) => {
    const opened = open(url, { apiKey });
    expect(opened.told).toEqual([]);
    opened.session.appendAudio(frame(0));
    await opened.until('onClosed');
    expect(opened.named('onClosed')).toEqual([{ fatal: true, code: 'bad-address' }]);
    expect(opened.logged.join()).not.toContain('line break');
  });

  it('because a refusal never ends: what is known decides', async () => {
    const stuck = await listen((socket) => {
      socket.write('HTTP/1.1 429 Busy\r\nContent-Length: 100\r\n\r\n{"error"');
    });
    const opened = open(stuck);
    await opened.until('onClosed');
    expect(opened.named('onClosed')).toEqual([{ fatal: false, code: 'http-429' }]);
  });

  it('because a handshake trickles in: every byte does not win more time', async () => {
    const slow = await listen((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n');
      const timer = setInterval(() => socket.write('X-Pad: 1\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const opened = open(slow, short);
    await opened.until('onClosed');
    expect(opened.named('onClosed')).toEqual([{ fatal: false, code: 'connect-timeout' }]);
  });
});

/** A server that is no websocket server. */
async function listen(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}

describe('a conversation', () => {
  it('a turn of the caller and the reply to it are told in order', async () => {
    const { server, told, until, model } = await talk();
    const audio = markedAudio(9, 300);
    server.onReplyRequest(() => ({ say: { text: 'Claro, vejo já.', audio } }));
    const { itemId } = server.speechStarted(700);
    server.speechStopped({ audioEndMs: 1_500, transcript: 'Quero marcar.' });
    await until('onReplyDone');
    const names = told.map(([name]) => name);
    expect(names.filter((name, i) => name !== names[i - 2])).toEqual([
      'onReady',
      'onSpeechStarted',
      'onSpeechStopped',
      'onCallerItem',
      'onCallerTranscript',
      'onCallerTranscript',
      'onReplyCreated',
      'onReplyItem',
      'onReplyText',
      'onAudio',
      'onReplyDone',
    ]);
    expect(told[1]).toMatchObject(['onSpeechStarted', { audioStartMs: 700, itemId }]);
    expect(told[2]).toMatchObject(['onSpeechStopped', { audioEndMs: 1_500, itemId }]);
    expect(told[3]).toMatchObject(['onCallerItem', { itemId }]);
    expect(model.violations).toEqual([]);
  });

  it('audio and words of a reply arrive whole, under one reply and item', async () => {
    const { server, named, until } = await talk();
    const audio = markedAudio(9, 1_000);
    const ids = server.speak({ text: 'Bom dia, em que posso ajudar?', audio });
    await until('onReplyDone');
    const payloads = named('onAudio').map((e) => Buffer.from(e.payload, 'base64'));
    expect(Buffer.concat(payloads)).toEqual(audio);
    expect(
      named('onReplyText')
        .map((e) => e.delta)
        .join(''),
    ).toBe('Bom dia, em que posso ajudar?');
    for (const e of [...named('onAudio'), ...named('onReplyText')]) {
      expect(e).toMatchObject({ responseId: ids.responseId, itemId: ids.itemId, contentIndex: 0 });
    }
    expect(named('onReplyDone')[0]?.usage?.outputAudioTokens).toBe(20);
  });

  it('words of the caller come as one growing text, then final or failed', async () => {
    const { server, named, until } = await talk();
    const first = server.speechStopped().itemId;
    server.transcriptDelta(first, 'Bom');
    server.transcriptDelta('item_other', 'x');
    server.transcriptDelta(first, ' dia');
    const second = server.speechStopped({ transcript: null }).itemId;
    await until('onCallerTranscript', 4);
    expect(named('onCallerTranscript')).toMatchObject([
      { itemId: first, text: 'Bom', status: 'partial' },
      { itemId: 'item_other', text: 'x', status: 'partial' },
      { itemId: first, text: 'Bom dia', status: 'partial' },
      { itemId: second, text: '', status: 'failed' },
    ]);
  });

  it('a reply that we asked for is known by its tag from beginning to end', async () => {
    const { server, session, named, until, model } = await talk();
    session.requestReply({ tag: 'greeting', instructions: 'Cumprimente.', toolChoice: 'none' });
    await until('onReplyDone');
    expect(named('onReplyCreated')).toMatchObject([{ requestTag: 'greeting' }]);
    expect(named('onReplyDone')).toMatchObject([{ requestTag: 'greeting', status: 'completed' }]);
    expect(server.of('response.create')[0]?.event.response).toEqual({
      metadata: { tag: 'greeting' },
      instructions: 'Cumprimente.',
      tool_choice: 'none',
    });
    expect(model.violations).toEqual([]);
  });

  it('a server that repeats the tag only at the beginning is understood as well', async () => {
    const { server, named, until } = await talk();
    const response = { id: 'resp_a', metadata: { tag: 'greeting' } };
    server.raw({ type: 'response.created', response });
    server.raw({ type: 'response.done', response: { id: 'resp_a', status: 'completed' } });
    await until('onReplyDone');
    expect(named('onReplyDone')).toMatchObject([{ requestTag: 'greeting' }]);
  });

  it('every command reaches the model in its official shape', async () => {
    const { server, session, model, until } = await talk();
    const { itemId } = server.speak({ text: 'Bom dia.', audio: markedAudio(1, 500) });
    const { callId } = server.callTool({ name: 'find_slots', arguments: {} });
    await until('onToolCall');
    session.truncate(itemId, 0, 320.7);
    session.addToolOutput(callId, '{"ok":true}');
    session.addText('system', 'O paciente digitou 2.');
    session.deleteItem(itemId);
    session.requestReply({ tag: 'a' });
    session.cancelReply('resp_unknown');
    session.cancelReply();
    await server.waitFor(() => server.of('response.cancel').length === 2);
    expect(server.of('conversation.item.truncate')[0]?.event.audio_end_ms).toBe(320);
    expect(server.errors).toEqual(['response_cancel_not_active', 'response_cancel_not_active']);
    expect(model.violations).toEqual([]);
  });
});

describe('tools', () => {
  it('a call is handed over when its item is complete, before the reply is done, and once', async () => {
    const { server, named, told, until } = await talk();
    const call = { name: 'find_slots', arguments: { day: '2026-11-24' }, callId: 'call_1' };
    const { responseId } = server.callTool({ ...call, done: false });
    await until('onToolCall');
    expect(told.map(([name]) => name)).not.toContain('onReplyDone');
    server.finish();
    await until('onReplyDone');
    server.callTool(call);
    await until('onReplyDone', 2);
    expect(named('onToolCall')).toEqual([
      { responseId, callId: 'call_1', name: 'find_slots', argumentsJson: '{"day":"2026-11-24"}' },
    ]);
  });

  it('a call that is only named in the finished reply is handed over before its end', async () => {
    const { server, told, until } = await talk();
    const output = [
      { type: 'function_call', status: 'completed', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    server.raw({ type: 'response.done', response: { id: 'r', status: 'completed', output } });
    await until('onReplyDone');
    expect(told.slice(1).map(([name]) => name)).toEqual(['onToolCall', 'onReplyDone']);
  });

  it.each(['cancelled', 'failed', 'incomplete'])(
    'a call that is only named in a %s reply is not handed over',
    async (status) => {
      const { server, named, until } = await talk();
      const output = [
        { type: 'function_call', status: 'completed', call_id: 'c', name: 'f', arguments: '{}' },
      ];
      server.raw({ type: 'response.done', response: { id: 'r', status, output } });
      await until('onReplyDone');
      expect(named('onToolCall')).toEqual([]);
    },
  );

  it('a call that the caller cut off is not handed over', async () => {
    const { server, named, until } = await talk();
    server.callTool({ name: 'f', arguments: '{"day":', status: 'incomplete', done: false });
    server.speechStarted();
    await until('onReplyDone');
    expect(named('onReplyDone')).toMatchObject([{ status: 'cancelled', reason: 'turn_detected' }]);
    expect(named('onToolCall')).toEqual([]);
  });

  it('a storm of calls is handed over up to its limit', async () => {
    const { server, named, until, counted } = await talk();
    for (let i = 0; i < 1_010; i += 1) server.callTool({ name: 'f', arguments: {} });
    await until('onReplyDone', 1_010);
    expect(named('onToolCall').length).toBe(1_000);
    expect(counted['model_error_total tool-calls-exceeded']).toBeGreaterThan(0);
  });
});

describe('errors of the model', () => {
  it('a second reply while one is active is refused by its tag', async () => {
    const { server, session, named, until, counted } = await talk();
    server.onReplyRequest(() => 'hold');
    session.requestReply({ tag: 'first' });
    session.requestReply({ tag: 'second' });
    await until('onReplyRefused');
    const code = 'conversation_already_has_active_response';
    expect(named('onReplyRefused')).toEqual([{ code, requestTag: 'second' }]);
    expect(counted).toEqual({ [`model_error_total ${code}`]: 1 });
  });

  it('such a refusal without the id of our event is about the newest request', async () => {
    const { server, session, named, until } = await talk();
    server.onReplyRequest(({ tag }) => (tag === 'first' ? 'hold' : undefined));
    session.requestReply({ tag: 'first' });
    await until('onReplyCreated');
    server.error({ code: 'conversation_already_has_active_response' });
    await until('onError');
    expect(named('onReplyRefused')).toEqual([]);
    session.requestReply({ tag: 'second' });
    await until('onReplyRefused');
    expect(named('onReplyRefused')).toMatchObject([{ requestTag: 'second' }]);
  });

  it('a refusal names what was refused, and the session goes on', async () => {
    const { server, session, named, until, counted } = await talk();
    server.onReplyRequest(({ tag }) =>
      tag === 'a' ? { refuse: 'rate_limit_exceeded' } : undefined,
    );
    session.requestReply({ tag: 'a' });
    session.cancelReply();
    session.truncate('item_unknown', 0, 10);
    server.error({ code: 'cannot_update_voice' });
    server.error({ code: 'Something nobody has heard of' });
    await until('onError', 4);
    expect(named('onReplyRefused')).toEqual([{ code: 'rate_limit_exceeded', requestTag: 'a' }]);
    expect(named('onError')).toEqual(
      expect.arrayContaining([
        { code: 'response_cancel_not_active', eventType: 'response.cancel' },
        { code: 'item_truncate_invalid_item_id', eventType: 'conversation.item.truncate' },
        { code: 'cannot_update_voice' },
        { code: 'Something nobody has heard of' },
      ]),
    );
    expect(counted['model_error_total other']).toBe(1);
    session.requestReply({ tag: 'b' });
    await until('onReplyDone');
  });

  it.each([
    ['insufficient_quota', true],
    ['invalid_api_key', true],
    ['account_deactivated', true],
    ['billing_hard_limit_reached', true],
    ['session_expired', false],
  ])('%s ends the session: fatal is %s', async (code, fatal) => {
    const { server, named, until } = await talk();
    server.error({ code });
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal, code }]);
    expect(named('onError')).toEqual([]);
    await server.closed;
  });

  it('a reply that fails is told with its code; on an empty account the session ends behind it', async () => {
    const { server, session, told, named, until } = await talk();
    server.onReplyRequest(({ count }) => ({
      end: { failed: count === 1 ? 'rate_limit_exceeded' : 'insufficient_quota' },
    }));
    session.requestReply({ tag: 'a' });
    await until('onReplyDone');
    session.requestReply({ tag: 'b' });
    await until('onClosed');
    expect(named('onReplyDone')).toMatchObject([
      { status: 'failed', errorCode: 'rate_limit_exceeded', requestTag: 'a' },
      { status: 'failed', errorCode: 'insufficient_quota', requestTag: 'b' },
    ]);
    expect(told.at(-1)).toEqual(['onClosed', { fatal: true, code: 'insufficient_quota' }]);
  });
});

describe('a server that sends rubbish', () => {
  it('is survived, counted, and the next good message is heard', async () => {
    const { server, until, counted, logged, told } = await talk();
    const rubbish = ['', '{', '[]', '{"type":"response.output_audio.delta"}', '['.repeat(100_000)];
    for (const text of rubbish) server.raw(text);
    server.raw(Buffer.from([0xff, 0xfe, 0x00]));
    server.raw({ type: 'some.new.event', surprising: true });
    server.raw({ type: 'constructor' });
    server.speechStarted(0);
    await until('onSpeechStarted');
    expect(told.length).toBe(2);
    expect(counted).toEqual({ model_frame_invalid_total: 6 });
    expect(logged.filter((line) => line.includes('unreadable')).length).toBe(1);
  });

  it('audio that comes before the settings were accepted is not telephone audio', async () => {
    const model = await start({ neverConfigure: true });
    const opened = open(model.url, { configureMs: 100 });
    const server = await model.nextConnection();
    server.speak({ text: 'Hello', audio: markedAudio(1, 100) });
    await opened.until('onClosed');
    expect(opened.told.map(([name]) => name)).toEqual(['onClosed']);
  });

  it('a message beyond 16 MiB ends the session, which may be opened again', async () => {
    const { server, named, until } = await talk();
    server.raw('x'.repeat((16 << 20) + 1));
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal: false, code: 'lost' }]);
  });

  it('a call that fails while it listens keeps its session and all later messages', async () => {
    const { server, named, until, logged } = await talk({}, ([name]) => {
      if (name !== 'onReady') throw new Error('a fault of the call');
    });
    server.callTool({ name: 'f', arguments: {} });
    server.speak({ text: 'Oi.', audio: markedAudio(1, 20) });
    await until('onReplyDone', 2);
    expect(named('onToolCall').length).toBe(1);
    server.close(1011);
    await until('onClosed');
    expect(logged.some((line) => line.includes('A call failed'))).toBe(true);
  });
});

describe('the end of a session', () => {
  it('we close it: nothing is told but that, once, and the server sees a clean close', async () => {
    const { server, session, told, until } = await talk();
    server.speak({ text: 'Um dois', audio: markedAudio(1, 4_000), intervalMs: 5 });
    await until('onReplyItem');
    session.close();
    session.close();
    const before = told.length;
    session.appendAudio(frame(0));
    session.requestReply({ tag: 'a' });
    expect(await server.closed).toMatchObject({ code: 1000 });
    await until('onClosed');
    expect(told.slice(before)).toEqual([['onClosed', { fatal: false, code: 'closed-by-us' }]]);
    expect(server.counts()).toEqual({ 'session.update': 1 });
  });

  it('we close it while it is still connecting', async () => {
    const model = await start({ blackHole: true });
    const opened = open(model.url);
    await expect.poll(() => model.upgrades.length).toBe(1);
    opened.session.close();
    await opened.until('onClosed');
    expect(opened.told).toEqual([['onClosed', { fatal: false, code: 'closed-by-us' }]]);
  });

  it('we close it from within one of its messages', async () => {
    const react: { close?: () => void } = {};
    const { server, session, told, until } = await talk({}, () => react.close?.());
    react.close = () => session.close();
    server.speechStarted(0);
    await until('onClosed');
    expect(told.map(([name]) => name)).toEqual(['onReady', 'onSpeechStarted', 'onClosed']);
  });

  it('we close it while a message is told: the rest of that message is not', async () => {
    const react: { close?: () => void } = {};
    const { server, session, told, until } = await talk({}, () => react.close?.());
    react.close = () => session.close();
    const output = [
      { type: 'function_call', status: 'completed', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    server.raw({ type: 'response.done', response: { id: 'r', status: 'completed', output } });
    await until('onClosed');
    expect(told.map(([name]) => name)).toEqual(['onReady', 'onToolCall', 'onClosed']);
  });

  it('we close it, and what the server still says does not change why', async () => {
    const { server, session, named, until } = await talk();
    session.close();
    server.error({ code: 'insufficient_quota' });
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal: false, code: 'closed-by-us' }]);
  });

  it('a server that does not answer our close is cut off', async () => {
    const { server, session, until } = await talk();
    server.stopReading();
    const startedAt = performance.now();
    session.close();
    await until('onClosed');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each([
    [1000, '', false, 'closed-1000'],
    [1001, 'Your session hit the maximum duration of 60 minutes.', false, 'session_expired'],
    [1011, 'internal', false, 'closed-1011'],
    [3000, 'invalid_request_error.invalid_api_key', true, 'invalid_api_key'],
  ])('the server closes it with %i %j: fatal is %s', async (closeCode, reason, fatal, code) => {
    const { server, told, until, session } = await talk();
    server.close(closeCode, reason);
    await until('onClosed');
    session.appendAudio(frame(0));
    session.close();
    expect(told.slice(1)).toEqual([['onClosed', { fatal, code }]]);
  });

  it('the connection breaks without a word', async () => {
    const { server, named, until } = await talk();
    server.terminate();
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal: false, code: 'closed-1006' }]);
  });

  it('a server that no longer answers pings is dead', async () => {
    const beat = { pingMs: 30, pongMs: 60 };
    const { named, until } = await talk(beat, undefined, { ignorePings: true });
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal: false, code: 'no-pong' }]);
  });

  it('a server that answers pings, or talks instead, is alive', async () => {
    const beat = { pingMs: 50, pongMs: 400 };
    const answering = await talk(beat);
    const talking = await talk(beat, undefined, { ignorePings: true });
    talking.server.speak({
      text: 'a b c',
      audio: markedAudio(1, 2_000),
      chunkBytes: 160,
      intervalMs: 10,
    });
    await talking.until('onReplyDone');
    expect(talking.named('onClosed')).toEqual([]);
    expect(answering.named('onClosed')).toEqual([]);
  });

  it('a server that stops reading is given up once a megabyte waits for it', async () => {
    const { server, session, named, until } = await talk();
    server.stopReading();
    const text = 'x'.repeat(200_000);
    // Loopback holds some megabytes by itself; what comes on top waits here.
    for (let i = 0; i < 200 && named('onClosed').length === 0; i += 1) {
      session.addText('user', text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('onClosed');
    expect(named('onClosed')).toEqual([{ fatal: false, code: 'backlog' }]);
  });

  it('wherever it ends, it ends once and last', async () => {
    const model = await start();
    const endings = [
      (server: ModelConversation) => server.terminate(),
      (server: ModelConversation) => server.close(1011),
      (server: ModelConversation) => server.error({ code: 'insufficient_quota' }),
      (_: ModelConversation, session: RealtimeSession) => session.close(),
    ];
    const anyEndings = fc.array(fc.constantFrom(...endings), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(anyEndings, fc.nat({ max: 3 }), async (chosen, turns) => {
        const opened = open(model.url);
        const server = await model.nextConnection();
        if (turns > 0) await opened.until('onReady');
        for (let i = 1; i < turns; i += 1) server.speechStarted(i);
        for (const end of chosen) end(server, opened.session);
        await server.closed;
        await opened.until('onClosed');
        expect(opened.told.at(-1)?.[0]).toBe('onClosed');
        expect(opened.named('onClosed').length).toBe(1);
      }),
      { numRuns: 30 },
    );
  });
});

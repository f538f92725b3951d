import { once } from 'node:events';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { schemaAvailable } from '../support/realtime-schema.ts';
import {
  type ModelConversation,
  type ScriptedModel,
  type ScriptedModelOptions,
  startScriptedModel,
} from '../support/scripted-model.ts';

type Wire = { type: string; [key: string]: unknown };

const running: ScriptedModel[] = [];
const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await Promise.all(running.splice(0).map((model) => model.close()));
});

async function start(options?: ScriptedModelOptions): Promise<ScriptedModel> {
  const model = await startScriptedModel(options);
  running.push(model);
  return model;
}

function connect(model: ScriptedModel, headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`${model.url}?model=gpt-realtime-2.1`, {
    headers: { Authorization: 'Bearer sk-test', ...headers },
  });
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

const telephone = { format: { type: 'audio/pcmu' } };
const settings = {
  type: 'session.update',
  session: { type: 'realtime', audio: { input: telephone, output: telephone } },
};

interface Client {
  model: ScriptedModel;
  server: ModelConversation;
  heard: Wire[];
  say(event: object): void;
  /** Resolves once the server has answered everything said so far. */
  settle(): Promise<void>;
}

async function converse(options?: ScriptedModelOptions, first: object = settings): Promise<Client> {
  const model = await start(options);
  const socket = connect(model);
  const heard: Wire[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  await once(socket, 'open');
  const server = await model.nextConnection();
  const say = (event: object) => socket.send(JSON.stringify(event));
  const settle = async () => {
    socket.ping();
    await once(socket, 'pong');
  };
  say(first);
  await settle();
  return { model, server, heard, say, settle };
}

const typesOf = (heard: Wire[]) => heard.map((event) => event.type);
const codesOf = (heard: Wire[]) =>
  heard.filter((e) => e.type === 'error').map((e) => (e.error as { code: string }).code);

describe('a client that is admitted, or not', () => {
  it('one with the beta header is refused and written down', async () => {
    const model = await start();
    const socket = connect(model, { 'OpenAI-Beta': 'realtime=v1' });
    const [, response] = await once(socket, 'unexpected-response');
    expect(response.statusCode).toBe(400);
    expect(model.violations).toEqual(['upgrade with the OpenAI-Beta header']);
  });

  it('a scripted refusal arrives with its body, and later connections may be let in', async () => {
    const model = await start({ upgradeStatus: 429, upgradeBody: '{"error":{}}' });
    const [, response] = await once(connect(model), 'unexpected-response');
    const body = await response.toArray();
    expect([response.statusCode, Buffer.concat(body).toString()]).toEqual([429, '{"error":{}}']);
    model.set({ upgradeStatus: undefined });
    await once(connect(model), 'open');
    expect(model.upgrades.length).toBe(2);
    expect(model.violations).toEqual([]);
  });

  it('a model that was closed has freed black holes and open connections', async () => {
    const model = await start();
    await once(connect(model), 'open');
    model.set({ blackHole: true });
    const waiting = connect(model);
    await expect.poll(() => model.upgrades.length).toBe(2);
    const closed = new Promise((resolve) => waiting.on('close', resolve));
    await model.close();
    await closed;
    expect(model.connections.every((connection) => connection.isClosed)).toBe(true);
  });
});

describe('settings', () => {
  it('are merged into the session and echoed', async () => {
    const { heard, server, model } = await converse();
    expect(typesOf(heard)).toEqual(['session.created', 'session.updated']);
    expect(heard[1]?.session).toMatchObject({
      model: 'gpt-realtime-2.1',
      audio: { input: telephone, output: { ...telephone, voice: 'alloy' } },
    });
    expect(server.session.audio.input.format).toEqual({ type: 'audio/pcmu' });
    expect(model.violations).toEqual([]);
  });

  it.each([
    [{ audio: { input: telephone, output: telephone } }, 'missing_required_parameter'],
    [{ ...settings.session, voice: 'alloy' }, 'unknown_parameter'],
    [{ ...settings.session, temperature: 0.8 }, 'unknown_parameter'],
  ])('of the beta shape are refused and written down: %j', async (session, code) => {
    const { heard, model } = await converse({}, { type: 'session.update', session });
    expect(codesOf(heard)).toEqual([code]);
    expect(model.violations.join()).toContain(code);
  });

  it('may be echoed wrong, refused or not answered, as scripted', async () => {
    const wrong = await converse({ wrongEcho: true });
    expect(wrong.heard.at(-1)).toMatchObject({
      session: { audio: { output: { format: { type: 'audio/pcm', rate: 24_000 } } } },
    });
    const refused = await converse({ refuseSettings: 'invalid_value' });
    expect(codesOf(refused.heard)).toEqual(['invalid_value']);
    const silent = await converse({ neverConfigure: true });
    expect(typesOf(silent.heard)).toEqual(['session.created']);
  });

  it('may not carry a voice again after the first audio', async () => {
    const { server, say, settle, heard } = await converse();
    server.speak({ text: 'Oi.', audio: markedAudio(1, 20) });
    const output = { ...telephone, voice: 'marin' };
    say({ type: 'session.update', session: { type: 'realtime', audio: { output } } });
    await settle();
    expect(codesOf(heard)).toEqual(['cannot_update_voice']);
  });
});

describe('what a careless client does is written down', () => {
  it('audio and commands before the settings were accepted', async () => {
    const early = { type: 'input_audio_buffer.append', audio: 'fn18' };
    const { server } = await converse({}, early);
    expect(server.violations).toEqual(['input_audio_buffer.append before session.updated']);
  });

  it('audio that is not base64', async () => {
    const { server, say, settle } = await converse();
    say({ type: 'input_audio_buffer.append', audio: 'fn1' });
    say({ type: 'input_audio_buffer.append', audio: 'fn18', beta: 1 });
    await settle();
    expect(server.violations).toEqual([
      'append without canonical base64 audio',
      'append with unknown keys beta',
    ]);
  });

  it('a tool output for a call that nobody made, or twice for one', async () => {
    const { server, say, settle } = await converse();
    server.callTool({ name: 'find_slots', arguments: {}, callId: 'call_1' });
    const output = (call_id: string) => ({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: '{}' },
    });
    say(output('call_1'));
    say(output('call_1'));
    say(output('call_9'));
    await settle();
    expect(server.violations).toEqual([
      'function_call_output for a call that has its output',
      'function_call_output for an unknown call',
    ]);
  });

  it.skipIf(!schemaAvailable)('a key that the schema does not know', async () => {
    const { server, say, settle } = await converse();
    say({ type: 'response.create', response: { modalities: ['audio'] } });
    await settle();
    expect(server.violations.join()).toContain('modalities');
  });
});

describe('a reply', () => {
  it('is a legal sequence with all of its audio and words', async () => {
    const { server, heard, settle, model } = await converse();
    const audio = markedAudio(7, 600);
    const { responseId, itemId } = server.speak({ text: 'Bom dia, tudo bem?', audio });
    await settle();
    const types = typesOf(heard).slice(2);
    expect(types.filter((type, i) => type !== types[i - 2] || !type.includes('delta'))).toEqual([
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    const deltas = heard.filter((e) => e.type === 'response.output_audio.delta');
    expect(deltas.length).toBeGreaterThan(1);
    expect(Buffer.concat(deltas.map((e) => Buffer.from(String(e.delta), 'base64')))).toEqual(audio);
    const words = heard.filter((e) => e.type === 'response.output_audio_transcript.delta');
    expect(words.map((e) => e.delta).join('')).toBe('Bom dia, tudo bem?');
    expect(heard.at(-1)).toMatchObject({
      response: { id: responseId, status: 'completed', output: [{ id: itemId }] },
    });
    expect(model.violations).toEqual([]);
  });

  it('that is asked for while another is active is refused', async () => {
    const { server, say, settle, heard } = await converse();
    server.onReplyRequest(() => 'hold');
    say({ type: 'response.create', event_id: 'evt_1' });
    say({ type: 'response.create', event_id: 'evt_2' });
    await settle();
    expect(heard.at(-1)).toMatchObject({
      error: { code: 'conversation_already_has_active_response', event_id: 'evt_2' },
    });
  });

  it('that is held goes on with further items, and carries the tag of who asked', async () => {
    const { server, say, settle, heard } = await converse();
    server.onReplyRequest(() => 'hold');
    say({ type: 'response.create', response: { metadata: { tag: 'greeting' } } });
    await settle();
    server.speak({ text: 'Um.', audio: markedAudio(1, 40), done: false });
    server.speak({ text: 'Dois.', audio: markedAudio(2, 40) });
    await settle();
    const { response } = heard.at(-1) as unknown as {
      response: { output: object[]; metadata: object };
    };
    expect(response.output.length).toBe(2);
    expect(response.metadata).toEqual({ tag: 'greeting' });
    expect(() => server.finish()).toThrow();
  });

  it('follows its script: words, then a tool, then failure or refusal', async () => {
    const { server, say, settle, heard } = await converse();
    const say1 = { text: 'Um momento.', audio: markedAudio(1, 40) };
    const call = { name: 'find_slots', arguments: { day: 'x' } };
    server.onReplyRequest(({ count }) => {
      if (count === 1) return { say: say1, call };
      return count === 2 ? { end: { failed: 'server_error' } } : { refuse: 'rate_limit_exceeded' };
    });
    for (let i = 0; i < 3; i += 1) say({ type: 'response.create' });
    await settle();
    const done = heard.filter((e) => e.type === 'response.done').map((e) => e.response);
    expect(done).toMatchObject([
      { status: 'completed', output: [{ type: 'message' }, { type: 'function_call' }] },
      { status: 'failed', output: [], status_details: { error: { code: 'server_error' } } },
    ]);
    expect(codesOf(heard)).toEqual(['rate_limit_exceeded']);
  });
});

describe('a caller who speaks', () => {
  it('interrupts the reply that is being made, and only a late delta still comes', async () => {
    const { server, heard, settle, model } = await converse();
    server.speak({ text: 'Um dois três', audio: markedAudio(1, 4_000), intervalMs: 50 });
    server.speechStarted(1_000, { lateAudio: markedAudio(2, 20) });
    await settle();
    const from = typesOf(heard).indexOf('input_audio_buffer.speech_started');
    expect(typesOf(heard).slice(from)).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    expect(heard.at(-1)).toMatchObject({
      response: {
        status: 'cancelled',
        status_details: { reason: 'turn_detected' },
        output: [{ status: 'incomplete' }],
      },
    });
    expect(server.isReplying).toBe(false);
    expect(model.violations).toEqual([]);
  });

  it('is transcribed and answered when the turn ends', async () => {
    const { server, say, settle, heard } = await converse();
    const input = { transcription: { model: 'gpt-transcribe', language: 'pt' } };
    say({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    await settle();
    server.speechStarted();
    server.speechStopped({ transcript: 'Bom dia.', transcriptDelayMs: 5 });
    await expect.poll(() => typesOf(heard).at(-1)).toContain('transcription.completed');
    expect(typesOf(heard)).toContain('response.done');
    expect(heard.findLast((e) => e.type === 'response.created')).toMatchObject({
      response: { metadata: null },
    });
  });
});

describe('memory of what was said', () => {
  const truncate = (item_id: string, audio_end_ms: number) => ({
    type: 'conversation.item.truncate',
    event_id: `evt_${audio_end_ms}`,
    item_id,
    content_index: 0,
    audio_end_ms,
  });

  it('can be cut where there is audio, never beyond it, and not twice further out', async () => {
    const { server, say, settle, heard } = await converse();
    const { itemId } = server.speak({ text: 'Bom dia.', audio: markedAudio(1, 500) });
    say(truncate(itemId, 501));
    say(truncate(itemId, 500));
    say(truncate(itemId, 200));
    say(truncate(itemId, 300));
    say(truncate('item_x', 0));
    await settle();
    expect(heard.filter((e) => e.type === 'conversation.item.truncated').length).toBe(2);
    expect(codesOf(heard)).toEqual([
      'invalid_value',
      'invalid_value',
      'item_truncate_invalid_item_id',
    ]);
    expect(heard.find((e) => e.type === 'error')).toMatchObject({
      error: {
        message: 'Audio content of 500ms is already shorter than 501ms',
        event_id: 'evt_501',
      },
    });
  });

  it('of an item without audio cannot be cut, and cancelling nothing is refused', async () => {
    const { server, say, settle, heard } = await converse();
    const { itemId } = server.callTool({ name: 'x', arguments: {} });
    say(truncate(itemId, 0));
    say({ type: 'response.cancel' });
    await settle();
    expect(codesOf(heard)).toEqual(['invalid_value', 'response_cancel_not_active']);
  });

  it('items are added, deleted once, and refused when unknown', async () => {
    const { say, settle, heard } = await converse();
    const content = [{ type: 'input_text', text: 'Oi.' }];
    const item = { id: 'item_mine', type: 'message', role: 'user', content };
    say({ type: 'conversation.item.create', item });
    say({ type: 'conversation.item.delete', item_id: 'item_mine' });
    say({ type: 'conversation.item.delete', item_id: 'item_mine' });
    await settle();
    expect(typesOf(heard).slice(2)).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.deleted',
      'error',
    ]);
  });
});

describe('a test that waits for the client', () => {
  it('finds what came before, what comes later, and is told when it does not come', async () => {
    const { server, say } = await converse();
    const first = await server.waitFor('session.update');
    say({ type: 'input_audio_buffer.append', audio: 'fn18' });
    const second = await server.waitFor('input_audio_buffer.append', 1_000, first.index + 1);
    expect(second.event.audio).toBe('fn18');
    expect(server.audioReceived()).toEqual(Buffer.from('fn18', 'base64'));
    await expect(server.waitFor('response.create', 10)).rejects.toThrow('response.create');
    const waiting = expect(server.waitFor('response.create', 5_000)).rejects.toThrow('closed');
    server.terminate();
    await waiting;
  });
});

describe('audio that says where it comes from', () => {
  it('is read again from anywhere, in any surroundings', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 0xffffffff }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat({ max: 500 }),
        (id, frames, silence) => {
          const audio = Buffer.concat([Buffer.alloc(silence, 0xff), markedAudio(id, frames * 20)]);
          const marks = readMarks(audio);
          expect(marks.map((mark) => mark.frame)).toEqual(Array.from(marks.keys()));
          expect(marks.length).toBe(frames);
          expect(marks.every((mark) => mark.id === id && mark.bytes === 160)).toBe(true);
          expect(marks[0]?.offset).toBe(silence);
        },
      ),
    );
  });

  it('tells how much of a cut frame is left, and never holds silence', () => {
    const audio = markedAudio(3, 50);
    expect(readMarks(audio).map((mark) => mark.bytes)).toEqual([160, 160, 80]);
    expect(audio.includes(0xff) || audio.includes(0x7f)).toBe(false);
    const overwritten = Buffer.from(audio);
    overwritten.fill(0xff, 60);
    expect(readMarks(overwritten).map((mark) => mark.bytes)).toEqual([60]);
  });
});

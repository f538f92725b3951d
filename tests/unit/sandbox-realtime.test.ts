import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ulawSilence } from '../../src/audio/g711.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createPhrasebook, type Phrasebook } from '../../src/sandbox/phrasebook.ts';
import { type SandboxRealtime, startSandboxRealtime } from '../../src/sandbox/realtime-server.ts';
import { createSynthesiser, type Synthesiser } from '../../src/sandbox/synthesiser.ts';
import { schemaAvailable, validateServerEvent } from '../support/realtime-schema.ts';

const log = createLog('silent');
const clock = createClock();
let synthesiser: Synthesiser;
let phrasebook: Phrasebook;
let server: SandboxRealtime;
let slow: SandboxRealtime;

// biome-ignore lint/suspicious/noExplicitAny: events are read as their sender meant them, and checked against the schema
type Event = { type: string } & Record<string, any>;

const telephone = {
  type: 'realtime',
  instructions:
    'Você é Lia, assistente virtual da Clínica Aurora.\nAgora: 2026-11-21T10:00:00-03:00',
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'gpt-transcribe', language: 'pt' },
      turn_detection: { type: 'server_vad', threshold: 0.6, silence_duration_ms: 500 },
    },
    output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
  },
  tools: [
    'find_slots',
    'hold_slots',
    'choose_payment',
    'review_appointment',
    'confirm_appointment',
    'end_call',
  ].map((name) => ({ type: 'function', name, parameters: { type: 'object' } })),
};

/** Far longer than anything takes, even on a busy machine. */
const patienceMs = 15_000;

class Client {
  readonly events: Event[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => undefined;
  #read = 0;

  constructor(url: string, headers: Record<string, string> = { authorization: 'Bearer x' }) {
    this.socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data) => {
      this.events.push(JSON.parse(data.toString()));
      this.#wake();
    });
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  send(event: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(event));
  }

  /** The next event of this type after the last one waited for. */
  async next(type: string, matches: (event: Event) => boolean = () => true): Promise<Event> {
    const until = performance.now() + patienceMs;
    for (;;) {
      for (; this.#read < this.events.length; this.#read++) {
        const event = this.events[this.#read];
        if (event?.type === type && matches(event)) {
          this.#read += 1;
          return event;
        }
      }
      const left = until - performance.now();
      if (left <= 0) throw new Error(`no ${type}; last ${this.events.at(-1)?.type}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  hear(ulaw: Buffer): void {
    for (let at = 0; at < ulaw.length; at += 160) {
      const audio = ulaw.subarray(at, at + 160).toString('base64');
      this.send({ type: 'input_audio_buffer.append', audio });
    }
  }

  /** Says something as the patient, with the pause that ends a turn. */
  async say(text: string): Promise<void> {
    const ulaw = await synthesiser.speak(text, 'patient');
    phrasebook.learn(text, ulaw);
    this.hear(Buffer.concat([silence(300), ulaw, silence(800)]));
  }

  transcriptOf(done: Event): string {
    return done.response.output
      .filter((item: Event) => item.type === 'message')
      .map((item: Event) => item.content[0]?.transcript ?? '')
      .join(' ');
  }
}

const silence = (ms: number) => Buffer.alloc(ms * 8, ulawSilence);
const clients: Client[] = [];

async function open(at = server): Promise<Client> {
  const client = new Client(`${at.url}?model=gpt-realtime-2.1`);
  clients.push(client);
  await client.next('session.created');
  client.send({ type: 'session.update', session: telephone });
  await client.next('session.updated');
  return client;
}

async function refused(client: Client, event: Record<string, unknown>): Promise<Event> {
  client.send({ event_id: 'mine', ...event });
  const { error } = await client.next('error');
  expect(error.event_id).toBe('mine');
  return error;
}

beforeAll(async () => {
  synthesiser = createSynthesiser({ log });
  phrasebook = createPhrasebook();
  const parts = { synthesiser, phrasebook, clock, log };
  server = await startSandboxRealtime({
    ...parts,
    pace: { thinkingMs: 20, speed: 200, transcriptionMs: 10 },
  });
  slow = await startSandboxRealtime({
    ...parts,
    pace: { thinkingMs: 50, speed: 5, transcriptionMs: 10 },
  });
  await synthesiser.speak('Alô.');
}, 40_000);

afterEach(() => {
  for (const client of clients.splice(0)) {
    if (schemaAvailable) {
      const faults = client.events.flatMap((event) => validateServerEvent(withoutNulls(event)));
      expect([...new Set(faults)]).toEqual([]);
    }
    client.socket.terminate();
  }
});

afterAll(async () => {
  await server.close();
  await slow.close();
  await synthesiser.close();
});

/** The schema has no null for settings that are off; the API sends them so. */
function withoutNulls(event: Event): unknown {
  if (!event.type.startsWith('session.')) return event;
  return JSON.parse(JSON.stringify(event, (_, value) => (value === null ? undefined : value)));
}

describe('a connection', () => {
  it('without a key is refused before the upgrade', async () => {
    const socket = new WebSocket(`${server.url}?model=m`);
    const status = await new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(401);
  });

  it('with the beta header is told that the beta is over, and closed', async () => {
    const client = new Client(`${server.url}?model=m`, {
      authorization: 'Bearer x',
      'openai-beta': 'realtime=v1',
    });
    expect((await client.next('error')).error.code).toBe('beta_api_shape_disabled');
    expect(await client.closed).toEqual({
      code: 4000,
      reason: 'invalid_request_error.beta_api_shape_disabled',
    });
  });

  it('without a model is closed', async () => {
    const client = new Client(server.url);
    expect((await client.next('error')).error.code).toBe('missing_model');
    expect((await client.closed).code).toBe(4000);
  });

  it('is counted while it is open', async () => {
    // Connections of the tests before may still be closing.
    const count = () => expect.poll(() => server.connections, { timeout: 5_000 });
    await count().toBe(0);
    const client = await open();
    await open();
    await count().toBe(2);
    client.socket.close();
    await count().toBe(1);
  });
});

describe('session.update', () => {
  it('merges, echoes everything in force, and says when the session expires', async () => {
    const client = await open();
    client.send({
      type: 'session.update',
      session: { type: 'realtime', instructions: 'Só isto.' },
    });
    const { session } = await client.next('session.updated');
    expect(session.instructions).toBe('Só isto.');
    expect(session.model).toBe('gpt-realtime-2.1');
    expect(session.audio.input.format).toEqual({ type: 'audio/pcmu' });
    expect(session.audio.input.turn_detection).toEqual({
      type: 'server_vad',
      threshold: 0.6,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
      create_response: true,
      interrupt_response: true,
    });
    expect(session.tools).toHaveLength(6);
    expect(session.expires_at - clock.wallMs() / 1_000).toBeGreaterThan(3_500);
  });

  it.each([
    [{}, 'missing_required_parameter', 'session.type'],
    [{ type: 'realtime', modalities: ['text'] }, 'unknown_parameter', 'session.modalities'],
    [
      { type: 'realtime', input_audio_format: 'g711_ulaw' },
      'unknown_parameter',
      'session.input_audio_format',
    ],
    [
      { type: 'realtime', audio: { input: { format: 'g711_ulaw' } } },
      'invalid_type',
      'session.audio.input.format',
    ],
    [
      { type: 'realtime', audio: { output: { speed: 9 } } },
      'invalid_value',
      'session.audio.output.speed',
    ],
    [
      { type: 'realtime', tools: [{ type: 'function', name: 'x', strict: true }] },
      'unknown_parameter',
      'session.tools[0].strict',
    ],
  ])('%j is refused as %s and changes nothing', async (session, code, param) => {
    const client = await open();
    const error = await refused(client, { type: 'session.update', session });
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param });
    client.send({ type: 'session.update', session: { type: 'realtime' } });
    const after = await client.next('session.updated');
    expect(after.session.instructions).toBe(telephone.instructions);
  });

  it('may not change the voice once it was heard', async () => {
    const client = await open();
    client.send({ type: 'response.create' });
    await client.next('response.done');
    const session = { type: 'realtime', audio: { output: { voice: 'cedar' } } };
    const error = await refused(client, { type: 'session.update', session });
    expect(error.code).toBe('cannot_update_voice');
  });
});

describe('what is not an event', () => {
  it('is answered with an error, and the session goes on', async () => {
    const client = await open();
    client.socket.send('{');
    expect((await client.next('error')).error.code).toBe('invalid_json');
    client.socket.send(Buffer.from([1, 2, 3]));
    expect((await client.next('error')).error.code).toBe('invalid_json');
    expect((await refused(client, { type: 'response.made_up' })).code).toBe('invalid_value');
    const audio = 'not base64!';
    const error = await refused(client, { type: 'input_audio_buffer.append', audio });
    expect(error).toMatchObject({ code: 'invalid_value', param: 'audio' });
    client.send({ type: 'response.create' });
    await client.next('response.done');
  });
});

describe('a response', () => {
  it('greets with every event of the protocol, in order, in deltas of odd sizes', async () => {
    const client = await open();
    const from = client.events.length;
    const instructions = 'Diga exatamente: «Bom dia! Aqui é a Lia.»';
    client.send({ type: 'response.create', response: { instructions, metadata: { tag: 't1' } } });
    const done = await client.next('response.done');
    const types = client.events.slice(from).map(({ type }) => type);
    expect(types.filter((type, at) => type !== types[at - 1] && !type.endsWith('.delta'))).toEqual([
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    const deltas = client.events.filter(({ type }) => type === 'response.output_audio.delta');
    const sizes = deltas.map(({ delta }) => Buffer.from(delta, 'base64').length);
    expect(Math.max(...sizes)).toBe(1_111);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(1_000 * 8);
    const words = client.events.filter(
      ({ type }) => type === 'response.output_audio_transcript.delta',
    );
    expect(words.map(({ delta }) => delta).join('')).toBe('Bom dia! Aqui é a Lia.');
    expect(done.response).toMatchObject({ status: 'completed', metadata: { tag: 't1' } });
    const { usage } = done.response;
    const spokenMs = sizes.reduce((sum, size) => sum + size, 0) / 8;
    expect(usage.output_token_details.audio_tokens).toBe(Math.ceil(Math.floor(spokenMs) / 50));
    expect(usage.total_tokens).toBe(usage.input_tokens + usage.output_tokens);
  });

  it('is refused while another one is active, which goes on undisturbed', async () => {
    const client = await open();
    client.send({ type: 'response.create' });
    const { response } = await client.next('response.created');
    const error = await refused(client, { type: 'response.create' });
    expect(error.code).toBe('conversation_already_has_active_response');
    expect(error.message).toContain(response.id);
    expect((await client.next('response.done')).response.status).toBe('completed');
  });

  it('is cancelled by the client once; after that there is nothing to cancel', async () => {
    const client = await open(slow);
    client.send({ type: 'response.create' });
    await client.next('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    const { response } = await client.next('response.done');
    expect(response.status).toBe('cancelled');
    expect(response.status_details).toEqual({ type: 'cancelled', reason: 'client_cancelled' });
    expect(response.output[0].status).toBe('incomplete');
    const error = await refused(client, { type: 'response.cancel' });
    expect(error.code).toBe('response_cancel_not_active');
  });

  it('stops at its token limit', async () => {
    const client = await open();
    client.send({ type: 'response.create', response: { max_output_tokens: 20 } });
    const { response } = await client.next('response.done');
    expect(response.status).toBe('incomplete');
    expect(response.status_details.reason).toBe('max_output_tokens');
    expect(response.usage.output_token_details.audio_tokens).toBeLessThan(30);
  });

  it('in a session that was never configured is 24 kHz samples, three for each of ours', async () => {
    const client = new Client(`${server.url}?model=m`);
    clients.push(client);
    await client.next('session.created');
    client.send({ type: 'response.create' });
    const { delta } = await client.next('response.output_audio.delta');
    expect(Buffer.from(delta, 'base64')).toHaveLength(1_111 * 6);
    await client.next('response.done');
  });
});

describe('truncation', () => {
  it('beyond the audio there is changes nothing; within it the rest is forgotten', async () => {
    const client = await open();
    client.send({ type: 'response.create' });
    const { response } = await client.next('response.done');
    const item_id = response.output[0].id;
    const bytes = client.events
      .filter(({ type }) => type === 'response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0);
    const lengthMs = Math.floor(bytes / 8);
    const truncate = { type: 'conversation.item.truncate', item_id, content_index: 0 };
    const error = await refused(client, { ...truncate, audio_end_ms: lengthMs + 1 });
    expect(error.code).toBe('invalid_value');
    expect(error.message).toBe(
      `Audio content of ${lengthMs}ms is already shorter than ${lengthMs + 1}ms`,
    );
    client.send({ type: 'conversation.item.retrieve', item_id });
    const whole = await client.next('conversation.item.retrieved');
    expect(whole.item.content[0].transcript).toContain('Como posso ajudar?');
    client.send({ ...truncate, audio_end_ms: 500 });
    expect((await client.next('conversation.item.truncated')).audio_end_ms).toBe(500);
    client.send({ type: 'conversation.item.retrieve', item_id });
    const cut = await client.next('conversation.item.retrieved');
    expect(cut.item.content[0].transcript).toBeUndefined();
    expect((await refused(client, { ...truncate, audio_end_ms: 501 })).code).toBe('invalid_value');
    const unknown = await refused(client, { ...truncate, item_id: 'item_x', audio_end_ms: 0 });
    expect(unknown.code).toBe('item_truncate_invalid_item_id');
  });
});

describe('items', () => {
  it('are added after the one named, retrieved and deleted', async () => {
    const client = await open();
    const text = (id: string, after?: string) => ({
      type: 'conversation.item.create',
      ...(after ? { previous_item_id: after } : {}),
      item: {
        id,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'oi' }],
      },
    });
    client.send(text('a'));
    client.send(text('b'));
    client.send(text('c', 'a'));
    client.send(text('d', 'root'));
    const added = [];
    for (let at = 0; at < 4; at++) added.push(await client.next('conversation.item.added'));
    expect(added.map(({ previous_item_id }) => previous_item_id)).toEqual([null, 'a', 'a', null]);
    expect((await refused(client, text('a'))).code).toBe('invalid_value');
    client.send({ type: 'conversation.item.delete', item_id: 'a' });
    await client.next('conversation.item.deleted');
    const again = await refused(client, { type: 'conversation.item.delete', item_id: 'a' });
    expect(again.code).toBe('item_delete_invalid_item_id');
  });

  it('refuse assistant audio, which cannot be put back', async () => {
    const client = await open();
    const error = await refused(client, {
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_audio', transcript: 'x' }],
      },
    });
    expect(error.code).toBe('invalid_value');
  });

  it('accept one output for each call, and none for a call that was never made', async () => {
    const client = await open();
    const output = {
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: '{}' },
    };
    expect((await refused(client, output)).code).toBe('invalid_tool_call_id');
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call', call_id: 'call_1', name: 'end_call', arguments: '{}' },
    });
    client.send(output);
    await client.next('conversation.item.done', ({ item }) => item.type === 'function_call_output');
    expect((await refused(client, output)).code).toBe('invalid_value');
  });
});

describe('a caller', () => {
  it('is heard, understood, answered and transcribed', async () => {
    const client = await open();
    await client.say('Bom dia, quero marcar uma consulta.');
    const started = await client.next('input_audio_buffer.speech_started');
    const stopped = await client.next('input_audio_buffer.speech_stopped');
    const committed = await client.next('input_audio_buffer.committed');
    expect(started.audio_start_ms).toBeLessThan(200);
    expect(stopped.audio_end_ms).toBeGreaterThan(1_500);
    expect(stopped.item_id).toBe(started.item_id);
    expect(committed.item_id).toBe(started.item_id);
    const added = await client.next('conversation.item.added');
    expect(added.item).toMatchObject({ id: started.item_id, role: 'user' });
    const done = await client.next('response.done');
    expect(client.transcriptOf(done)).toBe('Certo. Qual consulta ou exame você deseja?');
    const transcribed = client.events.find(
      ({ type }) => type === 'conversation.item.input_audio_transcription.completed',
    );
    expect(transcribed).toMatchObject({
      item_id: started.item_id,
      transcript: 'Bom dia, quero marcar uma consulta.',
    });
  });

  it('who speaks over the agent cancels its response, after one late delta', async () => {
    const client = await open(slow);
    client.send({ type: 'response.create' });
    await client.next('response.output_audio.delta');
    await client.say('Quero uma consulta.');
    await client.next('input_audio_buffer.speech_started');
    const late = await client.next('response.output_audio.delta');
    const { response } = await client.next('response.done');
    expect(late.response_id).toBe(response.id);
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    });
    await client.next('response.created');
    const after = client.events.slice(client.events.findIndex((e) => e.type === 'response.done'));
    const next = await client.next('response.done');
    expect(next.response.status).toBe('completed');
    expect(
      after.some((e) => e.type === 'response.output_audio.delta' && e.response_id === response.id),
    ).toBe(false);
  });

  it('does not interrupt, and is not answered, where the settings say so', async () => {
    const client = await open(slow);
    const turn_detection = {
      type: 'server_vad',
      create_response: false,
      interrupt_response: false,
    };
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection } } },
    });
    await client.next('session.updated');
    client.send({ type: 'response.create' });
    await client.next('response.output_audio.delta');
    await client.say('Quero uma consulta.');
    await client.next('input_audio_buffer.committed');
    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(client.events.filter(({ type }) => type === 'response.created')).toHaveLength(1);
  });

  it('without turn detection is heard when the client commits, and not before', async () => {
    const client = await open();
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    await client.next('session.updated');
    const commit = { type: 'input_audio_buffer.commit' };
    expect((await refused(client, commit)).code).toBe('input_audio_buffer_commit_empty');
    await client.say('Quero uma consulta.');
    client.send(commit);
    await client.next('input_audio_buffer.committed');
    const { transcript } = await client.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(transcript).toBe('Quero uma consulta.');
    expect(client.events.some(({ type }) => type.includes('speech_'))).toBe(false);
  });

  it('makes an appointment from hello to goodbye, by voice alone', async () => {
    const client = await open();
    client.send({ type: 'response.create' });
    await client.next('response.done');
    const ask = async (text: string) => {
      await client.say(text);
      return client.next('response.done');
    };
    const callIn = (done: Event) =>
      done.response.output.find((item: Event) => item.type === 'function_call');
    const answered = async (done: Event, output: unknown) => {
      const { call_id } = callIn(done);
      const item = { type: 'function_call_output', call_id, output: JSON.stringify(output) };
      client.send({ type: 'conversation.item.create', item });
      client.send({ type: 'response.create' });
      return client.next('response.done');
    };
    await ask('Boa tarde, eu queria marcar uma consulta com o cardiologista.');
    await ask('Meu nome é Marina Duarte Lima.');
    const search = await ask('Pode ser na quinta-feira que vem, às dez da manhã.');
    expect(callIn(search)).toMatchObject({ name: 'find_slots', status: 'completed' });
    expect(JSON.parse(callIn(search).arguments).when).toContain('quinta-feira que vem');
    const slots = [{ slot: 's1', date: '2026-12-01', time: '14:00', spoken: 'terça às duas' }];
    const offer = await answered(search, { ok: true, message: 'Tenho terça às duas.', slots });
    expect(client.transcriptOf(offer)).toContain('Tenho terça às duas.');
    const hold = await ask('Pode ser.');
    expect(JSON.parse(callIn(hold).arguments)).toEqual({ slots: ['s1'] });
    await answered(hold, { ok: true, message: 'Guardei.' });
    await ask('Não, só essa.');
    const paid = await ask('Vai ser no PIX.');
    expect(JSON.parse(callIn(paid).arguments)).toEqual({ method: 'pix' });
    await answered(paid, { ok: true, message: 'O pagamento é no dia.' });
    const review = await ask('Doze de março de mil novecentos e oitenta e cinco.');
    expect(callIn(review).name).toBe('review_appointment');
    const missing = { ok: false, code: 'missing-rg', field: 'rg', message: 'Qual é o RG?' };
    expect(client.transcriptOf(await answered(review, missing))).toContain('RG');
    const again = await ask('É dois zero zero um, zero zero dois, zero zero três.');
    expect(JSON.parse(callIn(again).arguments)).toMatchObject({
      patient_name: 'Marina Duarte Lima',
      rg: expect.stringContaining('dois zero zero um'),
    });
    const message = 'Consulta na terça-feira às duas, para Marina Duarte Lima. Está tudo certo?';
    const summary = await answered(again, { ok: true, message });
    expect(client.transcriptOf(summary)).toContain('Marina Duarte Lima');
    // Interrupted early in the summary: the memory is cut, and her answer is understood all the same.
    client.send({
      type: 'conversation.item.truncate',
      item_id: summary.response.output[0].id,
      content_index: 0,
      audio_end_ms: 3_000,
    });
    await client.next('conversation.item.truncated');
    const confirmed = await ask('Sim, pode confirmar.');
    expect(callIn(confirmed)).toMatchObject({ name: 'confirm_appointment', status: 'completed' });
    const told = await answered(confirmed, { ok: true, message: 'Pronto, está agendado.' });
    expect(client.transcriptOf(told)).toContain('Pronto, está agendado.');
    const goodbye = await ask('Não, só isso, obrigada.');
    const types = goodbye.response.output.map((item: Event) => item.name ?? item.type);
    expect(types).toEqual(['message', 'end_call']);
  }, 60_000);

  it('is remembered by another session to which the conversation is told as text', async () => {
    const client = await open();
    const tell = (role: string, type: string, text: string) =>
      client.send({
        type: 'conversation.item.create',
        item: { type: 'message', role, content: [{ type, text }] },
      });
    tell('assistant', 'output_text', 'Olá! Como posso ajudar?');
    tell('user', 'input_text', 'Sou a Ana Lima, quero uma consulta com o cardiologista.');
    tell('assistant', 'output_text', 'Certo, Ana. Para que dia e horário você gostaria?');
    await client.say('Amanhã às nove.');
    const { response } = await client.next('response.done');
    const call = response.output.find((item: Event) => item.type === 'function_call');
    expect(JSON.parse(call.arguments)).toMatchObject({
      service: expect.stringContaining('cardiologista'),
      when: expect.stringMatching(/amanhã às nove/i),
    });
  });

  it('is not mixed up with another caller', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([
      one.say('Meu nome é Ana Lima e quero uma consulta com o cardiologista.'),
      two.say('Onde fica a clínica?'),
    ]);
    const [first, second] = await Promise.all([
      one.next('response.done'),
      two.next('response.done'),
    ]);
    expect(one.transcriptOf(first)).toContain('Para que dia');
    expect(two.transcriptOf(second)).toContain('recepção');
  });
});

describe('the ears', () => {
  const post = (body: string, type = 'application/json') =>
    fetch(server.url.replace('ws:', 'http:').replace('/v1/realtime', '/sandbox/phrases'), {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });

  it('learn phrases from another process', async () => {
    const text = 'Esta frase veio de outro processo.';
    const ulaw = await synthesiser.speak(text, 'patient');
    const response = await post(JSON.stringify({ text, audioBase64: ulaw.toString('base64') }));
    expect(response.status).toBe(204);
    expect(phrasebook.recognise(ulaw)).toBe(text);
  });

  it('refuse what is not a phrase, is too long, or may come from a web page', async () => {
    expect((await post('{}')).status).toBe(400);
    expect((await post('nonsense')).status).toBe(400);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    const tooLong = JSON.stringify({ text: 'x', audioBase64: 'A'.repeat(1_100_000) });
    const status = await post(tooLong).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await fetch(server.url.replace('ws:', 'http:'))).status).toBe(404);
  });
});

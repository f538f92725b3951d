import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import type { WebSocket } from 'ws';
import { type ClientEvent, ClientEventLog } from './client-event-log.ts';
import { markedAudio } from './marked-audio.ts';
import { validateClientEvent, validateServerEvent } from './realtime-schema.ts';
import {
  bytesPerMs,
  defaultChunkBytes,
  type Fields,
  itemOf,
  list,
  type OpenItem,
  place,
  type Reply,
  type ReplyEnd,
  type ReplyHandler,
  type ReplyRequestSeen,
  type Speech,
  shares,
  slices,
  type ToolCall,
  usage,
} from './scripted-reply.ts';
import {
  applySession,
  defaultSession,
  type ModelSession,
  pcm,
  telephone,
} from './scripted-session.ts';

interface Settings {
  number: number;
  model: string;
  options: {
    neverConfigure?: boolean;
    wrongEcho?: boolean | 'input' | 'output';
    refuseSettings?: string | undefined;
    speakDelayMs?: number;
    defaultReply?: Speech;
  };
  handler: () => ReplyHandler | undefined;
}

/** What the server remembers of an item. */
interface Item {
  kind: 'message' | 'function_call' | 'function_call_output';
  previous: string | null;
  /** μ-law bytes that the client may still believe in; `undefined` when it holds no output audio. */
  audioBytes?: number;
}

interface Step {
  delayMs: number;
  run: () => void;
}

/** One client of the scripted model: the server's half of a Realtime conversation, as strict as the real one. */
export class ModelConversation extends ClientEventLog {
  readonly number: number;
  /** What the client did that no correct client does. */
  readonly violations: string[] = [];
  /** Codes of the errors that the client was answered with; some are ordinary races. */
  readonly errors: string[] = [];
  /** When the connection is gone. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #settings: Settings;
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  readonly #items = new Map<string, Item>();
  /** Call id → whether its output came. */
  readonly #calls = new Map<string, boolean>();
  readonly #audio: Buffer[] = [];
  #audioBytes = 0;
  #uncommittedBytes = 0;
  #lastItemId: string | null = null;
  #speakingItemId: string | undefined;
  #session: ModelSession;
  #configured = false;
  #hasSpoken = false;
  #active: Reply | undefined;
  #latest: Reply | undefined;
  #replies = 0;
  #idCount = 0;
  #handler: ReplyHandler | undefined;

  constructor(socket: WebSocket, settings: Settings) {
    super();
    this.#socket = socket;
    this.#settings = settings;
    this.number = settings.number;
    this.#session = defaultSession(this.#id('sess'), settings.model);
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#free();
        resolve({ code, reason: reason.toString() });
      });
    });
    this.#send({ type: 'session.created', session: this.#session });
  }

  // ── what a test reads ────────────────────────────────────────────────────────────────────────

  /** The merged session as the client was told. */
  get session(): ModelSession {
    return this.#session;
  }

  /** A reply was created and is not done. */
  get isReplying(): boolean {
    return this.#active !== undefined;
  }

  /** All caller audio that was appended, μ-law. */
  audioReceived(): Buffer {
    return Buffer.concat(this.#audio);
  }

  get audioReceivedMs(): number {
    return this.#audioBytes / bytesPerMs;
  }

  /** The client's settings were accepted. */
  async configured(timeoutMs?: number): Promise<this> {
    await this.waitFor(() => this.#configured, timeoutMs);
    return this;
  }

  // ── what a test lets the model do ────────────────────────────────────────────────────────────

  /** Decides what this connection answers, instead of the model's handler. */
  onReplyRequest(handler: ReplyHandler | undefined): void {
    this.#handler = handler;
  }

  /**
   * Says something: as the next item of a reply that is held, else as a reply of its own.
   * `done: false` holds the reply, so that another item can follow. Without pauses all of it was sent on return.
   */
  speak(speech: Speech & { done?: boolean }): {
    responseId: string;
    itemId: string;
    finished: Promise<void>;
  } {
    const reply = this.#goOn();
    const itemId = this.#id('item');
    const end = speech.done === false ? 'hold' : 'completed';
    const finished = this.#perform(reply, [...this.#speechSteps(reply, itemId, speech)], end);
    return { responseId: reply.id, itemId, finished };
  }

  /** Calls a tool, likewise. */
  callTool(call: ToolCall & { done?: boolean }): {
    responseId: string;
    itemId: string;
    callId: string;
  } {
    const reply = this.#goOn();
    const itemId = this.#id('item');
    const callId = call.callId ?? this.#id('call');
    const end = call.done === false ? 'hold' : 'completed';
    void this.#perform(reply, this.#callSteps(reply, itemId, { ...call, callId }), end);
    return { responseId: reply.id, itemId, callId };
  }

  /** Ends a reply that is held. */
  finish(end: ReplyEnd = 'completed'): void {
    if (!this.#active) throw new Error('no reply is active');
    this.#finish(this.#active, end);
  }

  /**
   * The caller is heard. Cancels the active reply when the session says so.
   * @param options.lateAudio one more delta of the interrupted item, between the two events.
   */
  speechStarted(
    audioStartMs?: number,
    options: { lateAudio?: Buffer } = {},
  ): { itemId: string; atMs: number } {
    const itemId = this.#id('item');
    this.#speakingItemId = itemId;
    const padding = this.#session.audio.input.turn_detection?.prefix_padding_ms ?? 0;
    const start = audioStartMs ?? Math.max(0, Math.floor(this.audioReceivedMs) - padding);
    const atMs = performance.now();
    this.#send({
      type: 'input_audio_buffer.speech_started',
      audio_start_ms: start,
      item_id: itemId,
    });
    if (options.lateAudio) this.lateAudio(options.lateAudio);
    if (this.#active && this.#session.audio.input.turn_detection?.interrupt_response !== false) {
      this.#cancel(this.#active, 'turn_detected');
    }
    return { itemId, atMs };
  }

  /**
   * The caller is silent again: the turn is committed, transcribed (`null`: the transcription failed; left out: none
   * comes) and answered as the session says.
   */
  speechStopped(
    options: {
      commit?: boolean;
      transcript?: string | null;
      transcriptDelayMs?: number;
      audioEndMs?: number;
    } = {},
  ): { itemId: string; atMs: number } {
    const itemId = this.#speakingItemId ?? this.#id('item');
    this.#speakingItemId = undefined;
    const atMs = performance.now();
    this.#send({
      type: 'input_audio_buffer.speech_stopped',
      audio_end_ms: options.audioEndMs ?? Math.floor(this.audioReceivedMs),
      item_id: itemId,
    });
    if (options.commit !== false) this.#commitTurn(itemId, options);
    return { itemId, atMs };
  }

  /** A part of what the caller says, before the transcript is complete. */
  transcriptDelta(itemId: string, delta: string): void {
    this.#send({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: itemId,
      content_index: 0,
      delta,
    });
  }

  /** A delta of the newest item, also when its reply is cancelled already: it was on its way. */
  lateAudio(audio: Buffer): void {
    const reply = this.#latest;
    const itemId = reply?.lastItemId;
    if (!reply || !itemId) throw new Error('nothing was said yet');
    this.#sendAudio(
      reply,
      { id: itemId, outputIndex: Math.max(0, reply.output.length - 1) },
      audio,
    );
  }

  error(error: {
    code: string;
    type?: string;
    message?: string;
    param?: string;
    eventId?: string | undefined;
  }): void {
    this.errors.push(error.code);
    this.#send({
      type: 'error',
      error: {
        type: error.type ?? 'invalid_request_error',
        code: error.code,
        message: error.message ?? 'scripted',
        param: error.param ?? null,
        event_id: error.eventId ?? null,
      },
    });
  }

  /** Anything: an object as JSON, a string as text, a buffer as a binary message. */
  raw(message: object | string | Buffer): void {
    if (this.isClosed) return;
    if (typeof message === 'string' || Buffer.isBuffer(message)) this.#socket.send(message);
    else this.#socket.send(JSON.stringify(message));
  }

  /** Stops reading, so that the client's messages pile up. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(code = 1000, reason = ''): void {
    this.#socket.close(code, reason);
  }

  /** No close frame: what a dead machine looks like. */
  terminate(): void {
    this.#socket.terminate();
  }

  // ── client events ────────────────────────────────────────────────────────────────────────────

  #receive(data: Buffer, isBinary: boolean): void {
    const event = isBinary ? undefined : parse(data);
    if (!event) {
      this.violations.push('a message that is not a JSON object with a type');
      return;
    }
    const recorded = this.record(event as unknown as RealtimeClientEvent);
    const problems = event.type === 'input_audio_buffer.append' ? [] : validateClientEvent(event);
    this.violations.push(...problems);
    this.#answer(event, recorded.event);
    this.settle(recorded);
  }

  #answer(event: Fields, typed: RealtimeClientEvent): void {
    const eventId = typeof event.event_id === 'string' ? event.event_id : undefined;
    if (typed.type !== 'session.update' && !this.#configured) {
      this.violations.push(`${typed.type} before session.updated`);
    }
    switch (typed.type) {
      case 'session.update':
        return this.#configure(event.session, eventId);
      case 'input_audio_buffer.append':
        return this.#append(event);
      case 'input_audio_buffer.commit':
        return this.#commitByHand(eventId);
      case 'input_audio_buffer.clear':
        this.#uncommittedBytes = 0;
        return this.#send({ type: 'input_audio_buffer.cleared' });
      case 'conversation.item.create':
        return this.#createItem(event.item as Fields, eventId);
      case 'conversation.item.truncate':
        return this.#truncate(typed, eventId);
      case 'conversation.item.delete':
        return this.#deleteItem(typed.item_id, eventId);
      case 'response.create':
        return this.#requestReply(typed, eventId);
      case 'response.cancel':
        return this.#cancelByHand(typed.response_id, eventId);
      default:
        this.violations.push(`${typed.type} is not for a websocket telephone call`);
    }
  }

  #configure(session: unknown, eventId: string | undefined): void {
    const { neverConfigure, wrongEcho, refuseSettings } = this.#settings.options;
    if (neverConfigure) return;
    if (refuseSettings) return this.error({ code: refuseSettings, param: 'session', eventId });
    const result = applySession(this.#session, session, this.#hasSpoken);
    if (result.refusal) {
      const { code, param } = result.refusal;
      this.violations.push(`session.update: ${code} ${param}`);
      return this.error({ code, param, eventId });
    }
    this.#session = result.session;
    const { input, output } = this.#session.audio;
    if (input.format.type !== telephone.type || output.format.type !== telephone.type) {
      this.violations.push('session.update did not ask for telephone audio both ways');
    }
    if (wrongEcho && wrongEcho !== 'output') input.format = pcm;
    if (wrongEcho && wrongEcho !== 'input') output.format = pcm;
    this.#configured = !wrongEcho;
    this.#send({ type: 'session.updated', session: this.#session });
  }

  #append(event: Fields): void {
    const unknown = Object.keys(event).filter((k) => !['type', 'audio', 'event_id'].includes(k));
    if (unknown.length > 0) this.violations.push(`append with unknown keys ${unknown}`);
    const audio = typeof event.audio === 'string' ? Buffer.from(event.audio, 'base64') : undefined;
    if (!audio || audio.length === 0 || audio.toString('base64') !== event.audio) {
      this.violations.push('append without canonical base64 audio');
      return;
    }
    this.#audio.push(audio);
    this.#audioBytes += audio.length;
    this.#uncommittedBytes += audio.length;
  }

  #commitByHand(eventId: string | undefined): void {
    if (this.#session.audio.input.turn_detection) {
      this.violations.push('commit, although voice detection commits');
    }
    if (this.#uncommittedBytes < 100 * bytesPerMs) {
      return this.error({ code: 'input_audio_buffer_commit_empty', eventId });
    }
    this.#commitTurn(this.#id('item'), {});
  }

  #createItem(item: Fields, eventId: string | undefined): void {
    if (typeof item !== 'object' || item === null) return;
    if (item.type === 'function_call_output' && !this.#acceptOutput(item.call_id, eventId)) return;
    const itemId = typeof item.id === 'string' ? item.id : this.#id('item');
    if (this.#items.has(itemId)) {
      this.violations.push('conversation.item.create with an id that exists');
      return this.error({ code: 'item_create_duplicate_item_id', eventId });
    }
    const kind = item.type === 'message' ? 'message' : (item.type as Item['kind']);
    this.#announceItem({ ...item, id: itemId, object: 'realtime.item', status: 'completed' }, kind);
  }

  #acceptOutput(callId: unknown, eventId: string | undefined): boolean {
    const answered = typeof callId === 'string' ? this.#calls.get(callId) : undefined;
    if (answered === false) {
      this.#calls.set(callId as string, true);
      return true;
    }
    this.violations.push(
      `function_call_output for ${answered ? 'a call that has its output' : 'an unknown call'}`,
    );
    this.error({ code: 'invalid_tool_call_id', param: 'item.call_id', eventId });
    return false;
  }

  #truncate(event: ClientEvent<'conversation.item.truncate'>, eventId: string | undefined): void {
    const item = this.#items.get(event.item_id);
    if (!item) {
      return this.error({
        code: 'item_truncate_invalid_item_id',
        message: 'Error truncating item: the item does not exist.',
        eventId,
      });
    }
    if (item.audioBytes === undefined || item.audioBytes === 0) {
      const message = 'Only model output audio messages can be truncated';
      return this.error({ code: 'invalid_value', param: 'item_id', message, eventId });
    }
    const haveMs = item.audioBytes / bytesPerMs;
    if (event.content_index !== 0) {
      return this.error({ code: 'invalid_value', param: 'content_index', eventId });
    }
    if (event.audio_end_ms > haveMs || event.audio_end_ms < 0) {
      const message = `Audio content of ${Math.floor(haveMs)}ms is already shorter than ${event.audio_end_ms}ms`;
      return this.error({ code: 'invalid_value', param: 'audio_end_ms', message, eventId });
    }
    item.audioBytes = event.audio_end_ms * bytesPerMs;
    const { item_id, content_index, audio_end_ms } = event;
    this.#send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
  }

  #deleteItem(itemId: string, eventId: string | undefined): void {
    if (!this.#items.delete(itemId)) {
      return this.error({ code: 'item_delete_invalid_item_id', eventId });
    }
    if (this.#lastItemId === itemId) this.#lastItemId = [...this.#items.keys()].at(-1) ?? null;
    this.#send({ type: 'conversation.item.deleted', item_id: itemId });
  }

  #requestReply(event: ClientEvent<'response.create'>, eventId: string | undefined): void {
    if (this.#active) {
      return this.error({
        code: 'conversation_already_has_active_response',
        message: `Conversation already has an active response in progress: ${this.#active.id}`,
        eventId,
      });
    }
    const tag = event.response?.metadata?.tag;
    const instructions = event.response?.instructions;
    this.#reply(
      {
        auto: false,
        ...(tag === undefined ? {} : { tag }),
        ...(instructions === undefined ? {} : { instructions }),
        ...(event.response?.tool_choice === undefined
          ? {}
          : { toolChoice: event.response.tool_choice }),
      },
      eventId,
    );
  }

  #cancelByHand(responseId: string | undefined, eventId: string | undefined): void {
    const isActive = this.#active && (responseId ?? this.#active.id) === this.#active.id;
    if (this.#active && isActive) return this.#cancel(this.#active, 'client_cancelled');
    const message = 'Cancellation failed: no active response found';
    this.error({ code: 'response_cancel_not_active', message, eventId });
  }

  // ── the conversation ─────────────────────────────────────────────────────────────────────────

  #commitTurn(
    itemId: string,
    options: { transcript?: string | null; transcriptDelayMs?: number },
  ): void {
    this.#uncommittedBytes = 0;
    this.#send({
      type: 'input_audio_buffer.committed',
      previous_item_id: this.#lastItemId,
      item_id: itemId,
    });
    const content = [{ type: 'input_audio' }];
    this.#announceItem(
      {
        id: itemId,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content,
      },
      'message',
    );
    const { transcript, transcriptDelayMs } = options;
    if (transcript !== undefined && this.#session.audio.input.transcription) {
      if (transcriptDelayMs) {
        void this.#pause(transcriptDelayMs).then(() => this.#transcribe(itemId, transcript));
      } else this.#transcribe(itemId, transcript);
    }
    const answers = this.#session.audio.input.turn_detection?.create_response ?? false;
    if (answers && !this.#active) this.#reply({ auto: true }, undefined);
  }

  #transcribe(itemId: string, transcript: string | null): void {
    const name = 'conversation.item.input_audio_transcription';
    const item = { item_id: itemId, content_index: 0 };
    if (transcript === null) {
      const error = {
        type: 'transcription_error',
        code: 'audio_unintelligible',
        message: 'scripted',
      };
      return this.#send({ type: `${name}.failed`, ...item, error });
    }
    this.#send({ type: `${name}.delta`, ...item, delta: transcript });
    const usage = { type: 'duration', seconds: 1 };
    this.#send({ type: `${name}.completed`, ...item, transcript, usage });
  }

  #announceItem(item: Fields & { id: string }, kind: Item['kind'], done = true): void {
    const previous_item_id = this.#lastItemId;
    this.#items.set(item.id, { kind, previous: previous_item_id });
    this.#lastItemId = item.id;
    this.#send({ type: 'conversation.item.added', previous_item_id, item });
    if (done) this.#send({ type: 'conversation.item.done', previous_item_id, item });
  }

  // ── replies ──────────────────────────────────────────────────────────────────────────────────

  #reply(
    seen: Omit<ReplyRequestSeen, 'count' | 'conversation'>,
    eventId: string | undefined,
  ): void {
    this.#replies += 1;
    const handler = this.#handler ?? this.#settings.handler();
    const script = handler?.({ ...seen, count: this.#replies, conversation: this }) ?? {
      say: this.#settings.options.defaultReply ?? {
        text: 'Certo, um momento.',
        audio: markedAudio(this.number, 400),
      },
    };
    if (script !== 'hold' && 'refuse' in script) {
      if (!seen.auto) this.error({ code: script.refuse, eventId });
      return;
    }
    const reply = this.#startReply(seen.tag === undefined ? null : { tag: seen.tag });
    if (script === 'hold') {
      reply.held = true;
      return;
    }
    const steps = [
      ...list(script.say).flatMap((speech) => this.#speechSteps(reply, this.#id('item'), speech)),
      ...list(script.call).flatMap((call) => this.#callSteps(reply, this.#id('item'), call)),
    ];
    void this.#perform(reply, steps, script.end ?? 'completed');
  }

  /** The held reply, or a new one. */
  #goOn(): Reply {
    if (!this.#active) return this.#startReply(null);
    if (!this.#active.held)
      throw new Error('a reply is under way: finish, cancel or hold it first');
    this.#active.held = false;
    return this.#active;
  }

  #startReply(metadata: Reply['metadata']): Reply {
    const id = this.#id('resp');
    const reply: Reply = {
      id,
      metadata,
      output: [],
      open: undefined,
      held: false,
      over: false,
      audioBytes: 0,
    };
    this.#active = reply;
    this.#latest = reply;
    const response = {
      id,
      object: 'realtime.response',
      status: 'in_progress',
      output: [],
      metadata,
    };
    this.#send({ type: 'response.created', response });
    const limit = { name: 'tokens', limit: 40_000, remaining: 39_000, reset_seconds: 1.5 };
    this.#send({ type: 'rate_limits.updated', rate_limits: [limit] });
    return reply;
  }

  /** Takes the steps, at once where there is no pause. Stops when the reply is over for another reason. */
  async #perform(reply: Reply, steps: Step[], end: ReplyEnd): Promise<void> {
    const { speakDelayMs } = this.#settings.options;
    if (speakDelayMs && reply.output.length === 0) await this.#pause(speakDelayMs);
    for (const step of steps) {
      if (step.delayMs > 0) await this.#pause(step.delayMs);
      if (reply.over || this.isClosed) return;
      step.run();
    }
    if (end === 'hold') reply.held = true;
    else this.#finish(reply, end);
  }

  #speechSteps(reply: Reply, itemId: string, speech: Speech): Step[] {
    const chunks = slices(speech.audio, speech.chunkBytes ?? defaultChunkBytes);
    const texts = shares(speech.text, Math.max(1, chunks.length));
    const pauseMs = speech.burst ? 0 : (speech.intervalMs ?? 0);
    const item = () => reply.open ?? { id: itemId, outputIndex: 0 };
    return [
      { delayMs: 0, run: () => this.#openSpeech(reply, itemId) },
      ...texts.map((text, i) => ({
        delayMs: i === 0 ? 0 : pauseMs,
        run: () => {
          if (text !== '') this.#sendText(reply, text);
          const chunk = chunks[i];
          if (chunk) this.#sendAudio(reply, item(), chunk);
        },
      })),
      { delayMs: 0, run: () => this.#closeItem(reply, 'completed') },
    ];
  }

  #callSteps(reply: Reply, itemId: string, call: ToolCall): Step[] {
    const callId = call.callId ?? this.#id('call');
    const json =
      typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
    const run = () => {
      const outputIndex = reply.output.length;
      reply.open = { id: itemId, outputIndex, call: { callId, name: call.name, arguments: json } };
      this.#openItem(reply, reply.open, 'function_call');
      const place = { response_id: reply.id, item_id: itemId, output_index: outputIndex };
      const delta = 'response.function_call_arguments.delta';
      this.#send({ type: delta, ...place, call_id: callId, delta: json });
      this.#closeItem(reply, call.status ?? 'completed');
    };
    return [{ delayMs: 0, run }];
  }

  #openSpeech(reply: Reply, itemId: string): void {
    reply.open = { id: itemId, outputIndex: reply.output.length, speech: { transcript: '' } };
    this.#openItem(reply, reply.open, 'message');
    reply.lastItemId = itemId;
    this.#send({
      type: 'response.content_part.added',
      ...place(reply, reply.open),
      part: { type: 'audio', transcript: '' },
    });
  }

  #openItem(reply: Reply, open: OpenItem, kind: Item['kind']): void {
    const item = itemOf(open, 'in_progress');
    const { id: response_id } = reply;
    this.#send({
      type: 'response.output_item.added',
      response_id,
      output_index: open.outputIndex,
      item,
    });
    this.#announceItem(item, kind, false);
    if (open.call) this.#calls.set(open.call.callId, this.#calls.get(open.call.callId) ?? false);
  }

  #sendText(reply: Reply, delta: string): void {
    if (!reply.open?.speech) return;
    reply.open.speech.transcript += delta;
    const at = place(reply, reply.open);
    this.#send({ type: 'response.output_audio_transcript.delta', ...at, delta });
  }

  #sendAudio(reply: Reply, open: OpenItem, audio: Buffer): void {
    this.#hasSpoken = true;
    reply.audioBytes += audio.length;
    const item = this.#items.get(open.id);
    if (item) item.audioBytes = (item.audioBytes ?? 0) + audio.length;
    // Not checked against the schema: the one event that comes often.
    this.raw({
      type: 'response.output_audio.delta',
      event_id: this.#id('event'),
      ...place(reply, open),
      delta: audio.toString('base64'),
    });
  }

  /** All the `done` events of an item; they come for interrupted items too. */
  #closeItem(reply: Reply, status: 'completed' | 'incomplete'): void {
    const { open } = reply;
    if (!open) return;
    reply.open = undefined;
    const at = place(reply, open);
    const item = itemOf(open, status);
    if (open.speech) {
      const { transcript } = open.speech;
      this.#send({ type: 'response.output_audio.done', ...at });
      this.#send({ type: 'response.output_audio_transcript.done', ...at, transcript });
      const part = { type: 'audio', transcript };
      this.#send({ type: 'response.content_part.done', ...at, part });
    } else if (open.call) {
      const { content_index: _, ...call } = at;
      const { callId: call_id, name, arguments: json } = open.call;
      this.#send({
        type: 'response.function_call_arguments.done',
        ...call,
        call_id,
        name,
        arguments: json,
      });
    }
    reply.output.push(item);
    this.#send({
      type: 'response.output_item.done',
      response_id: reply.id,
      output_index: open.outputIndex,
      item,
    });
    const previous_item_id = this.#items.get(item.id)?.previous ?? null;
    this.#send({ type: 'conversation.item.done', previous_item_id, item });
  }

  #cancel(reply: Reply, reason: 'turn_detected' | 'client_cancelled'): void {
    this.#closeItem(reply, 'incomplete');
    this.#endReply(reply, 'cancelled', { type: 'cancelled', reason });
  }

  #finish(reply: Reply, end: ReplyEnd): void {
    if (end === 'hold') {
      reply.held = true;
      return;
    }
    this.#closeItem(reply, end === 'completed' ? 'completed' : 'incomplete');
    if (end === 'completed') return this.#endReply(reply, 'completed', { type: 'completed' });
    if ('incomplete' in end) {
      const details = { type: 'incomplete', reason: end.incomplete };
      return this.#endReply(reply, 'incomplete', details);
    }
    const error = { type: 'server_error', code: end.failed };
    this.#endReply(reply, 'failed', { type: 'failed', error });
  }

  #endReply(reply: Reply, status: string, status_details: Fields): void {
    reply.over = true;
    reply.held = false;
    if (this.#active === reply) this.#active = undefined;
    const { id, metadata } = reply;
    const failed = status === 'failed';
    this.#send({
      type: 'response.done',
      response: {
        id,
        object: 'realtime.response',
        status,
        status_details,
        output: failed ? [] : reply.output,
        metadata,
        usage: usage(failed ? 0 : this.#audioBytes, failed ? 0 : reply.audioBytes),
      },
    });
  }

  // ── machinery ────────────────────────────────────────────────────────────────────────────────

  #send(event: Fields): void {
    const whole = { event_id: this.#id('event'), ...event };
    for (const problem of validateServerEvent(whole)) {
      this.violations.push(`the scripted model itself: ${problem}`);
    }
    this.raw(whole);
  }

  #id(prefix: string): string {
    this.#idCount += 1;
    return `${prefix}_${this.#settings.number}x${this.#idCount}`;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.set(timer, resolve);
    });
  }

  #free(): void {
    this.endLog();
    for (const [timer, resolve] of this.#timers) {
      clearTimeout(timer);
      resolve();
    }
    this.#timers.clear();
  }
}

function parse(data: Buffer): (Fields & { type: string }) | undefined {
  try {
    const event: unknown = JSON.parse(data.toString());
    if (typeof event !== 'object' || event === null || !('type' in event)) return undefined;
    return typeof event.type === 'string' ? (event as Fields & { type: string }) : undefined;
  } catch {
    return undefined;
  }
}

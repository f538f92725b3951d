import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { endingByError, errorLabel, type SessionEnding } from './model-errors.ts';
import {
  cancelReply,
  createReply,
  createText,
  createToolOutput,
  deleteItem,
  encode,
  encodeAppend,
  type FunctionCall,
  parseServerEvent,
  type ReplyRequest,
  type ServerEvent,
  truncateItem,
} from './realtime-events.ts';
import type { RealtimeListener } from './realtime-listener.ts';
import { RealtimeOutbox } from './realtime-outbox.ts';
import { openRealtimeSocket, type RealtimeSocket } from './realtime-socket.ts';
import { RecentMap } from './recent-map.ts';
import { type SentEvent, SentEvents } from './sent-events.ts';
import { type RealtimeSettings, sessionUpdate, telephoneFormat } from './session-update.ts';

export type { RealtimeListener };

/** What a session is told. Everything is safe at any time; after the end nothing happens. */
export interface RealtimeSession {
  /** Base64 μ-law, already checked. Before the session is ready the first 3 s are kept. */
  appendAudio(payload: string): void;
  requestReply(options: ReplyRequest): void;
  cancelReply(responseId?: string): void;
  truncate(itemId: string, contentIndex: number, audioEndMs: number): void;
  addToolOutput(callId: string, output: string): void;
  addText(role: 'user' | 'assistant' | 'system', text: string): void;
  deleteItem(itemId: string): void;
  /** Ends in `onClosed({ fatal: false, code: 'closed-by-us' })` when the socket is free, at most 1 s later. */
  close(): void;
}

export interface RealtimeOptions {
  /** `wss://api.openai.com/v1/realtime` or compatible; `model` is added to its query. */
  url: string;
  apiKey: string;
  model: string;
  settings: RealtimeSettings;
  /** A hashed, stable identifier of the caller. */
  safetyIdentifier?: string;
  log: Log;
  metrics: Metrics;
  /** Name lookup, TCP, TLS and upgrade together. */
  connectMs?: number;
  /** From the upgrade to `session.updated`. */
  configureMs?: number;
  pingMs?: number;
  pongMs?: number;
}

const defaultConnectMs = 2_000;
const defaultConfigureMs = 2_000;
/** No keep-alive is documented: without our own ping a half-open socket would be noticed only by the caller. */
const defaultPingMs = 20_000;
const defaultPongMs = 10_000;
/** Replies whose request is remembered until they are done; one at a time is the rule. */
const mostReplies = 16;
/** Calls remembered so that none is handed over twice; beyond them no more are handed over in this session. */
const mostToolCalls = 1_000;
/** Caller items whose words are being collected, and characters of one. */
const mostPartials = 32;
const longestPartial = 8_000;

/** Opens at once. Success is `onReady`, failure is `onClosed`; nothing throws and nothing rejects. */
export function openRealtimeSession(
  listener: RealtimeListener,
  options: RealtimeOptions,
): RealtimeSession {
  return new OpenSession(listener, options);
}

class OpenSession implements RealtimeSession {
  readonly #listener: RealtimeListener;
  readonly #options: Omit<RealtimeOptions, 'settings'>;
  /** Until they are sent: the instructions of a clinic are long, and calls are many. */
  #settings: RealtimeSettings | undefined;
  /** Absent when the settings cannot even make a request. */
  readonly #socket: RealtimeSocket | undefined;
  #state: 'opening' | 'ready' | 'closing' | 'closed' = 'opening';
  readonly #outbox = new RealtimeOutbox();
  readonly #sent = new SentEvents();
  /** By response id. */
  readonly #requestTags = new RecentMap<string>(mostReplies);
  readonly #toolCalls = new Set<string>();
  /** By item id. */
  readonly #partials = new RecentMap<string>(mostPartials);
  #warnedOfFrames = false;

  constructor(listener: RealtimeListener, { settings, ...options }: RealtimeOptions) {
    this.#listener = listener;
    this.#settings = settings;
    this.#options = options;
    try {
      this.#socket = this.#openSocket();
    } catch (error) {
      options.log.error({ err: error }, 'The address or key of the model cannot be used');
      setImmediate(() => this.#end({ fatal: true, code: 'bad-address' }));
    }
  }

  appendAudio(payload: string): void {
    if (this.#state === 'ready') this.#socket?.send(encodeAppend(payload));
    else if (this.#state === 'opening') this.#outbox.addAudio(payload);
  }

  requestReply(options: ReplyRequest): void {
    this.#say((eventId) => createReply(eventId, options), options.tag);
  }

  cancelReply(responseId?: string): void {
    this.#say((eventId) => cancelReply(eventId, responseId));
  }

  truncate(itemId: string, contentIndex: number, audioEndMs: number): void {
    this.#say((eventId) => truncateItem(eventId, itemId, contentIndex, audioEndMs));
  }

  addToolOutput(callId: string, output: string): void {
    this.#say((eventId) => createToolOutput(eventId, callId, output));
  }

  addText(role: 'user' | 'assistant' | 'system', text: string): void {
    this.#say((eventId) => createText(eventId, role, text));
  }

  deleteItem(itemId: string): void {
    this.#say((eventId) => deleteItem(eventId, itemId));
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#socket?.close();
  }

  #openSocket(): RealtimeSocket {
    const { connectMs, pingMs, pongMs } = this.#options;
    return openRealtimeSocket(
      {
        onOpen: () => this.#configure(),
        onText: (data) => this.#receive(data),
        onBinary: () => this.#countUnread('not-an-event'),
        onEnd: (ending) => this.#end(ending),
      },
      {
        ...this.#options,
        connectMs: connectMs ?? defaultConnectMs,
        pingMs: pingMs ?? defaultPingMs,
        pongMs: pongMs ?? defaultPongMs,
      },
    );
  }

  /**
   * `session.update` goes out right behind the upgrade, without waiting for `session.created`: nothing in that event
   * changes what we send, and the caller is already talking.
   */
  #configure(): void {
    this.#socket?.expect(this.#options.configureMs ?? defaultConfigureMs, 'configure-timeout');
    if (!this.#settings) return;
    const event = sessionUpdate(this.#settings);
    this.#settings = undefined;
    this.#socket?.send(encode({ ...event, event_id: this.#sent.nextId() }));
  }

  #say(build: (eventId: string) => RealtimeClientEvent, tag?: string): void {
    if (this.#state !== 'ready' && this.#state !== 'opening') return;
    const eventId = this.#sent.nextId();
    const event = build(eventId);
    const sent = { type: event.type, ...(tag === undefined ? {} : { tag }) };
    this.#sent.remember(eventId, sent);
    if (this.#state === 'ready') this.#socket?.send(encode(event));
    else if (!this.#outbox.addCommand(encode(event))) {
      // Whoever asked is in the middle of something else; the answer comes right after it.
      queueMicrotask(() => this.#reportError('queue-full', sent));
    }
  }

  #receive(data: Buffer): void {
    const parsed = parseServerEvent(data);
    if (parsed.event) this.#take(parsed.event);
    else if (parsed.reason !== 'unused') this.#countUnread(parsed.reason);
  }

  #countUnread(reason: string): void {
    this.#options.metrics.count('model_frame_invalid_total');
    if (this.#warnedOfFrames) return;
    this.#warnedOfFrames = true;
    this.#options.log.warn({ reason }, 'A message of the model was unreadable; more are counted');
  }

  #take(event: ServerEvent): void {
    // Audio of a session that was not configured is not telephone audio.
    const early = this.#state === 'opening';
    if (early && event.type !== 'session.updated' && event.type !== 'error') return;
    switch (event.type) {
      case 'audio':
        return this.#tell((listener) => listener.onAudio(event));
      case 'reply-text':
        return this.#tell((listener) => listener.onReplyText(event));
      case 'session.updated':
        return this.#checkEcho(event.inputFormat, event.outputFormat);
      case 'speech-started':
        return this.#tell((listener) => listener.onSpeechStarted(event));
      case 'speech-stopped':
        return this.#tell((listener) => listener.onSpeechStopped(event));
      case 'caller-item':
        return this.#tell((listener) => listener.onCallerItem(event));
      case 'caller-words':
        return this.#collectWords(event.itemId, event.delta);
      case 'caller-transcript':
        return this.#endTranscript(event.itemId, event.text, event.status);
      case 'reply-created':
        return this.#startReply(event);
      case 'reply-item':
        return this.#tell((listener) => listener.onReplyItem(event));
      case 'tool-call':
        return this.#handOver(event.responseId, event);
      case 'reply-done':
        return this.#endReply(event);
      case 'error':
        return this.#takeError(event);
    }
  }

  /** A refused `session.update` leaves the default session: 24 kHz audio, which a telephone plays as noise. */
  #checkEcho(inputFormat: string | undefined, outputFormat: string | undefined): void {
    if (this.#state !== 'opening') return;
    if (inputFormat !== telephoneFormat || outputFormat !== telephoneFormat) {
      return this.#refuseSettings({ inputFormat, outputFormat });
    }
    this.#state = 'ready';
    this.#socket?.meet();
    for (const message of this.#outbox.take()) this.#socket?.send(message);
    const droppedMs = Math.round(this.#outbox.droppedAudioBytes / 8);
    if (droppedMs > 0) {
      this.#count('first-words-dropped');
      this.#options.log.warn({ droppedMs }, 'The model was ready too late for all first words');
    }
    this.#tell((listener) => listener.onReady());
  }

  #refuseSettings(why: Record<string, string | undefined>): void {
    this.#count('session-config');
    this.#options.log.error(why, 'The model did not accept the session settings');
    this.#socket?.end({ fatal: false, code: 'session-config' });
  }

  #collectWords(itemId: string, delta: string): void {
    const text = ((this.#partials.get(itemId) ?? '') + delta).slice(0, longestPartial);
    this.#partials.set(itemId, text);
    this.#tell((listener) => listener.onCallerTranscript({ itemId, text, status: 'partial' }));
  }

  #endTranscript(itemId: string, text: string, status: 'final' | 'failed'): void {
    this.#partials.take(itemId);
    this.#tell((listener) => listener.onCallerTranscript({ itemId, text, status }));
  }

  #startReply(event: { responseId: string; requestTag?: string }): void {
    if (event.requestTag !== undefined) {
      this.#requestTags.set(event.responseId, event.requestTag);
      this.#sent.forgetRequest(event.requestTag);
    }
    this.#tell((listener) => listener.onReplyCreated(event));
  }

  #handOver(responseId: string, { callId, name, argumentsJson }: FunctionCall): void {
    if (this.#toolCalls.has(callId)) return;
    if (this.#toolCalls.size >= mostToolCalls) return this.#reportError('tool-calls-exceeded');
    this.#toolCalls.add(callId);
    this.#tell((listener) => listener.onToolCall({ responseId, callId, name, argumentsJson }));
  }

  #endReply({ type: _, calls, ...done }: Extract<ServerEvent, { type: 'reply-done' }>): void {
    if (done.status === 'completed') {
      for (const call of calls) this.#handOver(done.responseId, call);
    }
    const asked = this.#requestTags.take(done.responseId);
    const requestTag = done.requestTag ?? asked;
    if (done.status === 'failed') this.#count(done.errorCode ?? 'server_error');
    const tag = requestTag === undefined ? {} : { requestTag };
    this.#tell((listener) => listener.onReplyDone({ ...done, ...tag }));
    // An empty account connects and configures; only generating fails, and again after every reconnect.
    const ending = endingByError({ code: done.errorCode ?? '' });
    if (done.status === 'failed' && ending) this.#socket?.end(ending);
  }

  #takeError(event: Extract<ServerEvent, { type: 'error' }>): void {
    const { code, param, eventId } = event;
    const ending = endingByError(event);
    if (ending) {
      this.#count(code);
      this.#socket?.end(ending);
    } else if (this.#state === 'opening') {
      // Only `session.update` was sent so far, so the error is about it.
      this.#refuseSettings({ code, param });
    } else {
      this.#reportError(code, this.#sent.causeOf(code, eventId));
    }
  }

  #reportError(code: string, cause?: SentEvent): void {
    this.#count(code);
    const eventType = cause === undefined ? {} : { eventType: cause.type };
    this.#options.log.debug({ code, ...eventType }, 'The model answered with an error');
    if (cause?.type !== 'response.create') {
      return this.#tell((listener) => listener.onError({ code, ...eventType }));
    }
    const tag = cause.tag === undefined ? {} : { requestTag: cause.tag };
    if (cause.tag !== undefined) this.#sent.forgetRequest(cause.tag);
    this.#tell((listener) => listener.onReplyRefused({ code, ...tag }));
  }

  #count(code: string): void {
    this.#options.metrics.count('model_error_total', { code: errorLabel(code) });
  }

  /** One call's trouble stays in that call. */
  #tell(call: (listener: RealtimeListener) => void): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#try(call);
  }

  #try(call: (listener: RealtimeListener) => void): void {
    try {
      call(this.#listener);
    } catch (error) {
      this.#options.log.error({ err: error }, 'A call failed while it took a message of the model');
    }
  }

  #end(ending: SessionEnding): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#try((listener) => listener.onClosed(ending));
  }
}

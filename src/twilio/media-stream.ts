import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { callerAudioRate, controlRate, createFrameRate, type FrameVerdict } from './frame-rate.ts';
import {
  clearMessage,
  type MediaMessage,
  type MediaStreamStart,
  markMessage,
  mediaMessage,
  parseMediaMessage,
} from './media-message.ts';

export type { MediaStreamStart } from './media-message.ts';

/** One look per second at everything that needs time: start deadline, pings, backlog, unanswered close. */
const tickMs = 1_000;

/** Twilio sends `start` right after the handshake. */
const usualStartDeadlineMs = 5_000;

/** A peer that neither sends nor answers 3 pings is gone: found after 20 s at the latest. */
const pingEveryMs = 5_000;
const mostUnansweredPings = 3;

/** How long the peer may take to answer our close. */
const closeWaitMs = 2_000;

/** More broken messages than this within the time make the stream worthless. */
const mostInvalid = 20;
const invalidWindowMs = 10_000;

/**
 * Unsent bytes above which agent audio is dropped: 98 s of speech. A whole reply arrives from the model within a second
 * and Twilio buffers 10 minutes, so a bound near real time would cut ordinary replies; this one holds memory only.
 */
const mostBacklogBytes = 1_024 * 1_024;

/** A peer that reads keeps the backlog below 6 s of speech; one that stays above it for 10 s does not read. */
const stuckBacklogBytes = 64 * 1_024;
const stuckMs = 10_000;

/** A close frame carries at most 123 bytes of reason. */
const mostReasonBytes = 123;

const bytesPerMs = 8;

export type MediaStreamEnd =
  | 'start-timeout'
  | 'invalid'
  | 'flood'
  | 'lost'
  | 'closed-by-us'
  | 'stopped'
  | 'stuck';

export interface MediaStreamListener {
  /** Once, before everything but `onClose`. */
  onStart(start: MediaStreamStart): void;
  /** One caller frame: base64 μ-law, checked; `timestampMs` is the carrier's, since the stream started. */
  onAudio(payload: string, timestampMs: number): void;
  /** `0`–`9`, `*` or `#`. */
  onKey(digit: string): void;
  onMark(name: string): void;
  /** The caller hung up, or the call was ended or redirected by REST. */
  onStop(): void;
  /** Exactly once, last. */
  onClose(cause: MediaStreamEnd): void;
}

export interface MediaStream {
  /** @param payload base64 of raw μ-law. @returns false when it was dropped: not open, or the carrier does not read. */
  sendAudio(payload: string): boolean;
  sendMark(name: string): void;
  clear(): void;
  /** Nothing but `onClose` is heard afterwards. The first close wins. */
  close(code: number, reason: string): void;
  readonly bufferedBytes: number;
}

export interface MediaStreamOptions {
  clock: Clock;
  metrics: Metrics;
  log: Log;
  startDeadlineMs?: number;
}

/**
 * One Twilio Media Streams socket, from handshake to close. Call it synchronously in the upgrade's handler: messages
 * that come before the handlers are attached are lost. It holds one timer and the last 21 times of broken messages.
 */
export function openMediaStream(
  socket: WebSocket,
  listener: MediaStreamListener,
  options: MediaStreamOptions,
): MediaStream {
  return new TwilioMediaStream(socket, listener, options);
}

class TwilioMediaStream implements MediaStream {
  readonly #socket: WebSocket;
  readonly #listener: MediaStreamListener;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #log: Log;
  readonly #startDeadlineMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #openedAtMs: number;
  readonly #audioRate = createFrameRate(callerAudioRate);
  readonly #controlRate = createFrameRate(controlRate);
  #start: MediaStreamStart | undefined;
  #end: MediaStreamEnd | undefined;
  #endedAtMs = 0;
  #invalidAtMs: number[] = [];
  #pingedAtMs: number;
  #unansweredPings = 0;
  #backlogSinceMs: number | undefined;

  constructor(socket: WebSocket, listener: MediaStreamListener, options: MediaStreamOptions) {
    this.#socket = socket;
    this.#listener = listener;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#log = options.log;
    this.#startDeadlineMs = options.startDeadlineMs ?? usualStartDeadlineMs;
    this.#openedAtMs = this.#clock.monotonicMs();
    this.#pingedAtMs = this.#openedAtMs;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#unansweredPings = 0;
    });
    socket.on('error', (error) => this.#fail(error));
    socket.once('close', () => this.#finish());
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  sendAudio(payload: string): boolean {
    if (this.#start === undefined || !this.#isSendable()) return false;
    if (this.#socket.bufferedAmount > mostBacklogBytes) {
      this.#metrics.count('tx_dropped_ms_total', {}, decodedBytes(payload) / bytesPerMs);
      return false;
    }
    this.#socket.send(mediaMessage(this.#start.streamSid, payload));
    return true;
  }

  sendMark(name: string): void {
    if (this.#start === undefined || !this.#isSendable()) return;
    this.#socket.send(markMessage(this.#start.streamSid, name));
  }

  clear(): void {
    if (this.#start === undefined || !this.#isSendable()) return;
    this.#socket.send(clearMessage(this.#start.streamSid));
  }

  close(code: number, reason: string): void {
    this.#shut('closed-by-us', code, reason);
  }

  #isSendable(): boolean {
    return this.#end === undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#end !== undefined) return;
    // Any message proves the peer alive: Twilio's answer to pings is not documented.
    this.#unansweredPings = 0;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#metrics.count('frame_invalid_total', { kind: 'binary' });
      this.#shut('invalid', 1003, 'text only');
      return;
    }
    try {
      this.#handle(parseMediaMessage(data));
    } catch (error) {
      this.#log.error({ err: error, ...this.#ids() }, 'A listener of a media stream failed');
      this.#shut('closed-by-us', 1011, 'internal error');
    }
  }

  #handle(message: MediaMessage): void {
    if (message.event === 'invalid') {
      this.#countInvalid(message.kind);
      return;
    }
    const rate = message.event === 'media' ? this.#audioRate : this.#controlRate;
    const verdict = rate.admit(this.#clock.monotonicMs());
    if (verdict !== 'admitted') this.#limit(verdict);
    else if (message.event === 'start') this.#begin(message.start);
    else if (message.event !== 'connected' && this.#isOurs(message.streamSid)) this.#pass(message);
  }

  #pass(message: Exclude<MediaMessage, { event: 'invalid' | 'start' | 'connected' }>): void {
    switch (message.event) {
      case 'media':
        this.#listener.onAudio(message.payload, message.timestampMs);
        return;
      case 'mark':
        this.#listener.onMark(message.name);
        return;
      case 'dtmf':
        this.#listener.onKey(message.digit);
        return;
      case 'stop':
        this.#stop();
    }
  }

  #begin(start: MediaStreamStart): void {
    if (this.#start !== undefined) {
      this.#metrics.count('frame_invalid_total', { kind: 'second-start' });
      return;
    }
    this.#start = start;
    this.#listener.onStart(start);
  }

  #stop(): void {
    this.#end = 'stopped';
    this.#endedAtMs = this.#clock.monotonicMs();
    try {
      this.#listener.onStop();
    } finally {
      this.#socket.close(1000);
    }
  }

  /** A message of another stream, or one before `start`, is ignored and counted; it does not end the call. */
  #isOurs(streamSid: string): boolean {
    if (this.#start?.streamSid === streamSid) return true;
    this.#metrics.count('frame_invalid_total', {
      kind: this.#start ? 'stream-sid' : 'before-start',
    });
    return false;
  }

  #limit(verdict: Exclude<FrameVerdict, 'admitted'>): void {
    this.#metrics.count('media_rate_limited_total');
    if (verdict === 'flood') this.#shut('flood', 1008, 'too many frames');
  }

  #countInvalid(kind: string): void {
    this.#metrics.count('frame_invalid_total', { kind });
    if (kind === 'start' && this.#start === undefined) {
      this.#shut('invalid', 1008, 'unusable start');
      return;
    }
    const now = this.#clock.monotonicMs();
    this.#invalidAtMs.push(now);
    if (this.#invalidAtMs.length <= mostInvalid) return;
    const oldest = this.#invalidAtMs.shift() ?? now;
    if (now - oldest <= invalidWindowMs) this.#shut('invalid', 1008, 'too many invalid messages');
  }

  #tick(): void {
    const now = this.#clock.monotonicMs();
    // Only a socket that was closed before it came here; all others tell.
    if (this.#socket.readyState === this.#socket.CLOSED) this.#finish();
    else if (this.#end !== undefined) {
      if (this.#hasPassed(closeWaitMs, this.#endedAtMs, now)) this.#socket.terminate();
    } else if (!this.#start && this.#hasPassed(this.#startDeadlineMs, this.#openedAtMs, now)) {
      this.#shut('start-timeout', 1008, 'no start');
    } else if (this.#isStuck(now)) this.#shut('stuck', 1013, 'audio is not read');
    else if (this.#hasPassed(pingEveryMs, this.#pingedAtMs, now)) this.#ping(now);
  }

  /** Within half a tick, so that a limit of whole ticks is not found one tick late. */
  #hasPassed(limitMs: number, sinceMs: number, now: number): boolean {
    return now - sinceMs >= limitMs - tickMs / 2;
  }

  #isStuck(now: number): boolean {
    if (this.#socket.bufferedAmount <= stuckBacklogBytes) {
      this.#backlogSinceMs = undefined;
      return false;
    }
    this.#backlogSinceMs ??= now;
    return this.#hasPassed(stuckMs, this.#backlogSinceMs, now);
  }

  #ping(now: number): void {
    if (this.#unansweredPings >= mostUnansweredPings) {
      this.#end = 'lost';
      this.#endedAtMs = now;
      this.#socket.terminate();
      return;
    }
    this.#pingedAtMs = now;
    this.#unansweredPings += 1;
    this.#socket.ping();
  }

  #shut(end: MediaStreamEnd, code: number, reason: string): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#endedAtMs = this.#clock.monotonicMs();
    this.#socket.close(code, Buffer.byteLength(reason) <= mostReasonBytes ? reason : '');
  }

  /** `ws` has already begun to close: 1009 for an oversize message, 1007 for text that is no UTF-8, 1002 for bad framing. */
  #fail(error: Error): void {
    const isTheirs = 'code' in error && String(error.code).startsWith('WS_ERR_');
    if (isTheirs) this.#metrics.count('frame_invalid_total', { kind: 'protocol' });
    if (this.#end !== undefined) return;
    this.#end = isTheirs ? 'invalid' : 'lost';
    this.#endedAtMs = this.#clock.monotonicMs();
  }

  #finish(): void {
    clearInterval(this.#timer);
    this.#end ??= 'lost';
    this.#report(this.#end);
    try {
      this.#listener.onClose(this.#end);
    } catch (error) {
      this.#log.error({ err: error, ...this.#ids() }, 'A listener of a media stream failed');
    }
  }

  #report(cause: MediaStreamEnd): void {
    if (cause === 'closed-by-us' || cause === 'stopped') return;
    if (!this.#start) this.#metrics.count('stream_rejected_total', { reason: cause });
    this.#log.warn({ cause, ...this.#ids() }, 'A media stream ended early');
  }

  #ids(): { callSid?: string; streamSid?: string } {
    return this.#start ? { callSid: this.#start.callSid, streamSid: this.#start.streamSid } : {};
  }
}

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

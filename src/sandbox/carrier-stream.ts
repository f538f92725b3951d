import type { RawData } from 'ws';
import { WebSocket } from 'ws';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { CallerFrames } from './caller-frames.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { frameMs, type Mouth } from './mouth.ts';
import { type HeardSpan, type Played, Playout } from './playout.ts';
import { sign } from './signed-request.ts';
import { StreamEar } from './stream-ear.ts';
import {
  readStreamMessage,
  type StreamMessage,
  type StreamMessageProblem,
} from './stream-message.ts';

/** Entries kept of each list (messages, marks, problems): a 30-minute call stays small. */
const longestList = 20_000;
/** A server that does not answer the upgrade or the close, in ms. */
const handshakeMs = 5_000;
const closeMs = 2_000;
/** Largest message taken from the server, in bytes. */
const largestMessage = 16 * 1024 * 1024;

export interface CarrierStreamOptions {
  url: string;
  streamSid: string;
  callSid: string;
  accountSid: string;
  authToken?: string | undefined;
  parameters: Record<string, string>;
  mouth: Mouth;
  clock: Clock;
  log: Log;
  /** Heard audio kept, in ms; older audio is forgotten. */
  keepAudioMs: number;
  misbehave: Misbehaviour;
  /** Every 20 ms: what the person heard in them (silence is 0xFF), and when they began. */
  onHeard(frame: Buffer, atMs: number): void;
}

/** A message of the server's, as received; audio only by its size. */
export interface ReceivedMessage {
  atMs: number;
  event: 'media' | 'mark' | 'clear' | 'invalid';
  bytes?: number;
  name?: string;
}

export interface StreamEnd {
  by: 'carrier' | 'server' | 'handshake';
  /** Close code of the websocket. */
  code: number;
  reason: string;
}

/**
 * One media stream as Twilio keeps it: caller frames of 20 ms on a clock that does not drift, play-out of what the
 * server sends in real time, marks returned when they are reached. All times are ms since the stream began.
 */
export class CarrierStream {
  readonly streamSid: string;
  readonly clears: { atMs: number; playedBytes: number }[] = [];
  readonly marksEchoed: { name: string; atMs: number; cleared: boolean }[] = [];
  readonly protocolErrors: { atMs: number; code: number; reason: string }[] = [];
  readonly timeline: ReceivedMessage[] = [];
  /** False when there was no upgrade. Settles before `closed`. */
  readonly opened: Promise<boolean>;
  readonly closed: Promise<StreamEnd>;
  readonly #options: CarrierStreamOptions;
  readonly #socket: WebSocket;
  readonly #playout = new Playout();
  readonly #ear: StreamEar;
  readonly #frames: CallerFrames;
  #startedAtMs: number | undefined;
  #endedAtMs: number | undefined;
  #stopped = false;
  #ticks = 0;
  #tickTimer: NodeJS.Timeout | undefined;
  #markTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(options: CarrierStreamOptions) {
    this.#options = options;
    this.streamSid = options.streamSid;
    this.#ear = new StreamEar(options.keepAudioMs);
    this.#frames = new CallerFrames(options.streamSid, options.misbehave, (text) =>
      this.#write(text),
    );
    const { authToken, url } = options;
    this.#socket = new WebSocket(url, {
      headers: authToken === undefined ? {} : { 'x-twilio-signature': sign(authToken, url, {}) },
      perMessageDeflate: false,
      handshakeTimeout: handshakeMs,
      maxPayload: largestMessage,
    });
    this.opened = new Promise((settle) => {
      this.#socket.once('open', () => {
        this.#begin();
        settle(true);
      });
      this.#socket.once('close', () => settle(false));
    });
    this.closed = new Promise((settle) => {
      this.#socket.once('close', (code, reason) => settle(this.#end(code, reason.toString())));
    });
    this.#socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on('error', (error) => {
      options.log.debug({ callSid: options.callSid, err: error }, 'Sandbox media socket failed');
    });
  }

  /** The latest agent audio as played, in order; bounded by `keepAudioMs`. */
  get heard(): readonly HeardSpan[] {
    return this.#ear.heard;
  }

  get framesSent(): number {
    return this.#frames.sent;
  }

  /** Bytes of agent audio played to the person. */
  get playedBytes(): number {
    return this.#playout.playedBytes;
  }

  /** How long the person has heard nothing, up to now. */
  get heardSilenceMs(): number {
    return this.#ear.silentMs;
  }

  nowMs(): number {
    if (this.#startedAtMs === undefined) return 0;
    return this.#endedAtMs ?? this.#options.clock.monotonicMs() - this.#startedAtMs;
  }

  /** Sends `stop` and closes, as Twilio does when the person hangs up or REST ends the call. */
  stop(): void {
    if (this.#stopped || this.#socket.readyState === WebSocket.CLOSED) return;
    this.#stopped = true;
    this.#quieten();
    if (this.#socket.readyState === WebSocket.OPEN && !this.#options.misbehave.skipStop) {
      const { accountSid, callSid } = this.#options;
      this.#frames.send({ event: 'stop', stop: { accountSid, callSid } });
    }
    this.#socket.close(1000);
    this.#closeTimer = setTimeout(() => this.#socket.terminate(), closeMs);
  }

  /** The connection is lost: no `stop`, no closing handshake. Twilio goes on with the next verb. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Anything at all, as it is. */
  sendRaw(data: string | Buffer): void {
    this.#socket.send(data);
  }

  /** While paused nothing that the server sends is read: its buffers fill. */
  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  #begin(): void {
    const { accountSid, callSid, clock, misbehave, parameters, streamSid } = this.#options;
    this.#startedAtMs = clock.monotonicMs();
    this.#socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    this.#frames.send({
      event: 'start',
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: misbehave.customParameters?.(parameters) ?? parameters,
      },
    });
    this.#armTick();
  }

  #end(code: number, reason: string): StreamEnd {
    const wasOpen = this.#startedAtMs !== undefined;
    this.#quieten();
    clearTimeout(this.#closeTimer);
    if (this.#stopped) return { by: 'carrier', code, reason };
    return { by: wasOpen ? 'server' : 'handshake', code, reason };
  }

  /** The person hears nothing more and says nothing more on this stream. */
  #quieten(): void {
    if (this.#endedAtMs !== undefined) return;
    const nowMs = this.nowMs();
    if (this.#startedAtMs !== undefined) this.#catchUp(nowMs);
    this.#endedAtMs = nowMs;
    clearTimeout(this.#tickTimer);
    clearTimeout(this.#markTimer);
    this.#playout.clear();
  }

  /** Each tick is due at an absolute moment, so that late timers do not add up. */
  #armTick(): void {
    const dueMs = (this.#ticks + 1) * frameMs - this.nowMs();
    this.#tickTimer = setTimeout(
      () => {
        this.#catchUp(this.nowMs());
        if (this.#endedAtMs === undefined) this.#armTick();
      },
      Math.max(0, Math.ceil(dueMs)),
    );
  }

  #catchUp(nowMs: number): void {
    while ((this.#ticks + 1) * frameMs <= nowMs && this.#endedAtMs === undefined) this.#tick();
  }

  #tick(): void {
    const fromMs = this.#ticks * frameMs;
    const toMs = fromMs + frameMs;
    const { playoutStall } = this.#options.misbehave;
    this.#file(this.#playout.advance(toMs));
    if (playoutStall && fromMs <= playoutStall.atMs && playoutStall.atMs < toMs) {
      this.#playout.stall(toMs, playoutStall.forMs);
    }
    this.#ticks += 1;
    const heard = this.#ear.takeFrame();
    const { ulaw, digit } = this.#options.mouth.takeFrame();
    this.#frames.sendFrame(ulaw, fromMs);
    if (digit !== undefined) {
      this.#frames.send({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
    }
    this.#options.onHeard(heard, fromMs);
  }

  /** Files what was played: for the ear, for the record, and as marks to the server. */
  #file({ spans, marks }: Played): void {
    for (const span of spans) this.#ear.hear(span, this.#ticks * frameMs);
    for (const mark of marks) this.#echo(mark.name, false);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#endedAtMs !== undefined || this.#startedAtMs === undefined) return;
    const nowMs = this.nowMs();
    this.#catchUp(nowMs);
    this.#file(this.#playout.advance(nowMs));
    if (isBinary) {
      this.#note({ atMs: nowMs, event: 'invalid' });
      this.#complain(nowMs, 31950, 'a binary frame');
      return;
    }
    this.#take(readStreamMessage(data.toString(), this.streamSid), nowMs);
  }

  #take(message: StreamMessage | StreamMessageProblem, atMs: number): void {
    switch (message.event) {
      case 'invalid':
        this.#note({ atMs, event: 'invalid' });
        this.#complain(atMs, 31951, message.reason);
        break;
      case 'media':
        this.#note({ atMs, event: 'media', bytes: message.ulaw.length });
        if (this.#playout.enqueueAudio(message.ulaw, atMs) === 'overflow') {
          this.#complain(atMs, 31931, 'more than 10 minutes of audio are waiting');
        }
        break;
      case 'mark':
        this.#note({ atMs, event: 'mark', name: message.name });
        this.#playout.enqueueMark(message.name, atMs);
        this.#file(this.#playout.advance(atMs));
        this.#armMark();
        break;
      case 'clear':
        this.#note({ atMs, event: 'clear' });
        this.#clear(atMs);
        break;
    }
  }

  #clear(atMs: number): void {
    clearTimeout(this.#markTimer);
    this.#markTimer = undefined;
    const marks = this.#playout.clear();
    push(this.clears, { atMs, playedBytes: this.#playout.playedBytes });
    for (const name of marks) this.#echo(name, true);
  }

  /** A mark is returned when it is reached, not at the next frame. */
  #armMark(): void {
    const dueMs = this.#playout.nextMarkMs();
    if (this.#markTimer !== undefined || dueMs === undefined) return;
    this.#markTimer = setTimeout(
      () => {
        this.#markTimer = undefined;
        const nowMs = this.nowMs();
        this.#catchUp(nowMs);
        this.#file(this.#playout.advance(nowMs));
        this.#armMark();
      },
      Math.max(0, Math.ceil(dueMs - this.nowMs())),
    );
  }

  #echo(name: string, cleared: boolean): void {
    if (this.#options.misbehave.dropMarks === true) return;
    push(this.marksEchoed, { name, atMs: this.nowMs(), cleared });
    this.#frames.send({ event: 'mark', mark: { name } });
  }

  #note(message: ReceivedMessage): void {
    push(this.timeline, message);
  }

  #complain(atMs: number, code: number, reason: string): void {
    push(this.protocolErrors, { atMs, code, reason });
    const { callSid, log } = this.#options;
    log.warn({ callSid, code, reason }, 'Sandbox carrier did not accept a message of the server');
  }

  #write(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }
}

function push<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > longestList) list.shift();
}

import { randomBytes } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { CallReports, type StatusCallback } from './call-reports.ts';
import { CarrierStream, type ReceivedMessage, type StreamEnd } from './carrier-stream.ts';
import { type AnswerLeg, DialLeg } from './dial-leg.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { frameBytes, Mouth } from './mouth.ts';
import { pause } from './pause.ts';
import type { HeardSpan } from './playout.ts';
import type { DialVerb, StreamNoun, Verb } from './twiml-reader.ts';
import { readTwimlSource, type TwimlSource } from './twiml-source.ts';

/** Verbs kept in `performed`: a document that redirects for ever does not fill the memory. */
const mostVerbs = 1_000;

export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** What the called person does when the telephone rings. */
export type Answer = 'answer' | 'busy' | 'no-answer' | 'failed';

export interface CallEnd {
  /**
   * `caller`: the person hung up · `rest`: ended by REST · `server`: the media socket was closed or never opened by the
   * server (the verbs after it were performed) · `verbs`: the TwiML came to its end, or there was none.
   */
  by: 'caller' | 'rest' | 'server' | 'verbs';
  performed: readonly Verb[];
}

export interface CarrierCallOptions {
  accountSid: string;
  authToken?: string | undefined;
  from: string;
  to: string;
  direction: 'inbound' | 'outbound-api';
  twiml: TwimlSource;
  statusCallback?: StatusCallback | undefined;
  /** Outbound only: how long it rings, and what happens then. */
  ringMs?: number;
  answer?: (call: CarrierCall) => Answer;
  /** What becomes of the numbers that this call dials. */
  answerLeg?: AnswerLeg | undefined;
  keepAudioMs: number;
  misbehave: Misbehaviour;
  clock: Clock;
  log: Log;
}

/**
 * One telephone call as Twilio performs it, with the person on the other end: webhook, TwiML, media stream, fallback
 * verbs, status callbacks. `begin` starts it; `ended` settles once, whatever happens. Times are ms since the stream began.
 */
export class CarrierCall {
  readonly sid = createSid('CA');
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api';
  readonly performed: Verb[] = [];
  /** The numbers that were dialled for this call, in order. */
  readonly legs: DialLeg[] = [];
  /** Trouble that Twilio would file in its debugger: 11200, 12100, 12200, 12300, 319xx. */
  readonly errors: { code: number; reason: string }[] = [];
  /** Settles when `start` was sent, or with undefined when the call ended without a stream. */
  readonly started: Promise<{ streamSid: string } | undefined>;
  readonly ended: Promise<CallEnd>;
  readonly #options: CarrierCallOptions;
  readonly #mouth = new Mouth();
  readonly #reports: CallReports;
  readonly #listeners = new Set<(frame: Buffer, atMs: number) => void>();
  readonly #abort = new AbortController();
  readonly createdAtMs: number;
  #settleStarted: (started: { streamSid: string } | undefined) => void = () => undefined;
  #settleEnded: (end: CallEnd) => void = () => undefined;
  #answeredAtMs: number | undefined;
  #durationMs = 0;
  #status: CallStatus;
  #pending: Verb[] = [];
  #stream: CarrierStream | undefined;
  #by: CallEnd['by'] = 'verbs';
  #isOver = false;

  constructor(options: CarrierCallOptions) {
    this.#options = options;
    this.#reports = new CallReports({ ...options, callSid: this.sid });
    this.from = options.from;
    this.to = options.to;
    this.direction = options.direction;
    this.createdAtMs = options.clock.wallMs();
    this.#status = options.direction === 'inbound' ? 'ringing' : 'queued';
    this.started = new Promise((settle) => {
      this.#settleStarted = settle;
    });
    this.ended = new Promise((settle) => {
      this.#settleEnded = settle;
    });
  }

  get status(): CallStatus {
    return this.#status;
  }

  /** Whole seconds from answer to end; 0 until then. */
  get durationSeconds(): number {
    return Math.round(this.#durationMs / 1000);
  }

  /** The current media stream, or the last one. */
  get stream(): CarrierStream | undefined {
    return this.#stream;
  }

  get heard(): readonly HeardSpan[] {
    return this.#stream?.heard ?? [];
  }

  get heardSilenceMs(): number {
    return this.#stream?.heardSilenceMs ?? 0;
  }

  get clears(): readonly { atMs: number; playedBytes: number }[] {
    return this.#stream?.clears ?? [];
  }

  get marksEchoed(): readonly { name: string; atMs: number; cleared: boolean }[] {
    return this.#stream?.marksEchoed ?? [];
  }

  get protocolErrors(): readonly { atMs: number; code: number; reason: string }[] {
    return this.#stream?.protocolErrors ?? [];
  }

  get timeline(): readonly ReceivedMessage[] {
    return this.#stream?.timeline ?? [];
  }

  get framesSent(): number {
    return this.#stream?.framesSent ?? 0;
  }

  nowMs(): number {
    return this.#stream?.nowMs() ?? 0;
  }

  begin(): void {
    void this.#run();
  }

  /** Speaks into the telephone, after what is already being said. Resolves when spoken, or when the call is over. */
  say(ulaw: Buffer): Promise<void> {
    return this.#mouth.say(ulaw);
  }

  /** Presses `0-9 * #`, one each 160 ms. Resolves when pressed, or when the call is over. */
  pressKeys(keys: string): Promise<void> {
    return this.#mouth.press(keys);
  }

  /** Each 20 ms of what the person hears. Returns how to stop listening. */
  onHeard(listener: (frame: Buffer, atMs: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The kept part of what was heard on one timeline, silence filled in; byte 0 is the beginning of the stream. */
  heardTrack(): Buffer {
    const track = Buffer.alloc(Math.ceil((this.nowMs() * 8) / frameBytes) * frameBytes, 0xff);
    for (const { atMs, ulaw } of this.heard) ulaw.copy(track, Math.floor(atMs * 8));
    return track;
  }

  sendRaw(data: string | Buffer): void {
    this.#stream?.sendRaw(data);
  }

  hangUp(): Promise<CallEnd> {
    return this.#finishBy('caller');
  }

  /** REST `Status=completed`. */
  endByRest(): Promise<CallEnd> {
    return this.#finishBy('rest');
  }

  /** REST `Twiml=…` or `Url=…`: leaves the stream and performs the new document. */
  async replaceTwiml(twiml: TwimlSource): Promise<void> {
    const verbs = await this.#readVerbs(twiml);
    if (this.#isOver || !this.#stream) return;
    this.#pending = verbs;
    this.#stream.stop();
  }

  async #run(): Promise<void> {
    const { twiml } = this.#options;
    if (this.direction === 'outbound-api' && !(await this.#ring())) return this.#finish();
    const verbs = await this.#readVerbs(twiml);
    if (verbs[0]?.verb !== 'reject') this.#answered();
    this.#pending = verbs;
    for (let verb = this.#pending.shift(); verb; verb = this.#pending.shift()) {
      if (this.#isOver) break;
      await this.#perform(verb);
    }
    await this.#finish();
  }

  /** Outbound: queued, initiated, ringing, and what the called person makes of it. */
  async #ring(): Promise<boolean> {
    this.#reports.status('initiated', 'initiated');
    this.#status = 'ringing';
    this.#reports.status('ringing', 'ringing');
    await pause(this.#options.ringMs ?? 0, this.#abort.signal);
    if (this.#isOver) return false;
    const answer = this.#options.answer?.(this) ?? 'answer';
    if (answer !== 'answer') {
      this.#status = answer;
      return false;
    }
    this.#answered();
    this.#reports.status('answered', 'in-progress');
    return true;
  }

  #answered(): void {
    if (this.#isOver) return;
    this.#status = 'in-progress';
    this.#answeredAtMs ??= this.#options.clock.monotonicMs();
  }

  async #readVerbs(twiml: TwimlSource): Promise<Verb[]> {
    const reading = await readTwimlSource(twiml, {
      params: this.#reports.params(this.#status),
      authToken: this.#options.authToken,
      signal: this.#abort.signal,
    });
    if ('verbs' in reading) return reading.verbs;
    if (!this.#isOver) this.#file(reading.problem.code, reading.problem.reason);
    return [];
  }

  async #perform(verb: Verb): Promise<void> {
    this.performed.push(verb);
    if (this.performed.length > mostVerbs) this.#pending = [];
    if (verb.verb === 'connect') await this.#connect(verb.stream);
    if (verb.verb === 'dial') await this.#dial(verb);
    if (verb.verb === 'hangup') this.#pending = [];
    if (verb.verb === 'reject' && this.performed.length === 1) {
      this.#status = 'busy';
      this.#pending = [];
    }
  }

  /** Without an action nobody is rung, and the next verb follows at once. */
  async #dial(verb: DialVerb): Promise<void> {
    if (verb.attributes.action === undefined) return;
    const leg = new DialLeg(verb, {
      ...this.#options,
      params: () => this.#reports.params(this.#isOver ? 'completed' : this.#status),
      signal: this.#abort.signal,
      file: (code, reason) => this.#file(code, reason),
    });
    this.legs.push(leg);
    const next = await leg.play();
    if (!this.#isOver) this.#pending = next;
  }

  async #connect(noun: StreamNoun): Promise<void> {
    const { accountSid, authToken, clock, keepAudioMs, log, misbehave } = this.#options;
    const stream = new CarrierStream({
      url: noun.url,
      streamSid: createSid('MZ'),
      callSid: this.sid,
      accountSid,
      authToken,
      parameters: noun.parameters,
      mouth: this.#mouth,
      clock,
      log,
      keepAudioMs,
      misbehave,
      onHeard: (frame, atMs) => {
        for (const listener of this.#listeners) listener(frame, atMs);
      },
    });
    this.#stream = stream;
    const isOpen = await stream.opened;
    if (isOpen) {
      this.#settleStarted({ streamSid: stream.streamSid });
      this.#reports.stream(noun, stream.streamSid, 'stream-started');
    }
    const end = await stream.closed;
    if (end.by !== 'carrier') this.#streamWasLost(end);
    this.#reports.stream(noun, stream.streamSid, isOpen ? 'stream-stopped' : 'stream-error');
  }

  #streamWasLost(end: StreamEnd): void {
    if (!this.#isOver) this.#by = 'server';
    if (end.by === 'handshake') this.#file(31920, 'the media stream was not opened');
    else this.#file(31921, `the server closed the media stream with ${end.code}`);
  }

  #finishBy(by: 'caller' | 'rest'): Promise<CallEnd> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#by = by;
      if (this.#status !== 'in-progress') this.#status = 'canceled';
      this.#pending = [];
      this.#abort.abort();
      this.#stream?.stop();
    }
    return this.ended;
  }

  async #finish(): Promise<void> {
    this.#isOver = true;
    if (this.#status === 'in-progress') this.#status = 'completed';
    if (this.#answeredAtMs !== undefined) {
      this.#durationMs = this.#options.clock.monotonicMs() - this.#answeredAtMs;
    }
    this.#mouth.close();
    this.#settleStarted(undefined);
    this.#reports.status('completed', this.#status, this.durationSeconds);
    await this.#reports.allPosted();
    this.#settleEnded({ by: this.#by, performed: this.performed });
  }

  #file(code: number, reason: string): void {
    this.errors.push({ code, reason });
    const { log } = this.#options;
    log.info({ callSid: this.sid, code, reason }, 'Sandbox carrier noted an error of the call');
  }
}

/** As Twilio's: two letters and 32 hex digits. */
export function createSid(prefix: 'CA' | 'MZ' | 'PN'): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}

import { bytesPerMs } from '../audio/g711.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CallRecording } from './call-recording.ts';
import { CallerClock } from './caller-clock.ts';

/** Without caller frames for this long while the caller speaks, the model is given silence so that it notices the end. */
const missedFramesMs = 750;

/** The caller's side of the audio: from the carrier's frames to the recording and the model. */
export class CallerVoice {
  readonly #clock: CallerClock;
  readonly #recording: CallRecording;
  readonly #toModel: (payload: string) => void;
  readonly #metrics: Metrics;
  #lastFrameAtMs: number;
  /** Silence the model was given while frames stayed away. */
  #paddedMs = 0;

  constructor(parts: {
    startedAtMs: number;
    recording: CallRecording;
    toModel: (payload: string) => void;
    metrics: Metrics;
  }) {
    this.#clock = new CallerClock(parts.startedAtMs);
    this.#lastFrameAtMs = parts.startedAtMs;
    this.#recording = parts.recording;
    this.#toModel = parts.toModel;
    this.#metrics = parts.metrics;
  }

  /** Milliseconds on the call's one clock. */
  nowMs(monotonicMs: number): number {
    return this.#clock.nowMs(monotonicMs);
  }

  /** One frame: base64 μ-law, already checked. No await, no timer, no promise: this runs 50 times a second for each call. */
  frame(payload: string, timestampMs: number, monotonicMs: number): void {
    const ulaw = Buffer.from(payload, 'base64');
    const place = this.#clock.place(timestampMs, ulaw.length / bytesPerMs, monotonicMs);
    this.#lastFrameAtMs = monotonicMs;
    if (place.kind === 'duplicate') return;
    this.#recording.caller(ulaw, Math.round(place.atMs * bytesPerMs));
    if (place.kind === 'late') return;
    if (place.gapMs > 0) this.#fillGap(place.gapMs);
    this.#toModel(payload);
  }

  /** Keeps the model hearing silence when frames stop in the middle of speech. */
  padMissing(monotonicMs: number, forMs: number): void {
    if (monotonicMs - this.#lastFrameAtMs < missedFramesMs) return;
    this.#paddedMs += forMs;
    this.#toModel(silence(forMs));
  }

  /** A hole becomes silence for the model too, less what it was already given. */
  #fillGap(gapMs: number): void {
    this.#metrics.count('media_gap_ms_total', {}, gapMs);
    const missingMs = gapMs - this.#paddedMs;
    this.#paddedMs = 0;
    if (missingMs > 0) this.#toModel(silence(missingMs));
  }
}

function silence(ms: number): string {
  return Buffer.alloc(Math.round(ms * bytesPerMs), 0xff).toString('base64');
}

/**
 * The call's one clock: the carrier's `media.timestamp`, in milliseconds since the stream began.
 * Pure: it says where a caller frame belongs, what silence the model must be given before it, and what time it is there now.
 */

/** A hole longer than this is not replayed to the model as silence: it has long since ended the turn. */
const longestGapMs = 10_000;
/** A timestamp further than this from our own clock is a jump of the carrier's, not a late frame. */
const longestStrayMs = 15_000;
/** How fast the estimate of the carrier's clock may fall behind ours: covers drift, ignores jitter (1 ms a second). */
const driftPerMs = 0.001;
/** Timestamps remembered to recognise a frame that came twice. */
const rememberedFrames = 64;

export interface Placement {
  /** `duplicate`: drop it. `late`: its moment was already filled with silence; it belongs in the recording only. */
  kind: 'next' | 'late' | 'duplicate';
  atMs: number;
  /** Silence that stands between the previous frame and this one. */
  gapMs: number;
}

export class CallerClock {
  readonly #startedAtMs: number;
  /** Carrier time = our time + lead. The lead is the largest seen (the frame that travelled fastest), decaying slowly. */
  #lead: number | undefined;
  #leadAtMs: number;
  /** Added to every timestamp, after a jump of the carrier's clock. */
  #shiftMs = 0;
  #expectedMs = 0;
  readonly #recent: number[] = [];

  /** @param nowMs our monotonic clock when the stream started. */
  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
    this.#leadAtMs = nowMs;
  }

  /** Carrier time now. */
  nowMs(monotonicMs: number): number {
    if (this.#lead === undefined) return monotonicMs - this.#startedAtMs;
    return monotonicMs + this.#lead - (monotonicMs - this.#leadAtMs) * driftPerMs;
  }

  place(timestampMs: number, durationMs: number, monotonicMs: number): Placement {
    const atMs = this.#unjump(timestampMs, durationMs, monotonicMs);
    if (this.#recent.includes(atMs)) return { kind: 'duplicate', atMs, gapMs: 0 };
    this.#recent.push(atMs);
    if (this.#recent.length > rememberedFrames) this.#recent.shift();
    this.#observe(atMs + durationMs, monotonicMs);
    const gapMs = atMs - this.#expectedMs;
    if (gapMs < 0) return { kind: 'late', atMs, gapMs: 0 };
    this.#expectedMs = atMs + durationMs;
    return { kind: 'next', atMs, gapMs: Math.min(gapMs, longestGapMs) };
  }

  /** The frame ends no later than now, so carrier time is at least its end. */
  #observe(endMs: number, monotonicMs: number): void {
    const lead = endMs - monotonicMs;
    if (this.#lead === undefined || endMs > this.nowMs(monotonicMs)) {
      this.#lead = lead;
      this.#leadAtMs = monotonicMs;
    }
  }

  #unjump(timestampMs: number, durationMs: number, monotonicMs: number): number {
    const ours = monotonicMs - this.#startedAtMs;
    const stray = timestampMs + this.#shiftMs - ours;
    if (Math.abs(stray) > longestStrayMs) {
      this.#shiftMs = Math.max(this.#expectedMs, Math.round(ours) - durationMs) - timestampMs;
      this.#recent.length = 0;
    }
    return timestampMs + this.#shiftMs;
  }
}

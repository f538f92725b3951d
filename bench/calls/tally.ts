import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Milliseconds. */
export interface Spread {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** One direction of audio in the measured window. */
class Direction {
  sent = 0;
  received = 0;
  misordered = 0;
  readonly delayUs: RecordableHistogram = createHistogram();
}

/** Everything that is counted while a measurement runs. Only what was sent inside the window counts. */
export class Tally {
  readonly toModel = new Direction();
  readonly toCaller = new Direction();
  /** `speech_started` sent → `clear` received. */
  readonly reactionUs: RecordableHistogram = createHistogram();
  /** |`audio_end_ms` − what the carrier had played|. */
  readonly cutErrorUs: RecordableHistogram = createHistogram();
  readonly lagUs: RecordableHistogram = createHistogram();
  /** Barge-ins without a `clear`, items without a `truncate`, and the other way round. */
  missedCuts = 0;
  /** Replies that nobody of the script asked for: nudges, retries. */
  unplannedReplies = 0;
  callsLost = 0;
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.POSITIVE_INFINITY;

  openWindow(nowUs: number): void {
    this.#fromUs = nowUs;
    this.lagUs.reset();
  }

  closeWindow(nowUs: number): void {
    this.#toUs = nowUs;
  }

  isInWindow(atUs: number): boolean {
    return atUs >= this.#fromUs && atUs < this.#toUs;
  }

  sent(direction: Direction, atUs: number): void {
    if (this.isInWindow(atUs)) direction.sent += 1;
  }

  received(direction: Direction, sentAtUs: number, nowUs: number): void {
    if (!this.isInWindow(sentAtUs)) return;
    direction.received += 1;
    direction.delayUs.record(Math.max(1, Math.round(nowUs - sentAtUs)));
  }
}

export function spreadOf(histogram: RecordableHistogram): Spread {
  const ms = (us: number) => Math.round(us / 10) / 100;
  if (histogram.count === 0) return { count: 0, p50: 0, p99: 0, max: 0 };
  return {
    count: histogram.count,
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}

export function nowUs(): number {
  return performance.now() * 1_000;
}

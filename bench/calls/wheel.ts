import { type Tally, nowUs } from './tally.ts';

/** One timer for all calls, in steps of 1 ms; each call has its place among the 20 steps of a frame. */
const stepMs = 1;
export const frameMs = 20;
/** After a longer stall the wheel goes on from now: a carrier does not send more than this at once. */
const longestCatchUpMs = 500;

export interface WheelRider {
  /** Every 20 ms. */
  frame(): void;
  /** Every step. */
  step(nowMs: number): void;
}

export class Wheel {
  readonly #slots: WheelRider[][] = Array.from({ length: frameMs }, () => []);
  readonly #tally: Tally;
  #nextMs = Math.ceil(performance.now());
  #turnedAtMs = performance.now();
  #stopped = false;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#turn();
  }

  /** Riders are spread over the frame, like callers who know nothing of each other. */
  add(rider: WheelRider, index: number): void {
    this.#slots[(index * 7) % frameMs]?.push(rider);
  }

  stop(): void {
    this.#stopped = true;
  }

  #turn(): void {
    if (this.#stopped) return;
    const nowMs = performance.now();
    // Beyond the step itself, this is how long the generator's loop was busy elsewhere.
    const lagMs = Math.max(0, nowMs - this.#turnedAtMs - stepMs);
    this.#tally.lagUs.record(Math.max(1, Math.round(lagMs * 1_000)));
    this.#turnedAtMs = nowMs;
    if (nowMs - this.#nextMs > longestCatchUpMs) this.#nextMs = Math.floor(nowMs);
    for (; this.#nextMs <= nowMs; this.#nextMs += stepMs) {
      for (const rider of this.#slots[this.#nextMs % frameMs] ?? []) rider.frame();
    }
    const stepAtMs = nowUs() / 1_000;
    for (const slot of this.#slots) for (const rider of slot) rider.step(stepAtMs);
    setTimeout(() => this.#turn(), stepMs);
  }
}

import { nowUs, type Tally } from './tally.ts';

export const frameMs = 20;
/** One timer for all calls. Callers know nothing of each other, so their frames are spread over the 20 ms in ten groups. */
const stepMs = 2;
const groups = frameMs / stepMs;
/** After a longer stall the wheel goes on from now: a carrier does not send more than this at once. */
const longestCatchUpMs = 500;

export interface WheelRider {
  /** Every 20 ms. */
  frame?(): void;
  /** Every step. */
  step(nowMs: number): void;
}

export class Wheel {
  readonly #riders: WheelRider[][] = Array.from({ length: groups }, () => []);
  readonly #tally: Tally;
  #steps = 0;
  #nextMs = performance.now();
  #stopped = false;

  constructor(tally: Tally) {
    this.#tally = tally;
    this.#turn();
  }

  add(rider: WheelRider, index: number): void {
    this.#riders[index % groups]?.push(rider);
  }

  stop(): void {
    this.#stopped = true;
  }

  #turn(): void {
    if (this.#stopped) return;
    const nowMs = performance.now();
    // How long the generator's loop was busy elsewhere.
    const lagMs = Math.max(0, nowMs - this.#nextMs);
    this.#tally.lagUs.record(Math.max(1, Math.round(lagMs * 1_000)));
    if (lagMs > longestCatchUpMs) this.#nextMs = nowMs;
    for (; this.#nextMs <= nowMs; this.#nextMs += stepMs) {
      for (const rider of this.#riders[this.#steps % groups] ?? []) rider.frame?.();
      this.#steps += 1;
    }
    const stepAtMs = nowUs() / 1_000;
    for (const group of this.#riders) for (const rider of group) rider.step(stepAtMs);
    setTimeout(() => this.#turn(), Math.max(1, Math.round(this.#nextMs - performance.now())));
  }
}

/** Between two starts: the carrier takes one call a second from an account and lets others wait up to a day. */
const betweenStartsMs = 1_000;
/** Longest wait of a request for its turn. More are told to come again, not kept. */
const longestWaitMs = 10_000;

/** Gives each call its moment to start. */
export class DialPace {
  #nextMs = Number.NEGATIVE_INFINITY;

  isFree(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  /** @returns how long to wait, or when to come again */
  take(nowMs: number): { waitMs: number } | { retryAfterS: number } {
    const waitMs = Math.max(0, this.#nextMs - nowMs);
    if (waitMs > longestWaitMs) {
      return { retryAfterS: Math.ceil((waitMs - longestWaitMs + betweenStartsMs) / 1_000) };
    }
    this.#nextMs = nowMs + waitMs + betweenStartsMs;
    return { waitMs };
  }
}

/** Whether new calls may rely on the model: a circuit breaker over all calls. Pure: time is passed in. */

/** So many failures in a row open the breaker. */
const failuresToOpen = 3;
/** How long new calls are sent to the fallback before one of them tries again. */
const openForMs = 10_000;
/** A refused key or an empty quota does not mend itself in seconds. */
const refusedForMs = 60_000;

export class ModelHealth {
  #failures = 0;
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #reason: string | undefined;

  succeeded(): void {
    this.#failures = 0;
    this.#closedUntilMs = Number.NEGATIVE_INFINITY;
    this.#reason = undefined;
  }

  failed(code: string, fatal: boolean, nowMs: number): void {
    this.#failures += 1;
    if (!fatal && this.#failures < failuresToOpen) return;
    this.#closedUntilMs = nowMs + (fatal ? refusedForMs : openForMs);
    this.#reason = fatal ? `model refused: ${code}` : `model unreachable: ${code}`;
  }

  /** Why new calls should go to the fallback now; nothing when they may try. */
  unavailable(nowMs: number): string | undefined {
    return nowMs < this.#closedUntilMs ? this.#reason : undefined;
  }
}

/** So many refused dials in the window look like a stolen key, not like work. */
const mostDenials = 50;
const windowMs = 10 * 60_000;
const suspensionMs = 60 * 60_000;

/** Keys whose dials are refused again and again are stopped for an hour. Keys are few: nothing here grows. */
export class DialDenials {
  readonly #byKey = new Map<string, { timesMs: number[]; suspendedUntilMs: number }>();

  /** @returns whether the key has just been suspended */
  note(keyId: string, nowMs: number): boolean {
    const { timesMs = [] } = this.#byKey.get(keyId) ?? {};
    const recent = [...timesMs.filter((atMs) => atMs > nowMs - windowMs), nowMs];
    const isSuspended = recent.length >= mostDenials;
    this.#byKey.set(keyId, {
      timesMs: isSuspended ? [] : recent,
      suspendedUntilMs: isSuspended ? nowMs + suspensionMs : Number.NEGATIVE_INFINITY,
    });
    return isSuspended;
  }

  suspendedUntilMs(keyId: string, nowMs: number): number | undefined {
    const untilMs = this.#byKey.get(keyId)?.suspendedUntilMs ?? Number.NEGATIVE_INFINITY;
    return untilMs > nowMs ? untilMs : undefined;
  }
}

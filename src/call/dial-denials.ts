import type { Log } from '../platform/log.ts';
import type { DialSuspensionStore } from './dial-suspension-store.ts';

/** So many refused dials in the window look like a stolen key, not like work. */
const mostDenials = 50;
const windowMs = 10 * 60_000;
const suspensionMs = 60 * 60_000;

/** Keys whose dials are refused again and again are stopped for an hour. Keys are few: nothing here grows. */
export class DialDenials {
  readonly #timesByKey = new Map<string, number[]>();
  readonly #store: DialSuspensionStore;
  readonly #log: Log;

  constructor(store: DialSuspensionStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** @returns whether the key has just been suspended */
  note(keyId: string, nowMs: number): boolean {
    const timesMs = this.#timesByKey.get(keyId) ?? [];
    const recent = [...timesMs.filter((atMs) => atMs > nowMs - windowMs), nowMs];
    const isSuspended = recent.length >= mostDenials;
    this.#timesByKey.set(keyId, isSuspended ? [] : recent);
    if (!isSuspended) return false;
    this.#store
      .suspend(keyId, nowMs + suspensionMs)
      .catch((err) => this.#log.error({ err, keyId }, 'a suspension was not written down'));
    return true;
  }

  suspendedUntilMs(keyId: string, nowMs: number): number | undefined {
    const untilMs = this.#store.untilMs(keyId) ?? Number.NEGATIVE_INFINITY;
    return untilMs > nowMs ? untilMs : undefined;
  }
}

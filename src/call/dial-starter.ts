import { setTimeout as sleep } from 'node:timers/promises';
import { type OutboundParts, ringS } from './dial-parts.ts';
import type { Dial } from './dial-record.ts';
import { answered, sent } from './dial-steps.ts';

/** Places calls, each written down before a byte leaves. Knows which are on their way in this process. */
export class DialStarter {
  readonly #parts: OutboundParts;
  readonly #starting = new Map<string, Promise<Dial>>();
  readonly #stopping = new AbortController();
  readonly #stopped: Promise<unknown>;

  constructor(parts: OutboundParts) {
    this.#parts = parts;
    const { signal } = this.#stopping;
    this.#stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** What comes of a dial that is on its way. */
  get(id: string): Promise<Dial> | undefined {
    return this.#starting.get(id);
  }

  /** Starts nothing more; waits for requests that are on their way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([...this.#starting.values()]);
  }

  /** Never rejects. @param waitMs until it is its turn */
  begin(dial: Dial, waitMs: number): Promise<Dial> {
    const before = this.#starting.get(dial.id);
    if (before) return before;
    const placed = this.#place(dial, waitMs).finally(() => this.#starting.delete(dial.id));
    this.#starting.set(dial.id, placed);
    return placed;
  }

  async #place(dial: Dial, waitMs: number): Promise<Dial> {
    const { carrier, clock, metrics, pause = sleep } = this.#parts;
    if (waitMs > 0) await Promise.race([pause(waitMs), this.#stopped]);
    if (this.isStopped) return dial;
    const leaving = await this.#writeSent(dial);
    if (leaving.state !== 'sent') return leaving;
    const answer = await carrier.placeCall(this.#requestFor(leaving));
    metrics.count('outbound_calls_total', { outcome: answer.outcome });
    const chance = Math.random();
    const after = (one: Dial) => answered(one, answer, clock.wallMs(), chance);
    // What happened outside has happened, whether it can be written or not: a lookup finds it again.
    return (await this.#change(dial, after)) ?? after(leaving);
  }

  /** `sent` is durable when it resolves with that state. A disk that fails leaves the dial due, to be tried again. */
  async #writeSent(dial: Dial): Promise<Dial> {
    let isOurs = false;
    const written = await this.#change(dial, (one) => {
      isOurs = one.state === 'intent' && one.attempt === dial.attempt;
      return isOurs ? sent(one, this.#parts.clock.wallMs()) : one;
    });
    return written && isOurs ? written : dial;
  }

  async #change({ id }: Dial, change: (dial: Dial) => Dial): Promise<Dial | undefined> {
    const { ledger, log } = this.#parts;
    try {
      return await ledger.change(id, change);
    } catch (err) {
      log.error({ err, dialId: id }, 'the state of a dial could not be written down');
      return undefined;
    }
  }

  #requestFor({ id, to, attempt, timeLimitS }: Dial) {
    const base = this.#parts.publicUrl();
    const query = `outbound=${id}`;
    return {
      to,
      from: this.#parts.from,
      url: `${base}/incoming-call?${query}`,
      statusCallback: `${base}/call-status?${query}&attempt=${attempt}`,
      machineStatusUrl: `${base}/amd-status?${query}&attempt=${attempt}`,
      timeLimitS,
      ringS,
    };
  }
}

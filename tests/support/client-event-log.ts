import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';

export type ClientType = RealtimeClientEvent['type'];
export type ClientEvent<T extends ClientType = ClientType> = Extract<
  RealtimeClientEvent,
  { type: T }
>;

export interface Recorded<E = RealtimeClientEvent> {
  /** Place among the client events of this connection, from 0. */
  index: number;
  /** `performance.now()` at arrival. */
  atMs: number;
  event: E;
}

interface Waiter {
  match: (recorded: Recorded) => boolean;
  resolve: (recorded: Recorded) => void;
  reject: () => void;
  timer: NodeJS.Timeout;
}

/** What a client sent, in order, and waiting for what it will send. */
export class ClientEventLog {
  readonly events: Recorded[] = [];
  #isClosed = false;
  readonly #waiters = new Set<Waiter>();

  get isClosed(): boolean {
    return this.#isClosed;
  }

  of<T extends ClientType>(type: T): Recorded<ClientEvent<T>>[] {
    return this.events.filter((r) => r.event.type === type) as Recorded<ClientEvent<T>>[];
  }

  /** Client events by type. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { event } of this.events) counts[event.type] = (counts[event.type] ?? 0) + 1;
    return counts;
  }

  /** Events that came before count too; give `from` (an `index`) to look only at later ones. */
  waitFor<T extends ClientType>(
    what: T,
    timeoutMs?: number,
    from?: number,
  ): Promise<Recorded<ClientEvent<T>>>;
  waitFor(
    what: (recorded: Recorded) => boolean,
    timeoutMs?: number,
    from?: number,
  ): Promise<Recorded>;
  waitFor(
    what: ClientType | ((recorded: Recorded) => boolean),
    timeoutMs = 2_000,
    from = 0,
  ): Promise<Recorded> {
    const wanted = typeof what === 'string' ? (r: Recorded) => r.event.type === what : what;
    const match = (recorded: Recorded) => recorded.index >= from && wanted(recorded);
    const past = this.events.find(match);
    if (past) return Promise.resolve(past);
    const name = typeof what === 'string' ? what : 'a matching event';
    const failure = (why: string) =>
      new Error(`${name} did not come ${why}; came: ${JSON.stringify(this.counts())}`);
    if (this.#isClosed) return Promise.reject(failure('before the connection closed'));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        match,
        resolve,
        reject: () => reject(failure('before the connection closed')),
        timer: setTimeout(() => {
          this.#waiters.delete(waiter);
          reject(failure(`within ${timeoutMs} ms`));
        }, timeoutMs),
      };
      this.#waiters.add(waiter);
    });
  }

  /** Enters an event; `settle` after it was answered lets the waiters see it. */
  protected record(event: RealtimeClientEvent): Recorded {
    const recorded = { index: this.events.length, atMs: performance.now(), event };
    this.events.push(recorded);
    return recorded;
  }

  protected settle(recorded: Recorded): void {
    for (const waiter of this.#waiters) {
      if (!waiter.match(recorded)) continue;
      this.#waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(recorded);
    }
  }

  /** No more will come. */
  protected endLog(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.reject();
    }
    this.#waiters.clear();
  }
}

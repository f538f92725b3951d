import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Call } from './call.ts';
import type { CallEvent, CallWatcher } from './call-event.ts';
import type { Carrier } from './carrier.ts';
import { StreamTokens, tokenLifeMs } from './stream-tokens.ts';

/** After the drain limit every call is given this long to say goodbye. */
const goodbyeMs = 15_000;

const goodbyeInstructions =
  'A ligação precisa terminar agora por motivo técnico. Peça desculpas, diga que a pessoa pode ligar de novo em alguns minutos e despeça-se em uma frase curta.';

/** A stream that says it belongs to a call. */
export interface ArrivingStream {
  callSid: string;
  accountSid: string;
  streamSid: string;
  token: string;
}

/** The calls on this instance: expected (webhook answered, model warming), live, and ending. */
export class LiveCalls {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #maxCalls: number;
  readonly #trouble: () => 'out-of-descriptors' | undefined;
  readonly #tokens = new StreamTokens();
  readonly #expected = new Map<string, { call: Call; timer: NodeJS.Timeout }>();
  readonly #live = new Map<string, Call>();
  readonly #watchers = new Set<CallWatcher>();
  #draining = false;

  constructor(parts: {
    clock: Clock;
    log: Log;
    metrics: Metrics;
    maxCalls: number;
    /** What this process lacks for one more call. */
    trouble?: () => 'out-of-descriptors' | undefined;
  }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#metrics = parts.metrics;
    this.#maxCalls = parts.maxCalls;
    this.#trouble = parts.trouble ?? (() => undefined);
  }

  get count(): number {
    return this.#live.size;
  }

  get expectedCount(): number {
    return this.#expected.size;
  }

  /** Why a new call cannot be taken now, if it cannot. */
  refusal(): 'draining' | 'full' | 'out-of-descriptors' | undefined {
    if (this.#draining) return 'draining';
    if (this.#live.size + this.#expected.size >= this.#maxCalls) return 'full';
    return this.#trouble();
  }

  /** A webhook announced this call: its model warms up and its stream may come, once, soon. @returns the stream's token. */
  expect(call: Call, callSid: string, accountSid: string): string {
    this.#drop(callSid);
    const timer = setTimeout(() => this.#drop(callSid), tokenLifeMs);
    timer.unref();
    this.#expected.set(callSid, { call, timer });
    call.warm();
    return this.#tokens.issue(callSid, accountSid, this.#clock.monotonicMs());
  }

  /** The carrier says that this call is over: a stream that was still to come will not. */
  abandon(callSid: string): void {
    this.#drop(callSid);
  }

  /** The call this stream belongs to, now live; nothing when token, call or account do not match. */
  admit(stream: ArrivingStream, carrier: Carrier): Call | undefined {
    const { token, callSid, accountSid } = stream;
    if (this.#live.has(callSid)) return undefined;
    if (!this.#tokens.redeem(token, callSid, accountSid, this.#clock.monotonicMs()))
      return undefined;
    const expected = this.#expected.get(callSid);
    if (!expected) return undefined;
    clearTimeout(expected.timer);
    this.#expected.delete(callSid);
    const { call } = expected;
    this.#live.set(callSid, call);
    this.#metrics.set('calls_live', this.#live.size);
    call.attach(carrier, stream.streamSid);
    void call.ended.then(() => {
      this.#live.delete(callSid);
      this.#metrics.set('calls_live', this.#live.size);
    });
    return call;
  }

  /** A live call, by our id. */
  find(id: string): Call | undefined {
    for (const call of this.#live.values()) if (call.id === id) return call;
    return undefined;
  }

  /** @returns how to stop watching. */
  watch(watcher: CallWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells the watchers; one that throws is logged and not heard in the call. */
  tell(event: CallEvent): void {
    for (const watcher of this.#watchers) {
      try {
        watcher(event);
      } catch (err) {
        this.#metrics.count('observer_failed_total');
        this.#log.error({ callId: event.callId, err }, 'call watcher failed');
      }
    }
  }

  /**
   * Takes no new calls and waits for the live ones: until they end by themselves; after `limitMs`, until each has said
   * goodbye; after `hurry`, no longer: their callers hear the verbs after `</Connect>`. Never rejects.
   */
  async drain(limitMs: number, hurry: Promise<unknown>): Promise<void> {
    this.#draining = true;
    this.#metrics.set('calls_draining', 1);
    for (const callSid of [...this.#expected.keys()]) this.#drop(callSid);
    if (this.#live.size === 0) return;
    const allEnded = Promise.all([...this.#live.values()].map((call) => call.ended));
    let outcome = await first(allEnded, limitMs, hurry);
    if (outcome === 'too-long') {
      this.#log.warn({ calls: this.#live.size }, 'drain limit reached, saying goodbye');
      for (const call of this.#live.values())
        call.finishPolitely({
          reason: 'server-draining',
          fallback: 'tchau',
          instructions: goodbyeInstructions,
        });
      outcome = await first(allEnded, goodbyeMs, hurry);
    }
    if (outcome === 'done') return;
    for (const call of this.#live.values()) call.end('server-draining');
    await allEnded;
  }

  /** A call whose stream never came, or is replaced: its warm session is closed. */
  #drop(callSid: string): void {
    const expected = this.#expected.get(callSid);
    if (!expected) return;
    clearTimeout(expected.timer);
    this.#expected.delete(callSid);
    this.#tokens.forget(callSid);
    expected.call.end('stream-error');
  }
}

async function first(
  work: Promise<unknown>,
  limitMs: number,
  hurry: Promise<unknown>,
): Promise<'done' | 'too-long' | 'hurried'> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'too-long'>((resolve) => {
    timer = setTimeout(() => resolve('too-long'), limitMs);
  });
  try {
    return await Promise.race([
      work.then(() => 'done' as const),
      hurry.then(() => 'hurried' as const),
      limit,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

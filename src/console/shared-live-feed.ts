import type { ServerBus } from '../platform/server-bus.ts';
import {
  aged,
  keep,
  type LiveFeed,
  type LiveListener,
  type LiveView,
  mostCalls,
} from './live-feed.ts';
import type { LiveCall, LiveChange, LiveEntry, LiveSnapshot } from './live-view.ts';
import {
  beatSchema,
  callAnswerSchema,
  callQuestionSchema,
  toldChangeSchema,
  topics,
} from './live-wire.ts';

/** How often a server says that it lives. */
export const beatMs = 4_000;
/** A server that was silent for so long is gone, and its calls with it. */
export const silentMs = 12_000;
/** Servers followed; more are not heard. */
const mostServers = 64;
/** A whole call is asked for; its server may be busy. */
const longestAnswerMs = 3_000;

interface Followed {
  call: LiveCall;
  entries: Map<string, LiveEntry>;
}

interface FollowedServer {
  heardMs: number;
  /** Of its last change. */
  seq: number;
  calls: Map<string, Followed>;
  /** A change was missed: what is known of its calls may be wrong. */
  isStale: boolean;
  /** Calls that are being asked for. */
  asked: Set<string>;
}

export interface SharedFeedParts {
  own: LiveFeed;
  bus: ServerBus;
  wallMs: () => number;
  monotonicMs: () => number;
}

/**
 * The calls of all servers. Each tells the others every change of its own and, every four seconds, which calls it has; who
 * missed something asks for those calls anew. Nothing of it is kept anywhere but in the memory of servers.
 */
export class SharedLiveFeed implements LiveView {
  readonly #parts: SharedFeedParts;
  readonly #servers = new Map<string, FollowedServer>();
  readonly #listeners = new Set<LiveListener>();
  readonly #told = new Set<string>();
  readonly #stops: (() => void)[];
  #seq = 0;

  constructor(parts: SharedFeedParts) {
    const { own, bus } = parts;
    this.#parts = parts;
    this.#stops = [
      own.listen((change) => this.#tell(change)),
      bus.listen(topics.hello, () => this.beat()),
      bus.listen(topics.change, (message, from) => this.#takeChange(message, from)),
      bus.listen(topics.beat, (message, from) => this.#takeBeat(message, from)),
      bus.listen(topics.bye, (_, from) => this.#lose(from)),
      bus.answer(topics.call, (question) => {
        const asked = callQuestionSchema.safeParse(question).data;
        const whole = asked && own.whole(asked.id);
        if (!whole) return null;
        const { entries, ...call } = whole;
        return { seq: this.#seq, call, entries };
      }),
    ];
    bus.tell(topics.hello, {});
  }

  /** For a timer: tells the others which calls we have. */
  beat(): void {
    this.#parts.bus.tell(topics.beat, { seq: this.#seq, calls: this.#parts.own.ids() });
  }

  /** For a timer: forgets servers that are silent. */
  look(): void {
    const nowMs = this.#parts.monotonicMs();
    for (const [server, { heardMs }] of this.#servers)
      if (nowMs - heardMs > silentMs) this.#lose(server);
  }

  stop(): void {
    this.#parts.bus.tell(topics.bye, {});
    for (const stop of this.#stops.splice(0)) stop();
    this.#listeners.clear();
  }

  snapshot(sees: (clinicId: string) => boolean): LiveSnapshot {
    const elsewhere = [...this.#servers.values()]
      .flatMap(({ calls }) => [...calls.values()])
      .filter(({ call }) => sees(call.clinic));
    return {
      calls: [
        ...this.#parts.own.snapshot(sees).calls,
        ...elsewhere.map(({ call, entries }) => ({
          ...aged(call, this.#parts.wallMs()),
          entries: [...entries.values()],
        })),
      ],
    };
  }

  find(id: string): LiveCall | undefined {
    const own = this.#parts.own.find(id);
    if (own) return own;
    for (const { calls } of this.#servers.values()) {
      const found = calls.get(id);
      if (found) return found.call;
    }
    return undefined;
  }

  /** The other server that has this call. */
  serverOf(id: string): string | undefined {
    for (const [server, { calls }] of this.#servers) if (calls.has(id)) return server;
    return undefined;
  }

  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: LiveChange): void {
    const { id, state } = change.call;
    this.#seq += 1;
    this.#parts.bus.tell(topics.change, { seq: this.#seq, change, isFirst: !this.#told.has(id) });
    if (state === 'ended') this.#told.delete(id);
    else this.#told.add(id);
    this.#hand(change);
  }

  #takeChange(message: unknown, from: string): void {
    const told = toldChangeSchema.safeParse(message).data;
    const server = told && this.#follow(from, told.seq - 1);
    if (!server) return;
    const { seq, change, isFirst } = told;
    if (seq !== server.seq + 1) this.#missed(server);
    server.seq = seq;
    const { call, entry } = change;
    const followed = server.calls.get(call.id) ?? { call, entries: new Map() };
    if (!server.calls.has(call.id) && !isFirst) this.#fetch(from, call.id);
    followed.call = call;
    if (entry) keep(followed.entries, entry);
    if (call.state === 'ended') server.calls.delete(call.id);
    else if (server.calls.size < mostCalls) server.calls.set(call.id, followed);
    this.#hand({ ...change, call: aged(call, this.#parts.wallMs()) });
  }

  #takeBeat(message: unknown, from: string): void {
    const beat = beatSchema.safeParse(message).data;
    const server = beat && this.#follow(from, beat.seq);
    if (!server) return;
    const isWhole = server.seq === beat.seq && !server.isStale;
    server.seq = beat.seq;
    server.isStale = false;
    const theirs = new Set(beat.calls);
    for (const [id, followed] of server.calls) if (!theirs.has(id)) this.#end(server, followed);
    for (const id of theirs) if (!isWhole || !server.calls.has(id)) this.#fetch(from, id);
  }

  /** @param seq where a server begins that was not known */
  #follow(name: string, seq: number): FollowedServer | undefined {
    const heardMs = this.#parts.monotonicMs();
    const known = this.#servers.get(name);
    if (known) {
      known.heardMs = heardMs;
      return known;
    }
    if (this.#servers.size >= mostServers) return undefined;
    const fresh = { heardMs, seq, calls: new Map(), isStale: false, asked: new Set<string>() };
    this.#servers.set(name, fresh);
    return fresh;
  }

  /** The next beat says what is to be asked for; it is called for at once. */
  #missed(server: FollowedServer): void {
    if (!server.isStale) this.#parts.bus.tell(topics.hello, {});
    server.isStale = true;
  }

  #fetch(name: string, id: string): void {
    const server = this.#servers.get(name);
    if (!server || server.asked.has(id)) return;
    server.asked.add(id);
    this.#parts.bus
      .ask(name, topics.call, { id }, longestAnswerMs)
      .then((answer) => this.#takeWhole(server, answer))
      // Not answered: the next beat asks again.
      .catch(() => {
        server.isStale = true;
      })
      .finally(() => server.asked.delete(id));
  }

  #takeWhole(server: FollowedServer, answer: unknown): void {
    const whole = callAnswerSchema.safeParse(answer).data;
    if (!whole || whole.call.state === 'ended' || server.calls.size >= mostCalls) return;
    // A change overtook it, perhaps the call's end: the next beat says whether it is still there.
    if (whole.seq !== server.seq) {
      server.isStale = true;
      return;
    }
    const call = aged(whole.call, this.#parts.wallMs());
    const entries = new Map(whole.entries.map((entry) => [entry.id, entry]));
    server.calls.set(call.id, { call, entries });
    this.#hand({ call });
    for (const entry of entries.values()) this.#hand({ call, entry });
  }

  #lose(name: string): void {
    const server = this.#servers.get(name);
    this.#servers.delete(name);
    for (const followed of server?.calls.values() ?? []) this.#end(server, followed);
  }

  /** Its server is gone, or does not know it any more: what became of it stands in that server's records. */
  #end(server: FollowedServer | undefined, { call: last }: Followed): void {
    server?.calls.delete(last.id);
    const call: LiveCall = {
      ...aged(last, this.#parts.wallMs()),
      ...{ state: 'ended', holder: null, mayListen: false, ending: 'stream-lost' },
    };
    this.#hand({
      call,
      entry: {
        ...{ kind: 'note', id: 'server-lost', atMs: call.elapsedMs },
        ...{ note: 'over', detail: 'stream-lost' },
      },
    });
  }

  #hand(change: LiveChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

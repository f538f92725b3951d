import type { CallCost } from '../call/call-cost.ts';
import type { CallEvent, CallWatcher } from '../call/call-event.ts';
import type { ModelUsage } from '../call/call-record.ts';
import { entryOf } from './live-entry.ts';
import type { LiveCall, LiveChange, LiveEntry, LiveSnapshot } from './live-view.ts';
import { maskedNumber } from './masked-number.ts';

/** Entries kept of one call for who opens the page late: half an hour of talk. */
const mostEntries = 400;
/** Calls kept: as many as there may be at once. One that never ended is forgotten first. */
export const mostCalls = 2_000;

/**
 * Where facts about calls come from: the calls of this process. Facts are plain data, so that a driver which carries
 * them between processes needs nothing else.
 */
export interface CallEvents {
  watch(watcher: CallWatcher): () => void;
}

interface Followed {
  call: LiveCall;
  model: string;
  /** By id, in the order they came. */
  entries: Map<string, LiveEntry>;
}

export type LiveListener = (change: LiveChange) => void;

/** Calls in progress as the console shows them, and every change of them as it happens. */
export interface LiveView {
  snapshot(sees: (clinicId: string) => boolean): LiveSnapshot;
  find(id: string): LiveCall | undefined;
  /** @returns how to stop. A listener must not throw and must not wait. */
  listen(listener: LiveListener): () => void;
}

/** The calls of this process. */
export class LiveFeed implements LiveView {
  readonly #parts: {
    cost: (usage: ModelUsage, model: string) => CallCost | undefined;
    keepsWords: (clinicId: string) => boolean;
    wallMs: () => number;
  };
  readonly #calls = new Map<string, Followed>();
  readonly #listeners = new Set<LiveListener>();
  readonly #stop: () => void;
  #count = 0;

  constructor(parts: {
    events: CallEvents;
    cost: (usage: ModelUsage, model: string) => CallCost | undefined;
    /** Of calls that are not recorded. */
    keepsWords: (clinicId: string) => boolean;
    wallMs: () => number;
  }) {
    this.#parts = parts;
    this.#stop = parts.events.watch((event) => this.#take(event));
  }

  stop(): void {
    this.#stop();
    this.#listeners.clear();
  }

  snapshot(sees: (clinicId: string) => boolean): LiveSnapshot {
    const seen = [...this.#calls.values()].filter(({ call }) => sees(call.clinic));
    return {
      calls: seen.map(({ call, entries }) => ({
        ...this.#aged(call),
        entries: [...entries.values()],
      })),
    };
  }

  find(id: string): LiveCall | undefined {
    return this.#calls.get(id)?.call;
  }

  /** With all that is kept of it. */
  whole(id: string): LiveSnapshot['calls'][number] | undefined {
    const found = this.#calls.get(id);
    return found && { ...this.#aged(found.call), entries: [...found.entries.values()] };
  }

  ids(): string[] {
    return [...this.#calls.keys()];
  }

  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(event: CallEvent): void {
    if (event.type === 'call-started') this.#begin(event);
    const followed = this.#calls.get(event.callId);
    if (!followed) return;
    followed.call = { ...followed.call, ...this.#changed(followed, event) };
    this.#count += 1;
    const { call } = followed;
    const showsWords = call.mayListen || this.#parts.keepsWords(call.clinic);
    const entry = entryOf(event, `n${this.#count}`, showsWords);
    if (entry) keep(followed.entries, entry);
    if (event.type === 'call-ended') this.#calls.delete(event.callId);
    const change: LiveChange = { call: this.#aged(call), ...(entry ? { entry } : {}) };
    for (const listener of this.#listeners) listener(change);
  }

  #aged(call: LiveCall): LiveCall {
    return aged(call, this.#parts.wallMs());
  }

  #begin(event: Extract<CallEvent, { type: 'call-started' }>): void {
    const [oldest] = this.#calls.keys();
    if (this.#calls.size >= mostCalls && oldest !== undefined) this.#calls.delete(oldest);
    const call: LiveCall = {
      id: event.callId,
      clinic: event.clinicId,
      direction: event.direction,
      via: event.softphone ? 'softphone' : 'telephone',
      caller: maskedNumber(event.caller),
      startedAt: new Date(this.#parts.wallMs()).toISOString(),
      elapsedMs: 0,
      state: 'agent',
      holder: null,
      mayListen: false,
      modelLost: false,
      emergency: false,
      booked: 0,
      costBrl: null,
      ending: null,
      durationMs: null,
    };
    this.#calls.set(event.callId, { call, model: event.model ?? '', entries: new Map() });
  }

  #changed({ call, model }: Followed, event: CallEvent): Partial<LiveCall> {
    switch (event.type) {
      case 'recording':
        return { mayListen: event.isAllowed };
      case 'model-lost':
        return { modelLost: true };
      case 'model-restored':
        return { modelLost: false };
      case 'emergency':
        return { emergency: true };
      case 'appointment-booked':
      case 'appointment-rescheduled':
        return { booked: call.booked + 1 };
      case 'tokens-used':
        return { costBrl: this.#parts.cost(event.usage, model)?.brl ?? null };
      case 'staff-acted':
        return holding(event.deed);
      case 'call-ended': {
        const { ending = null, durationMs } = event.record;
        return { state: 'ended', holder: null, ending, durationMs, mayListen: false };
      }
      default:
        return {};
    }
  }
}

function holding({
  did,
  by,
  byId,
}: Extract<CallEvent, { type: 'staff-acted' }>['deed']): Partial<LiveCall> {
  if (did === 'took') return { state: 'person', holder: { id: byId, name: by } };
  return did === 'hint' ? {} : { state: 'agent', holder: null };
}

/** As old as it is now. */
export function aged(call: LiveCall, wallMs: number): LiveCall {
  return { ...call, elapsedMs: Math.max(0, wallMs - Date.parse(call.startedAt)) };
}

/** What is known again moves to no other place. */
export function keep(entries: Map<string, LiveEntry>, entry: LiveEntry): void {
  entries.set(entry.id, entry);
  const [oldest] = entries.keys();
  if (entries.size > mostEntries && oldest !== undefined) entries.delete(oldest);
}

import type { Claim, Reservation } from '../scheduling/reservation-record.ts';
import { type BusyQuery, countsAt, keyMemoryMs } from '../scheduling/schedule-store.ts';
import type { Remembered, ScheduleView, Step } from './schedule-decision.ts';

const dayMs = 86_400_000;
type Place = Pick<Claim, 'resource' | 'startMs' | 'endMs'>;

/** One line of a snapshot. */
export type LedgerEntry =
  | { kind: 'reservation'; reservation: Reservation }
  | ({ kind: 'answer'; key: string } & Remembered);

/** All reservations, found by id, by key and by place. Reservations in it are never changed, only replaced. */
export class ScheduleLedger implements ScheduleView {
  readonly #reservations = new Map<string, Reservation>();
  readonly #answers = new Map<string, Remembered>();
  /** Resource → day since the epoch → ids, of what is not cancelled. */
  readonly #places = new Map<string, Map<number, Set<string>>>();
  #latestMs = 0;

  find(id: string): Reservation | undefined {
    return this.#reservations.get(id);
  }

  remembered(key: string): Remembered | undefined {
    return this.#answers.get(key);
  }

  *near(place: Place): Iterable<Reservation> {
    const days = this.#places.get(place.resource);
    if (!days) return;
    const seen = new Set<string>();
    for (const day of daysOf(place)) {
      for (const id of days.get(day) ?? []) {
        if (seen.has(id)) continue;
        seen.add(id);
        const reservation = this.#reservations.get(id);
        if (reservation && isNear(reservation, place)) yield reservation;
      }
    }
  }

  busy({ resources, startMs, endMs, nowMs, ignoring }: BusyQuery): Claim[] {
    const wanted = new Set(resources);
    const found = new Set<Reservation>();
    for (const resource of wanted)
      for (const one of this.near({ resource, startMs, endMs })) found.add(one);
    return [...found]
      .filter((one) => one.id !== ignoring && countsAt(one, nowMs))
      .flatMap(({ claims }) => claims)
      .filter((claim) => wanted.has(claim.resource) && isOver(claim, { startMs, endMs }))
      .map((claim) => ({ ...claim }));
  }

  apply({ key, fingerprint, nowMs, changed }: Step): void {
    for (const reservation of changed) this.#put(reservation);
    const [reservation] = changed;
    if (reservation) this.#answers.set(key, { fingerprint, atMs: nowMs, reservation });
    this.#latestMs = Math.max(this.#latestMs, nowMs);
  }

  restore(entry: LedgerEntry): void {
    if (entry.kind === 'reservation') {
      this.#put(entry.reservation);
      return;
    }
    const { key, fingerprint, atMs, reservation } = entry;
    this.#answers.set(key, { fingerprint, atMs, reservation });
    this.#latestMs = Math.max(this.#latestMs, atMs);
  }

  /** Everything, as of now: entries are not changed by what comes after. */
  entries(): LedgerEntry[] {
    return [
      ...[...this.#reservations.values()].map((reservation) => ({
        kind: 'reservation' as const,
        reservation,
      })),
      ...[...this.#answers].map(([key, one]) => ({ kind: 'answer' as const, key, ...one })),
    ];
  }

  /** Forgets old keys and what was cancelled long ago. What is booked stays: a wrong clock must not lose it. */
  prune(): void {
    const oldestMs = this.#latestMs - keyMemoryMs;
    for (const [key, { atMs }] of this.#answers) if (atMs < oldestMs) this.#answers.delete(key);
    for (const [id, { status, changedAtMs }] of this.#reservations)
      if (status === 'cancelled' && changedAtMs < oldestMs) this.#reservations.delete(id);
  }

  #put(reservation: Reservation): void {
    const before = this.#reservations.get(reservation.id);
    if (before) for (const claim of before.claims) this.#unindex(claim, before.id);
    this.#reservations.set(reservation.id, reservation);
    if (reservation.status === 'cancelled') return;
    for (const claim of reservation.claims) this.#index(claim, reservation.id);
  }

  #index(claim: Claim, id: string): void {
    const days = this.#places.get(claim.resource) ?? new Map<number, Set<string>>();
    this.#places.set(claim.resource, days);
    for (const day of daysOf(claim)) days.set(day, (days.get(day) ?? new Set<string>()).add(id));
  }

  #unindex(claim: Claim, id: string): void {
    const days = this.#places.get(claim.resource);
    for (const day of daysOf(claim)) {
      const ids = days?.get(day);
      ids?.delete(id);
      if (ids?.size === 0) days?.delete(day);
    }
  }
}

/** Steps decided one upon another before any of them is durable: the ledger below is not touched. */
export class ScheduleDraft implements ScheduleView {
  readonly steps: Step[] = [];
  readonly #base: ScheduleView;
  readonly #changed = new Map<string, Reservation>();
  readonly #answers = new Map<string, Remembered>();

  constructor(base: ScheduleView) {
    this.#base = base;
  }

  find(id: string): Reservation | undefined {
    return this.#changed.get(id) ?? this.#base.find(id);
  }

  remembered(key: string): Remembered | undefined {
    return this.#answers.get(key) ?? this.#base.remembered(key);
  }

  *near(place: Place): Iterable<Reservation> {
    for (const one of this.#base.near(place)) if (!this.#changed.has(one.id)) yield one;
    for (const one of this.#changed.values())
      if (one.status !== 'cancelled' && isNear(one, place)) yield one;
  }

  add(step: Step): void {
    this.steps.push(step);
    for (const reservation of step.changed) this.#changed.set(reservation.id, reservation);
    const [reservation] = step.changed;
    const { key, fingerprint, nowMs } = step;
    if (reservation) this.#answers.set(key, { fingerprint, atMs: nowMs, reservation });
  }
}

function isNear({ claims }: Reservation, place: Place): boolean {
  return claims.some((claim) => claim.resource === place.resource && isOver(claim, place));
}

function isOver(a: Pick<Place, 'startMs' | 'endMs'>, b: Pick<Place, 'startMs' | 'endMs'>) {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

function daysOf({ startMs, endMs }: Pick<Place, 'startMs' | 'endMs'>): number[] {
  const first = Math.floor(startMs / dayMs);
  const last = Math.floor((endMs - 1) / dayMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

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
  /** Resource → day since the epoch → claims of what is not cancelled, each with its reservation. */
  readonly #places = new Map<string, Map<number, Map<Claim, Reservation>>>();
  #latestMs = 0;

  find(id: string): Reservation | undefined {
    return this.#reservations.get(id);
  }

  remembered(key: string): Remembered | undefined {
    return this.#answers.get(key);
  }

  near(place: Place): Iterable<Reservation> {
    const found = new Set<Reservation>();
    this.#visit(place, (_, reservation) => found.add(reservation));
    return found;
  }

  busy({ resources, startMs, endMs, nowMs, ignoring }: BusyQuery): Claim[] {
    const claims: Claim[] = [];
    for (const resource of new Set(resources))
      this.#visit({ resource, startMs, endMs }, (claim, reservation) => {
        // Copied field by field: every caller who asks for times passes here, ten thousand claims at a time.
        if (reservation.id !== ignoring && countsAt(reservation, nowMs))
          claims.push({
            resource: claim.resource,
            startMs: claim.startMs,
            endMs: claim.endMs,
            capacity: claim.capacity,
          });
      });
    return claims;
  }

  within({ resources, startMs, endMs, nowMs, ignoring }: BusyQuery): Reservation[] {
    const found = new Set<Reservation>();
    for (const resource of new Set(resources))
      this.#visit({ resource, startMs, endMs }, (_, reservation) => {
        if (reservation.id !== ignoring && countsAt(reservation, nowMs)) found.add(reservation);
      });
    return [...found].sort(byStart);
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
    if (before) for (const claim of before.claims) this.#unindex(claim);
    this.#reservations.set(reservation.id, reservation);
    if (reservation.status === 'cancelled') return;
    for (const claim of reservation.claims) this.#index(claim, reservation);
  }

  /** Each claim once that overlaps the place. */
  #visit(place: Place, visit: (claim: Claim, reservation: Reservation) => void): void {
    const days = this.#places.get(place.resource);
    if (!days) return;
    const first = dayOf(place.startMs);
    for (let day = first; day <= dayOf(place.endMs - 1); day += 1)
      // A claim over midnight stands in two days.
      for (const [claim, reservation] of days.get(day) ?? [])
        if (isOver(claim, place) && Math.max(first, dayOf(claim.startMs)) === day)
          visit(claim, reservation);
  }

  #index(claim: Claim, reservation: Reservation): void {
    const days = this.#places.get(claim.resource) ?? new Map<number, Map<Claim, Reservation>>();
    this.#places.set(claim.resource, days);
    for (const day of daysOf(claim)) {
      const claims = days.get(day) ?? new Map<Claim, Reservation>();
      days.set(day, claims.set(claim, reservation));
    }
  }

  #unindex(claim: Claim): void {
    const days = this.#places.get(claim.resource);
    for (const day of daysOf(claim)) {
      const claims = days?.get(day);
      claims?.delete(claim);
      if (claims?.size === 0) days?.delete(day);
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

function byStart(a: Reservation, b: Reservation): number {
  const startOf = ({ items }: Reservation) => Math.min(...items.map(({ startMs }) => startMs));
  return startOf(a) - startOf(b) || (a.id < b.id ? -1 : 1);
}

function isNear({ claims }: Reservation, place: Place): boolean {
  return claims.some((claim) => claim.resource === place.resource && isOver(claim, place));
}

function isOver(a: Pick<Place, 'startMs' | 'endMs'>, b: Pick<Place, 'startMs' | 'endMs'>) {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

function daysOf({ startMs, endMs }: Pick<Place, 'startMs' | 'endMs'>): number[] {
  const first = dayOf(startMs);
  return Array.from({ length: Math.max(0, dayOf(endMs - 1) - first + 1) }, (_, i) => first + i);
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / dayMs);
}

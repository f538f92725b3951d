import { overlaps } from './interval.ts';
import type { Claim, Reservation, VisitItem } from './reservation-record.ts';

/** What every change says about itself. */
export interface Change {
  /**
   * Business key, such as conversation and slot token. The same key and the same request get the first answer again and
   * change nothing; kept for `keyMemoryMs`. Only successes are kept: what was refused may be asked again.
   */
  key: string;
  nowMs: number;
}

/** Which reservation, and the version the asker saw: a change in between makes the answer `changed`. */
export interface Seen {
  id: string;
  version: number;
}

export interface ReserveRequest extends Change {
  /** New, from `createId`. */
  id: string;
  clinic: string;
  holder: string;
  items: readonly VisitItem[];
  claims: readonly Claim[];
  holdExpiresAtMs: number;
  /** For a reschedule: the booked reservation that will be given up for this one. */
  replaces?: Seen;
}

export type Done = { outcome: 'done'; reservation: Reservation };
/** `claim`: the first place that is not free. */
export type Taken = { outcome: 'taken'; claim: Claim };
export type Refused = { outcome: 'not-found' | 'changed' | 'key-reused' };
export type Lapsed = { outcome: 'hold-expired' };

export type ReserveAnswer = Done | Taken | Refused;
export type ConfirmAnswer = Done | Lapsed | Refused;
export type ReleaseAnswer = Done | Refused;

/**
 * Who has which place, and the final judge of it: of many who want one place at once, one gets it. Free time is not kept.
 *
 * Promises: claims of reservations that are not cancelled always fit (`fits`); that holds without looking at any clock,
 * because an expired hold is cancelled in the same step that gives its place away. An answer is given when it would
 * survive the death of the process; each change is there wholly or not at all. STORE_WRITE_FAILED means that the outcome
 * is unknown: ask again with the same key.
 *
 * It is not a calendar (rules, hours, holidays, notice and horizon are `booking`'s), not an address book (no personal
 * data), not an identity check (who may cancel what is the agent's), not a reminder of expiring holds (an expired hold
 * simply no longer counts), and not the appointment that people read (`AppointmentStore`, same id).
 */
export interface ScheduleStore {
  /** Holds places, all of them or none. A reservation that it `replaces` does not stand in its way. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  /** Hold → booked, until its last millisecond. A hold that replaces another is `swap`ped instead, and `changed` here. */
  confirm(request: Seen & Change): Promise<ConfirmAnswer>;
  /** Gives up a hold or a booking. */
  release(request: Seen & Change): Promise<ReleaseAnswer>;
  /** Books a hold and cancels what it replaces in one step; `changed` when that one is not as it was when held. */
  swap(request: Seen & Change): Promise<ConfirmAnswer>;
  find(id: string): Promise<Reservation | undefined>;
  /** What a success under this business key was answered with, as it was then. */
  recall(key: string): Promise<Reservation | undefined>;
  /** Claims that count at `nowMs` on these resources and overlap the stretch. Without those of `ignoring`. */
  busy(query: BusyQuery): Promise<Claim[]>;
  /** The reservations that those claims belong to, each once, oldest start first: for whoever draws the agenda. */
  within(query: BusyQuery): Promise<Reservation[]>;
  close(): Promise<void>;
}

export interface BusyQuery {
  resources: readonly string[];
  startMs: number;
  endMs: number;
  nowMs: number;
  ignoring?: string;
}

/** How long a business key is remembered at least: longer than any conversation lasts. A week. */
export const keyMemoryMs = 7 * 86_400_000;

/** Whether a reservation takes places away from those who look for some. */
export function countsAt({ status, holdExpiresAtMs }: Reservation, nowMs: number): boolean {
  return status === 'booked' || (status === 'pending' && nowMs < holdExpiresAtMs);
}

/**
 * The rule that is never broken: at each instant of a claim, the claims on its resource, itself included, are not more
 * than the smallest capacity among them.
 * @param others claims that count already, of any resource
 */
export function fits(claim: Claim, others: readonly Claim[]): boolean {
  const near = others.filter((one) => one.resource === claim.resource && overlaps(one, claim));
  if (near.length === 0) return true;
  // Presence only grows, and the smallest capacity only falls, where a claim begins.
  const instants = new Set([claim.startMs, ...near.map(({ startMs }) => startMs)]);
  for (const atMs of instants) {
    if (atMs < claim.startMs) continue;
    const present = near.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
    const smallest = Math.min(claim.capacity, ...present.map(({ capacity }) => capacity));
    if (present.length + 1 > smallest) return false;
  }
  return true;
}

/** The first of these claims that does not fit, each one standing in the way of the next. */
export function firstMisfit(claims: readonly Claim[], others: readonly Claim[]): Claim | undefined {
  const placed = [...others];
  for (const claim of claims) {
    if (!fits(claim, placed)) return claim;
    placed.push(claim);
  }
  return undefined;
}

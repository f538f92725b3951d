import { createHash } from 'node:crypto';
import type { Claim, Reservation } from '../scheduling/reservation-record.ts';
import {
  type Change,
  type ConfirmAnswer,
  countsAt,
  firstMisfit,
  type ReleaseAnswer,
  type ReserveAnswer,
  type ReserveRequest,
  type Seen,
} from '../scheduling/schedule-store.ts';

/** One thing asked of the store, as it waits in a queue. */
export type Command =
  | ({ op: 'reserve' } & ReserveRequest)
  | ({ op: 'confirm' | 'release' | 'swap' } & Seen & Change);

export type Answer = ReserveAnswer | ConfirmAnswer | ReleaseAnswer;

/** What an accepted command changes, with nothing left to decide: applied as it stands, today or after a restart. */
export interface Step {
  op: Command['op'];
  id: string;
  key: string;
  /** Of the request, to tell a repetition from another request under the same key. */
  fingerprint: string;
  nowMs: number;
  /** New versions; the one that was asked for first. */
  changed: readonly Reservation[];
}

/** What is remembered of a success under its key. */
export interface Remembered {
  fingerprint: string;
  atMs: number;
  reservation: Reservation;
}

/** What a decision is made from. */
export interface ScheduleView {
  find(id: string): Reservation | undefined;
  remembered(key: string): Remembered | undefined;
  /** Reservations, not cancelled, with a claim on the same resource that overlaps this one. */
  near(claim: Pick<Claim, 'resource' | 'startMs' | 'endMs'>): Iterable<Reservation>;
}

type Decision = { answer: Answer; changed?: readonly Reservation[] };

/** Pure: what a command comes to. With a step when it changes something. */
export function decide(view: ScheduleView, command: Command): { answer: Answer; step?: Step } {
  const fingerprint = fingerprintOf(command);
  const before = view.remembered(command.key);
  if (before) {
    const isSame = before.fingerprint === fingerprint;
    return {
      answer: isSame
        ? { outcome: 'done', reservation: before.reservation }
        : { outcome: 'key-reused' },
    };
  }
  const { answer, changed } = decideOp(view, command);
  if (!changed) return { answer };
  const { op, id, key, nowMs } = command;
  return { answer, step: { op, id, key, fingerprint, nowMs, changed } };
}

function decideOp(view: ScheduleView, command: Command): Decision {
  switch (command.op) {
    case 'reserve':
      return reserve(view, command);
    case 'confirm':
      return confirm(view, command);
    case 'swap':
      return swap(view, command);
    case 'release':
      return release(view, command);
  }
}

function reserve(view: ScheduleView, request: ReserveRequest): Decision {
  const { id, nowMs, replaces } = request;
  if (view.find(id)) return { answer: { outcome: 'changed' } };
  if (replaces) {
    const trouble = unseen(view, replaces) ?? notBooked(view.find(replaces.id));
    if (trouble) return { answer: trouble };
  }
  const others = neighbours(view, request.claims, replaces?.id);
  const counting = others.filter((one) => countsAt(one, nowMs));
  const misfit = firstMisfit(
    request.claims,
    counting.flatMap(({ claims }) => claims),
  );
  if (misfit) return { answer: { outcome: 'taken', claim: { ...misfit } } };
  const reservation = heldBy(request);
  // Whose hold has run out loses the place for good now: a clock set back later cannot bring both to life.
  const lapsed = others
    .filter((one) => !countsAt(one, nowMs))
    .map((one) => ended(one, 'lapsed', nowMs));
  return done(reservation, lapsed);
}

function confirm(view: ScheduleView, { id, version, nowMs }: Seen & Change): Decision {
  const hold = view.find(id);
  const trouble = holdTrouble(hold, version, nowMs);
  if (trouble) return { answer: trouble };
  if (!hold || hold.replaces) return { answer: { outcome: 'changed' } };
  return done(booked(hold, nowMs));
}

function swap(view: ScheduleView, { id, version, nowMs }: Seen & Change): Decision {
  const hold = view.find(id);
  const trouble = holdTrouble(hold, version, nowMs);
  if (trouble) return { answer: trouble };
  const replaced = hold?.replaces && view.find(hold.replaces.id);
  if (!hold?.replaces || !replaced) return { answer: { outcome: 'changed' } };
  const stale = unseen(view, hold.replaces) ?? notBooked(replaced);
  if (stale) return { answer: { outcome: 'changed' } };
  return done(booked(hold, nowMs), [ended(replaced, 'replaced', nowMs)]);
}

function release(view: ScheduleView, { id, version, nowMs }: Seen & Change): Decision {
  const found = view.find(id);
  const trouble = unseen(view, { id, version });
  if (trouble) return { answer: trouble };
  if (!found || found.status === 'cancelled') return { answer: { outcome: 'changed' } };
  return done(ended(found, 'released', nowMs));
}

function done(reservation: Reservation, others: readonly Reservation[] = []): Decision {
  return { answer: { outcome: 'done', reservation }, changed: [reservation, ...others] };
}

function holdTrouble(hold: Reservation | undefined, version: number, nowMs: number) {
  if (!hold) return { outcome: 'not-found' } as const;
  if (hold.endedBecause === 'lapsed') return { outcome: 'hold-expired' } as const;
  if (hold.version !== version || hold.status !== 'pending') return { outcome: 'changed' } as const;
  return countsAt(hold, nowMs) ? undefined : ({ outcome: 'hold-expired' } as const);
}

function unseen(view: ScheduleView, { id, version }: Seen) {
  const found = view.find(id);
  if (!found) return { outcome: 'not-found' } as const;
  return found.version === version ? undefined : ({ outcome: 'changed' } as const);
}

function notBooked(found: Reservation | undefined) {
  return found?.status === 'booked' ? undefined : ({ outcome: 'changed' } as const);
}

function neighbours(
  view: ScheduleView,
  claims: readonly Claim[],
  ignoring?: string,
): Reservation[] {
  const all = new Set(claims.flatMap((claim) => [...view.near(claim)]));
  return [...all].filter(({ id }) => id !== ignoring);
}

function heldBy(request: ReserveRequest): Reservation {
  const { id, clinic, holder, items, claims, holdExpiresAtMs, replaces, nowMs } = request;
  return {
    schemaVersion: 1,
    id,
    version: 1,
    status: 'pending',
    endedBecause: null,
    clinic,
    holder,
    items: items.map((item) => ({ ...item })),
    claims: claims.map((claim) => ({ ...claim })),
    holdExpiresAtMs,
    replaces: replaces ? { id: replaces.id, version: replaces.version } : null,
    changedAtMs: nowMs,
  };
}

function booked(hold: Reservation, nowMs: number): Reservation {
  return { ...hold, status: 'booked', version: hold.version + 1, changedAtMs: nowMs };
}

function ended(
  one: Reservation,
  endedBecause: NonNullable<Reservation['endedBecause']>,
  nowMs: number,
): Reservation {
  return {
    ...one,
    status: 'cancelled',
    endedBecause,
    version: one.version + 1,
    changedAtMs: nowMs,
  };
}

/** What is asked for, not how: a repetition comes later, with a later expiry, and may find another room free. */
function fingerprintOf(command: Command): string {
  const asked =
    command.op === 'reserve'
      ? [command.op, command.holder, command.items, command.replaces ?? null]
      : [command.op, command.id, command.version];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32);
}

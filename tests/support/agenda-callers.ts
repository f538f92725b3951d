import { createId } from '../../src/platform/id.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import type { ReserveRequest, ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { before, claim, reserveRequest, seen } from './schedule-fixtures.ts';

/** What a caller was told. */
export type Acknowledged = Pick<Reservation, 'id' | 'version' | 'status' | 'claims' | 'replaces'>;
export type Tell = (reservation: Acknowledged) => void;

/** Rounds are so far apart that a hold which nobody confirms runs out in the second round after its own. */
export const roundMs = 60_000;
const holdMs = 100_000;
/** So long callers meet in the same few places; then these are full, and others are asked for. */
const roundsOfOneMorning = 5;

/** Numbers in [0, 1) that look like chance and are the same each time. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One caller of a round: wants one of few places and then leaves, comes too late, books, gives up or moves. `tell` hears
 * each change as soon as it is acknowledged.
 */
export async function callOnce(
  store: ScheduleStore,
  random: () => number,
  round: number,
  tell: Tell,
): Promise<void> {
  // No two servers have quite the same time.
  const nowMs = before + round * roundMs + Math.floor(random() * 5_000);
  const held = await store.reserve(wish(random, round, nowMs));
  if (held.outcome !== 'done') return;
  tell(held.reservation);
  const intention = random();
  if (intention < 0.25) return;
  const isLate = intention < 0.35;
  const confirmAt = isLate
    ? held.reservation.holdExpiresAtMs + Math.floor(random() * 3) - 1
    : nowMs;
  const booked = await store.confirm({ ...seen(held.reservation, 'confirm'), nowMs: confirmAt });
  if (booked.outcome !== 'done') return;
  tell(booked.reservation);
  if (intention < 0.55) return;
  if (intention < 0.75) {
    const gone = await store.release({ ...seen(booked.reservation, 'release'), nowMs });
    if (gone.outcome === 'done') tell(gone.reservation);
    return;
  }
  await moveTwice(store, random, round, nowMs, booked.reservation, tell);
}

/** Two at once want to move one booking; one may. */
async function moveTwice(
  store: ScheduleStore,
  random: () => number,
  round: number,
  nowMs: number,
  { id, version }: Reservation,
  tell: Tell,
): Promise<void> {
  const wishes = [wish(random, round, nowMs), wish(random, round, nowMs)];
  await Promise.all(
    wishes.map(async (one) => {
      const held = await store.reserve({ ...one, replaces: { id, version } });
      if (held.outcome !== 'done') return;
      tell(held.reservation);
      const swapped = await store.swap({ ...seen(held.reservation, 'swap'), nowMs });
      if (swapped.outcome === 'done') tell(swapped.reservation);
    }),
  );
}

/** A practitioner alone or with a room that takes two. */
function wish(random: () => number, round: number, nowMs: number): ReserveRequest {
  const from = Math.floor(round / roundsOfOneMorning) * 300 + Math.floor(random() * 24) * 10;
  const until = from + 10 + Math.floor(random() * 3) * 10;
  const practitioner = random() < 0.5 ? 'practitioner:ana' : 'practitioner:bia';
  const alone = claim(from, until, { resource: practitioner });
  const room = claim(from, until, { resource: 'room:1', capacity: 2 });
  return reserveRequest({
    id: createId(),
    claims: random() < 0.5 ? [alone] : [alone, room],
    nowMs,
    holdExpiresAtMs: nowMs + holdMs,
  });
}

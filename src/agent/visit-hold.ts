import { createId } from '../platform/id.ts';
import type { HoldAnswer as BookingAnswer } from '../scheduling/booking.ts';
import type { Seen } from '../scheduling/schedule-store.ts';
import type { HeldVisit, OfferedSlot, Payment } from './conversation-state.ts';
import type { FrontDesk } from './front-desk.ts';
import type { FreeSlot } from './offers.ts';
import { toFreeSlot } from './slot-search.ts';

/** What a conversation wants to hold. */
export interface WantedVisit {
  /** In order of time. */
  items: readonly OfferedSlot[];
  /** The appointment that is moved, with its reservation as it is now. */
  replaces: { appointment: NonNullable<HeldVisit['replaces']>; seen: Seen } | null;
  payment: Payment | null;
  atTurn: number;
}

export type VisitHoldAnswer =
  | { outcome: 'held'; hold: HeldVisit }
  /** `alternatives`: free times for the item that could not be had. */
  | {
      outcome: Exclude<BookingAnswer['outcome'], 'held'>;
      item: OfferedSlot | undefined;
      alternatives: FreeSlot[];
    };

/** Who holds, and when. */
interface HoldSituation {
  conversationId: string;
  nowMs: number;
}

/**
 * Holds a visit in place of what this conversation held before. The new one is held first; only when nothing but the
 * conversation's own hold can stand in the way is that given up for it, and got back when it did not help.
 */
export async function holdVisit(
  desk: FrontDesk,
  wanted: WantedVisit,
  at: HoldSituation,
): Promise<VisitHoldAnswer> {
  const { state } = desk;
  const before = state.hold;
  const first = await reserve(desk, wanted, at);
  if (first.outcome === 'held') {
    state.hold = first.hold;
    if (before) await letGo(desk, before, at.nowMs);
    return first;
  }
  if (!before || !isTaken(first.outcome) || !mayClash(before.items, wanted.items)) return first;
  state.hold = undefined;
  await letGo(desk, before, at.nowMs);
  const second = await reserve(desk, wanted, at);
  const kept = second.outcome === 'held' ? second : await reserve(desk, wantedOf(before), at);
  if (kept.outcome === 'held') state.hold = kept.hold;
  return second;
}

/**
 * The held visit with at least so much time left; held anew for the full time when it has less, or has run out while
 * nobody else wanted the place. When it cannot be had any more, this conversation holds nothing.
 */
export async function keepHeld(
  desk: FrontDesk,
  hold: HeldVisit,
  leastMs: number,
  at: HoldSituation,
): Promise<VisitHoldAnswer> {
  // Not more often than needed: between giving up and holding anew somebody else may be faster.
  if (hold.expiresAtMs - at.nowMs >= leastMs) return { outcome: 'held', hold };
  // A confirmation whose answer was lost: it is booked already, and confirming it again says so.
  const reservation = await desk.schedule.find(hold.reservation.id);
  if (reservation?.status === 'booked') return { outcome: 'held', hold };
  const renewed = await holdVisit(desk, wantedOf(hold), at);
  if (renewed.outcome === 'held') return renewed;
  const kept = desk.state.hold;
  if (kept && at.nowMs < kept.expiresAtMs) return { outcome: 'held', hold: kept };
  desk.state.hold = undefined;
  desk.state.review = undefined;
  return renewed;
}

function wantedOf({ items, replaces, reservation, payment, atTurn }: HeldVisit): WantedVisit {
  const seen = reservation.replaces;
  return {
    items,
    replaces: replaces && seen ? { appointment: replaces, seen } : null,
    payment,
    atTurn,
  };
}

async function reserve(
  desk: FrontDesk,
  { items, replaces, payment, atTurn }: WantedVisit,
  { conversationId, nowMs }: HoldSituation,
): Promise<VisitHoldAnswer> {
  const { state, agenda } = desk;
  const tokens = items.map(({ token }) => token).join('+');
  const answer = await agenda.booking.hold(
    {
      id: createId(),
      holder: conversationId,
      // The number keeps apart what is held again after it was given up; a repetition after a failed write is the same.
      key: `hold/${conversationId}/${state.holds}/${tokens}`,
      visits: items.map(({ bookable, startMs }) => ({ plan: bookable.plan, startMs })),
      ...(replaces ? { replaces: replaces.seen } : {}),
    },
    nowMs,
  );
  if (answer.outcome !== 'held') return notHeld(answer, items);
  state.holds += 1;
  state.lastBooked = undefined;
  const { id, version, holdExpiresAtMs } = answer.reservation;
  const hold: HeldVisit = {
    reservation: { id, version, replaces: replaces?.seen ?? null },
    items,
    expiresAtMs: holdExpiresAtMs,
    totalCentavos: totalOf(items),
    replaces: replaces?.appointment ?? null,
    payment,
    atTurn,
  };
  return { outcome: 'held', hold };
}

function notHeld(
  answer: Exclude<BookingAnswer, { outcome: 'held' }>,
  items: readonly OfferedSlot[],
): VisitHoldAnswer {
  const item = 'visit' in answer ? items[answer.visit] : undefined;
  const free = 'alternatives' in answer ? answer.alternatives : [];
  const alternatives = item ? free.map((slot) => toFreeSlot(item.bookable, slot)) : [];
  return { outcome: answer.outcome, item, alternatives };
}

/** With the version of now: a confirmation whose answer was lost may have come in between. What fails runs out by itself. */
export async function letGo(
  desk: FrontDesk,
  { reservation }: HeldVisit,
  nowMs: number,
): Promise<void> {
  const { agenda, schedule, log } = desk;
  try {
    const found = await schedule.find(reservation.id);
    if (!found || (found.status === 'booked' && found.replaces)) return;
    await agenda.booking.cancel({ id: found.id, version: found.version }, nowMs);
  } catch (err) {
    log.warn({ err }, 'a hold was not released and will expire');
  }
}

function isTaken(outcome: string): boolean {
  return outcome === 'slot-taken' || outcome === 'capacity-full';
}

/** Whether two visits could need the same place at the same time. Buffers are not looked at: a day's visits may clash. */
function mayClash(before: readonly OfferedSlot[], wanted: readonly OfferedSlot[]): boolean {
  const resources = ({ bookable }: OfferedSlot) =>
    bookable.plan.needs.resources.flat().map(({ id }) => id);
  return before.some((mine) =>
    wanted.some(
      (one) => one.date === mine.date && resources(one).some((id) => resources(mine).includes(id)),
    ),
  );
}

/** Null when one of the services has no known price. */
function totalOf(items: readonly OfferedSlot[]): number | null {
  let total = 0;
  for (const { bookable } of items) {
    if (bookable.priceCentavos === null) return null;
    total += bookable.priceCentavos;
  }
  return total;
}

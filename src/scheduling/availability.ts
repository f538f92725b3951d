import { ClaimIndex } from './claim-index.ts';
import { type Interval, widen } from './interval.ts';
import type { Opening } from './recurrence.ts';
import type { Claim } from './reservation-record.ts';
import { fits } from './schedule-store.ts';
import { addMinutes, instantOf, minutesBetween } from './wall-time.ts';

const minuteMs = 60_000;

/** Something a visit needs, with how many visits it takes at once: a practitioner, a room, a device. */
export interface Resource {
  id: string;
  capacity: number;
}

/** What one visit of a service takes. */
export interface VisitNeeds {
  durationMinutes: number;
  /** Distance of the times that are offered, for visits by appointed time. */
  stepMinutes: number;
  bufferBeforeMinutes: number;
  bufferAfterMinutes: number;
  /** All of the outer list; of each inner list the first that is free (any of three rooms). */
  resources: readonly (readonly Resource[])[];
}

/** A time that may be taken. `startMs` is when to be there; with `mode` arrival or walk-in anyone until `endMs`. */
export interface Slot extends Interval {
  date: string;
  mode: Opening['mode'];
  /** How many share it in all, whatever its resources take at once. */
  places?: number;
  claims: Claim[];
}

/** How soon and how far ahead a visit may be booked. */
export interface BookingWindow {
  noticeMinutes: number;
  horizonDays: number;
}

/** What an opening offers: visits of one length, beginning at these instants, in order. Small, so that it can be kept. */
export interface OfferedTimes {
  opening: Opening;
  lengthMs: number;
  starts: readonly number[];
}

export interface SlotSearch {
  /** In order of time. */
  times: readonly OfferedTimes[];
  needs: VisitNeeds;
  /** Claims that count, of at least the resources needed. */
  busy: readonly Claim[];
  nowMs: number;
  window: BookingWindow;
  /** No earlier than this. */
  notBeforeMs?: number;
  /** Slots wanted at most. */
  limit: number;
}

/** Opening hours − busy − buffers, from now + notice to the horizon, in order of time. */
export function findSlots(search: SlotSearch): Slot[] {
  const { times, needs, limit, notBeforeMs = 0 } = search;
  const busy = new ClaimIndex(search.busy);
  const slots: Slot[] = [];
  for (const one of times) {
    const isTaken = takenTest(one, needs, busy);
    for (const startMs of one.starts) {
      if (slots.length >= limit) return slots;
      if (startMs < notBeforeMs || isTaken(startMs)) continue;
      const candidate = candidateAt(one, startMs);
      if (timeliness(candidate, search) !== 'bookable') continue;
      const claims = claimsOf(candidate, needs, (claim) => busy.near(claim));
      if (claims) slots.push({ ...candidate, claims });
    }
  }
  return slots;
}

/**
 * The usual case of a full day, answered before anything is put together for it: of something that takes one visit at
 * once, somebody is there. Whether a time is free is for `claimsOf` to say. Asked in order of time.
 */
function takenTest(
  { opening: { places }, lengthMs }: OfferedTimes,
  { bufferBeforeMinutes, bufferAfterMinutes, resources }: VisitNeeds,
  busy: ClaimIndex,
): (startMs: number) => boolean {
  const beforeMs = bufferBeforeMinutes * minuteMs;
  const afterMs = lengthMs + bufferAfterMinutes * minuteMs;
  const groups = resources
    .filter((group) => group.every(({ capacity }) => (places ?? capacity) === 1))
    .map((group) => group.map(({ id }) => busy.inOrder(id)));
  return (startMs) =>
    groups.some((group) => group.every((isIn) => isIn(startMs - beforeMs, startMs + afterMs)));
}

export type Candidate = Omit<Slot, 'claims'>;

/** Every time of an opening that the rule allows, free or not. */
export function candidatesOf(opening: Opening, needs: VisitNeeds, timeZone: string): Candidate[] {
  return spelledOut(timesOf(opening, needs, timeZone));
}

export function spelledOut(times: OfferedTimes): Candidate[] {
  return times.starts.map((startMs) => candidateAt(times, startMs));
}

/** The same, not yet spelled out. */
export function timesOf(opening: Opening, needs: VisitNeeds, timeZone: string): OfferedTimes {
  const { mode, startMs, until } = opening;
  const lengthMs = needs.durationMinutes * minuteMs;
  if (mode !== 'appointed' || opening.endMs === null || until === null) {
    const wholeMs = opening.endMs === null ? lengthMs : opening.endMs - startMs;
    return { opening, lengthMs: wholeMs, starts: wholeMs > 0 ? [startMs] : [] };
  }
  const { endMs } = opening;
  const starts = startsOf(opening, until, endMs, needs.stepMinutes, timeZone).filter(
    (atMs) => atMs >= startMs && atMs + lengthMs <= endMs,
  );
  return { opening, lengthMs, starts };
}

function candidateAt({ opening, lengthMs }: OfferedTimes, startMs: number): Candidate {
  const { date, mode, places } = opening;
  const candidate = { date, mode, startMs, endMs: startMs + lengthMs };
  return places === undefined ? candidate : { ...candidate, places };
}

export type Timeliness = 'bookable' | 'past' | 'too-soon' | 'too-far';

/** Whether a time may still, or already, be booked. Who may arrive until the end may be booked until shortly before it. */
export function timeliness(
  { mode, startMs, endMs }: Candidate,
  { nowMs, window, needs }: Pick<SlotSearch, 'nowMs' | 'window' | 'needs'>,
): Timeliness {
  const latestMs =
    mode === 'appointed' ? startMs : Math.max(startMs, endMs - needs.durationMinutes * minuteMs);
  if (latestMs <= nowMs) return 'past';
  if (latestMs < nowMs + window.noticeMinutes * minuteMs) return 'too-soon';
  return startMs > nowMs + window.horizonDays * 1_440 * minuteMs ? 'too-far' : 'bookable';
}

/**
 * The claims a visit at this time would make; none when a resource it needs is full.
 * @param near claims that count already, at least those of the same resource that overlap
 */
export function claimsOf(
  visit: Interval & { places?: number },
  needs: VisitNeeds,
  near: (claim: Claim) => readonly Claim[],
): Claim[] | undefined {
  const { startMs, endMs } = reachOf(visit, needs);
  const claims: Claim[] = [];
  for (const alternatives of needs.resources) {
    const claim = firstFree(alternatives);
    if (!claim) return undefined;
    claims.push(claim);
  }
  return claims;

  function firstFree(alternatives: readonly Resource[]): Claim | undefined {
    for (const { id, capacity } of alternatives) {
      const claim = { resource: id, startMs, endMs, capacity: visit.places ?? capacity };
      if (fits(claim, near(claim)) && fits(claim, claims)) return claim;
    }
    return undefined;
  }
}

/** A visit with its buffers. */
export function reachOf(visit: Interval, needs: VisitNeeds): Interval {
  return widen(visit, needs.bufferBeforeMinutes * minuteMs, needs.bufferAfterMinutes * minuteMs);
}

/**
 * Starts on the clock face, so that after a change of the clocks times still are 8:00, 8:30, 9:00. A time that does not
 * exist that day is left out; of a doubled hour the first is meant.
 */
function startsOf(
  { date, from, startMs }: Opening,
  until: string,
  endMs: number,
  stepMinutes: number,
  timeZone: string,
): number[] {
  const minutes = minutesBetween(from, until);
  const count = Math.max(0, Math.ceil(minutes / stepMinutes));
  const steps = Array.from({ length: count }, (_, i) => i * stepMinutes);
  // No change of clocks in between: plain arithmetic, a hundred times faster than asking for each time.
  if (endMs - startMs === minutes * minuteMs) return steps.map((step) => startMs + step * minuteMs);
  return steps
    .map((step) => instantOf(date, addMinutes(from, step), timeZone))
    .filter((atMs) => atMs !== undefined);
}

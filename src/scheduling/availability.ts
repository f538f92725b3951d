import type { Interval } from './interval.ts';
import { overlaps, widen } from './interval.ts';
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
  claims: Claim[];
}

/** How soon and how far ahead a visit may be booked. */
export interface BookingWindow {
  noticeMinutes: number;
  horizonDays: number;
}

export interface SlotSearch {
  /** In order of time. */
  openings: readonly Opening[];
  needs: VisitNeeds;
  /** Claims that count, of at least the resources needed. */
  busy: readonly Claim[];
  timeZone: string;
  nowMs: number;
  window: BookingWindow;
  /** Slots wanted at most. */
  limit: number;
}

/** Opening hours − busy − buffers, from now + notice to the horizon, in order of time. */
export function findSlots(search: SlotSearch): Slot[] {
  const { openings, busy, limit } = search;
  const slots: Slot[] = [];
  for (const opening of openings) {
    if (slots.length >= limit) break;
    const candidates = candidatesOf(opening, search.needs, search.timeZone).filter(
      (one) => timeliness(one, search) === 'bookable',
    );
    const first = candidates[0];
    const last = candidates.at(-1);
    if (!first || !last) continue;
    const reach = reachOf({ startMs: first.startMs, endMs: last.endMs }, search.needs);
    const near = busy.filter((claim) => overlaps(claim, reach));
    for (const candidate of candidates) {
      if (slots.length >= limit) break;
      const claims = claimsOf(candidate, search.needs, near);
      if (claims) slots.push({ ...candidate, claims });
    }
  }
  return slots;
}

export type Candidate = Omit<Slot, 'claims'>;

/** Every time of an opening that the rule allows, free or not. */
export function candidatesOf(opening: Opening, needs: VisitNeeds, timeZone: string): Candidate[] {
  const { date, mode, startMs } = opening;
  const lengthMs = needs.durationMinutes * minuteMs;
  if (mode !== 'appointed' || opening.endMs === null || opening.until === null) {
    const endMs = opening.endMs ?? startMs + lengthMs;
    return startMs < endMs ? [{ date, mode, startMs, endMs }] : [];
  }
  const { endMs } = opening;
  return startsOf(opening, opening.until, endMs, needs.stepMinutes, timeZone)
    .filter((atMs) => atMs >= startMs && atMs + lengthMs <= endMs)
    .map((atMs) => ({ date, mode, startMs: atMs, endMs: atMs + lengthMs }));
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

/** The claims a visit at this time would make; none when a resource it needs is full. */
export function claimsOf(
  visit: Interval,
  needs: VisitNeeds,
  busy: readonly Claim[],
): Claim[] | undefined {
  const { startMs, endMs } = reachOf(visit, needs);
  const claims: Claim[] = [];
  for (const alternatives of needs.resources) {
    const claim = alternatives
      .map(({ id, capacity }) => ({ resource: id, startMs, endMs, capacity }))
      .find((one) => fits(one, busy) && fits(one, claims));
    if (!claim) return undefined;
    claims.push(claim);
  }
  return claims;
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

import {
  type BookingWindow,
  type Candidate,
  candidatesOf,
  type OfferedTimes,
  reachOf,
  spelledOut,
  timeliness,
  type VisitNeeds,
} from './availability.ts';
import type { Interval } from './interval.ts';
import {
  type DateRange,
  type DayHours,
  type Opening,
  type OpeningHours,
  occurrencesOf,
  openingsBound,
  openingsOf,
  type ScheduleRule,
} from './recurrence.ts';
import { addDays, wallTimeOf } from './wall-time.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Days with hours of their own, `YYYY-MM-DD`; with none at all the day is closed. */
export type SpecialDays = ReadonlyMap<string, readonly DayHours[]>;

/** When the clinic works. */
export interface Calendar {
  timeZone: string;
  hours: readonly OpeningHours[];
  /** Days on which nothing is offered, such as holidays, `YYYY-MM-DD`. */
  closed: Pick<ReadonlySet<string>, 'has'>;
  /** These go before `closed`. */
  special?: SpecialDays;
}

/** Something that can be booked: one service, of one practitioner (`null`: the clinic's team). */
export interface Plan {
  service: string;
  practitioner: string | null;
  rules: readonly ScheduleRule[];
  needs: VisitNeeds;
  /** Of whoever does it; these go before the clinic's. */
  special?: SpecialDays;
}

export interface BookingRules {
  window: BookingWindow;
  /** How long a hold lasts. */
  holdMs: number;
}

/** Why a time cannot be had: ordinary, and each to be said in words. `off-grid`: the day is right, the time is not offered. */
export type Trouble =
  | 'slot-taken'
  | 'capacity-full'
  | 'past'
  | 'too-soon'
  | 'too-far'
  | 'closed'
  | 'off-grid';

export interface Visit {
  plan: Plan;
  /** `startMs` of a slot that was found. Everything else is worked out again: nothing a caller says is believed. */
  startMs: number;
}

/** Pure: the time that is wanted, if the rules offer it; else why not. Whether it is free is another question. */
export function checkVisit(
  { plan, startMs }: Visit,
  calendar: Calendar,
  { window }: Pick<BookingRules, 'window'>,
  nowMs: number,
): Candidate | Exclude<Trouble, 'slot-taken' | 'capacity-full'> {
  const { timeZone } = calendar;
  const { date } = wallTimeOf(startMs, timeZone);
  const openings = openingsFor(plan, { from: date, to: date }, calendar);
  const candidate = openings
    .flatMap((opening) => candidatesOf(opening, plan.needs, timeZone))
    .find((one) => one.startMs === startMs);
  if (candidate) {
    const answer = timeliness(candidate, { nowMs, window, needs: plan.needs });
    return answer === 'bookable' ? candidate : answer;
  }
  if (startMs <= nowMs) return 'past';
  if (startMs > nowMs + window.horizonDays * dayMs) return 'too-far';
  return openings.length > 0 ? 'off-grid' : 'closed';
}

/** Pure: when something is offered on these days, in order of time; a time that two rules name is there once. */
export function openingsFor(plan: Plan, range: DateRange, calendar: Calendar): Opening[] {
  const { timeZone, hours } = calendar;
  const all = plan.rules
    .flatMap((rule) => occurrencesOf(rule, range))
    .flatMap((occurrence) => {
      const own = specialHours(occurrence.date, plan, calendar);
      return own
        ? openingsBound(occurrence, timeZone, own)
        : openingsOf(occurrence, timeZone, hours);
    })
    .sort((a, b) => a.startMs - b.startMs);
  const distinct = new Map(all.map((one) => [`${one.startMs}/${one.endMs}`, one]));
  return [...distinct.values()];
}

/** A day that is unlike its weekday: its hours, none when closed. */
function specialHours(date: string, { special }: Plan, calendar: Calendar) {
  const own = special?.get(date) ?? calendar.special?.get(date);
  return own ?? (calendar.closed.has(date) ? [] : undefined);
}

/** The part of a range of days in which anything may be booked now. */
export function reachableRange(
  { from, to }: DateRange,
  { timeZone }: Calendar,
  { horizonDays }: BookingWindow,
  nowMs: number,
): DateRange | 'past' | 'too-far' {
  const today = wallTimeOf(nowMs, timeZone).date;
  const last = wallTimeOf(nowMs + horizonDays * dayMs, timeZone).date;
  if (to < today) return 'past';
  if (from > last) return 'too-far';
  return { from: from < today ? today : from, to: to > last ? last : to };
}

/** A range in pieces of seven days, the last one shorter. */
export function weeksOf({ from, to }: DateRange): DateRange[] {
  const weeks: DateRange[] = [];
  for (let start = from; start <= to; start = addDays(start, 7)) {
    const end = addDays(start, 6);
    weeks.push({ from: start, to: end < to ? end : to });
  }
  return weeks;
}

/** From the first to the last moment that these openings could take, buffers included. */
export function stretchOf(openings: readonly Opening[], needs: VisitNeeds): Interval | undefined {
  if (openings.length === 0) return undefined;
  const reaches = openings.map(({ startMs, endMs }) =>
    reachOf({ startMs, endMs: endMs ?? startMs + needs.durationMinutes * minuteMs }, needs),
  );
  return {
    startMs: Math.min(...reaches.map(({ startMs }) => startMs)),
    endMs: Math.max(...reaches.map(({ endMs }) => endMs)),
  };
}

/** Why none of these times can be had: full when one could be booked, else what stands before that. */
export function whyNone(
  times: readonly OfferedTimes[],
  needs: VisitNeeds,
  { window }: BookingRules,
  nowMs: number,
): Exclude<Trouble, 'off-grid'> {
  const reasons = new Set(
    times.flatMap(spelledOut).map((one) => timeliness(one, { nowMs, window, needs })),
  );
  if (reasons.has('bookable'))
    return fullness(
      needs,
      times.map(({ opening }) => opening),
    );
  const first = (['too-soon', 'too-far', 'past'] as const).find((one) => reasons.has(one));
  return first ?? 'closed';
}

/** Whether many share a time (“já não há vagas”) or one person takes it (“esse horário já foi tomado”). */
export function fullness(
  needs: VisitNeeds | undefined,
  times: readonly { places?: number }[],
): 'slot-taken' | 'capacity-full' {
  const isShared =
    times.some(({ places = 1 }) => places > 1) ||
    needs?.resources.flat().some(({ capacity }) => capacity > 1);
  return isShared ? 'capacity-full' : 'slot-taken';
}

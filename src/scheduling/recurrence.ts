import { Temporal } from 'temporal-polyfill';
import { boundaryOf, instantOf } from './wall-time.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

interface RuleHours {
  at?: string | undefined;
  until?: string | undefined;
  byAppointedTime?: boolean | undefined;
  places?: number | undefined;
}

/**
 * When something is offered, as the clinic's file says it. Dates `YYYY-MM-DD` and times `HH:MM` are wall time in the
 * clinic's zone. Other fields a rule may carry (practitioner, note) are not looked at here.
 */
export type ScheduleRule =
  | ({ kind: 'every-n-days'; n: number; from: string } & RuleHours)
  | ({ kind: 'weekly'; days: readonly Weekday[]; since?: string | undefined } & RuleHours)
  | ({
      kind: 'monthly';
      day?: number | undefined;
      /** Days announced so far, of a rule without a day. */
      announced?: readonly string[] | undefined;
      since?: string | undefined;
    } & RuleHours)
  | ({ kind: 'dates'; dates: readonly string[] } & RuleHours)
  | {
      kind: 'window';
      days: readonly Weekday[];
      from: string;
      to: string;
      since?: string | undefined;
      places?: number | undefined;
    };

/**
 * arrival: all are told one time and seen in order of arrival · appointed: each gets an own time · walk-in: anyone who
 * comes between the two times is seen.
 */
export type VisitMode = 'arrival' | 'appointed' | 'walk-in';

/** One day on which a rule holds. `from: null`: the clinic's opening hours of that day; `until: null`: not said. */
export interface Occurrence {
  date: string;
  mode: VisitMode;
  from: string | null;
  until: string | null;
  /** How many are seen in all, of those seen in order of arrival. Left out: as many as the resources take at once. */
  places?: number;
}

export interface DateRange {
  from: string;
  /** Included. */
  to: string;
}

/** Longest range looked through at once, in days: two years, twice what people book ahead. Later days are left out. */
const longestRangeDays = 731;

/**
 * The days of `range` on which a rule holds, in order, closed or not: a closed day moves nothing, every 15 days goes on
 * counting. A month without the wanted day (31, 30 February) has none. A monthly rule without a day has only the days
 * that the clinic has announced.
 */
export function occurrencesOf(rule: ScheduleRule, range: DateRange): Occurrence[] {
  const hours = hoursOf(rule);
  return datesOf(rule, bounded(range)).map((date) => ({ date, ...hours }));
}

/** Whether the days of a rule are announced one by one and none from `today` on is known. @param today `YYYY-MM-DD` */
export function awaitsAnnouncement(rule: ScheduleRule, today = ''): boolean {
  if (rule.kind !== 'monthly' || rule.day !== undefined) return false;
  return !rule.announced?.some((date) => date >= today);
}

/** Instants of one occurrence. `endMs: null`: nobody said when it ends, the visit decides. */
export interface Opening {
  date: string;
  mode: VisitMode;
  /** Wall times that `startMs` and `endMs` came from. */
  from: string;
  until: string | null;
  startMs: number;
  endMs: number | null;
  places?: number;
}

/** A stretch of one day, wall times. */
export interface DayHours {
  from: string;
  to: string;
}

export interface OpeningHours extends DayHours {
  days: readonly Weekday[];
}

/**
 * An occurrence on the time line. Opening hours are asked only where the rule leaves times open: a specialist who comes
 * on a Sunday is expected on that Sunday. A single time that clocks jump over that day is left out.
 */
export function openingsOf(
  occurrence: Occurrence,
  timeZone: string,
  hours: readonly OpeningHours[],
): Opening[] {
  return openingsWithin(occurrence, timeZone, stretchesOf(occurrence.date, hours));
}

/**
 * The same on a day with hours of its own, which hold against the rule: what lies outside is cut off, and who is expected
 * before they begin is expected when they begin. @param hours in order
 */
export function openingsBound(
  occurrence: Occurrence,
  timeZone: string,
  hours: readonly DayHours[],
): Opening[] {
  const { from, until } = occurrence;
  if (from === null) return openingsWithin(occurrence, timeZone, hours);
  const cut = hours
    .map((one) => ({
      from: from > one.from ? from : one.from,
      until: until === null || until > one.to ? one.to : until,
    }))
    .filter((one) => one.from < one.until);
  if (until !== null)
    return cut.flatMap((one) => openingsWithin({ ...occurrence, ...one }, timeZone, hours));
  // What has no end of its own begins once, and ends as on other days.
  const [first] = cut;
  return first ? openingsWithin({ ...occurrence, from: first.from }, timeZone, hours) : [];
}

function openingsWithin(
  { date, mode, from, until, places }: Occurrence,
  timeZone: string,
  hours: readonly DayHours[],
): Opening[] {
  const shared = { date, mode, ...(places === undefined ? {} : { places }) };
  if (from === null) return hours.map((one) => between(shared, one.from, one.to, timeZone));
  if (until !== null) return [between(shared, from, until, timeZone)];
  const close = hours.find((one) => one.from <= from && from < one.to)?.to;
  if (mode === 'appointed' && close) return [between(shared, from, close, timeZone)];
  const startMs = instantOf(date, from, timeZone);
  return startMs === undefined ? [] : [{ ...shared, from, until: null, startMs, endMs: null }];
}

function between(
  shared: Pick<Opening, 'date' | 'mode' | 'places'>,
  from: string,
  until: string,
  timeZone: string,
): Opening {
  const startMs = boundaryOf(shared.date, from, timeZone);
  return { ...shared, from, until, startMs, endMs: boundaryOf(shared.date, until, timeZone) };
}

function stretchesOf(date: string, hours: readonly OpeningHours[]): OpeningHours[] {
  const weekday = weekdayOf(Temporal.PlainDate.from(date));
  return hours.filter(({ days }) => weekday !== undefined && days.includes(weekday));
}

function hoursOf(rule: ScheduleRule): Omit<Occurrence, 'date'> {
  const places = rule.places === undefined ? {} : { places: rule.places };
  if (rule.kind === 'window')
    return { mode: 'walk-in', from: rule.from, until: rule.to, ...places };
  return {
    mode: rule.byAppointedTime ? 'appointed' : 'arrival',
    from: rule.at ?? null,
    until: rule.until ?? null,
    ...places,
  };
}

interface PlainRange {
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

function bounded(range: DateRange): PlainRange {
  const from = Temporal.PlainDate.from(range.from);
  const last = from.add({ days: longestRangeDays - 1 });
  const to = Temporal.PlainDate.from(range.to);
  return { from, to: Temporal.PlainDate.compare(to, last) > 0 ? last : to };
}

function datesOf(rule: ScheduleRule, range: PlainRange): string[] {
  switch (rule.kind) {
    case 'every-n-days':
      return everyNDays(rule, range);
    case 'weekly':
    case 'window':
      return daysFrom(range, rule.since)
        .filter((day) => rule.days.some((weekday) => weekday === weekdayOf(day)))
        .map(String);
    case 'monthly':
      return rule.day === undefined
        ? named(rule.announced ?? [], range)
        : monthly(rule.day, range, rule.since);
    case 'dates':
      return named(rule.dates, range);
  }
}

function named(dates: readonly string[], range: PlainRange): string[] {
  return [...new Set(dates)]
    .filter((date) => date >= String(range.from) && date <= String(range.to))
    .sort();
}

function everyNDays({ n, from }: { n: number; from: string }, range: PlainRange): string[] {
  const first = Temporal.PlainDate.from(from);
  const ahead = first.until(range.from, { largestUnit: 'days' }).days;
  let day = ahead <= 0 ? first : first.add({ days: Math.ceil(ahead / n) * n });
  const days: string[] = [];
  while (Temporal.PlainDate.compare(day, range.to) <= 0) {
    days.push(day.toString());
    day = day.add({ days: n });
  }
  return days;
}

function monthly(day: number, { from, to }: PlainRange, since = ''): string[] {
  const days: string[] = [];
  let month = from.toPlainYearMonth();
  while (Temporal.PlainYearMonth.compare(month, to.toPlainYearMonth()) <= 0) {
    if (day <= month.daysInMonth) days.push(month.toPlainDate({ day }).toString());
    month = month.add({ months: 1 });
  }
  return days.filter((date) => date >= since && date >= String(from) && date <= String(to));
}

function daysFrom(range: PlainRange, since?: string): Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = [];
  const first = since && since > String(range.from) ? Temporal.PlainDate.from(since) : range.from;
  for (let day = first; Temporal.PlainDate.compare(day, range.to) <= 0; day = day.add({ days: 1 }))
    days.push(day);
  return days;
}

function weekdayOf(day: Temporal.PlainDate): Weekday | undefined {
  return weekdays[day.dayOfWeek - 1];
}

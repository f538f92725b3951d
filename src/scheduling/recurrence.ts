import { Temporal } from 'temporal-polyfill';
import { boundaryOf, instantOf } from './wall-time.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

interface RuleHours {
  at?: string | undefined;
  until?: string | undefined;
  byAppointedTime?: boolean | undefined;
}

/**
 * When something is offered, as the clinic's file says it. Dates `YYYY-MM-DD` and times `HH:MM` are wall time in the
 * clinic's zone. Other fields a rule may carry (practitioner, note) are not looked at here.
 */
export type ScheduleRule =
  | ({ kind: 'every-n-days'; n: number; from: string } & RuleHours)
  | ({ kind: 'weekly'; days: readonly Weekday[]; since?: string | undefined } & RuleHours)
  | ({ kind: 'monthly'; day?: number | undefined; since?: string | undefined } & RuleHours)
  | ({ kind: 'dates'; dates: readonly string[] } & RuleHours)
  | {
      kind: 'window';
      days: readonly Weekday[];
      from: string;
      to: string;
      since?: string | undefined;
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
}

export interface DateRange {
  from: string;
  /** Included. */
  to: string;
}

/** Longest range looked through at once, in days: two years, twice what people book ahead. Later days are left out. */
const longestRangeDays = 731;

/**
 * The days of `range` on which a rule holds, in order. A closed day is left out and moves nothing: every 15 days goes on
 * counting. A month without the wanted day (31, 30 February) has none. A monthly rule without a day has none at all: the
 * clinic announces its days, and until then nothing may be offered.
 */
export function occurrencesOf(
  rule: ScheduleRule,
  range: DateRange,
  closed: ReadonlySet<string> = new Set<string>(),
): Occurrence[] {
  return datesOf(rule, bounded(range))
    .filter((date) => !closed.has(date))
    .map((date) => ({ date, ...hoursOf(rule) }));
}

/** Whether the days of a rule are announced one by one, so that none can be computed. */
export function awaitsAnnouncement(rule: ScheduleRule): boolean {
  return rule.kind === 'monthly' && rule.day === undefined;
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
}

export interface OpeningHours {
  days: readonly Weekday[];
  from: string;
  to: string;
}

/**
 * An occurrence on the time line. Opening hours are asked only where the rule leaves times open: a specialist who comes
 * on a Sunday is expected on that Sunday. A single time that clocks jump over that day is left out.
 */
export function openingsOf(
  { date, mode, from, until }: Occurrence,
  timeZone: string,
  hours: readonly OpeningHours[],
): Opening[] {
  if (from === null) {
    return stretchesOf(date, hours).map((stretch) =>
      between(date, mode, stretch.from, stretch.to, timeZone),
    );
  }
  if (until !== null) return [between(date, mode, from, until, timeZone)];
  const close = stretchesOf(date, hours).find((one) => one.from <= from && from < one.to)?.to;
  if (mode === 'appointed' && close) return [between(date, mode, from, close, timeZone)];
  const startMs = instantOf(date, from, timeZone);
  return startMs === undefined ? [] : [{ date, mode, from, until: null, startMs, endMs: null }];
}

function between(
  date: string,
  mode: VisitMode,
  from: string,
  until: string,
  timeZone: string,
): Opening {
  const startMs = boundaryOf(date, from, timeZone);
  return { date, mode, from, until, startMs, endMs: boundaryOf(date, until, timeZone) };
}

function stretchesOf(date: string, hours: readonly OpeningHours[]): OpeningHours[] {
  const weekday = weekdayOf(Temporal.PlainDate.from(date));
  return hours.filter(({ days }) => weekday !== undefined && days.includes(weekday));
}

function hoursOf(rule: ScheduleRule): Omit<Occurrence, 'date'> {
  if (rule.kind === 'window') return { mode: 'walk-in', from: rule.from, until: rule.to };
  return {
    mode: rule.byAppointedTime ? 'appointed' : 'arrival',
    from: rule.at ?? null,
    until: rule.until ?? null,
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
      return rule.day === undefined ? [] : monthly(rule.day, range, rule.since);
    case 'dates':
      return [...new Set(rule.dates)]
        .filter((date) => date >= String(range.from) && date <= String(range.to))
        .sort();
  }
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

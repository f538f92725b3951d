import { Temporal } from 'temporal-polyfill';

/** Days in a row, both ends included; without `to`, from then on. One day has `from` equal to `to`. */
export interface DaySpan {
  from: Temporal.PlainDate;
  to?: Temporal.PlainDate;
}

/**
 * What words about days may mean. The outer list holds the readings among which only the caller can choose; each
 * reading lists spans of which any will do (“segunda ou terça”).
 */
export type DayReadings = readonly (readonly DaySpan[])[];

type Day = Temporal.PlainDate;

export const before = (a: Day, b: Day) => Temporal.PlainDate.compare(a, b) < 0;
export const earlier = (a: Day, b: Day) => (before(b, a) ? b : a);
export const later = (a: Day, b: Day) => (before(a, b) ? b : a);
export const oneDay = (date: Day): DaySpan => ({ from: date, to: date });
export const single = (date: Day): DayReadings => [[oneDay(date)]];

export function isOneDay(span: DaySpan): boolean {
  return span.to?.equals(span.from) ?? false;
}

/** A day that the calendar has, or none. */
export function realDate(year: number, month: number, day: number): Day | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

export function overlap(a: DaySpan, b: DaySpan): DaySpan | undefined {
  const from = later(a.from, b.from);
  const to = a.to && b.to ? earlier(a.to, b.to) : (a.to ?? b.to);
  if (!to) return { from };
  return before(to, from) ? undefined : { from, to };
}

export function sameSpan(a: DaySpan, b: DaySpan): boolean {
  return spanKey(a) === spanKey(b);
}

export function spanKey({ from, to }: DaySpan): string {
  return `${from}/${to ?? ''}`;
}

/** Each reading once, in their first order. */
export function withoutRepeats(readings: DayReadings): DayReadings {
  const seen = new Set<string>();
  return readings.filter((spans) => {
    const key = spans.map(spanKey).join();
    return !seen.has(key) && seen.add(key);
  });
}

/** Every reading of the one against every reading of the other; readings with no day in common fall away. */
export function intersect(a: DayReadings, b: DayReadings): DayReadings {
  const pairs = a.flatMap((left) => b.map((right) => commonSpans(left, right)));
  return withoutRepeats(pairs.filter((spans) => spans.length > 0));
}

function commonSpans(a: readonly DaySpan[], b: readonly DaySpan[]): DaySpan[] {
  return a.flatMap((left) => b.flatMap((right) => overlap(left, right) ?? []));
}

/** Monday to Sunday around a day. */
export function weekOf(date: Day): DaySpan {
  const from = date.subtract({ days: date.dayOfWeek - 1 });
  return { from, to: from.add({ days: 6 }) };
}

/** Sunday to Saturday around a day, as Brazilian calendars print it. */
export function sundayWeekOf(date: Day): DaySpan {
  const from = date.subtract({ days: date.dayOfWeek % 7 });
  return { from, to: from.add({ days: 6 }) };
}

export function monthOf(date: Day): DaySpan {
  const from = date.with({ day: 1 });
  return { from, to: from.add({ months: 1 }).subtract({ days: 1 }) };
}

export function shifted(span: DaySpan, by: Temporal.DurationLike): DaySpan {
  const from = span.from.add(by);
  return span.to ? { from, to: span.to.add(by) } : { from };
}

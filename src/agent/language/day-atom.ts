import type { Temporal } from 'temporal-polyfill';
import type { ClinicSituation } from './clinic-situation.ts';
import {
  before,
  type DayReadings,
  type DaySpan,
  isOneDay,
  oneDay,
  overlap,
  realDate,
} from './day-span.ts';

/** From wide to narrow: a weekday is looked for within a month, never the other way round. */
export const atomRanks = ['fixed', 'yearly', 'monthday', 'weekday'] as const;

/** One thing said about the day: “segunda que vem”, “dia quinze”, “mês que vem”, “natal”. */
export interface DayAtom {
  rank: (typeof atomRanks)[number];
  /** What it means with nothing else said. May lie in the past. */
  alone: DayReadings;
  /** The days of it within another span, in order; of an open span only the first. */
  within(span: DaySpan): DaySpan[];
  /** What it covers when another word narrows it down, if that is more than `alone`. */
  base?: DayReadings;
  /** A weekday with nothing said about which one: “que vem” after a later weekday counts for it too. */
  asNext?: DayAtom;
  isNext?: true;
}

/** A date whose year was not said and that went by fewer days ago than this is a slip, not a plan for next year. */
const justPastDays = 60;

export function fixedAtom(alone: DayReadings, base?: DayReadings): DayAtom {
  const spans = (base ?? alone).flat();
  const within = (span: DaySpan) => spans.flatMap((own) => overlap(own, span) ?? []);
  return base ? { rank: 'fixed', alone, within, base } : { rank: 'fixed', alone, within };
}

/** @param inYear undefined when that year has no such day */
export function yearlyAtom(
  { today }: ClinicSituation,
  inYear: (year: number) => DaySpan | undefined,
): DayAtom {
  const [first, second] = comingOfYear(today, inYear);
  const isJustPast = first?.to !== undefined && before(first.to, today);
  return {
    rank: 'yearly',
    alone: first ? [[first]] : [],
    // A weekday said with it tells whether the one just past was meant.
    ...(isJustPast && second ? { base: [[first], [second]] } : {}),
    within(span) {
      const last = span.to?.year ?? span.from.year + 1;
      const years = yearsBetween(span.from.year, last).flatMap((year) => inYear(year) ?? []);
      const found = years.flatMap((own) => overlap(own, span) ?? []);
      return span.to ? found : found.slice(0, 1);
    },
  };
}

/** In order, from the one that ended just before today, if any. */
function comingOfYear(
  today: Temporal.PlainDate,
  inYear: (year: number) => DaySpan | undefined,
): DaySpan[] {
  const slipsFrom = today.subtract({ days: justPastDays });
  return [today.year - 1, today.year, today.year + 1].flatMap((year) => {
    const span = inYear(year);
    return span?.to && !before(span.to, slipsFrom) ? span : [];
  });
}

function yearsBetween(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** “Dia quinze”: today or later. A month without that day is asked about: its last day, or the next that has it? */
export function monthdayAtom({ today }: ClinicSituation, day: number): DayAtom | undefined {
  if (day < 1 || day > 31) return undefined;
  const first = nthDay(today, 0, day);
  const coming = [0, 1, 2, 3].flatMap((ahead) => nthDay(today, ahead, day) ?? []);
  const next = coming.filter((date) => !before(date, today));
  const readings = [next[0], first?.equals(today) ? next[1] : undefined].filter((date) => !!date);
  const skipped = missingDay(today, day, next[0]);
  return {
    rank: 'monthday',
    alone: [...(skipped ? [skipped] : []), ...readings].map((date) => [oneDay(date)]),
    within: (span) => monthdaysWithin(span, day),
  };
}

function nthDay(today: Temporal.PlainDate, monthsAhead: number, day: number) {
  const month = today.with({ day: 1 }).add({ months: monthsAhead });
  return realDate(month.year, month.month, day);
}

/** The last day of the month the caller had in mind, when that month is too short for the day they said. */
function missingDay(today: Temporal.PlainDate, day: number, found: Temporal.PlainDate | undefined) {
  if (today.daysInMonth < day) return today.with({ day: today.daysInMonth });
  const next = today.with({ day: 1 }).add({ months: 1 });
  const passed = before(today.with({ day }), today);
  const skipsNext = passed && found !== undefined && found.month !== next.month;
  return skipsNext ? next.with({ day: next.daysInMonth }) : undefined;
}

function monthdaysWithin(span: DaySpan, day: number): DaySpan[] {
  const last = span.to ?? span.from.add({ months: 3 });
  const found: DaySpan[] = [];
  for (
    let month = span.from.with({ day: 1 });
    !before(last, month);
    month = month.add({ months: 1 })
  ) {
    const date = realDate(month.year, month.month, day);
    if (date && overlap(oneDay(date), span)) found.push(oneDay(date));
  }
  return span.to ? found : found.slice(0, 1);
}

/** Longer than one day: something narrower can be looked for in it. */
export function isWide(readings: DayReadings): boolean {
  return readings.flat().some((span) => !isOneDay(span));
}

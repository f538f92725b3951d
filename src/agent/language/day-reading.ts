import { Temporal } from 'temporal-polyfill';
import {
  before,
  type DayReadings,
  type DaySpan,
  isOneDay,
  later,
  withoutRepeats,
} from './day-span.ts';

export type DayReading =
  | { kind: 'date'; date: Temporal.PlainDate }
  | ({ kind: 'range' } & DaySpan)
  /** The caller takes any of them: “segunda ou terça”. */
  | { kind: 'alternatives'; options: DaySpan[] }
  /** Only the caller knows which: ask. */
  | { kind: 'ambiguous'; options: DaySpan[] }
  /** Over; `date` is the last day meant. */
  | { kind: 'past'; date: Temporal.PlainDate }
  /** Not in the calendar: “31 de fevereiro”. */
  | { kind: 'impossible' };

/** Readings that are over fall away unless nothing else is left; a running week or month begins today. */
export function toDayReading(readings: DayReadings, today: Temporal.PlainDate): DayReading {
  const ahead = withoutRepeats(
    readings.map((spans) => spans.flatMap((span) => fromToday(span, today))).filter(hasAny),
  );
  const [only] = ahead;
  if (only && ahead.length === 1) return oneReading(only);
  if (only) {
    const options = withoutRepeats(ahead.flat().map((span) => [span])).flat();
    return { kind: 'ambiguous', options: options.sort(byStart) };
  }
  const ends = readings.flat().map(({ from, to }) => to ?? from);
  const last = ends.sort(Temporal.PlainDate.compare).at(-1);
  return last ? { kind: 'past', date: last } : { kind: 'impossible' };
}

const byStart = (a: DaySpan, b: DaySpan) => Temporal.PlainDate.compare(a.from, b.from);
const hasAny = (spans: readonly DaySpan[]) => spans.length > 0;

function fromToday(span: DaySpan, today: Temporal.PlainDate): DaySpan[] {
  if (span.to && (before(span.to, today) || before(span.to, span.from))) return [];
  return [{ ...span, from: later(span.from, today) }];
}

function oneReading(spans: readonly DaySpan[]): DayReading {
  const [span] = spans;
  if (!span || spans.length > 1) return { kind: 'alternatives', options: [...spans] };
  return isOneDay(span) ? { kind: 'date', date: span.from } : { kind: 'range', ...span };
}

/** The days among which the caller has to choose or may be offered any. */
export function spansOf(reading: DayReading): DaySpan[] {
  if (reading.kind === 'date') return [{ from: reading.date, to: reading.date }];
  if (reading.kind === 'range') {
    return [reading.to ? { from: reading.from, to: reading.to } : { from: reading.from }];
  }
  return 'options' in reading ? reading.options : [];
}

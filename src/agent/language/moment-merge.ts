import { type DayReading, spansOf } from './day-reading.ts';
import { type TimeReading, type TimeSpan, timeSpansOf } from './time-range.ts';

/** What was said about one moment; null for what was not mentioned. */
export interface Moment {
  day: DayReading | null;
  time: TimeReading | null;
  /** “No primeiro horário”, “o mais cedo possível”: the first of what is free; “último horário”: the last. */
  pick: 'first' | 'last' | null;
}

/**
 * Several moments joined by “ou” as one, where they differ in the day only or in the time only. Otherwise undefined:
 * “segunda de manhã ou terça à tarde” must not become “segunda à tarde”.
 */
export function mergeMoments(
  moments: readonly Moment[],
  kind: 'alternatives' | 'ambiguous',
): Moment | undefined {
  const [first] = moments;
  if (!first || moments.length === 1) return first;
  const pick = moments.find((moment) => moment.pick)?.pick ?? null;
  if (moments.every(({ time }) => isSame(time, first.time))) {
    const day = mergeDays(
      moments.map((moment) => moment.day),
      kind,
    );
    return day && { day, time: first.time, pick };
  }
  if (moments.every(({ day }) => isSame(day, first.day))) {
    const time = mergeTimes(
      moments.map((moment) => moment.time),
      kind,
    );
    return time && { day: first.day, time, pick };
  }
  return undefined;
}

/** “Quinta ou sexta, de manhã ou à tarde”: each of the days at each of the times. */
export function everyCombination(moments: readonly Moment[]): Moment | undefined {
  const dayless = moments.findIndex(({ day }) => day === null);
  const days = moments.slice(0, Math.max(0, dayless));
  const times = moments.slice(Math.max(0, dayless - 1));
  const isCrossed =
    days.length > 1 &&
    days.slice(0, -1).every(({ time }) => time === null) &&
    times.every(({ time, day }, i) => time !== null && (i === 0 || day === null));
  if (!isCrossed) return undefined;
  const day = mergeDays(
    days.map((moment) => moment.day),
    'alternatives',
  );
  const time = mergeTimes(
    times.map((moment) => moment.time),
    'alternatives',
  );
  const pick = moments.find((moment) => moment.pick)?.pick ?? null;
  return day && time && { day, time, pick };
}

/** What one side leaves out, the others say: “segunda ou terça de manhã”, “segunda às duas ou às três”. */
export function completeMoments(moments: readonly Moment[]): Moment[] {
  const timed = moments.filter(({ time }) => time !== null);
  const onlyLastTimed = timed.length === 1 && moments.at(-1)?.time !== null;
  return moments.map((moment, i) => {
    const before = moments.slice(0, i).findLast(({ day }) => day !== null);
    const after = moments.slice(i + 1).find(({ day }) => day !== null);
    return {
      ...moment,
      day: moment.day ?? before?.day ?? after?.day ?? null,
      time: moment.time ?? (onlyLastTimed ? (timed[0]?.time ?? null) : null),
    };
  });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function mergeDays(days: readonly (DayReading | null)[], kind: 'alternatives' | 'ambiguous') {
  const known = days.filter((day) => day !== null);
  if (
    known.length < days.length ||
    known.some(({ kind: own }) => own === 'past' || own === 'impossible')
  ) {
    return undefined;
  }
  const options = withoutRepeats(known.flatMap(spansOf));
  const isOpen = kind === 'ambiguous' || known.some((day) => day.kind === 'ambiguous');
  return options.length === 1
    ? known[0]
    : ({ kind: isOpen ? 'ambiguous' : 'alternatives', options } as const);
}

function mergeTimes(times: readonly (TimeReading | null)[], kind: 'alternatives' | 'ambiguous') {
  const known = times.filter((time) => time !== null);
  if (
    known.length < times.length ||
    known.some(({ kind: own }) => own === 'past' || own === 'impossible')
  ) {
    return undefined;
  }
  const options: TimeSpan[] = withoutRepeats(known.flatMap(timeSpansOf));
  const isOpen = kind === 'ambiguous' || known.some((time) => time.kind === 'ambiguous');
  return options.length === 1
    ? known[0]
    : ({ kind: isOpen ? 'ambiguous' : 'alternatives', options } as const);
}

function withoutRepeats<Value>(values: readonly Value[]): Value[] {
  const keys = values.map((value) => JSON.stringify(value));
  return values.filter((_, i) => keys.indexOf(keys[i] ?? '') === i);
}

import { Temporal } from 'temporal-polyfill';
import type { OpenStretch } from '../opening-hours.ts';
import { usualHours } from './clinic-situation.ts';
import {
  candidatesIn,
  minutesPerDay,
  type SaidClock,
  type TimeTerm,
  type TimeWindow,
} from './time-term.ts';

/** Wall times, both ends included; without an end, open on that side. One time has `from` equal to `to`. */
export interface TimeSpan {
  from?: Temporal.PlainTime;
  to?: Temporal.PlainTime;
}

export type TimeReading =
  | { kind: 'time'; time: Temporal.PlainTime }
  | ({ kind: 'range' } & TimeSpan)
  /** The caller takes any of them. */
  | { kind: 'alternatives'; options: TimeSpan[] }
  /** Only the caller knows which: ask. */
  | { kind: 'ambiguous'; options: TimeSpan[] }
  /** Today, and over. */
  | { kind: 'past'; time: Temporal.PlainTime }
  /** “Às vinte e sete”, “de manhã às três da tarde”. */
  | { kind: 'impossible' };

export interface TimeLimits {
  open: readonly OpenStretch[];
  /** Minutes; what is earlier is over, for the day is today. */
  notBefore?: number;
}

const wholeDay: TimeWindow = { from: 0, to: minutesPerDay - 1 };

/** A little outside a part of the day still counts: “de tarde, às sete”. Minutes. */
const partReach = 60;
/** To either side of “lá pelas três”. Minutes. */
const aboutReach = 30;

/** All that was said about the time, together; undefined when it does not go together in a way we know. */
export function readTime(terms: readonly TimeTerm[], limits: TimeLimits): TimeReading | undefined {
  const parts = terms.flatMap((term) => (term.term === 'part' ? [term.window] : []));
  const clocks = terms.filter((term) => term.term !== 'part');
  const part = parts.reduce<TimeWindow | undefined>(meet, wholeDay);
  if (!part) return { kind: 'impossible' };
  const windows = windowsOf(clocks, part, parts.length > 0, limits);
  if (!windows) return undefined;
  return toReading(windows, limits);
}

/** The windows that the words may mean: one if they are clear, none if they contradict each other. */
function windowsOf(
  clocks: readonly Exclude<TimeTerm, { term: 'part' }>[],
  part: TimeWindow,
  hasPart: boolean,
  limits: TimeLimits,
): TimeWindow[] | undefined {
  const points = clocks.filter(({ term }) => term === 'exact' || term === 'about');
  if (points.length > 1 || (points.length === 1 && clocks.length > 1)) return undefined;
  const [point] = points;
  if (point) return pointWindows(point, hasPart ? part : undefined, limits);
  let windows = [part];
  for (const clock of clocks) {
    const own = rangeWindows(clock, hasPart ? part : undefined, limits);
    windows = windows.flatMap((window) => own.flatMap((other) => meet(window, other) ?? []));
  }
  return windows;
}

function meet(a: TimeWindow | undefined, b: TimeWindow): TimeWindow | undefined {
  if (!a) return undefined;
  const window = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return window.from <= window.to ? window : undefined;
}

function pointWindows(
  term: Exclude<TimeTerm, { term: 'part' }>,
  part: TimeWindow | undefined,
  limits: TimeLimits,
): TimeWindow[] {
  if (term.term !== 'exact' && term.term !== 'about') return [];
  const own = choose(term.clock, inPart(term.clock, part), limits);
  const shared = term.clock.maybePart ? candidatesIn(term.clock, term.clock.maybePart) : [];
  const chosen = [...new Set([...own, ...shared])].sort((a, b) => a - b);
  const reach = term.term === 'about' ? aboutReach : 0;
  return chosen.map((minute) => ({
    from: Math.max(0, minute - reach),
    to: Math.min(minutesPerDay - 1, minute + reach),
  }));
}

function inPart({ candidates }: SaidClock, part: TimeWindow | undefined): readonly number[] {
  if (!part) return candidates;
  return candidates.filter(
    (minute) => minute >= part.from - partReach && minute <= part.to + partReach,
  );
}

/** Morning or afternoon? What lies ahead, then what lies in the clinic's hours; two left are the caller's to choose. */
function choose(clock: SaidClock, candidates: readonly number[], limits: TimeLimits): number[] {
  const ahead = candidates.filter((minute) => minute > (limits.notBefore ?? -1));
  const left = ahead.length > 0 ? ahead : candidates;
  if (left.length < 2) return [...left];
  if (clock.isWritten24 && !isOpenAt(limits.open, left[0] ?? 0)) return [...left];
  for (const hours of [limits.open, usualHours]) {
    const inHours = left.filter((minute) => isOpenAt(hours, minute));
    if (inHours.length === 0) continue;
    return clock.isWritten24 ? inHours.slice(0, 1) : inHours;
  }
  return [...left];
}

function isOpenAt(open: readonly OpenStretch[], minute: number): boolean {
  return open.some(({ from, to }) => minutesOf(from) <= minute && minute <= minutesOf(to));
}

function minutesOf(time: string): number {
  const [hour, minute] = time.split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

function rangeWindows(
  term: Exclude<TimeTerm, { term: 'part' }>,
  part: TimeWindow | undefined,
  limits: TimeLimits,
): TimeWindow[] {
  if (term.term === 'between') return betweenWindows(term.from, term.to, part, limits);
  if (term.term !== 'from' && term.term !== 'to') return [];
  const candidates = inPart(term.clock, part);
  if (term.term === 'from') {
    return choose(term.clock, candidates, { open: limits.open }).map((minute) => ({
      from: minute,
      to: minutesPerDay - 1,
    }));
  }
  // “Até as seis” is no time before the clinic opens.
  const afterOpening = candidates.filter((minute) => minute > opening(limits.open));
  const sensible = candidates.length > 1 ? afterOpening : candidates;
  return choose(term.clock, sensible, limits).map((minute) => ({ from: 0, to: minute }));
}

function opening(open: readonly OpenStretch[]): number {
  return Math.min(...open.map(({ from }) => minutesOf(from)));
}

/** “Das oito às duas” ends on the next two o'clock; half a day apart at most, unless written in 24 hours. */
function betweenWindows(
  from: SaidClock,
  to: SaidClock,
  part: TimeWindow | undefined,
  limits: TimeLimits,
): TimeWindow[] {
  const isPlain = from.candidates.length === 1 && to.candidates.length === 1;
  const pairs = from.candidates
    .flatMap((start) => to.candidates.map((end) => ({ from: start, to: end })))
    .filter((pair) => pair.to > pair.from && (isPlain || pair.to - pair.from < minutesPerDay / 2))
    .filter((pair) => !part || meet(pair, part));
  const starts = choose(
    from,
    [...new Set(pairs.map((pair) => pair.from))].sort((a, b) => a - b),
    { open: limits.open },
  );
  return pairs.filter((pair) => starts.includes(pair.from));
}

function toReading(windows: readonly TimeWindow[], { notBefore }: TimeLimits): TimeReading {
  const ahead = windows.filter(({ to }) => to > (notBefore ?? -1));
  const [last] = windows.slice(-1);
  if (!last) return { kind: 'impossible' };
  if (ahead.length === 0) return { kind: 'past', time: toTime(last.to) };
  const options = ahead.map(toSpan);
  const [only] = options;
  if (!only || options.length > 1) return { kind: 'ambiguous', options };
  return only.from && only.to?.equals(only.from)
    ? { kind: 'time', time: only.from }
    : { kind: 'range', ...only };
}

function toSpan({ from, to }: TimeWindow): TimeSpan {
  return {
    ...(from > 0 || from === to ? { from: toTime(from) } : {}),
    ...(to < minutesPerDay - 1 || from === to ? { to: toTime(to) } : {}),
  };
}

function toTime(minutes: number): Temporal.PlainTime {
  return new Temporal.PlainTime(Math.floor(minutes / 60), minutes % 60);
}

/** The times among which the caller has to choose or may be offered any. */
export function timeSpansOf(reading: TimeReading): TimeSpan[] {
  if (reading.kind === 'time') return [{ from: reading.time, to: reading.time }];
  if (reading.kind === 'range') {
    const { kind, ...span } = reading;
    return [span];
  }
  return 'options' in reading ? reading.options : [];
}

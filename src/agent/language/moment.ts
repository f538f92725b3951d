import type { Temporal } from 'temporal-polyfill';
import { type ClinicSituation, clinicSituation, type PhraseSituation } from './clinic-situation.ts';
import { combineDays } from './day-range.ts';
import { type DayReading, toDayReading } from './day-reading.ts';
import { type DayReadings, isOneDay, oneDay, single } from './day-span.ts';
import { completeMoments, everyCombination, type Moment, mergeMoments } from './moment-merge.ts';
import { type BareNumber, scanPhrase } from './moment-phrase.ts';
import { type PhraseSide, shareWeek, splitSides } from './moment-sides.ts';
import { longestPhrase, saidWords } from './said-words.ts';
import { readTime, type TimeReading } from './time-range.ts';

/** When a caller wants to come, in their own words, as days and times. Pure; whatever is in doubt is said to be. */

export type NotUnderstood = {
  kind: 'not-understood';
  reason: /** No word about a day or a time. */
    | 'nothing-said'
    /** A word whose meaning is not known may change everything: “menos segunda”, “daquele jeito”. */
    | 'unknown-words'
    /** “Segunda não posso”: what is not wanted is no answer to what is. */
    | 'negation'
    /** All words are known, but not together. */
    | 'unclear'
    | 'too-long';
};

export type MomentReading =
  | ({ kind: 'moment' } & Moment)
  /** Any of these: “segunda de manhã ou terça à tarde”. */
  | { kind: 'several'; moments: Moment[] }
  | NotUnderstood;

/**
 * Days and times of a phrase such as “segunda que vem depois do almoço”.
 * @param bare what a number standing alone is, when only a day or only a time was asked for
 */
export function parseMoment(
  phrase: string,
  situation: PhraseSituation,
  bare?: BareNumber,
): MomentReading {
  if (phrase.length > longestPhrase) return notUnderstood('too-long');
  const at = clinicSituation(situation);
  const scan = scanPhrase(saidWords(phrase), at, bare);
  if ('unknown' in scan) return notUnderstood('unknown-words');
  const split = splitSides(scan.findings);
  if ('refused' in split) return notUnderstood(split.refused);
  if (split.sides.length === 0) return notUnderstood('nothing-said');
  const sides = shareWeek(split.sides, at.today).map(({ side, inherited }) =>
    readSide(side, at, inherited),
  );
  const known = sides.filter((side) => side !== undefined);
  if (known.length < sides.length) return notUnderstood('unclear');
  return together(known, split.isDoubtful);
}

/** The day alone; what is said about the time does not count. */
export function parseDay(phrase: string, situation: PhraseSituation): DayReading | NotUnderstood {
  const reading = parseMoment(phrase, situation, 'day');
  if (reading.kind === 'not-understood') return reading;
  if (reading.kind === 'several') return notUnderstood('unclear');
  return reading.day ?? notUnderstood('nothing-said');
}

/** The time alone; what is said about the day counts only if that day is today. */
export function parseTime(phrase: string, situation: PhraseSituation): TimeReading | NotUnderstood {
  const reading = parseMoment(phrase, situation, 'time');
  if (reading.kind === 'not-understood') return reading;
  if (reading.kind === 'several') return notUnderstood('unclear');
  return reading.time ?? notUnderstood('nothing-said');
}

function notUnderstood(reason: NotUnderstood['reason']): NotUnderstood {
  return { kind: 'not-understood', reason };
}

function together(sides: readonly Moment[], isDoubtful: boolean): MomentReading {
  const crossed = isDoubtful ? undefined : everyCombination(sides);
  if (crossed) return { kind: 'moment', ...crossed };
  const moments = completeMoments(sides);
  const merged = mergeMoments(moments, isDoubtful ? 'ambiguous' : 'alternatives');
  if (merged) return { kind: 'moment', ...merged };
  return isDoubtful ? notUnderstood('negation') : { kind: 'several', moments };
}

function readSide(
  side: PhraseSide,
  at: ClinicSituation,
  inherited: DayReadings | undefined,
): Moment | undefined {
  const day = readDay(side, at, inherited);
  if (day === undefined) return undefined;
  const isToday = day?.kind === 'date' && day.date.equals(at.today);
  const limits = isToday
    ? { open: at.open, notBefore: at.now.hour * 60 + at.now.minute }
    : { open: at.open };
  const time = side.terms.length > 0 ? readTime(side.terms, limits) : null;
  if (time === undefined) return undefined;
  const isAtOnce = side.saysNow && side.pieces.length === 0 && !time;
  return { day, time, pick: side.pick ?? (isAtOnce ? 'first' : null) };
}

function readDay(
  side: PhraseSide,
  at: ClinicSituation,
  inherited: DayReadings | undefined,
): DayReading | null | undefined {
  if (side.isImpossibleDay) return { kind: 'impossible' };
  const readings = daysOf(side, at.today, inherited);
  if (!readings) return readings;
  return toDayReading(side.saysMidnight ? atMidnight(readings, at.today) : readings, at.today);
}

function daysOf(side: PhraseSide, today: Temporal.PlainDate, inherited: DayReadings | undefined) {
  if (side.pieces.length > 0) return combineDays(side.pieces, today, inherited);
  return side.saysNow ? single(today) : null;
}

/** The midnight that begins a day, or the one that ends it? Today's is over. */
function atMidnight(readings: DayReadings, today: Temporal.PlainDate): DayReadings {
  return readings.flatMap((spans) => {
    if (!spans.every(isOneDay)) return [spans];
    const next = spans.map(({ from }) => oneDay(from.add({ days: 1 })));
    return spans.some(({ from }) => from.equals(today)) ? [next] : [spans, next];
  });
}

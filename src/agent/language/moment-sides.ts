import type { Temporal } from 'temporal-polyfill';
import { type DayPiece, isNarrowOnly, namedBase } from './day-range.ts';
import { before, type DayReadings } from './day-span.ts';
import type { Finding } from './phrase-rule.ts';
import type { TimeTerm } from './time-term.ts';

/** One of the moments joined by “ou”: “segunda de manhã | terça à tarde”. */
export interface PhraseSide {
  pieces: DayPiece[];
  terms: TimeTerm[];
  pick: 'first' | 'last' | null;
  saysMidnight: boolean;
  saysNow: boolean;
  isImpossibleDay: boolean;
}

export type Sides =
  /** `isDoubtful`: joined by a “não” that may strike out either (“segunda, não, terça”). */
  { sides: PhraseSide[]; isDoubtful: boolean } | { refused: 'negation' };

const isDay = (finding: Finding | undefined) =>
  finding?.find === 'day' || finding?.find === 'operator' || finding?.find === 'impossible-day';
const isTime = (finding: Finding | undefined) => finding?.find === 'time';

/** What the words mean side by side, once corrections, negations and “e” have been understood. */
export function splitSides(findings: readonly Finding[]): Sides {
  const kept = withoutCorrected(findings);
  const joined: Finding[] = [];
  let isDoubtful = false;
  for (const [i, finding] of kept.entries()) {
    if (finding.find === 'not') {
      if (!isSameKind(kept[i - 1], kept[i + 1])) return { refused: 'negation' };
      isDoubtful = true;
      joined.push({ find: 'or' });
    } else if (finding.find === 'and') joined.push(...meaningOfAnd(joined, kept[i + 1]));
    else joined.push(finding);
  }
  return { sides: sharePart(splitAtOr(withListed(joined))), isDoubtful };
}

/** “Às duas, aliás, às três”: what comes after takes the place of what it corrects, and of nothing else. */
function withoutCorrected(findings: readonly Finding[]): Finding[] {
  const at = findings.findLastIndex(({ find }) => find === 'rather');
  if (at < 0) return [...findings];
  const after = findings.slice(at + 1);
  // “Segunda, não, desculpa, terça”: this “não” belongs to the correction.
  const start = findings[at - 1]?.find === 'not' ? at - 1 : at;
  const kept = withoutCorrected(findings.slice(0, start)).filter(
    (finding) =>
      !(isDay(finding) && after.some(isDay)) &&
      !(finding.find === 'sign' && after.some(isDay)) &&
      !(['time', 'midnight'].includes(finding.find) && after.some(isTime)),
  );
  const isLeft = kept.some((one) => isDay(one) || isTime(one) || one.find === 'not');
  return [...(isLeft ? kept : []), ...after];
}

function isSameKind(a: Finding | undefined, b: Finding | undefined): boolean {
  return (isDay(a) && isDay(b)) || (isTime(a) && isTime(b));
}

/** “E” ends an “entre”, joins two days or two times, or only carries on. */
function meaningOfAnd(before: readonly Finding[], next: Finding | undefined): Finding[] {
  const opened = before.findLastIndex(({ find }) => find === 'sign' || find === 'or');
  const open = before[opened];
  if (open?.find === 'sign' && open.sign === 'between' && isDay(next)) {
    return [{ find: 'sign', sign: 'to' }];
  }
  // “Depois do dia dez e antes do dia vinte” is one range.
  const isRange = next?.find === 'operator' && before.some(({ find }) => find === 'operator');
  if (isRange) return [];
  if (isDay(next) && before.some(isDay)) return [{ find: 'or' }];
  const last = before.at(-1);
  if (next?.find !== 'time' || last?.find !== 'time') return [];
  const isBound = [next.term, last.term].some(({ term }) => term === 'from' || term === 'to');
  return isBound ? [] : [{ find: 'or' }];
}

/** “Segunda, terça ou quarta”: a list, of which only the last comma is spoken. */
function withListed(findings: readonly Finding[]): Finding[] {
  const lastOr = findings.findLastIndex(({ find }) => find === 'or');
  return findings.flatMap((finding, i) => {
    const last = findings[i - 1];
    const isListed =
      i < lastOr &&
      finding.find === 'day' &&
      last?.find === 'day' &&
      finding.atom.rank === 'weekday' &&
      last.atom.rank === 'weekday';
    return isListed ? [{ find: 'or' as const }, finding] : [finding];
  });
}

/** “Às oito ou nove da noite”: the first may be in the evening too. */
function sharePart(sides: readonly PhraseSide[]): PhraseSide[] {
  return sides.map((side, i) => {
    const [term] = side.terms;
    const next = sides[i + 1]?.terms[0];
    const part = next?.term === 'exact' && side.terms.length === 1 ? next.clock.part : undefined;
    if (term?.term !== 'exact' || term.clock.part || !part) return side;
    return { ...side, terms: [{ ...term, clock: { ...term.clock, maybePart: part } }] };
  });
}

function splitAtOr(findings: readonly Finding[]): PhraseSide[] {
  const sides: PhraseSide[] = [emptySide()];
  for (const finding of findings) {
    const side = sides.at(-1);
    if (finding.find === 'or') sides.push(emptySide());
    else if (side) addTo(side, finding);
  }
  return sides.filter(saysSomething);
}

function emptySide(): PhraseSide {
  return {
    pieces: [],
    terms: [],
    pick: null,
    saysMidnight: false,
    saysNow: false,
    isImpossibleDay: false,
  };
}

function saysSomething(side: PhraseSide): boolean {
  return (
    side.pieces.length + side.terms.length > 0 ||
    side.pick !== null ||
    side.saysNow ||
    side.isImpossibleDay
  );
}

function addTo(side: PhraseSide, finding: Finding): void {
  if (finding.find === 'day' || finding.find === 'operator' || finding.find === 'sign') {
    side.pieces.push(finding);
  } else if (finding.find === 'time') side.terms.push(finding.term);
  else if (finding.find === 'pick') side.pick = finding.pick;
  else if (finding.find === 'midnight') side.saysMidnight = true;
  else if (finding.find === 'now') side.saysNow = true;
  else if (finding.find === 'impossible-day') side.isImpossibleDay = true;
}

/** “Segunda ou terça da semana que vem”, “segunda ou terça que vem”: what one side says of its week holds for all. */
export function shareWeek(
  sides: readonly PhraseSide[],
  today: Temporal.PlainDate,
): { side: PhraseSide; inherited?: DayReadings }[] {
  const isNext = sides.at(-1)?.pieces.some((piece) => piece.find === 'day' && piece.atom.isNext);
  const base = sides.map(({ pieces }) => namedBase(pieces)).find((readings) => readings);
  return sides.map((side) => {
    if (base && isNarrowOnly(side.pieces) && liesWithin(side.pieces, base, today)) {
      return { side, inherited: base };
    }
    return { side: isNext ? { ...side, pieces: side.pieces.map(asNext) } : side };
  });
}

function asNext(piece: DayPiece): DayPiece {
  return piece.find === 'day' && piece.atom.asNext ? { ...piece, atom: piece.atom.asNext } : piece;
}

function liesWithin(
  pieces: readonly DayPiece[],
  base: DayReadings,
  today: Temporal.PlainDate,
): boolean {
  return pieces.every(
    (piece) =>
      piece.find === 'day' &&
      base.flat().some((span) => piece.atom.within(span).some(({ from }) => !before(from, today))),
  );
}

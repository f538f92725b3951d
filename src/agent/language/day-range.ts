import type { Temporal } from 'temporal-polyfill';
import { atomRanks, type DayAtom, isWide } from './day-atom.ts';
import {
  before,
  type DayReadings,
  type DaySpan,
  intersect,
  isOneDay,
  later,
  oneDay,
  weekOf,
  withoutRepeats,
} from './day-span.ts';
import type { DayOperator, Finding } from './phrase-rule.ts';

/** Puts together what was said about one day or range: “a segunda depois do feriado”, “de terça a quinta da semana que vem”. */

export type DayPiece = Extract<Finding, { find: 'day' | 'operator' | 'sign' }>;
type DayOperand = Extract<Finding, { find: 'day' | 'operator' }>;

/** @param inherited the week or month that another part of the phrase named */
export function combineDays(
  pieces: readonly DayPiece[],
  today: Temporal.PlainDate,
  inherited?: DayReadings,
): DayReadings | undefined {
  const between = pieces.findIndex((piece) => isSign(piece, 'between'));
  const to = pieces.findIndex((piece, i) => isSign(piece, 'to') || isInnerUntil(pieces, i));
  if (between > to) return undefined;
  if (to >= 0) {
    const first = operands(pieces.slice(Math.max(0, between + 1), to));
    const base = wideAtoms(operands(pieces.slice(0, Math.max(0, between))));
    return rangeOf(first, operands(pieces.slice(to + 1)), base, today, inherited);
  }
  const readings = combineGroup(operands(pieces), today, inherited);
  const onwards = pieces.some((piece) => isSign(piece, 'onwards'));
  return onwards && readings
    ? readings.map((spans) => operate({ op: 'from' }, spans, today))
    : readings;
}

function isSign(piece: DayPiece | undefined, sign: 'between' | 'to' | 'onwards'): boolean {
  return piece?.find === 'sign' && piece.sign === sign;
}

/** “Hoje até sexta” is a range; in “mês que vem até dia dez” the month is where the tenth is. */
function isInnerUntil(pieces: readonly DayPiece[], at: number): boolean {
  const [before_, piece] = [pieces[at - 1], pieces[at]];
  if (piece?.find !== 'operator' || piece.operator.op !== 'until') return false;
  return before_?.find === 'day' && !isWide(before_.atom.alone);
}

function operands(pieces: readonly DayPiece[]): DayOperand[] {
  return pieces.filter((piece) => piece.find !== 'sign');
}

function wideAtoms(pieces: readonly DayOperand[]): DayAtom[] {
  return pieces.flatMap((piece) =>
    piece.find === 'day' && !isNarrow(piece.atom) && isWide(piece.atom.alone) ? [piece.atom] : [],
  );
}

const isNarrow = ({ rank }: DayAtom) => rank === 'weekday' || rank === 'monthday';

/** The week or month named in these words, for the weekdays of another part. */
export function namedBase(pieces: readonly DayPiece[]): DayReadings | undefined {
  const [atom] = wideAtoms(operands(pieces));
  return atom && (atom.base ?? atom.alone);
}

export function isNarrowOnly(pieces: readonly DayPiece[]): boolean {
  return pieces.length > 0 && pieces.every((piece) => piece.find === 'day' && isNarrow(piece.atom));
}

function rangeOf(
  first: readonly DayOperand[],
  last: readonly DayOperand[],
  base: readonly DayAtom[],
  today: Temporal.PlainDate,
  inherited: DayReadings | undefined,
): DayReadings | undefined {
  const [shared] = [...base, ...wideAtoms(last), ...wideAtoms(first)];
  const within = shared ? (shared.base ?? shared.alone) : inherited;
  const starts = combineGroup(first, today, isNarrowOnly(first) ? within : undefined);
  if (!starts) return undefined;
  const ranges = starts.flatMap((spans) => {
    const from = spans[0]?.from;
    const to = from && endOfRange(last, from, today);
    return from && to ? [[{ from, to }]] : [];
  });
  return ranges.length > 0 ? withoutRepeats(ranges) : undefined;
}

/** The first such day from the start on: “de sexta a segunda” ends on the Monday after that Friday. */
function endOfRange(
  last: readonly DayOperand[],
  from: Temporal.PlainDate,
  today: Temporal.PlainDate,
): Temporal.PlainDate | undefined {
  const { atoms } = sortPieces(last);
  const [widest] = atoms.filter((atom) => atom.rank !== 'fixed' || !isWide(atom.alone));
  if (widest && widest.rank !== 'fixed') return widest.within({ from })[0]?.to;
  const to = combineGroup(last, today)?.[0]?.at(-1)?.to;
  return to && !before(to, from) ? to : undefined;
}

function combineGroup(
  pieces: readonly DayOperand[],
  today: Temporal.PlainDate,
  inherited?: DayReadings,
): DayReadings | undefined {
  const { atoms, operations } = sortPieces(pieces);
  if (!atoms || operations.some(({ operand }) => operand.length === 0)) return undefined;
  const [only] = atoms;
  if (only && atoms.length === 1 && operations.length === 0 && !inherited) return only.alone;
  const hasNarrow = atoms.some(isNarrow);
  let readings: DayReadings | undefined = inherited;
  for (const atom of atoms.filter(({ rank }) => rank === 'fixed')) {
    const own = hasNarrow ? (atom.base ?? atom.alone) : atom.alone;
    readings = readings ? (nonEmpty(intersect(readings, own)) ?? [...readings, ...own]) : own;
  }
  for (const operation of operations) {
    readings = applyOperation(operation, readings, today);
    if (!readings) return undefined;
  }
  const found = narrowed(
    atoms.filter(({ rank }) => rank !== 'fixed'),
    readings,
    today,
  );
  // “A segunda antes do natal” is one of them.
  const isOneBefore = hasNarrow && operations.some(({ operator }) => operator.op === 'before');
  return isOneBefore ? found?.flatMap((spans) => spans.map((span) => [span])) : found;
}

interface Operation {
  operator: DayOperator;
  operand: DayAtom[];
}

/** Which words belong to “depois de”: “depois de [segunda da semana que vem]”, but “depois do [feriado] na segunda”. */
function sortPieces(pieces: readonly DayOperand[]) {
  const atoms: DayAtom[] = [];
  const operations: Operation[] = [];
  for (const piece of pieces) {
    const open = operations.at(-1);
    if (piece.find === 'operator') operations.push({ operator: piece.operator, operand: [] });
    else if (open && belongs(piece.atom, open.operand)) open.operand.push(piece.atom);
    else atoms.push(piece.atom);
  }
  const byRank = (a: DayAtom, b: DayAtom) => atomRanks.indexOf(a.rank) - atomRanks.indexOf(b.rank);
  return { atoms: atoms.sort(byRank), operations };
}

function belongs(atom: DayAtom, operand: readonly DayAtom[]): boolean {
  const last = operand.at(-1);
  if (!last) return true;
  if (last.rank === 'weekday') return true;
  return last.rank === 'monthday' && atom.rank !== 'weekday' && isWide(atom.alone);
}

function applyOperation(
  { operator, operand }: Operation,
  readings: DayReadings | undefined,
  today: Temporal.PlainDate,
): DayReadings | undefined {
  const pieces = operand.map((atom): DayOperand => ({ find: 'day', atom }));
  const operated = (base?: DayReadings) =>
    combineGroup(pieces, today, base)?.map((spans) => operate(operator, spans, today));
  if (!readings) return operated();
  const isLocal = isNarrowOnly(pieces) && isWide(readings);
  return nonEmpty(
    readings.flatMap((spans) => intersect([spans], operated(isLocal ? [spans] : undefined) ?? [])),
  );
}

/** From wide to narrow; words that contradict each other (“sexta, dia 30”, a Monday) become a question. */
function narrowed(
  atoms: readonly DayAtom[],
  start: DayReadings | undefined,
  today: Temporal.PlainDate,
): DayReadings | undefined {
  let readings = start;
  for (const atom of atoms) {
    if (!readings) {
      readings = (atoms.length > 1 ? atom.base : undefined) ?? atom.alone;
      continue;
    }
    const within = readings.map((spans) => spans.flatMap((span) => atom.within(span)));
    const found = within.filter((spans) => spans.length > 0);
    readings = withoutRepeats(nonEmpty(found) ?? contradiction(readings, atom, today));
  }
  return readings;
}

/** As far as a weekday may be from the date that contradicts it, in days. */
const slipDays = 3;

function contradiction(
  readings: DayReadings,
  atom: DayAtom,
  today: Temporal.PlainDate,
): DayReadings {
  const dates = readings.flat().filter(isOneDay);
  const near = dates.flatMap(({ from }) =>
    atom.within({
      from: later(today, from.subtract({ days: slipDays })),
      to: from.add({ days: slipDays }),
    }),
  );
  return [...readings, ...(near.length > 0 ? near.map((span) => [span]) : atom.alone)];
}

function nonEmpty(readings: DayReadings): DayReadings | undefined {
  return readings.length > 0 ? readings : undefined;
}

function operate(
  operator: DayOperator,
  spans: readonly DaySpan[],
  today: Temporal.PlainDate,
): DaySpan[] {
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return [];
  const end = last.to ?? last.from;
  if ('days' in operator) {
    const edge = operator.days < 0 ? first.from : end;
    return [oneDay(edge.add({ days: operator.days }))];
  }
  if (operator.op === 'from') return [{ from: first.from }];
  if (operator.op === 'after') return [{ from: end.add({ days: 1 }) }];
  if (operator.op === 'before') return [{ from: today, to: first.from.subtract({ days: 1 }) }];
  if (operator.op === 'until') return [{ from: today, to: end }];
  return [weekOf(end)];
}

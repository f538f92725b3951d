import type { Temporal } from 'temporal-polyfill';
import { anyMonth, monthNumber, smallNumber } from './calendar-words.ts';
import type { ClinicSituation } from './clinic-situation.ts';
import { type DayAtom, fixedAtom, monthdayAtom, yearlyAtom } from './day-atom.ts';
import { before, type DayReadings, type DaySpan, oneDay, realDate, single } from './day-span.ts';
import { dayRule, type PhraseRule, type Said } from './phrase-rule.ts';

/** Dates by number: “quinze de dezembro”, “15/12/26”, “dia primeiro”, “entre os dias dez e quinze”. */

const day = '(?<day>\\d{1,2}|primeiro|um)';
/** Not a time: “de dez às doze”, “dia dez ou onze e meia”. */
const notHour = '(?!h|\\d| (?:as|horas?|hs|e (?:meia|\\d)|da (?:manha|tarde|noite)|em ponto))';
export const yearSaid = `(?: (?:de|do ano de|do ano) (?<year>\\d{4})| de (?<shortYear>\\d{2})${notHour}|(?<thisYear> d(?:este|esse) ano)|(?<nextYear> d[oe] (?:ano que vem|proximo ano)))`;
const month = `(?:do mes )?de (?<month>${anyMonth})`;

/** A short year further away than this is something else. */
const farthestShortYear = 3;

/** The year that was said: none, or one that makes no sense here. */
export function saidYear(said: Said, today: Temporal.PlainDate): number | 'none' | 'odd' {
  if (said.year) return Number(said.year);
  if (said.thisYear) return today.year;
  if (said.nextYear) return today.year + 1;
  if (!said.shortYear) return 'none';
  const year = today.year - (today.year % 100) + Number(said.shortYear);
  return Math.abs(year - today.year) <= farthestShortYear ? year : 'odd';
}

function dateAtom(
  situation: ClinicSituation,
  dayOfMonth: number,
  monthOfYear: number,
  year: number | 'none' | 'odd',
): DayAtom | 'impossible' | undefined {
  if (year === 'odd') return undefined;
  if (year !== 'none') {
    const date = realDate(year, monthOfYear, dayOfMonth);
    return date ? fixedAtom(single(date)) : 'impossible';
  }
  const atom = yearlyAtom(situation, (inYear) => {
    const date = realDate(inYear, monthOfYear, dayOfMonth);
    return date && oneDay(date);
  });
  return atom.alone.length > 0 ? atom : 'impossible';
}

const join = '(?<join>e|ou|a|ao|ate|ate o) ';
const second = `(?:o |ao )?(?:dia )?(?<last>\\d{1,2})${notHour}`;
const thisMonth = '(?<thisMonth> d(?:este|esse) mes)';
const nextMonth = '(?<nextMonth> do (?:mes que vem|proximo mes))';

export const dateRules: readonly PhraseRule[] = [
  dayRule('(?<year>\\d{4})/(?<month>\\d{2})/(?<day>\\d{2})', (said, at) =>
    dateAtom(at, Number(said.day), Number(said.month), Number(said.year)),
  ),
  dayRule(
    '(?:dia )?(?<day>\\d{1,2})/(?<month>\\d{1,2})(?:/(?:(?<year>\\d{4})|(?<shortYear>\\d{2})))?',
    (said, at) => dateAtom(at, Number(said.day), Number(said.month), saidYear(said, at.today)),
  ),
  dayRule(
    `(?<between>entre |de |do |dos )?(?:os? )?(?:dias? )?(?<day>\\d{1,2}) ${join}${second} ${month}${yearSaid}?`,
    (said, at) => daysOfMonth(said, at, firstOfNamedMonth(said, at)),
  ),
  dayRule(
    `(?<between>entre |de |do |dos )?(?:os? )?(?<plural>dias?) (?<day>\\d{1,2}) ${join}${second}(?:${thisMonth}|${nextMonth})?`,
    (said, at) => (isPair(said) ? daysOfMonth(said, at, firstOfSaidMonth(said, at)) : undefined),
  ),
  dayRule(`(?:dia )?${day} ${month}${yearSaid}?`, (said, at) =>
    dateAtom(at, smallNumber(said.day), monthNumber(said.month), saidYear(said, at.today)),
  ),
  dayRule(
    `(?:dia )?(?<day>\\d{1,2}|primeiro) do (?:mes )?(?<month>\\d{1,2}|um)(?!h|\\d| horas?)${yearSaid}?`,
    (said, at) =>
      dateAtom(at, smallNumber(said.day), smallNumber(said.month), saidYear(said, at.today)),
  ),
  dayRule(
    `dia ${day}(?!h|\\d|/)(?: do mes(?! que vem| passado| d[eo]|$)|(?: do mes)$)?`,
    (said, at) => monthdayAtom(at, smallNumber(said.day)) ?? 'impossible',
  ),
];

/** A lone number where only a day was asked for. */
export const bareDayRule: PhraseRule = dayRule('(?<day>\\d{1,2}|primeiro)', (said, at) =>
  monthdayAtom(at, smallNumber(said.day)),
);

/** “dia dez e quinze” may be a quarter past ten; “dias”, “ou” and “entre” leave no doubt. */
function isPair({ join: word, plural, between }: Said): boolean {
  return word !== 'e' || plural === 'dias' || between === 'entre ';
}

function firstOfNamedMonth(said: Said, { today }: ClinicSituation) {
  const year = saidYear(said, today);
  if (year === 'odd') return undefined;
  const number = monthNumber(said.month);
  const first = realDate(year === 'none' ? today.year : year, number, 1);
  const last = first?.add({ months: 1 });
  return year === 'none' && first && last && !before(today, last) ? first.add({ years: 1 }) : first;
}

function firstOfSaidMonth(said: Said, { today }: ClinicSituation) {
  if (said.thisMonth) return today.with({ day: 1 });
  return said.nextMonth ? today.with({ day: 1 }).add({ months: 1 }) : undefined;
}

/** @param first day of the month that was named; without it, each day is the coming one */
function daysOfMonth(
  said: Said,
  situation: ClinicSituation,
  first: Temporal.PlainDate | undefined,
): DayAtom | 'impossible' | undefined {
  if (said.month && !first) return undefined;
  const numbers = [Number(said.day), Number(said.last)];
  const isRange = /^(a|ao|ate)/.test(said.join ?? '') || said.between === 'entre ';
  if (first) {
    const [from, to] = numbers.map((number) => realDate(first.year, first.month, number));
    if (!from || !to || (isRange && before(to, from))) return 'impossible';
    return fixedAtom(isRange ? [[{ from, to }]] : [[oneDay(from), oneDay(to)]]);
  }
  const [one, two] = numbers.map((number) => monthdayAtom(situation, number));
  if (!one || !two) return 'impossible';
  return fixedAtom(one.alone.flatMap((spans) => pairs(spans, two, isRange)));
}

function pairs(spans: readonly DaySpan[], two: DayAtom, isRange: boolean): DayReadings {
  if (!isRange) return two.alone.map((others) => [...spans, ...others]);
  const from = spans[0]?.from;
  const to = from && two.within({ from })[0]?.to;
  return from && to ? [[{ from, to }]] : [];
}

import type { Temporal } from 'temporal-polyfill';
import { anyMonth, monthNumber, weekdayNumber, weekdayStem } from './calendar-words.ts';
import type { ClinicSituation } from './clinic-situation.ts';
import { saidYear, yearSaid } from './date-phrase.ts';
import { type DayAtom, fixedAtom, yearlyAtom } from './day-atom.ts';
import { before, type DayReadings, type DaySpan, monthOf, realDate } from './day-span.ts';
import { dayRule, type PhraseRule, type Said } from './phrase-rule.ts';
import { weekdayAtom } from './weekday-phrase.ts';

/** “Mês que vem”, “começo de dezembro”, “segunda quinzena”, “primeira segunda do mês”. */

const whichMonth = `(?:(?<this>esse|este) mes|[eo] (?:mes de )?(?<month>${anyMonth})${yearSaid}?|o (?:(?<next>mes que vem|proximo mes)|(?<bare>mes)))`;

/** From and to, as days of the month; the last day of a short month where it is passed. */
const monthParts: [name: RegExp, first: number, last: number][] = [
  [/^(comec|inici)/, 1, 10],
  [/^(mei|meados|metade)/, 11, 20],
  [/^(fim|fina)/, 21, 31],
  [/^primeira quinzena/, 1, 15],
  [/^segunda quinzena/, 16, 31],
  [/^primeira semana/, 1, 7],
  [/^segunda semana/, 8, 14],
  [/^terceira semana/, 15, 21],
  [/^quarta semana/, 22, 28],
];

type PartOf = (month: DaySpan) => DaySpan | undefined;

function partNamed(name: string | undefined): PartOf {
  return ({ from, to }) => {
    if (!to) return undefined;
    if (/^ultima semana/.test(name ?? '')) return { from: to.subtract({ days: 6 }), to };
    const [, first, last] = monthParts.find(([pattern]) => pattern.test(name ?? '')) ?? [];
    if (!first || !last) return undefined;
    return { from: from.with({ day: first }), to: from.with({ day: Math.min(last, to.day) }) };
  };
}

const ordinals = ['primeir', 'segund', 'terceir', 'quart'];

function nthWeekday(
  ordinal: string | undefined,
  day: string | undefined,
  at: ClinicSituation,
): PartOf {
  return (month) => {
    const all = weekdayAtom(at, weekdayNumber(day)).within(month);
    const word = ordinal ?? '';
    return word.startsWith('ultim') ? all.at(-1) : all[ordinals.indexOf(word.slice(0, -1))];
  };
}

function partOfMonth(
  said: Said,
  at: ClinicSituation,
  part: PartOf,
): DayAtom | 'impossible' | undefined {
  const readings = said.bare ? comingParts(at, part) : saidParts(said, at, part);
  if (!readings) return undefined;
  return readings.length > 0 ? fixedAtom(readings) : 'impossible';
}

function saidParts(said: Said, at: ClinicSituation, part: PartOf): DayReadings | undefined {
  const { today } = at;
  if (said.this) return readingsOf(part(monthOf(today)));
  if (said.next) return readingsOf(part(monthOf(today.add({ months: 1 }))));
  const year = saidYear(said, today);
  if (year === 'odd') return undefined;
  const inYear = (number: number) => partInYear(number, monthNumber(said.month), part);
  if (year !== 'none') return readingsOf(inYear(year));
  return yearlyAtom(at, inYear).alone;
}

function partInYear(year: number, month: number, part: PartOf): DaySpan | undefined {
  const first = realDate(year, month, 1);
  return first && part(monthOf(first));
}

const readingsOf = (span: DaySpan | undefined): DayReadings => (span ? [[span]] : []);

/** “No começo do mês”, on the fifth: of this one or of the next? */
function comingParts({ today }: ClinicSituation, part: PartOf): DayReadings {
  const here = part(monthOf(today));
  const there = readingsOf(part(monthOf(today.with({ day: 1 }).add({ months: 1 }))));
  if (!here?.to || before(here.to, today)) return there;
  const isEnd = here.to.equals(monthOf(today).to ?? today) && !here.to.equals(today);
  if (before(today, here.from) || isEnd) return [[here]];
  return [[here], ...there];
}

function wholeMonth(date: Temporal.PlainDate): DayReadings {
  return [[monthOf(date)]];
}

function namedMonth(said: Said, at: ClinicSituation): DayAtom | undefined {
  const number = monthNumber(said.month);
  const year = saidYear(said, at.today);
  if (year === 'odd') return undefined;
  const inYear = (n: number) => partInYear(n, number, (month) => month);
  if (year !== 'none') return fixedAtom(readingsOf(inYear(year)));
  if (said.coming && number === at.today.month)
    return fixedAtom(readingsOf(inYear(at.today.year + 1)));
  const ahead = [at.today.year, at.today.year + 1]
    .flatMap((n) => inYear(n) ?? [])
    .find(({ to }) => to && !before(to, at.today));
  return { ...yearlyAtom(at, inYear), alone: readingsOf(ahead) };
}

const part =
  '(?<part>comeco|comecinho|inicio|meio|meados|metade|fim|final|finalzinho|(?:primeira|segunda) quinzena|(?:primeira|segunda|terceira|quarta|ultima) semana)';

export const monthRules: readonly PhraseRule[] = [
  dayRule(`${part} d${whichMonth}`, (said, at) => partOfMonth(said, at, partNamed(said.part))),
  dayRule(
    `(?<nth>primeir[ao]|segund[ao]|terceir[ao]|quart[ao]|ultim[ao]) (?<day>${weekdayStem})(?: feira)? d${whichMonth}`,
    (said, at) => partOfMonth(said, at, nthWeekday(said.nth, said.day, at)),
  ),
  dayRule('mes que vem|proximo mes|mes proximo', (_, { today }) =>
    fixedAtom(wholeMonth(today.with({ day: 1 }).add({ months: 1 }))),
  ),
  dayRule('outro mes', (_, { today }) => {
    const first = today.with({ day: 1 });
    return fixedAtom([1, 2].flatMap((months) => wholeMonth(first.add({ months }))));
  }),
  dayRule('(?:ainda )?(?:n|d)?(?:esse|este) mes|mes atual', (_, { today }) =>
    fixedAtom(wholeMonth(today)),
  ),
  dayRule('mes passado', (_, { today }) =>
    fixedAtom(wholeMonth(today.with({ day: 1 }).subtract({ months: 1 }))),
  ),
  dayRule(`(?:mes de )?(?<month>${anyMonth})(?:(?<coming> que vem)|${yearSaid})?`, namedMonth),
  dayRule('(?:ano que vem|proximo ano)', (_, { today }) => wholeYear(today.year + 1)),
  dayRule('(?:ainda )?(?:n|d)?(?:esse|este) ano', (_, { today }) => wholeYear(today.year)),
];

function wholeYear(year: number): DayAtom | undefined {
  const [from, to] = [realDate(year, 1, 1), realDate(year, 12, 31)];
  return from && to && fixedAtom([[{ from, to }]]);
}

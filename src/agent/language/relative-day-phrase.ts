import type { Temporal } from 'temporal-polyfill';
import { smallNumber } from './calendar-words.ts';
import type { ClinicSituation } from './clinic-situation.ts';
import { type DayAtom, fixedAtom } from './day-atom.ts';
import { type DayReadings, oneDay, single, sundayWeekOf, weekOf } from './day-span.ts';
import { dayRule, type PhraseRule, type Said } from './phrase-rule.ts';

/** Days counted from today: “depois de amanhã”, “daqui a quinze dias”, “em um mês”, “nos próximos dez dias”. */

const count =
  '(?<about>uns |umas |mais ou menos |cerca de |aproximadamente )?(?<n>\\d{1,3}|um|uma) (?<unit>dias?|semanas?|mes|meses|anos?)(?! e mei[oa])';

/** “Oito dias” is a week and “quinze dias” two, for most people; for the others they are what they say. */
const idioms: Record<number, number> = { 8: 7, 15: 14 };

/** “Daqui a umas duas semanas”: so many days to either side. */
const leeway: Record<string, number> = { dia: 2, semana: 3, mes: 7, ano: 15 };

const inDays =
  (days: number) =>
  (_: Said, { today }: ClinicSituation) =>
    fixedAtom(single(today.add({ days })));

export const relativeDayRules: readonly PhraseRule[] = [
  dayRule('depois de amanha', inDays(2)),
  dayRule('anteontem|antes de ontem', inDays(-2)),
  dayRule('ontem', inDays(-1)),
  dayRule('(?:de )?hoje a (?<n>8|15)(?: dias)?(?! horas|h)', (said, { today }) =>
    fixedAtom(idiomatic(today, Number(said.n))),
  ),
  dayRule(
    `(?:dentro d[eo]|em ate|em no maximo|no maximo em|ate|n[oa]s proxim[oa]s) ${count}`,
    ({ n, unit }, { today }) =>
      fixedAtom([[{ from: today, to: ahead(today, smallNumber(n), unit) }]]),
  ),
  dayRule(
    `(?:daqui|hoje)(?: ha?| a| em)? ${count}|em ${count.replaceAll('?<', '?<_')}`,
    (said, at) =>
      counted(
        { about: said.about ?? said._about, n: said.n ?? said._n, unit: said.unit ?? said._unit },
        at,
      ),
  ),
  dayRule('hoje', inDays(0)),
  dayRule('amanha', inDays(1)),
];

function counted(
  {
    about,
    n,
    unit,
  }: { about: string | undefined; n: string | undefined; unit: string | undefined },
  { today }: ClinicSituation,
): DayAtom {
  const number = smallNumber(n);
  const date = ahead(today, number, unit);
  const word = unitName(unit);
  if (about) {
    const days = leeway[word] ?? 0;
    return fixedAtom([[{ from: date.subtract({ days }), to: date.add({ days }) }]]);
  }
  if (word === 'dia') return fixedAtom(idiomatic(today, number));
  const base: DayReadings = [[weekOf(date)], [sundayWeekOf(date)]];
  if (word === 'semana' || date.day === today.day) return fixedAtom(single(date), base);
  // The 31st in a month: the last day of a shorter month, or the day after it.
  return fixedAtom([[oneDay(date)], [oneDay(date.add({ days: 1 }))]], base);
}

function idiomatic(today: Temporal.PlainDate, days: number): DayReadings {
  const all = [idioms[days], days].filter((n) => n !== undefined);
  return all.map((n) => [oneDay(today.add({ days: n }))]);
}

function unitName(unit: string | undefined): string {
  return (unit ?? '')
    .replace(/^meses$/, 'mes')
    .replace(/s$/, '')
    .replace(/^me$/, 'mes');
}

function ahead(today: Temporal.PlainDate, n: number, unit: string | undefined) {
  const name = unitName(unit);
  if (name === 'semana') return today.add({ weeks: n });
  if (name === 'mes') return today.add({ months: n });
  return name === 'ano' ? today.add({ years: n }) : today.add({ days: n });
}

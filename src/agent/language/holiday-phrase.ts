import { namedDays, nextHoliday } from './brazilian-holidays.ts';
import type { ClinicSituation } from './clinic-situation.ts';
import { saidYear, yearSaid } from './date-phrase.ts';
import { type DayAtom, fixedAtom, yearlyAtom } from './day-atom.ts';
import { oneDay, realDate } from './day-span.ts';
import { dayRule, type PhraseRule } from './phrase-rule.ts';

/** Holidays by their names, and “o feriado”. */

/** A holiday further ahead is not the one on people's minds: they mean one that we do not know. Days. */
const farHoliday = 45;

function comingHoliday({ today, holidays }: ClinicSituation): DayAtom | undefined {
  const next = nextHoliday(today, holidays);
  if (!next || today.until(next.from).days > farHoliday) return undefined;
  return fixedAtom([[next]]);
}

export const holidayRules: readonly PhraseRule[] = [
  ...namedDays.map(({ said, inYear }) =>
    dayRule(`(?:(?:feriado|dia) d[eoa]s? )?(?:${said})${yearSaid}?(?: que vem)?`, (words, at) => {
      const year = saidYear(words, at.today);
      if (year === 'odd') return undefined;
      return year === 'none' ? yearlyAtom(at, inYear) : fixedAtom([[inYear(year)]]);
    }),
  ),
  // The night from the last of December to the first of January.
  dayRule('(?:noite de |festa de )?reveillon', (_, at) => {
    const eve = yearlyAtom(at, (year) => {
      const date = realDate(year, 12, 31);
      return date && oneDay(date);
    });
    const days = eve.alone.flat().map(({ from }) => from);
    return fixedAtom(days.flatMap((date) => [[oneDay(date)], [oneDay(date.add({ days: 1 }))]]));
  }),
  dayRule('(?:proximo )?feriado(?: que vem)?', (_, at) => comingHoliday(at)),
];

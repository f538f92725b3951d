import { Temporal } from 'temporal-polyfill';
import { easterOf } from '../../scheduling/holidays.ts';
import type { DaySpan } from './day-span.ts';
import { before, oneDay } from './day-span.ts';

/** Holidays and other days with a name, as callers say them. Pure. */

interface NamedDay {
  /** Source of a regular expression over words without accents. */
  said: string;
  inYear(year: number): DaySpan;
  /** National holidays, with Carnival and Corpus Christi, which everybody calls holidays. */
  isHoliday: boolean;
}

const fixed = (said: string, month: number, day: number, isHoliday = true): NamedDay => ({
  said,
  inYear: (year) => oneDay(new Temporal.PlainDate(year, month, day)),
  isHoliday,
});

const fromEaster = (said: string, days: number, isHoliday = false): NamedDay => ({
  said,
  inYear: (year) => oneDay(easterOf(year).add({ days })),
  isHoliday,
});

const secondSunday = (said: string, month: number): NamedDay => ({
  said,
  inYear(year) {
    const first = new Temporal.PlainDate(year, month, 1);
    return oneDay(first.add({ days: ((7 - first.dayOfWeek) % 7) + 7 }));
  },
  isHoliday: false,
});

const carnival: NamedDay = {
  said: 'carnaval',
  inYear(year) {
    const tuesday = easterOf(year).subtract({ days: 47 });
    return { from: tuesday.subtract({ days: 3 }), to: tuesday };
  },
  isHoliday: true,
};

/** Longer names before the shorter ones they contain. */
export const namedDays: readonly NamedDay[] = [
  fromEaster('sexta(?: feira)? (?:d[eo] )?carnaval', -51),
  fromEaster('sabado (?:d[eo] )?carnaval', -50),
  fromEaster('domingo (?:d[eo] )?carnaval', -49),
  fromEaster('segunda(?: feira)? (?:d[eo] )?carnaval', -48),
  fromEaster('terca(?: feira)? (?:(?:d[eo] )?carnaval|gorda)', -47),
  fromEaster('(?:quarta(?: feira)? de )?cinzas', -46),
  carnival,
  fromEaster('domingo de ramos', -7),
  fromEaster('quinta(?: feira)? santa', -3),
  fromEaster('sexta(?: feira)? (?:santa|da paixao)|paixao de cristo', -2, true),
  fromEaster('sabado (?:de aleluia|santo)', -1),
  fromEaster('(?:domingo de )?pascoa', 0),
  fromEaster('corpus christi|corpus cristi|corpus crist', 60, true),
  fixed('(?:vespera|noite) d[eo] natal', 12, 24, false),
  fixed('natal', 12, 25),
  fixed('(?:vespera|virada) d[eo] ano(?: novo)?', 12, 31, false),
  fixed('ano novo|confraternizacao universal', 1, 1),
  fixed('tiradentes', 4, 21),
  fixed('dia d[eo] (?:trabalho|trabalhador)', 5, 1),
  fixed('sao joao', 6, 24, false),
  fixed('(?:dia da )?independencia(?: do brasil)?', 9, 7),
  fixed('dia das criancas|(?:dia de )?nossa senhora(?: aparecida)?|dia da padroeira', 10, 12),
  fixed('(?:dia de )?finados|dia dos mortos', 11, 2),
  fixed('(?:dia da )?proclamacao(?: da republica)?', 11, 15),
  fixed('(?:dia da )?consciencia negra|zumbi(?: dos palmares)?', 11, 20),
  secondSunday('dia das maes', 5),
  secondSunday('dia dos pais', 8),
];

/** The first holiday from `today` on (a running Carnival counts), of the nation or of the clinic. */
export function nextHoliday(
  today: Temporal.PlainDate,
  own: readonly Temporal.PlainDate[],
): DaySpan | undefined {
  const national = namedDays.filter(({ isHoliday }) => isHoliday);
  const spans = [today.year, today.year + 1].flatMap((year) =>
    national.map(({ inYear }) => inYear(year)),
  );
  return [...spans, ...own.map(oneDay)]
    .filter(({ to }) => to !== undefined && !before(to, today))
    .sort((a, b) => Temporal.PlainDate.compare(a.from, b.from))[0];
}

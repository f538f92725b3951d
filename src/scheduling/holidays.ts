import { Temporal } from 'temporal-polyfill';

export interface Holiday {
  /** `YYYY-MM-DD` */
  date: string;
  /** As people say it. */
  name: string;
  scope: 'national' | 'state' | 'municipal';
}

/** A day the clinic's town keeps: `MM-DD` each year, or `YYYY-MM-DD` once. Town law; from the clinic's own file. */
export interface MunicipalHoliday {
  date: string;
  name: string;
}

/** `MM-DD`, or days after Easter Sunday; `since` is the first year. */
type Rule = readonly [day: string | number, name: string, since?: number];

/**
 * Lei 662/1949 as changed by Lei 10.607/2002 (1 Jan, 21 Apr, 1 May, 7 Sep, 2 Nov, 15 Nov, 25 Dec) · Lei 6.802/1980
 * (12 Oct) · Lei 14.759/2023 (20 Nov, from 2024). Good Friday is a religious day under Lei 9.093/1995, art. 2, kept in
 * the whole country. Carnival and Corpus Christi are no national holidays: a clinic that closes lists them as its own.
 */
const national: readonly Rule[] = [
  ['01-01', 'Confraternização Universal'],
  [-2, 'Sexta-feira Santa'],
  ['04-21', 'Tiradentes'],
  ['05-01', 'Dia do Trabalho'],
  ['09-07', 'Independência do Brasil'],
  ['10-12', 'Nossa Senhora Aparecida', 1980],
  ['11-02', 'Finados'],
  ['11-15', 'Proclamação da República'],
  ['11-20', 'Dia Nacional de Zumbi e da Consciência Negra', 2024],
  ['12-25', 'Natal'],
];

/**
 * Days of a state's own law (Lei 9.093/1995, art. 1, II, and later state laws). Put together from the Brazilian tables of
 * the public collections date-holidays 3.37 (CC BY 3.0) and vacanza/holidays (MIT), of which days for public servants only
 * (GO, RJ in October) are left out. They differ on: AC Dia do Evangélico (23 January taken), PE Data Magna (6 March taken),
 * CE São José (19 March taken: kept there in practice), AP, AM, MA, PE, RN, SC (days of one collection only are left out,
 * but São Tiago in AP, Nossa Senhora da Conceição in AM and MA, São João in PE). A clinic's exceptions have the last word.
 */
const byState: Readonly<Record<string, readonly Rule[]>> = {
  AC: [
    ['01-23', 'Dia do Evangélico', 2004],
    ['06-15', 'Aniversário do Acre'],
    ['09-05', 'Dia da Amazônia', 2004],
    ['11-17', 'Assinatura do Tratado de Petrópolis', 2012],
  ],
  AL: [
    ['06-24', 'São João'],
    ['06-29', 'São Pedro'],
    ['09-16', 'Emancipação política de Alagoas'],
  ],
  AM: [
    ['09-05', 'Elevação do Amazonas à categoria de província'],
    ['12-08', 'Nossa Senhora da Conceição'],
  ],
  AP: [
    ['03-19', 'São José', 2002],
    ['07-25', 'São Tiago'],
    ['09-13', 'Criação do Território Federal do Amapá'],
  ],
  BA: [['07-02', 'Independência da Bahia']],
  CE: [
    ['03-19', 'São José'],
    ['03-25', 'Data Magna do Ceará', 2012],
  ],
  DF: [['11-30', 'Dia do Evangélico', 1995]],
  ES: [[8, 'Nossa Senhora da Penha', 2020]],
  MA: [
    ['07-28', 'Adesão do Maranhão à independência do Brasil'],
    ['12-08', 'Nossa Senhora da Conceição'],
  ],
  MS: [['10-11', 'Criação do Mato Grosso do Sul']],
  PA: [['08-15', 'Adesão do Grão-Pará à independência do Brasil']],
  PB: [['08-05', 'Fundação da Paraíba']],
  PE: [
    ['03-06', 'Data Magna de Pernambuco', 2018],
    ['06-24', 'São João'],
  ],
  PI: [['10-19', 'Dia do Piauí']],
  PR: [['12-19', 'Emancipação política do Paraná']],
  RJ: [
    [-47, 'Carnaval', 2009],
    ['04-23', 'São Jorge', 2008],
  ],
  RN: [['10-03', 'Mártires de Cunhaú e Uruaçu', 2007]],
  RO: [
    ['01-04', 'Criação de Rondônia', 2011],
    ['06-18', 'Dia do Evangélico', 2002],
  ],
  RR: [['10-05', 'Criação de Roraima']],
  RS: [['09-20', 'Revolução Farroupilha']],
  SE: [['07-08', 'Emancipação política de Sergipe']],
  SP: [['07-09', 'Revolução Constitucionalista de 1932', 1997]],
  TO: [
    ['03-18', 'Autonomia do Tocantins', 1998],
    ['09-08', 'Nossa Senhora da Natividade'],
    ['10-05', 'Criação do Tocantins'],
  ],
};

/** Which holidays are kept. */
export interface HolidayPlace {
  /** Left out: they are. */
  national?: boolean;
  /** As `CE`; a state without own days (GO, MT, MG, SC on weekdays) or none adds nothing. */
  state?: string | undefined;
  municipal?: readonly MunicipalHoliday[] | undefined;
}

/** Holidays of a year where the clinic is, by date. A day that is several things stands there several times. */
export function holidaysOf(year: number, place: HolidayPlace = {}): Holiday[] {
  const { state = '', municipal = [] } = place;
  const town: Rule[] = municipal.map(({ date, name }) => [date, name]);
  return [
    ...(place.national === false ? [] : national).flatMap((rule) =>
      holidayOf(rule, year, 'national'),
    ),
    ...(byState[state] ?? []).flatMap((rule) => holidayOf(rule, year, 'state')),
    ...town.flatMap((rule) => holidayOf(rule, year, 'municipal')),
  ].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

/** Easter Sunday of the Gregorian calendar: the anonymous algorithm (Nature, 1876) as given by Meeus and Jones. */
export function easterOf(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = Math.floor((century + 8) / 25);
  const lunar = Math.floor((century - correction + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - lunar + 15) % 30;
  const leaps = 2 * (century % 4) + 2 * Math.floor(inCentury / 4);
  const toSunday = (32 + leaps - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * late + 114;
  return new Temporal.PlainDate(year, Math.floor(days / 31), (days % 31) + 1);
}

function holidayOf([day, name, since]: Rule, year: number, scope: Holiday['scope']): Holiday[] {
  if (since !== undefined && year < since) return [];
  const date = dateOf(day, year);
  return date === undefined ? [] : [{ date, name, scope }];
}

function dateOf(day: string | number, year: number): string | undefined {
  if (typeof day === 'number') return easterOf(year).add({ days: day }).toString();
  if (day.length === 5) return `${String(year).padStart(4, '0')}-${day}`;
  return day.startsWith(`${year}-`) ? day : undefined;
}

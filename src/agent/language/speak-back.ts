import type { Temporal } from 'temporal-polyfill';
import { spokenAtTime, spokenDate, spokenDigits, spokenTime } from '../spoken-portuguese.ts';
import { type DayReading, spansOf } from './day-reading.ts';
import { type DaySpan, isOneDay } from './day-span.ts';
import { type TimeReading, type TimeSpan, timeSpansOf } from './time-range.ts';

/** What was understood, said back so that a caller can agree or object. Understood again by the parsers beside it. */

/** `segunda-feira, dia trinta de novembro`; ranges with `de … a …`, `a partir de …`. Year only when not today's. */
export function spokenDays(span: DaySpan, today: Temporal.PlainDate): string {
  const from = spokenDate(span.from, today.year);
  if (!span.to) return `a partir de ${from}`;
  return isOneDay(span) ? from : `de ${from}, a ${spokenDate(span.to, today.year)}`;
}

/** `às duas e meia da tarde`, `das oito da manhã ao meio-dia`, `a partir das duas da tarde`, `até as dez da manhã`. */
export function spokenTimes({ from, to }: TimeSpan): string {
  const name = partNames[`${clock(from)}-${clock(to)}`];
  if (name) return name;
  if (from && to) {
    if (from.equals(to)) return spokenAtTime(from);
    // Not “entre … e …”: “entre meio-dia e quarenta e seis e cinquenta” is a riddle.
    return `d${articleOf(from)} ${spokenTime(from)} ${spokenAtTime(to)}`;
  }
  if (from) return `a partir d${articleOf(from)} ${spokenTime(from)}`;
  return to ? `até ${articleOf(to)} ${spokenTime(to)}` : 'a qualquer hora';
}

/** The parts of the day as `part-of-day-phrase` cuts them. */
const partNames: Record<string, string> = {
  '-05:59': 'de madrugada',
  '06:00-11:59': 'de manhã',
  '12:00-18:00': 'à tarde',
  '18:00-': 'à noite',
};

function clock(time: Temporal.PlainTime | undefined): string {
  return time?.toString({ smallestUnit: 'minute' }) ?? '';
}

function articleOf({ hour }: Temporal.PlainTime): string {
  if (hour === 12) return 'o';
  return [0, 1, 13].includes(hour) ? 'a' : 'as';
}

/** Digit by digit, three, three, three and two, as it is written. */
export function spokenCpf(digits: string): string {
  return inGroups(digits, [3, 3, 3, 2]);
}

/** Area code, then the line in two groups; without the country's code. @param e164 Brazilian */
export function spokenPhone(e164: string): string {
  const national = e164.replace(/^\+55/, '');
  return inGroups(national, [2, national.length - 6, 4]);
}

/** A protocol or a code: in threes when that divides it, otherwise in fours. */
export function spokenCode(digits: string): string {
  return spokenDigits(digits, digits.length % 3 === 0 ? 3 : 4);
}

function inGroups(digits: string, sizes: readonly number[]): string {
  const groups: string[] = [];
  let at = 0;
  for (const size of sizes) {
    groups.push(spokenDigits(digits.slice(at, at + size), size));
    at += size;
  }
  return groups.filter(Boolean).join(', ');
}

const signNames: Record<string, string> = {
  '@': 'arroba',
  '.': 'ponto',
  _: 'underline',
  '-': 'hífen',
  '+': 'mais',
};

/** `maria ponto silva oito cinco arroba gmail ponto com`: digits one by one, and six is no “meia” here. */
export function spokenEmail(email: string): string {
  return email
    .replace(
      /\d+/g,
      (digits) => ` ${spokenDigits(digits, digits.length).replaceAll('meia', 'seis')} `,
    )
    .replace(/[@._+-]/g, (sign) => ` ${signNames[sign] ?? ''} `)
    .replace(/ +/g, ' ')
    .trim();
}

/** Options said in one question: more cannot be held in mind. */
const mostOptions = 3;

/** The question that settles a day only the caller can settle; undefined when nothing is in doubt. */
export function dayQuestion(reading: DayReading, today: Temporal.PlainDate): string | undefined {
  if (reading.kind === 'impossible')
    return 'Essa data não existe no calendário. Para que dia seria?';
  if (reading.kind === 'past') return 'Esse dia já passou. Para que dia seria?';
  if (reading.kind !== 'ambiguous') return undefined;
  return `Seria ${choice(spansOf(reading).map((span) => spokenDays(span, today)))}?`;
}

/** The same for a time. */
export function timeQuestion(reading: TimeReading): string | undefined {
  if (reading.kind === 'impossible') return 'Não entendi o horário. A que horas seria?';
  if (reading.kind === 'past') return 'Esse horário de hoje já passou. A que horas seria?';
  if (reading.kind !== 'ambiguous') return undefined;
  return `Seria ${choice(timeSpansOf(reading).map(spokenTimes))}?`;
}

function choice(options: readonly string[]): string {
  return options.slice(0, mostOptions).join(', ou ');
}

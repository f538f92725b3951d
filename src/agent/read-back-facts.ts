import { Temporal } from 'temporal-polyfill';
import { anyMonth, monthNumber, smallNumber, weekdayStem } from './language/calendar-words.ts';
import { clinicSituation } from './language/clinic-situation.ts';
import { withCardinals } from './language/number-words.ts';
import type { Finding } from './language/phrase-rule.ts';
import { saidWords, withoutAccents } from './language/said-words.ts';
import { timeRules } from './language/time-phrase.ts';
import type { TimeTerm } from './language/time-term.ts';

/** Longest text that is read, in UTF-16 units: a read-back of eight services and the address. */
const longestText = 4_000;

/** A day as it was said; the month is missing in “dia trinta”. */
export interface SaidDate {
  day: number;
  month?: number;
}

/** @param one without its month it is taken for the month it was meant in */
export function isSameDay(one: SaidDate, date: Temporal.PlainDate): boolean {
  return one.day === date.day && (one.month === undefined || one.month === date.month);
}

/** Days of the month in a text, spoken or written, with their months where these were said. No “hoje”, no “amanhã”. */
export function datesIn(text: string): SaidDate[] {
  const said = saidWords(text.slice(0, longestText));
  return dateShapes.flatMap((shape) =>
    [...said.matchAll(shape)].map(({ groups = {} }) => {
      const day = smallNumber(groups.day);
      if (groups.named) return { day, month: monthNumber(groups.named) };
      return groups.month ? { day, month: Number(groups.month) } : { day };
    }),
  );
}

const ofMonth = `(?: do mes)? de (?<named>${anyMonth})\\b`;
const dateShapes = [
  /(?<![\d/])\d{4}\/(?<month>\d{2})\/(?<day>\d{2})(?![\d/])/g,
  /(?<![\d/])(?<day>\d{1,2})\/(?<month>\d{1,2})(?:\/(?:\d{4}|\d{2}))?(?![\d/])/g,
  new RegExp(`\\b(?<day>\\d{1,2}|primeiro|um)${ofMonth}`, 'g'),
  new RegExp(
    `\\bdia (?<day>\\d{1,2}|primeiro|um)\\b(?![/h])(?!${ofMonth.replace('?<named>', '?:')})`,
    'g',
  ),
];

/** 1 to 7 from Monday. */
export function weekdaysIn(text: string): Set<number> {
  const words = saidWords(text.slice(0, longestText)).split(' ');
  const names = weekdayStem.split('|');
  return new Set(words.map((word) => names.indexOf(word) + 1).filter((day) => day > 0));
}

/** Minutes from midnight that a time said in the text can mean: “às duas” is 120 and 840. */
export function minutesIn(text: string): Set<number> {
  const minutes = new Set<number>();
  let rest = saidWords(text.slice(0, longestText));
  while (rest) {
    const found = firstTime(rest);
    for (const minute of found?.minutes ?? []) minutes.add(minute);
    rest = found ? rest.slice(found.length).trimStart() : rest.replace(/^\S+ ?/, '');
  }
  return minutes;
}

function firstTime(rest: string): { minutes: readonly number[]; length: number } | undefined {
  for (const { pattern, read } of timeRules) {
    const match = pattern.exec(rest);
    const findings = match && read(match.groups ?? {}, noDayInParticular);
    if (findings) return { minutes: findings.flatMap(minutesOf), length: match[0].length };
  }
  return undefined;
}

/** What the clock's own words mean depends on no day. */
const noDayInParticular = clinicSituation({
  now: Temporal.ZonedDateTime.from('2000-01-01T00:00[UTC]'),
});

function minutesOf(finding: Finding): readonly number[] {
  return finding.find === 'time' ? startOf(finding.term) : [];
}

function startOf(term: TimeTerm): readonly number[] {
  if (term.term === 'part') return [];
  return term.term === 'between' ? term.from.candidates : term.clock.candidates;
}

/** Sums of money, in centavos: “R$ 1.250,50”, “duzentos e cinquenta reais”, “no valor de cento e trinta”. */
export function sumsIn(text: string): Set<number> {
  const words = moneyWords(text.slice(0, longestText));
  return new Set(
    sumShapes.flatMap((shape) =>
      [...words.matchAll(shape)].map(
        ({ groups = {} }) =>
          Number(groups.reais ?? 0) * 100 + Number(groups.cents ?? groups.cents2 ?? 0),
      ),
    ),
  );
}

const sumShapes = [
  /(?<!rea(?:l|is) e )\b(?<cents>\d{1,2}) centavos?\b/g,
  /\br\$ ?(?<reais>\d+)(?:,(?<cents>\d{2}))?/g,
  /\b(?<reais>\d+)(?:,(?<cents>\d{2})| rea(?:l|is)(?: e (?<cents2>\d{1,2}) centavos?)?)/g,
  /\b(?:valor|total|custa|preco|fica em|por)(?: (?:total|final|e|de|da|do|consulta|exame|sessao|fica|em))* (?<reais>\d+)(?:,(?<cents>\d{2}))?(?! e \d)/g,
];

/** No accents, numbers in digits, thousands joined; decimal comma and R$ kept. */
function moneyWords(text: string): string {
  const words = withoutAccents(text)
    .replace(/(\d)\.(?=\d{3}(?:\D|$))/g, '$1')
    .replace(/(\d)[.,](?=\d{2}(?!\d))/g, '$1#')
    .replace(/[^a-z0-9#$]+/g, ' ')
    .replaceAll('#', ',')
    .split(' ')
    .filter(Boolean);
  return withCardinals(words);
}

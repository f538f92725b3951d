import type { Temporal } from 'temporal-polyfill';
import { anyMonth, monthNumber, smallNumber } from './calendar-words.ts';
import { before, realDate } from './day-span.ts';
import { saidWords } from './said-words.ts';

/** Dates of birth: “doze do três de oitenta e cinco”, `12/03/85`, `12031985`. Pure. */

export type BirthDateReading =
  | { kind: 'date'; date: Temporal.PlainDate }
  /** Two centuries are possible: ask for the whole year. */
  | { kind: 'ambiguous'; options: Temporal.PlainDate[] }
  | { kind: 'invalid'; reason: 'impossible' | 'future' | 'too-old' }
  | { kind: 'not-understood' };

/** With a year of two digits, nobody is older than this; with four, up to {@link oldestAge}. Years. */
const oldestGuessedAge = 100;
const oldestAge = 120;

const year = '(?<year>\\d{4}|(?:19|20) \\d{2}|\\d{1,2})';
const day = '(?<day>\\d{1,2}|primeiro|um)';
const shapes = [
  '(?<year>\\d{4})/(?<month>\\d{2})/(?<day>\\d{2})',
  '(?<day>\\d{1,2})/(?<month>\\d{1,2})/(?<year>\\d{4}|\\d{2})',
  `${day} (?:de |do )?(?<name>${anyMonth}) (?:(?:de|do|do ano de) )?${year}`,
  `${day} (?:(?:do|de) (?:mes )?)?(?<month>\\d{1,2}|um) (?:(?:de|do|do ano de) )?${year}`,
  '(?<day>\\d{2})(?<month>\\d{2})(?<year>\\d{4}|\\d{2})',
].map((source) => new RegExp(`^(?:${source})$`));

const around =
  /^(?:(?:eu|ele|ela|nasci|nasceu|nascimento|nascido|nascida|data|a|o|minha|meu|dele|dela|foi|e|eh|em|no|na|de|dia|do|isso|sim) )+|(?: (?:por favor|obrigad[oa]|isso|ok|certo))+$/g;

/** @param today at the clinic */
export function parseBirthDate(text: string, today: Temporal.PlainDate): BirthDateReading {
  const words = saidWords(text).replace(around, '').trim();
  for (const shape of shapes) {
    const said = shape.exec(words)?.groups;
    if (said) return readBirthDate(said, today);
  }
  return { kind: 'not-understood' };
}

function readBirthDate(
  said: Partial<Record<string, string>>,
  today: Temporal.PlainDate,
): BirthDateReading {
  const month = said.name ? monthNumber(said.name) : smallNumber(said.month);
  const yearDigits = (said.year ?? '').replace(' ', '');
  const isWhole = yearDigits.length === 4;
  const years = isWhole ? [Number(yearDigits)] : centuries(Number(yearDigits), today);
  const dates = years.flatMap((one) => realDate(one, month, smallNumber(said.day)) ?? []);
  if (dates.length === 0) return { kind: 'invalid', reason: 'impossible' };
  const born = dates.filter((date) => !before(today, date));
  if (born.length === 0) return { kind: 'invalid', reason: 'future' };
  const oldest = isWhole ? oldestAge : oldestGuessedAge;
  const alive = born.filter((date) => date.until(today, { largestUnit: 'year' }).years <= oldest);
  const [only] = alive;
  if (!only) return { kind: 'invalid', reason: 'too-old' };
  return alive.length === 1 ? { kind: 'date', date: only } : { kind: 'ambiguous', options: alive };
}

function centuries(short: number, today: Temporal.PlainDate): number[] {
  const century = today.year - (today.year % 100);
  return [century - 100 + short, century + short];
}

import type { ClinicSituation } from './clinic-situation.ts';
import { bareDayRule } from './date-phrase.ts';
import { dayRules, operatorRules, signRules, toDayRule } from './day-phrase.ts';
import { durationRules } from './duration-phrase.ts';
import {
  fillerPhrases,
  isFiller,
  isTitle,
  joinRules,
  mayBeName,
  pickRules,
  unclearPhrase,
} from './filler-phrase.ts';
import { bareMorningRule, partOfDayRules } from './part-of-day-phrase.ts';
import type { Finding, PhraseRule } from './phrase-rule.ts';
import { bareTimeRule, timeRules } from './time-phrase.ts';

/** What a lone number is: asked for a day, “quinze” is one. Left out, it is not understood. */
export type BareNumber = 'day' | 'time';

/** Unknown words after “doutor” that may be a name. */
const longestName = 2;

export type Scan =
  | { findings: Finding[] }
  /** The first word that could not be placed. */
  | { unknown: string };

const rules: readonly PhraseRule[] = [
  ...fillerPhrases,
  ...pickRules,
  ...durationRules,
  ...dayRules,
  ...partOfDayRules,
  ...timeRules,
  ...operatorRules,
  ...signRules,
  ...joinRules,
];

/** Reads a phrase from left to right; every word must be understood, or known to change nothing. */
export function scanPhrase(
  words: string,
  situation: ClinicSituation,
  bare: BareNumber | undefined,
): Scan {
  const findings: Finding[] = [];
  let rest = words;
  let nameWords = 0;
  while (rest !== '') {
    const word = rest.split(' ', 1)[0] ?? '';
    const step = readNext(rest, findings, situation, bare);
    if (isTitle(word)) nameWords = longestName;
    else if (step) nameWords = step.found.length > 0 ? 0 : nameWords;
    else if (nameWords > 0 && mayBeName(word)) nameWords -= 1;
    else return { unknown: word };
    findings.push(...(step?.found ?? []));
    rest = rest.slice(step?.length ?? word.length).trimStart();
  }
  return { findings };
}

interface Step {
  found: readonly Finding[];
  length: number;
}

function readNext(
  rest: string,
  before: readonly Finding[],
  situation: ClinicSituation,
  bare: BareNumber | undefined,
): Step | undefined {
  if (unclearPhrase.test(rest) && bare !== 'time') return undefined;
  const isAfterDay = before.at(-1)?.find === 'day';
  const known = firstMatch([...(isAfterDay ? [toDayRule] : []), ...rules], rest, situation);
  if (known) return known;
  const word = rest.split(' ', 1)[0] ?? '';
  if (bare === 'time' && rest === 'uma') return firstMatch([bareTimeRule], rest, situation);
  if (isFiller(word)) return { found: [], length: word.length };
  const loose = [
    ...(bare === 'day' ? [bareDayRule] : []),
    ...(bare === 'time' ? [bareTimeRule] : []),
    ...(bare === 'time' || isAfterDay ? [bareMorningRule] : []),
  ];
  return firstMatch(loose, rest, situation);
}

function firstMatch(
  candidates: readonly PhraseRule[],
  rest: string,
  situation: ClinicSituation,
): Step | undefined {
  for (const { pattern, read } of candidates) {
    const match = pattern.exec(rest);
    const found = match && read(match.groups ?? {}, situation);
    if (match && found) return { found, length: match[0].length };
  }
  return undefined;
}

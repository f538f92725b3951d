import { findNamedDay, findTime, isNamedDay, plain } from './portuguese-slots.ts';

/** Which of a few times, appointments or names a caller means. */

interface Timed {
  /** `YYYY-MM-DD` and `HH:MM`. */
  date: string;
  time: string;
  service: string;
}

export type Choice<T> =
  | { found: T }
  /** They named a day or a time that is not among them. */
  | 'another'
  | 'unclear';

const ordinals: [RegExp, number][] = [
  [/\bprimeir[oa]\b/, 0],
  [/\b(?:[oa] segund[oa]\b(?! feira)|segund[oa] (?:opcao|horario|alternativa))/, 1],
  [/\bterceir[oa]\b/, 2],
  [/\bultim[oa]\b/, -1],
];
const parts: [RegExp, (time: string) => boolean][] = [
  [/\b(?:de|pela|da|a) manha\b/, (time) => time < '12:00'],
  [/\b(?:a|de|da|pela) tarde\b/, (time) => time >= '12:00' && time < '18:00'],
  [/\b(?:a|de|da) noite\b/, (time) => time >= '18:00'],
];

/** @param agrees a plain “pode ser” means the first */
export function chooseTime<T extends Timed>(
  said: string,
  offers: readonly T[],
  agrees: boolean,
): Choice<T> {
  const bare = plain(said);
  const place = ordinals.find(([words]) => words.test(bare))?.[1];
  const byPlace = place === undefined ? undefined : offers.at(place);
  if (byPlace) return { found: byPlace };
  const named = findNamedDay(said);
  const time = findTime(said, true);
  const part = parts.find(([words]) => words.test(bare))?.[1];
  if (named || time || part) {
    const fits = (one: T) =>
      (!named || isNamedDay(one.date, named)) &&
      (time ? one.time === time : !part || part(one.time));
    const found = offers.find(fits);
    return found ? { found } : 'another';
  }
  const [first] = offers;
  if (first && agrees) return { found: first };
  return 'unclear';
}

/** Days and times first, then the words of the service. */
export function chooseAmong<T extends Timed>(said: string, all: readonly T[]): T | undefined {
  const choice = chooseTime(said, all, all.length === 1);
  if (typeof choice === 'object') return choice.found;
  const name = chooseName(
    said,
    all.map(({ service }) => service),
  );
  return all.find(({ service }) => service === name);
}

/** The name that shares most words with what was said; undefined when none does. */
export function chooseName(said: string, names: readonly string[]): string | undefined {
  const words = wordsOf(said);
  const place = ordinals.find(([one]) => one.test(plain(said)))?.[1];
  if (place !== undefined) return names.at(place);
  const scored = names.map((name) => ({
    name,
    score: wordsOf(name).filter((word) => words.some((other) => isAlike(word, other))).length,
  }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a), { name: '', score: 0 });
  return best.score > 0 ? best.name : undefined;
}

/** Shorter words (de, com, uma) tell nothing apart. */
const tellingWord = 3;

function wordsOf(text: string): string[] {
  return plain(text)
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > tellingWord && !/^(?:consulta|exame|doutora?)$/.test(word));
}

/** The same but for the ending: cardiologia, cardiologista. */
function isAlike(a: string, b: string): boolean {
  const length = Math.max(tellingWord + 1, Math.min(a.length, b.length) - 3);
  return a.slice(0, length) === b.slice(0, length);
}

import { numberWord, type ReadNumber, readCardinal } from './number-words.ts';

/** Longer than any answer about a day and a time; more is not searched. In UTF-16 units. */
export const longestPhrase = 300;

const weekdayOrdinals = ['segunda', 'terca', 'quarta', 'quinta', 'sexta'];

const shortForms: Record<string, string> = {
  pra: 'para',
  pro: 'para o',
  pras: 'para as',
  pros: 'para os',
  num: 'em um',
  numa: 'em uma',
  hj: 'hoje',
  q: 'que',
  seg: 'segunda',
  qua: 'quarta',
  qui: 'quinta',
  sab: 'sabado',
  dom: 'domingo',
};

/** Lower case without accents; ª and º stay. */
export function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * A phrase about days and hours in one writing: no accents, numbers in digits, `15/12`, `2026/12/15`, `14h30`, no
 * punctuation. A lone “um” or “uma” stays a word, for it is an article as often as a number.
 */
export function saidWords(text: string): string {
  const words = shapes(withoutAccents(text))
    .replace(/[,;:.!?]+/g, ' , ')
    .replace(/[^a-z0-9/, ]+/g, ' ')
    .split(' ')
    .filter(Boolean)
    .flatMap(
      (word) => (Object.hasOwn(shortForms, word) ? shortForms[word] : word)?.split(' ') ?? [],
    );
  return withDigits(words)
    .filter((word) => word !== ',')
    .join(' ')
    .replace(/\b0 (\d)\b/g, '$1');
}

/** Dates and times already written with signs, before the signs go. */
function shapes(text: string): string {
  return text
    .replace(/\b(\d{4})-(\d{2})-(\d{2})(?:t(?=\d{2}:\d{2}))?/g, ' $1/$2/$3 ')
    .replace(/\b(\d{1,2})([.-])(\d{1,2})\2(\d{4}|\d{2})\b/g, '$1/$3/$4')
    .replace(/\b(\d{1,2}) ?\/ ?(\d{1,2}) ?\/ ?(\d{4}|\d{2})\b/g, '$1/$2/$3')
    .replace(/\b(\d{1,2}):(\d{2})(?::00)?(?: ?h(?:o?rs?|oras?|s)?\b)?/g, '$1h$2')
    .replace(/\b(\d{1,2}) ?h(?:r?s?)?(\d{2})?(?:min)?\b/g, '$1h$2')
    .replace(/(\dh\d{0,2}) ?[-–—] ?(?=\d{1,2}h)/g, '$1 as ')
    .replace(
      /\b([2-6])(?:ª|a(?=[ -]feira))/g,
      (_, day: string) => weekdayOrdinals[Number(day) - 2] ?? day,
    )
    .replace(/\b1ª/g, 'primeira')
    .replace(/\b1(?:º|°|o\b)/g, 'primeiro')
    .replace(/(\d)[º°]/g, '$1');
}

function withDigits(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < words.length; ) {
    const read = isArticle(words, at) ? undefined : readYearOrLess(words, at);
    const length = read?.length ?? 1;
    out.push(read ? String(read.value) : (words[at] ?? ''));
    if (read && losesItsJoint(words, at + length)) out.push(lostJoint);
    at += length;
  }
  return out;
}

/** Days, hours and years only: “oito mil novecentos e cinquenta” is August and 1950. */
const latestYear = 2_199;

function readYearOrLess(words: readonly string[], at: number): ReadNumber | undefined {
  const read = readCardinal(words, at);
  if (!read || read.value <= latestYear || words[at + 1] !== 'mil') return read;
  return readCardinal(words.slice(at, at + 1), 0);
}

function isArticle(words: readonly string[], at: number): boolean {
  return /^uma?$/.test(words[at] ?? '') && words[at + 1] !== 'mil';
}

/** Understood by no rule. */
const lostJoint = '~';

/** “Vinte cinco da tarde” is the 25th with an “e” lost, or the 20th at five. “Vinte duas” can only be the latter. */
function losesItsJoint(words: readonly string[], next: number): boolean {
  const unit = numberWord(words[next]);
  const isUnit =
    unit?.place === 'unit' && unit.value > 0 && !/^uma?$|^duas$/.test(words[next] ?? '');
  return isUnit && numberWord(words[next - 1])?.place === 'ten';
}

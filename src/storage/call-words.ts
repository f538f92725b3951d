/** Longer words are cut; nobody types more of one. */
const longestWord = 40;
/** Different words of one call; a call of an hour has about 1,500. */
const mostWords = 4_000;
/** Words of one search; more say nothing new. */
const mostAsked = 8;
/** A search longer than this is not read to its end. */
const longestSearch = 200;
/** Shorter words stand for themselves only: half of all words begin with one letter or another. */
const leastPrefix = 3;
/** Digits that may stand anywhere in a telephone number. */
const leastDigits = 4;

/** The different words of a text, without accents and capitals. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  // Told apart first, as they are written: a word is unaccented once, however often it was said.
  for (const written of new Set(text.match(/[\p{L}\p{M}\p{N}]+/gu))) {
    const word = folded(written).slice(0, longestWord);
    if (word.length > 1) words.add(word);
    if (words.size >= mostWords) break;
  }
  return words;
}

/** What a search asks for: each has to be met. */
export interface AskedWord {
  word: string;
  /** Also every word that begins with it. */
  isPrefix: boolean;
  /** Also a part of a telephone number. */
  digits?: string;
}

export function askedWords(search: string): AskedWord[] {
  const asked: AskedWord[] = [];
  const rest = search.slice(0, longestSearch).replace(writtenNumber, (written) => {
    const digits = written.replace(/\D/g, '');
    if (digits.length < leastDigits) return written;
    asked.push({ word: digits, isPrefix: true, digits });
    return ' ';
  });
  for (const word of wordsOf(rest)) asked.push({ word, isPrefix: word.length >= leastPrefix });
  return asked.slice(0, mostAsked);
}

/** `+55 (88) 99999-0001`: digits with what people put between them. */
const writtenNumber = /(?<![\p{L}\p{N}])\+?\(?\d[\d\s().-]*\d(?![\p{L}\p{N}])/gu;

function folded(word: string): string {
  const small = word.toLowerCase();
  return /^[a-z0-9]*$/.test(small) ? small : small.normalize('NFD').replace(/\p{M}/gu, '');
}

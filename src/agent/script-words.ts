import { stemmer } from '@orama/stemmers/portuguese';
import { withoutAccents } from './language/said-words.ts';
import { concepts, emptyWords, shortWords } from './script-vocabulary.ts';

/** Longest text that is read, in UTF-16 units; what comes later than that says nothing new. */
export const longestRead = 4_096;
/** Words of one message that count. A long message names its demand more than once. */
const mostWords = 120;

/** Words that share a stem with something else altogether: change from a banknote is no exchange. */
const unlikeWords: Readonly<Record<string, string>> = { troco: 'troco', contas: 'conta' };

const conceptOf = new Map(
  Object.entries(concepts).flatMap(([concept, words]) =>
    words.split(' ').map((word) => [stemOf(word), `=${concept}`] as const),
  ),
);

/** One word as it is compared; `said` is how it stood in the text, folded. */
export interface ReadWord {
  said: string;
  stem: string;
  /** `=exame`, when the word belongs to a group of one meaning. */
  concept?: string;
}

/** The words of a message that say what somebody wants. Pure. */
export function readWords(text: string): ReadWord[] {
  const words: ReadWord[] = [];
  for (const raw of withoutAccents(text.slice(0, longestRead)).split(/[^a-z0-9]+/)) {
    if (words.length >= mostWords) break;
    const said = wholeWord(raw);
    if (said === '' || emptyWords.has(said) || isLaughter(said) || /^\d+$/.test(said)) continue;
    const stem = stemOf(said);
    const concept = conceptOf.get(stem);
    words.push(concept === undefined ? { said, stem } : { said, stem, concept });
  }
  return words;
}

function wholeWord(raw: string): string {
  const single = raw.replace(/([a-z])\1{2,}/g, '$1');
  return Object.hasOwn(shortWords, single) ? (shortWords[single] ?? single) : single;
}

function isLaughter(word: string): boolean {
  return /^(?:k+|(?:ha)+h?|(?:he)+h?|(?:rs)+|hu[hae]+)$/.test(word);
}

/** The stemmer knows endings by their accents, which many people do not write. */
function stemOf(word: string): string {
  if (Object.hasOwn(unlikeWords, word)) return unlikeWords[word] ?? word;
  const accented = word.replace(/coes$/, 'ções').replace(/cao$/, 'ção').replace(/oes$/, 'ões');
  return withoutAccents(stemmer(accented));
}

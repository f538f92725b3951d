/** Portuguese cardinal numbers, without accents, as a recogniser writes them. Pure. */

const numbered = (words: string, first: number, step = 1): [string, number][] =>
  words.split(' ').map((word, i) => [word, first + i * step]);

const units = new Map([
  ...numbered('zero um dois tres quatro cinco seis sete oito nove', 0),
  ...numbered('uma duas', 1),
]);
const teens = new Map([
  ...numbered('dez onze doze treze catorze quinze dezesseis dezessete dezoito dezenove', 10),
  ['quatorze', 14],
  ['dezasseis', 16],
  ['dezassete', 17],
  ['dezanove', 19],
]);
const tens = new Map([
  ...numbered('vinte trinta quarenta cinquenta sessenta setenta oitenta noventa', 20, 10),
  ['cincoenta', 50],
]);
const masculineHundreds =
  'cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos';
const hundreds = new Map([
  ...numbered(masculineHundreds, 100, 100),
  ...numbered(masculineHundreds.replaceAll('os', 'as'), 100, 100),
]);

/** What one word says of a number: `vinte` is 20 in the tens, `2026` is whole by itself. */
export interface NumberWord {
  value: number;
  place: 'unit' | 'teen' | 'ten' | 'hundred' | 'round-hundred' | 'thousand';
}

/** One word without accents. */
export function numberWord(word: string | undefined): NumberWord | undefined {
  if (word === undefined) return undefined;
  if (word === 'cem') return { value: 100, place: 'round-hundred' };
  if (word === 'mil') return { value: 1_000, place: 'thousand' };
  const lists = [
    [units, 'unit'],
    [teens, 'teen'],
    [tens, 'ten'],
    [hundreds, 'hundred'],
  ] as const;
  for (const [list, place] of lists) {
    const value = list.get(word);
    if (value !== undefined) return { value, place };
  }
  return undefined;
}

export interface ReadNumber {
  value: number;
  /** Words consumed. */
  length: number;
}

/**
 * The number that begins at a word: `cento e vinte e três` 123, `dois mil e vinte e seis` 2026, `2 mil` 2000.
 * Parts are joined by “e” only: “vinte cinco” is twenty and then five, as in “dia vinte, cinco da tarde”.
 */
export function readCardinal(words: readonly string[], at: number): ReadNumber | undefined {
  const first = readBelowThousand(words, at) ?? readShortDigits(words[at]);
  const thousandAt = at + (first?.length ?? 0);
  if (words[thousandAt] !== 'mil' || first?.value === 0) return wordsOnly(words[at], first);
  const start = { value: (first?.value ?? 1) * 1_000, length: thousandAt - at + 1 };
  return joined(words, at, start, readBelowThousand) ?? plusHundreds(words, at, start) ?? start;
}

/** Digits already written stay as they are, unless “mil” follows. */
function wordsOnly(word: string | undefined, read: ReadNumber | undefined) {
  return /^\d/.test(word ?? '') ? undefined : read;
}

function readShortDigits(word: string | undefined): ReadNumber | undefined {
  return word && /^[1-9]\d{0,2}$/.test(word) ? { value: Number(word), length: 1 } : undefined;
}

/** “mil novecentos e oitenta” has no “e” after “mil”. */
function plusHundreds(words: readonly string[], at: number, start: ReadNumber) {
  const place = numberWord(words[at + start.length])?.place;
  if (place !== 'hundred') return undefined;
  const rest = readBelowThousand(words, at + start.length);
  return rest && { value: start.value + rest.value, length: start.length + rest.length };
}

type Reader = (words: readonly string[], at: number) => ReadNumber | undefined;

function joined(words: readonly string[], at: number, start: ReadNumber, read: Reader) {
  if (words[at + start.length] !== 'e') return undefined;
  const rest = read(words, at + start.length + 1);
  if (!rest || rest.value === 0) return undefined;
  return { value: start.value + rest.value, length: start.length + 1 + rest.length };
}

function readBelowThousand(words: readonly string[], at: number): ReadNumber | undefined {
  const word = numberWord(words[at]);
  if (!word || word.place === 'thousand') return undefined;
  const start = { value: word.value, length: 1 };
  if (word.place === 'hundred') return joined(words, at, start, readBelowHundred) ?? start;
  return word.place === 'round-hundred' ? start : readBelowHundred(words, at);
}

function readBelowHundred(words: readonly string[], at: number): ReadNumber | undefined {
  const word = numberWord(words[at]);
  if (!word || !['unit', 'teen', 'ten'].includes(word.place)) return undefined;
  const start = { value: word.value, length: 1 };
  if (word.place !== 'ten') return start;
  return joined(words, at, start, readUnit) ?? start;
}

function readUnit(words: readonly string[], at: number): ReadNumber | undefined {
  const word = numberWord(words[at]);
  return word?.place === 'unit' ? { value: word.value, length: 1 } : undefined;
}

/** Words with every spoken number in digits. */
export function withCardinals(words: readonly string[]): string {
  const out: string[] = [];
  for (let at = 0; at < words.length; ) {
    const read = readCardinal(words, at);
    out.push(read ? String(read.value) : (words[at] ?? ''));
    at += read?.length ?? 1;
  }
  return out.join(' ');
}

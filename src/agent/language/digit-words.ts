import { type NumberWord, numberWord } from './number-words.ts';
import { withoutAccents } from './said-words.ts';

/** Numbers dictated as digits, in any mixture: `um dois três`, `cento e vinte e três`, `123.456`, `meia`, `dois zeros`. */

/** Readings of one dictation: more than this and the caller must repeat it digit by digit. */
const mostReadings = 32;
/** In UTF-16 units; a phone number in words has about a hundred. */
const longestDictation = 400;

const fillers = new Set(
  (
    'o a os as e eh meu minha seu do da de dele dela numero cpf rg telefone celular fone fixo whatsapp zap contato ddd ' +
    'codigo prefixo documento identidade ponto traco hifen tracinho barra virgula espaco digito final termina com aqui ' +
    'ai la entao bom olha anota pode anotar isso sim ta ok depois hum ah so por favor'
  ).split(' '),
);

/** “Dois zeros”, “três noves”. */
const repeatedDigits: Record<string, string> = {
  zeros: '0',
  cincos: '5',
  quatros: '4',
  setes: '7',
  oitos: '8',
  noves: '9',
};

/**
 * Every way to write the dictation in digits, in the order of likelihood, or undefined when a word is no digit.
 * “Vinte três” is 23, or 20 and 3; with “e” there is no doubt.
 */
export function dictatedDigits(text: string): string[] | undefined {
  if (text.length > longestDictation) return undefined;
  const words = dictationWords(text);
  if (!words.every(isKnown)) return undefined;
  const readings = [...new Set(readFrom(words, 0))];
  return readings.length > 0 && readings.length <= mostReadings ? readings : undefined;
}

function dictationWords(text: string): string[] {
  return withoutAccents(text)
    .replace(/\be-?mail\b/g, ' ')
    .replace(/[,;:.!?()/+–-]+/g, ' , ')
    .replace(/[^a-z0-9, ]+/g, ' ')
    .split(' ')
    .filter(Boolean);
}

function isKnown(word: string): boolean {
  return (
    /^(\d+|,|meia)$/.test(word) ||
    fillers.has(word) ||
    Object.hasOwn(repeatedDigits, word) ||
    numberWord(word) !== undefined
  );
}

interface Piece {
  digits: string;
  length: number;
}

function readFrom(words: readonly string[], at: number): string[] {
  if (at >= words.length) return [''];
  const pieces = piecesAt(words, at);
  const readings: string[] = [];
  for (const { digits, length } of pieces) {
    for (const rest of readFrom(words, at + length)) {
      readings.push(digits + rest);
      if (readings.length > mostReadings) return readings;
    }
  }
  return readings;
}

function piecesAt(words: readonly string[], at: number): Piece[] {
  const word = words[at] ?? '';
  if (/^\d+$/.test(word)) return [{ digits: word, length: 1 }];
  if (word === 'meia') return [{ digits: '6', length: 1 }];
  const said = numberWord(word);
  if (!said) return [{ digits: '', length: 1 }];
  const repeated = repeatedDigits[words[at + 1] ?? ''];
  if (repeated && said.place === 'unit')
    return [{ digits: repeated.repeat(said.value), length: 2 }];
  return cardinalsAt(words, at, 'thousand').map(({ value, length }) => ({
    digits: String(value),
    length,
  }));
}

const places = ['unit', 'teen', 'ten', 'round-hundred', 'hundred', 'thousand'] as const;

interface Cardinal {
  value: number;
  length: number;
}

/** The numbers that may begin at a word; “e” must join, standing side by side may. */
function cardinalsAt(words: readonly string[], at: number, most: NumberWord['place']): Cardinal[] {
  const said = numberWord(words[at]);
  if (!said || places.indexOf(said.place) > places.indexOf(most)) return [];
  const start = { value: said.value, length: 1 };
  if (words[at + 1] === 'mil' && said.place !== 'thousand' && said.value > 0) {
    return extended(words, at, { value: said.value * 1_000, length: 2 }, 'hundred');
  }
  const below = largestAfter(said);
  return below ? extended(words, at, start, below) : [start];
}

/** What may follow within the same number: after tens, units. */
function largestAfter({ place }: NumberWord): NumberWord['place'] | undefined {
  if (place === 'ten') return 'unit';
  if (place === 'hundred') return 'ten';
  return place === 'thousand' ? 'hundred' : undefined;
}

function extended(
  words: readonly string[],
  at: number,
  start: Cardinal,
  below: NumberWord['place'],
): Cardinal[] {
  const next = at + start.length;
  const isJoined = words[next] === 'e';
  const restAt = isJoined ? next + 1 : next;
  // “Cinquenta e meia” is 56 for some; the 50 and 6 that it says is not ruled out.
  const half = isJoined && words[restAt] === 'meia' && start.value % 10 === 0 && start.value < 100;
  const rests = half
    ? [{ value: 6, length: 1 }]
    : cardinalsAt(words, restAt, below).filter(({ value }) => value > 0);
  const longer = rests.map(({ value, length }) => ({
    value: start.value + value,
    length: restAt - at + length,
  }));
  // “Mil novecentos” is never said with an “e”.
  const isThousand = below === 'hundred' && numberWord(words[restAt])?.place === 'hundred';
  return (isJoined || isThousand) && longer.length > 0 && !half ? longer : [...longer, start];
}

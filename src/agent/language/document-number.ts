import { dictatedDigits } from './digit-words.ts';
import { withoutAccents } from './said-words.ts';

/** CPF, RG and short codes as they are dictated. Pure; digits are never guessed to make a number right. */

export type NumberReading =
  | { kind: 'number'; digits: string }
  /** Only the caller knows which. */
  | { kind: 'ambiguous'; options: string[] }
  /** `heardDigits`: how many there were. */
  | { kind: 'invalid'; reason: 'length'; heardDigits: number }
  | { kind: 'invalid'; reason: 'check-digits' }
  | { kind: 'not-understood' };

const cpfLength = 11;

/** Eleven digits whose check digits are right. */
export function parseCpf(text: string): NumberReading {
  const readings = dictatedDigits(text);
  if (!readings || readings.every((digits) => digits === '')) return { kind: 'not-understood' };
  const whole = readings.filter((digits) => digits.length === cpfLength);
  if (whole.length === 0) return wrongLength(readings);
  const valid = whole.filter(isCpf);
  return valid.length > 0 ? oneOf(valid) : { kind: 'invalid', reason: 'check-digits' };
}

/** Brazilian tax number: two check digits, modulo 11; eleven equal digits pass the sum and are no CPF. */
export function isCpf(digits: string): boolean {
  if (!/^\d{11}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  return [9, 10].every((length) => checkDigit(digits.slice(0, length)) === Number(digits[length]));
}

function checkDigit(digits: string): number {
  const sum = [...digits].reduce(
    (total, digit, i) => total + Number(digit) * (digits.length + 1 - i),
    0,
  );
  return ((sum * 10) % 11) % 10;
}

/** Shortest and longest RG over the states, with its check character. */
const rgLengths = { shortest: 5, longest: 14 };

/** The state and the office that issued it are said with the number, and are no part of it. */
const issuers = /\b(?:ssp|detran|a[clmp]|ba|ce|df|es|go|m[agst]|p[abeir]|r[jnors]|s[cep]|to)\b/g;

/** An RG has a form of its own in every state: digits, and at times an X at the end. No check is possible. */
export function parseRg(text: string): NumberReading {
  const folded = withoutAccents(text).replace(issuers, ' ').trim();
  const endsInX = /(?:\bxis|x)[\s.!]*$/.test(folded);
  const readings = dictatedDigits(folded.replace(/[\s-]*(?:\bxis|x)[\s.!]*$/, ''));
  if (!readings || readings.every((digits) => digits === '')) return { kind: 'not-understood' };
  const whole = readings.map((digits) => (endsInX ? `${digits}X` : digits)).filter(isRgLength);
  return whole.length > 0 ? oneOf(whole) : wrongLength(readings);
}

function isRgLength({ length }: string): boolean {
  return length >= rgLengths.shortest && length <= rgLengths.longest;
}

/** A code of so many digits, such as the one sent by SMS. */
export function parseCode(text: string, length: number): NumberReading {
  const readings = dictatedDigits(text);
  if (!readings || readings.every((digits) => digits === '')) return { kind: 'not-understood' };
  const whole = readings.filter((digits) => digits.length === length);
  return whole.length > 0 ? oneOf(whole) : wrongLength(readings);
}

function oneOf(options: readonly string[]): NumberReading {
  const [only] = options;
  return only !== undefined && options.length === 1
    ? { kind: 'number', digits: only }
    : { kind: 'ambiguous', options: [...options] };
}

function wrongLength(readings: readonly string[]): NumberReading {
  return { kind: 'invalid', reason: 'length', heardDigits: readings[0]?.length ?? 0 };
}

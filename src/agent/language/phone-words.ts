import { dictatedDigits } from './digit-words.ts';

/** Brazilian telephone numbers as they are dictated, with or without area code and ninth digit. Pure. */

export type PhoneReading =
  /** `areaCode`: whether the caller said it or the clinic's own was taken. */
  | { kind: 'phone'; e164: string; areaCode: 'said' | 'assumed' }
  /** Only the caller knows which. */
  | { kind: 'ambiguous'; options: string[] }
  /** Eight or nine good digits: which area? */
  | { kind: 'needs-area-code'; digits: string }
  /** A mobile as they were before 2016; `e164` is what it would be with the nine before it: ask. */
  | { kind: 'needs-ninth-digit'; e164: string }
  | { kind: 'invalid'; reason: 'length'; heardDigits: number }
  /** An area code that Brazil does not have; 0800, 4004 and their like; a number that no line can have. */
  | { kind: 'invalid'; reason: 'area-code' | 'not-personal' | 'not-a-line' }
  /** Another country's. */
  | { kind: 'foreign' }
  | { kind: 'not-understood' };

export interface PhoneSituation {
  /** Two digits, of the clinic: taken when the caller says none. */
  areaCode?: string;
}

/** Anatel's area codes. */
const areaCodes = new Set(
  (
    '11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 ' +
    '65 66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99'
  ).split(' '),
);

export function parsePhone(text: string, situation: PhoneSituation = {}): PhoneReading {
  if (/\+\s*(?!55|\s)\d/.test(text)) return { kind: 'foreign' };
  const digits = dictatedDigits(text);
  if (!digits || digits.every((one) => one === '')) return { kind: 'not-understood' };
  const readings = digits.map((one) => readPhone(one, situation));
  const phones = readings.filter((reading) => reading.kind === 'phone');
  const [phone] = phones;
  const numbers = [...new Set(phones.map(({ e164 }) => e164))];
  if (numbers.length > 1) return { kind: 'ambiguous', options: numbers };
  if (phone) return phone;
  const open = readings.find(({ kind }) => kind.startsWith('needs-'));
  return open ?? readings[0] ?? { kind: 'not-understood' };
}

function readPhone(digits: string, { areaCode }: PhoneSituation): PhoneReading {
  if (/^0?(800|300|500|900)\d{6,7}$|^(4004|3003|4003|4020|3004)\d{4}$/.test(digits)) {
    return { kind: 'invalid', reason: 'not-personal' };
  }
  const national = withoutPrefixes(digits);
  if (national.length === 10 || national.length === 11) return withAreaCode(national, 'said');
  if (national.length !== 8 && national.length !== 9) {
    return { kind: 'invalid', reason: 'length', heardDigits: digits.length };
  }
  if (areaCode) return withAreaCode(areaCode + national, 'assumed');
  return lineKind(national) === 'none'
    ? { kind: 'invalid', reason: 'not-a-line' }
    : { kind: 'needs-area-code', digits: national };
}

/** The country code, the trunk zero, and the carrier's two digits between it and the area code. */
function withoutPrefixes(digits: string): string {
  if (/^(00)?55\d{10,11}$/.test(digits)) return digits.replace(/^(00)?55/, '');
  if (/^0\d{12,13}$/.test(digits)) return digits.slice(3);
  return /^0\d{10,11}$/.test(digits) ? digits.slice(1) : digits;
}

function withAreaCode(national: string, areaCode: 'said' | 'assumed'): PhoneReading {
  if (!areaCodes.has(national.slice(0, 2))) return { kind: 'invalid', reason: 'area-code' };
  const line = lineKind(national.slice(2));
  if (line === 'none') return { kind: 'invalid', reason: 'not-a-line' };
  if (line === 'old-mobile') {
    return { kind: 'needs-ninth-digit', e164: `+55${national.slice(0, 2)}9${national.slice(2)}` };
  }
  return { kind: 'phone', e164: `+55${national}`, areaCode };
}

function lineKind(line: string): 'mobile' | 'fixed' | 'old-mobile' | 'none' {
  if (/^9\d{8}$/.test(line)) return 'mobile';
  if (/^[2-5]\d{7}$/.test(line)) return 'fixed';
  return /^[6-9]\d{7}$/.test(line) ? 'old-mobile' : 'none';
}

import { type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type DialNumberRefusal =
  | 'invalid-number'
  | 'country-not-allowed'
  | 'number-kind-not-allowed'
  | 'own-number';

export type DialNumberCheck =
  | { ok: true; e164: string }
  /** `message`: pt-BR, says what to do. */
  | { ok: false; code: DialNumberRefusal; message: string };

export interface DialRules {
  /** Country calling codes without `+`, like `55`. Some are shared: `1` is all of North America and the Caribbean. */
  allowedCountries: readonly string[];
  /** E.164; calling ourselves would tie up two lines and talk to itself. */
  ownNumbers: readonly string[];
}

const messages: Record<DialNumberRefusal, string> = {
  'invalid-number':
    'Número inválido. Use o formato internacional completo, com código do país e DDD, como +5511987654321. Celulares brasileiros têm nove dígitos depois do DDD.',
  'country-not-allowed':
    'Ligações para este país não estão liberadas. Confira o código do país ou peça ao administrador para incluí-lo em ALLOWED_COUNTRIES.',
  'number-kind-not-allowed':
    'Só é possível ligar para telefone fixo ou celular. Números de emergência, 0300, 0500, 0800, 0900, 3003, 4004, de satélite e tarifados não são aceitos. Informe outro telefone da pessoa.',
  'own-number':
    'Este número é da própria clínica. Informe o telefone da pessoa que deve ser chamada.',
};

const e164 = /^\+[1-9]\d{6,14}$/;

/** 190, 192, 193 and the other three-digit services of Brazil, with or without the country code. */
const brazilianEmergency = /^(\+?55)?1\d{2}$/;

/**
 * Codes of no country: 800 and 808 (freephone, shared cost), 870 (Inmarsat), 878 (personal), 881 to 883 (satellites and
 * global networks), 888, 979 (premium). The metadata calls satellite telephones mobile, and they cost a hundred times more.
 */
const nonGeographic = /^\+(800|808|870|878|881|882|883|888|979)/;

const dialable: ReadonlySet<NumberType | undefined> = new Set<NumberType | undefined>([
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE', // where one cannot tell, as in the United States
]);

/**
 * May this be dialled? Only exact E.164 is taken: no spaces, no trunk zero, no extension. What the numbering plan does
 * not know is refused; so is everything but fixed lines and mobiles.
 */
export function checkDialNumber(to: unknown, rules: DialRules): DialNumberCheck {
  if (typeof to !== 'string') return refused('invalid-number');
  if (brazilianEmergency.test(to)) return refused('number-kind-not-allowed');
  if (!e164.test(to)) return refused('invalid-number');
  if (nonGeographic.test(to)) return refused('number-kind-not-allowed');
  const number = parsePhoneNumberFromString(to);
  if (number === undefined) return refused('invalid-number');
  if (!rules.allowedCountries.includes(number.countryCallingCode)) {
    return refused('country-not-allowed');
  }
  // The parser repairs a trunk zero or a carrier code; what it had to repair is not what was asked for.
  if (number.number !== to || !number.isValid()) return refused('invalid-number');
  if (!dialable.has(number.getType())) return refused('number-kind-not-allowed');
  if (rules.ownNumbers.includes(to)) return refused('own-number');
  return { ok: true, e164: to };
}

function refused(code: DialNumberRefusal): DialNumberCheck {
  return { ok: false, code, message: messages[code] };
}

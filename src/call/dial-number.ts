import {
  type NumberType,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

export type DialNumberRefusal =
  | 'invalid-number'
  | 'unknown-area'
  | 'short-number'
  | 'emergency-number'
  | 'special-number'
  | 'satellite-number'
  | 'country-not-allowed'
  | 'number-kind-not-allowed'
  | 'own-number';

export type DialNumberCheck =
  | { ok: true; e164: string }
  /** `message`: pt-BR, says what to do. */
  | { ok: false; code: DialNumberRefusal; message: string };

export interface DialRules {
  /** Country calling codes without `+`, like `55`. */
  allowedCountries: readonly string[];
  /** E.164; calling ourselves would tie up two lines and talk to itself. */
  ownNumbers: readonly string[];
  /** Left out: both. Where a country does not tell them apart, one of the two is enough. */
  allowedKinds?: readonly ('mobile' | 'fixed')[];
  /** Brazilian company numbers that may be rung all the same, as they are dialled: `0800`, `4004`, `3003`. */
  allowedServices?: readonly string[];
}

const messages: Record<DialNumberRefusal, string> = {
  'invalid-number':
    'Número inválido. Use o formato internacional completo, com código do país e DDD, como +5511987654321. Celulares brasileiros têm nove dígitos depois do DDD.',
  'unknown-area': 'Este DDD não existe. Confira os dois dígitos depois de +55.',
  'short-number':
    'Números curtos não são aceitos. Informe o telefone completo da pessoa, como +5511987654321.',
  'emergency-number':
    'Números de emergência e de serviço público, como 190, 192 e 193, não podem ser chamados por aqui. Em uma emergência, ligue do seu telefone.',
  'special-number':
    'Números 0300, 0500, 0800, 0900, 4004, 3003 e outros tarifados ou de empresas não são aceitos. Informe o telefone da pessoa.',
  'satellite-number':
    'Números de satélite e de redes internacionais não são aceitos. Informe outro telefone da pessoa.',
  'country-not-allowed':
    'Ligações para este país não estão liberadas. Confira o código do país ou peça ao administrador para incluí-lo em ALLOWED_COUNTRIES.',
  'number-kind-not-allowed':
    'Só é possível ligar para telefone fixo ou celular. Informe outro telefone da pessoa.',
  'own-number':
    'Este número é da própria clínica. Informe o telefone da pessoa que deve ser chamada.',
};

const e164 = /^\+[1-9]\d{6,14}$/;

/** 190, 192, 193 and the other three-digit services of Brazil, with or without the country code; 911 and 112 reach them too. */
const emergency = /^(?:\+?55)?(?:1\d{2}|911)$/;
const short = /^(?:\+?55)?\d{3,6}$/;

/** Inmarsat, satellites and global networks, personal numbers. The metadata calls satellite telephones mobile. */
const satellite = /^\+(870|878|881|882|883)/;

/** Codes of no country: freephone, shared cost, disaster relief, premium. */
const worldService = /^\+(800|808|888|979)/;

/** As they are dialled in Brazil, whatever follows. */
const brazilianService = /^\+55(?:[3589]00|(?:3003|300\d|400\d)\d{4}$)/;

/** DDDs of Anatel's numbering plan. */
const brazilianArea = /^(1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])/;

/** Numbers of the Caribbean look like American ones and are what toll fraud is made with. */
const plainNorthAmerica: ReadonlySet<string | undefined> = new Set(['US', 'CA']);

const servicesElsewhere: ReadonlySet<NumberType | undefined> = new Set<NumberType | undefined>([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
]);

/**
 * May this be dialled? Only exact E.164 is taken: no spaces, no trunk zero, no extension. What the numbering plan does
 * not know is refused; so is everything but fixed lines and mobiles.
 */
export function checkDialNumber(to: unknown, rules: DialRules): DialNumberCheck {
  const refusal = typeof to === 'string' ? refusalOf(to, rules) : 'invalid-number';
  if (refusal) return { ok: false, code: refusal, message: messages[refusal] };
  return { ok: true, e164: String(to) };
}

function refusalOf(to: string, rules: DialRules): DialNumberRefusal | undefined {
  // Longer ones are not worth a look.
  if (to.length > 20) return 'invalid-number';
  const byShape = refusalByShape(to, rules);
  if (byShape) return byShape;
  const number = parsePhoneNumberFromString(to);
  if (number === undefined) return 'invalid-number';
  const { countryCallingCode, country } = number;
  if (!rules.allowedCountries.includes(countryCallingCode)) return 'country-not-allowed';
  if (countryCallingCode === '1' && country && !plainNorthAmerica.has(country))
    return 'country-not-allowed';
  // The parser repairs a trunk zero or a carrier code; what it had to repair is not what was asked for.
  if (number.number !== to || !number.isValid()) return 'invalid-number';
  return rules.ownNumbers.includes(to) ? 'own-number' : refusalByKind(number, rules);
}

function refusalByShape(to: string, rules: DialRules): DialNumberRefusal | undefined {
  if (emergency.test(to)) return 'emergency-number';
  if (short.test(to)) return 'short-number';
  if (!e164.test(to)) return 'invalid-number';
  if (satellite.test(to)) return 'satellite-number';
  if (worldService.test(to)) return 'special-number';
  if (!to.startsWith('+55') || isAllowedService(to, rules)) return undefined;
  if (brazilianService.test(to)) return 'special-number';
  // A zero is the trunk prefix, and what is too short has no area.
  const isPlain = to[3] !== '0' && to.length >= 12;
  return isPlain && !brazilianArea.test(to.slice(3)) ? 'unknown-area' : undefined;
}

function refusalByKind(number: PhoneNumber, rules: DialRules): DialNumberRefusal | undefined {
  if (isAllowedService(number.number, rules)) return undefined;
  const type = number.getType();
  if (servicesElsewhere.has(type)) return 'special-number';
  const { allowedKinds = ['mobile', 'fixed'] } = rules;
  const kinds = {
    MOBILE: ['mobile'],
    FIXED_LINE: ['fixed'],
    // Where one cannot tell, as in the United States.
    FIXED_LINE_OR_MOBILE: ['mobile', 'fixed'],
  } as Partial<Record<NonNullable<NumberType>, ('mobile' | 'fixed')[]>>;
  const mayBe = type === undefined ? undefined : kinds[type];
  return mayBe?.some((kind) => allowedKinds.includes(kind)) ? undefined : 'number-kind-not-allowed';
}

function isAllowedService(to: string, { allowedServices = [] }: DialRules): boolean {
  return allowedServices.some((service) => to.startsWith(`+55${service.replace(/^0/, '')}`));
}

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDialNumber, type DialRules } from '../../src/call/dial-number.ts';

const rules = { allowedCountries: ['55'], ownNumbers: ['+551140001234', '+5511987650000'] };
const verdict = (to: unknown, change: Partial<DialRules> = {}) => {
  const check = checkDialNumber(to, { ...rules, ...change });
  return check.ok ? check.e164 : check.code;
};

interface Row {
  to: string;
  verdict: string;
  what: string;
}
const rows = readFileSync(new URL('../fixtures/dial-numbers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

describe('the table of numbers', () => {
  it('has two hundred of them and every verdict', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
    expect([...new Set(rows.map((row) => row.verdict))].sort()).toEqual([
      'country-not-allowed',
      'emergency-number',
      'invalid-number',
      'ok',
      'own-number',
      'satellite-number',
      'short-number',
      'special-number',
      'unknown-area',
    ]);
  });

  it.each(rows.map((row) => [row.what, row.to, row.verdict] as const))(
    '%s, %j: %s',
    (_, to, expected) => {
      const check = checkDialNumber(to, {
        allowedCountries: ['55', '351', '1'],
        ownNumbers: ['+558835430000', '+551140001234'],
      });
      expect(check.ok ? 'ok' : check.code).toBe(expected);
    },
  );
});

describe('a number that may be dialled', () => {
  it.each([
    ['a mobile in São Paulo', '+5511987654321'],
    ['a mobile in Rio', '+5521987654321'],
    ['a mobile in Fortaleza', '+5585987654321'],
    ['a mobile in Brasília', '+5561999999999'],
    ['a mobile in Porto Alegre', '+5551991234567'],
    ['a mobile in Manaus', '+5592981234567'],
    ['a mobile in Campinas', '+5519971234567'],
    ['a mobile in Acre', '+5568999123456'],
    ['a fixed line in São Paulo', '+551132654321'],
    ['a fixed line in Rio', '+552122345678'],
    ['a fixed line in Curitiba', '+554133334444'],
    ['a fixed line in Salvador', '+557131234567'],
    ['a fixed line in Belém', '+559132123456'],
    ['a fixed line that begins with 5', '+551155551234'],
  ])('%s', (_, to) => {
    expect(checkDialNumber(to, rules)).toEqual({ ok: true, e164: to });
  });

  it.each([
    ['a mobile in Portugal', '+351912345678', '351'],
    ['a fixed line in Portugal', '+351213456789', '351'],
    ['a number in the United States', '+14155552671', '1'],
    ['a mobile in Argentina', '+5491123456789', '54'],
    ['a mobile in the United Kingdom', '+447400123456', '44'],
  ])('%s, once its country is allowed', (_, to, country) => {
    expect(verdict(to)).toBe('country-not-allowed');
    expect(verdict(to, { allowedCountries: ['55', country] })).toBe(to);
  });
});

describe('a number that is not one', () => {
  it.each<[string, unknown]>([
    ['without a plus sign', '5511987654321'],
    ['without the country', '11987654321'],
    ['in national form', '(11) 98765-4321'],
    ['with spaces', '+55 11 98765-4321'],
    ['with a space at the end', '+5511987654321 '],
    ['with a line end', '+5511987654321\n'],
    ['with a second number', '+5511987654321,+5511900000000'],
    ['with an extension', '+5511987654321;ext=12'],
    ['with keys to press', '+5511987654321w1#'],
    ['with the trunk zero', '+55011987654321'],
    ['with a carrier code', '+5501511987654321'],
    ['with two plus signs', '++5511987654321'],
    ['with 00 for the plus sign', '005511987654321'],
    ['in other digits', '+٥٥١١٩٨٧٦٥٤٣٢١'],
    ['as an address', 'tel:+5511987654321'],
    ['as a SIP address', 'sip:ana@example.com'],
    ['as a client', 'client:ana'],
    ['without the ninth digit', '+551187654321'],
    ['with a digit too many', '+55119876543210'],
    ['without an area', '+55987654321'],
    ['with an area code of zeros', '+5500987654321'],
    ['with a mobile that begins with 1', '+5511187654321'],
    ['with a fixed line that begins with 0', '+551100000000'],
    ['with a free number written with its zero', '+5508001234567'],
    ['too short', '+5511'],
    ['too long', '+5511987654321000'],
    ['with a country that does not exist', '+999123456789'],
    ['with a country of zero', '+0511987654321'],
    ['empty', ''],
    ['of a plus sign', '+'],
    ['of words', 'anonymous'],
    ['of 4 KB', `+55${'1'.repeat(4_096)}`],
    ['missing', undefined],
    ['null', null],
    ['as a number', 5511987654321],
    ['as a list', ['+5511987654321']],
    ['as an object', { to: '+5511987654321' }],
  ])('%s is refused', (_, to) => {
    expect(verdict(to)).toBe('invalid-number');
  });
});

describe('a number that costs or harms', () => {
  it.each([
    ['190, police', '190', 'emergency-number'],
    ['192, ambulance', '192', 'emergency-number'],
    ['193 with the country', '+55193', 'emergency-number'],
    ['0800', '+558001234567', 'special-number'],
    ['0300', '+553001234567', 'special-number'],
    ['0500', '+55500123456', 'special-number'],
    ['0900', '+559001234567', 'special-number'],
    ['4004', '+5540041234', 'special-number'],
    ['3003', '+5530031234', 'special-number'],
    ['Inmarsat', '+870773111632', 'satellite-number'],
    ['Iridium', '+881612345678', 'satellite-number'],
    ['a global network (882)', '+8821612345', 'satellite-number'],
    ['global premium (979)', '+979123456789', 'special-number'],
    ['global freephone (800)', '+80012345678', 'special-number'],
  ])('%s is refused even where every country is allowed', (_, to, code) => {
    const allowedCountries = ['55', '870', '878', '881', '882', '883', '888', '979', '800', '808'];
    expect(verdict(to)).toBe(code);
    expect(verdict(to, { allowedCountries })).toBe(code);
  });

  it.each([
    ['0800', '+558001234567'],
    ['4004', '+5540041234'],
    ['3003', '+5530031234'],
  ])('%s is taken once the setting names it, and the others are not', (service, to) => {
    expect(verdict(to, { allowedServices: [service] })).toBe(to);
    expect(verdict(to, { allowedServices: ['0800', '4004', '3003'] })).toBe(to);
    expect(verdict('+559001234567', { allowedServices: [service] })).toBe('special-number');
    expect(verdict(`${to}9999`, { allowedServices: [service] })).toBe('invalid-number');
  });

  it('of a kind that is not allowed is refused', () => {
    expect(verdict('+5511987654321', { allowedKinds: ['fixed'] })).toBe('number-kind-not-allowed');
    expect(verdict('+551132654321', { allowedKinds: ['mobile'] })).toBe('number-kind-not-allowed');
    expect(verdict('+5511987654321', { allowedKinds: ['mobile'] })).toBe('+5511987654321');
  });

  it.each([
    ['a premium number in the United States', '+19005551234', '1'],
    ['a free number in the United States', '+18005551212', '1'],
    ['a premium number in the United Kingdom', '+449098790123', '44'],
    ['a premium number in Portugal', '+351760123456', '351'],
    ['a premium number in France', '+33891123456', '33'],
  ])('%s is refused even when its country is allowed', (_, to, country) => {
    expect(verdict(to, { allowedCountries: [country] })).toBe('special-number');
  });

  it.each([
    ['a personal number in the United Kingdom', '+447012345678'],
    ['a pager in the United Kingdom', '+447640123456'],
  ])('%s is refused even when its country is allowed', (_, to) => {
    expect(verdict(to, { allowedCountries: ['44'] })).toBe('number-kind-not-allowed');
  });

  it.each([
    ['Jamaica, which shares +1', '+18765551234'],
    ['Cuba', '+5351234567'],
    ['Somalia', '+252612345678'],
    ['Latvia', '+37121234567'],
    ['Ascension', '+24762889'],
    ['Sierra Leone', '+23225123456'],
    ['an invalid number abroad', '+37100000000'],
  ])('in %s is refused by its country', (_, to) => {
    expect(verdict(to)).toBe('country-not-allowed');
  });

  it.each(['+551140001234', '+5511987650000'])('%s, our own, is refused', (to) => {
    expect(verdict(to)).toBe('own-number');
    expect(verdict(to, { ownNumbers: [] })).toBe(to);
  });

  it('is refused where no country is allowed', () => {
    expect(verdict('+5511987654321', { allowedCountries: [] })).toBe('country-not-allowed');
  });
});

describe('a refusal', () => {
  it.each([
    ['11976543210', /formato internacional.*\+5511987654321/],
    ['+351912345678', /ALLOWED_COUNTRIES/],
    ['+5540041234', /telefone da pessoa/],
    ['+5520987654321', /DDD não existe/],
    ['188', /emergência/],
    ['+551140001234', /própria clínica/],
  ])('of %s says in Portuguese what to do, without the number', (to, sentence) => {
    const check = checkDialNumber(to, rules);
    const message = check.ok ? '' : check.message;
    expect(message).toMatch(sentence);
    expect(message).not.toContain(to);
  });

  it('is the answer to any text that is not E.164, never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.anything()), (to) => {
        fc.pre(typeof to !== 'string' || !/^\+[1-9]\d{6,14}$/.test(to));
        expect(checkDialNumber(to, rules).ok).toBe(false);
      }),
    );
  });

  it('is the answer to every number of the three-digit services', () => {
    for (let service = 100; service < 200; service += 1) {
      expect(verdict(String(service))).toBe('emergency-number');
      expect(verdict(`+55${service}`)).toBe('emergency-number');
    }
  });
});

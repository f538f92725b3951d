import { readFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { parseBirthDate } from '../../src/agent/language/birth-date.ts';
import { isCpf, parseCode, parseCpf, parseRg } from '../../src/agent/language/document-number.ts';
import { parseEmail } from '../../src/agent/language/email-words.ts';
import { parseMoney } from '../../src/agent/language/money-words.ts';
import { parsePhone } from '../../src/agent/language/phone-words.ts';

interface Row {
  kind: 'cpf' | 'rg' | 'code' | 'phone' | 'birth-date' | 'money' | 'email';
  said: string;
  /** The value, or the kind of refusal and its details. */
  expected: string;
  length?: number;
  areaCode?: string;
  today?: string;
}

const rows = readFileSync(new URL('../fixtures/portuguese-numbers.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function read({ kind, said, length = 6, areaCode, today = '2026-11-25' }: Row): object {
  if (kind === 'cpf') return parseCpf(said);
  if (kind === 'rg') return parseRg(said);
  if (kind === 'code') return parseCode(said, length);
  if (kind === 'phone') return parsePhone(said, areaCode ? { areaCode } : {});
  if (kind === 'birth-date') return parseBirthDate(said, Temporal.PlainDate.from(today));
  return kind === 'money' ? parseMoney(said) : parseEmail(said);
}

/** `{kind: 'invalid', reason: 'length', heardDigits: 3}` → `invalid length 3`; what is understood, by its value alone. */
function written(reading: object): string {
  const values = Object.entries(reading)
    .filter(([name, value]) => value !== 'said' && !(name === 'kind' && isValueKind(value)))
    .map(([, value]) => (Array.isArray(value) ? value.join(' ') : String(value)));
  return values.join(' ');
}

const isValueKind = (kind: unknown) =>
  ['number', 'phone', 'date', 'money', 'email'].includes(String(kind));

describe('numbers and addresses as callers say them', () => {
  it('are written down in at least 120 rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(120);
  });

  it.each(rows)('$kind “$said”', (row) => {
    expect(written(read(row))).toBe(row.expected);
  });
});

describe('a CPF', () => {
  it('has one pair of check digits for the nine before them', () => {
    for (const cpf of ['12345678909', '52998224725', '11144477735']) {
      const pairs = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));
      const valid = pairs.filter((pair) => isCpf(cpf.slice(0, 9) + pair));
      expect(valid).toEqual([cpf.slice(9)]);
    }
  });

  it.each(['', '1234567890', '123456789091', '1234567890a', '00000000000'])(
    'is not “%s”',
    (text) => {
      expect(isCpf(text)).toBe(false);
    },
  );
});

describe('a text without end', () => {
  it('is not read at all', () => {
    const endless = 'vinte três '.repeat(2_000);
    for (const kind of ['cpf', 'rg', 'phone', 'money', 'email'] as const) {
      expect(written(read({ kind, said: endless, expected: '' }))).toBe('not-understood');
    }
  });

  it('of doubtful numbers is not read in every way it could be', () => {
    expect(parseCpf('vinte três '.repeat(20))).toEqual({ kind: 'not-understood' });
  });

  it('of doubtful numbers makes no address, and no thousand addresses', () => {
    const local = 'vinte três ponto '.repeat(30);
    expect(parseEmail(`${local} maria arroba gmail ponto com`)).toEqual({ kind: 'not-understood' });
  });
});

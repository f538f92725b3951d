import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCarrierId, toCallerE164 } from '../../src/call/caller-number.ts';

describe('who calls', () => {
  it.each(['+5588999990001', '+12025550123'])('%s is kept', (from) => {
    expect(toCallerE164(from)).toBe(from);
  });

  it.each([
    'anonymous',
    '+266696687',
    '+7378742833',
    'Restricted',
    'sip:eve@example.com',
    '+0588999990001',
    '+55 88 99999-0001',
    '5588999990001',
    '+55889999900011234',
    '+5588999990001\n',
    '+5588999990001\r\nX: 1',
    '../../etc/passwd',
    '+１２３４５６７８',
    '',
    undefined,
    null,
    5588999990001,
    ['+5588999990001'],
    { toString: () => '+5588999990001' },
  ])('%j is “unknown”', (from) => {
    expect(toCallerE164(from)).toBe('unknown');
  });

  it('is E.164 or “unknown”, whatever came', () => {
    fc.assert(
      fc.property(fc.anything(), (from) => {
        expect(toCallerE164(from)).toMatch(/^(\+[1-9]\d{6,14}|unknown)$/);
      }),
    );
  });
});

describe('an id of the carrier', () => {
  it.each(['CA0123456789abcdef0123456789abcdef', 'AC1', 'MZ', 'a'.repeat(64)])('%s', (id) => {
    expect(isCarrierId(id)).toBe(true);
  });

  it.each([
    '',
    'C',
    '../x',
    'CA/1',
    'CA.1',
    'CA 1',
    'CA1\n',
    'CA\u0000',
    'ç1',
    'a'.repeat(65),
    undefined,
    ['CA1'],
  ])('%j is none', (id) => {
    expect(isCarrierId(id)).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBearer } from '../../src/platform/bearer.ts';

const key = 'chave-de-teste-0123456789';

describe('a bearer key', () => {
  it.each([`Bearer ${key}`, `bearer ${key}`, `BEARER ${key}`])('%s is right', (header) => {
    expect(isBearer(header, key)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    key,
    `Basic ${key}`,
    `Bearer ${key} `,
    `Bearer  ${key}`,
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key.toUpperCase()}`,
    `Bearer ${key}, Bearer ${key}`,
    `x Bearer ${key}`,
  ])('%j is not', (header) => {
    expect(isBearer(header, key)).toBe(false);
  });

  it.each(['Bearer undefined', 'Bearer ', 'Bearer null', undefined])(
    'without a key nothing is authorised, not even %j',
    (header) => {
      expect(isBearer(header, undefined)).toBe(false);
    },
  );

  it('of any other text is refused', () => {
    fc.assert(
      fc.property(fc.string(), (given) => {
        fc.pre(given !== key);
        expect(isBearer(`Bearer ${given}`, key)).toBe(false);
      }),
    );
  });
});

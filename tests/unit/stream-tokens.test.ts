import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamTokens, tokenLifeMs } from '../../src/call/stream-tokens.ts';

describe('a stream token', () => {
  it('is 128 random bits that fit a <Parameter>', () => {
    const tokens = new StreamTokens();
    const issued = Array.from({ length: 1_000 }, (_, i) => tokens.issue(`CA${i}`, 'AC1', 0));
    expect(new Set(issued).size).toBe(1_000);
    for (const token of issued) expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('is worth something once, for its own call and account', () => {
    const tokens = new StreamTokens();
    const token = tokens.issue('CA1', 'AC1', 0);
    const other = tokens.issue('CA2', 'AC1', 0);
    expect(tokens.redeem(other, 'CA1', 'AC1', 1)).toBe(false);
    expect(tokens.redeem(token, 'CA2', 'AC1', 1)).toBe(false);
    expect(tokens.redeem(token, 'CA1', 'AC2', 1)).toBe(false);
    expect(tokens.redeem(token, 'CA3', 'AC1', 1)).toBe(false);
    expect(tokens.redeem(token, 'CA1', 'AC1', 1)).toBe(true);
    expect(tokens.redeem(token, 'CA1', 'AC1', 1)).toBe(false);
    expect(tokens.outstanding).toBe(1);
  });

  it('is refused whatever is given instead', () => {
    const tokens = new StreamTokens();
    const token = tokens.issue('CA1', 'AC1', 0);
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ minLength: 22, maxLength: 22, unit: 'binary' })),
        (given) => {
          fc.pre(given !== token);
          expect(tokens.redeem(given, 'CA1', 'AC1', 0)).toBe(false);
        },
      ),
    );
    expect(tokens.redeem(token, 'CA1', 'AC1', 0)).toBe(true);
  });

  it('lives thirty seconds from the webhook, to the millisecond', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.integer({ min: 0, max: 2 * tokenLifeMs }), (now, age) => {
        const tokens = new StreamTokens();
        const token = tokens.issue('CA1', 'AC1', now);
        expect(tokens.redeem(token, 'CA1', 'AC1', now + age)).toBe(age < 30_000);
        expect(tokens.outstanding).toBe(0);
      }),
    );
  });

  it('issued again replaces the one before; forgotten, it is worth nothing', () => {
    const tokens = new StreamTokens();
    const first = tokens.issue('CA1', 'AC1', 0);
    const second = tokens.issue('CA1', 'AC1', 0);
    expect(tokens.redeem(first, 'CA1', 'AC1', 0)).toBe(false);
    tokens.forget('CA1');
    expect(tokens.redeem(second, 'CA1', 'AC1', 0)).toBe(false);
    expect(tokens.outstanding).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { createBookingLimits } from '../../src/agent/booking-limits.ts';

const hour = 3_600_000;

describe('a number', () => {
  it('holds ten times, and again a day after its first', () => {
    const limits = createBookingLimits();
    const taken = Array.from({ length: 12 }, (_, i) => limits.takeHold('+5588999990000', i * hour));
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(limits.takeHold('+5588999990001', 11 * hour)).toBe(true);
    expect(limits.takeHold('+5588999990000', 23 * hour)).toBe(false);
    expect(limits.takeHold('+5588999990000', 24 * hour)).toBe(true);
  });

  it('is forgotten when ten thousand others came after it', () => {
    const limits = createBookingLimits();
    for (let i = 0; i < 10; i += 1) limits.takeHold('first', 0);
    expect(limits.takeHold('first', 0)).toBe(false);
    for (let i = 0; i < 10_000; i += 1) limits.takeHold(`other-${i}`, 0);
    expect(limits.takeHold('first', 0)).toBe(true);
  });
});

describe('work for the same person', () => {
  it('waits for each other, and that of others does not', async () => {
    const limits = createBookingLimits();
    const order: string[] = [];
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const first = limits.inTurn(['a'], async () => {
      await gate;
      order.push('first');
    });
    const second = limits.inTurn(['b', 'a'], async () => order.push('second'));
    await limits.inTurn(['d'], async () => order.push('other'));
    letGo();
    await Promise.all([first, second]);
    expect(order).toEqual(['other', 'first', 'second']);
  });

  it('named in whatever order never waits for ever', async () => {
    const limits = createBookingLimits();
    const work = Array.from({ length: 20 }, (_, i) =>
      limits.inTurn(i % 2 ? ['a', 'b'] : ['b', 'a'], async () => i),
    );
    expect(await Promise.all(work)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('goes on after work that failed', async () => {
    const limits = createBookingLimits();
    const broken = limits.inTurn(['a'], async () => {
      throw new Error('no');
    });
    const next = limits.inTurn(['a'], async () => 'done');
    await expect(broken).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});

import { describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';

describe('a clock that begins at another time', () => {
  it('tells whole milliseconds from there on, and never goes back', async () => {
    const startsAt = Date.parse('2026-12-31T23:59:59.500-03:00');
    const clock = createClock(startsAt);
    let before = startsAt;
    for (let times = 0; times < 200; times++) {
      const now = clock.wallMs();
      expect(Number.isInteger(now)).toBe(true);
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
      if (times % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(before - startsAt).toBeLessThan(10_000);
  });
});

import { describe, expect, it } from 'vitest';
import { dayStart } from '../../src/web/console/screens/audit/day-bounds.ts';

describe('a day of the trail begins', () => {
  it.each([
    ['2026-11-22', 'America/Fortaleza', '2026-11-22T03:00:00.000Z'],
    ['2026-11-22', 'America/Rio_Branco', '2026-11-22T05:00:00.000Z'],
    ['2026-11-22', 'America/Noronha', '2026-11-22T02:00:00.000Z'],
    ['2026-11-22', 'UTC', '2026-11-22T00:00:00.000Z'],
    // Clocks were put back in the night of the 18th: the 17th had 25 hours.
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00.000Z'],
  ])('on %s in %s at %s', (day, zone, moment) => {
    expect(dayStart(day, zone)).toBe(moment);
  });

  it('and ends where the next one begins, also at the end of a month', () => {
    expect(dayStart('2026-11-30', 'America/Fortaleza', 1)).toBe('2026-12-01T03:00:00.000Z');
  });
});

import { describe, expect, it } from 'vitest';
import { easterOf, holidaysOf } from '../../src/scheduling/holidays.ts';

const dates = (year: number, place = {}) =>
  holidaysOf(year, place).map(({ date }) => date.slice(5));

describe('Easter', () => {
  // Published dates, with the earliest and the latest possible.
  it.each([
    [1818, '1818-03-22'],
    [1943, '1943-04-25'],
    [2000, '2000-04-23'],
    [2008, '2008-03-23'],
    [2011, '2011-04-24'],
    [2019, '2019-04-21'],
    [2024, '2024-03-31'],
    [2025, '2025-04-20'],
    [2026, '2026-04-05'],
    [2027, '2027-03-28'],
    [2028, '2028-04-16'],
    [2038, '2038-04-25'],
    [2049, '2049-04-18'],
    [2285, '2285-03-22'],
  ])('of %i is %s', (year, expected) => {
    expect(easterOf(year).toString()).toBe(expected);
  });

  it('is a Sunday from 22 March to 25 April in every year', () => {
    for (let year = 1900; year < 2200; year += 1) {
      const easter = easterOf(year);
      expect(easter.dayOfWeek).toBe(7);
      const day = easter.toString().slice(5);
      expect(day >= '03-22' && day <= '04-25').toBe(true);
    }
  });
});

describe('a holiday', () => {
  it('of the country is one everywhere', () => {
    const expected = '01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-15 11-20 12-25'.split(' ');
    expect(dates(2026)).toEqual(expected);
  });

  it('is one from the year of its law on', () => {
    expect(dates(2023)).not.toContain('11-20');
    expect(dates(2024)).toContain('11-20');
  });

  it('of a state is one there and nowhere else', () => {
    expect(dates(2027, { state: 'CE' })).toEqual(expect.arrayContaining(['03-19', '03-25']));
    expect(dates(2027, { state: 'SP' })).toContain('07-09');
    expect(dates(2027, { state: 'SP' })).not.toContain('03-25');
    expect(dates(2026, { state: 'RJ' })).toContain('02-17'); // Carnival
    expect(dates(2026, { state: 'ES' })).toContain('04-13'); // eighth day after Easter
    expect(dates(2026, { state: 'GO' })).toEqual(dates(2026));
  });

  it('of a town is every year, or once', () => {
    const municipal = [
      { date: '08-15', name: 'Padroeira' },
      { date: '2026-06-01', name: 'Aniversário' },
    ];
    expect(dates(2026, { municipal })).toEqual(expect.arrayContaining(['06-01', '08-15']));
    expect(dates(2027, { municipal })).toContain('08-15');
    expect(dates(2027, { municipal })).not.toContain('06-01');
  });
});

import { describe, expect, it } from 'vitest';
import { type DialHours, parseDialHours } from '../../src/call/dial-hours.ts';
import { nextDialMs, sayDialTime, zonesOfNumber } from '../../src/call/quiet-hours.ts';
import { holidaysOf } from '../../src/scheduling/holidays.ts';

const usual = parseDialHours('mon-fri 08:00-20:00, sat 09:00-14:00') as DialHours;
const isHoliday = (date: string) =>
  holidaysOf(Number(date.slice(0, 4))).some((one) => one.date === date);

/** @param at instant with offset @returns the next instant in UTC, or `now` */
function next(at: string, e164 = '+5511987654321', hours = usual): string {
  const nowMs = Date.parse(at);
  const nextMs = nextDialMs(nowMs, zonesOfNumber(e164, 'America/Sao_Paulo'), hours, isHoliday);
  if (nextMs === undefined) return 'never';
  return nextMs === nowMs ? 'now' : new Date(nextMs).toISOString();
}

describe('hours in which people may be rung', () => {
  it.each([
    ['on a Thursday morning', '2026-11-26T10:00:00-03:00', 'now'],
    ['at eight sharp', '2026-11-26T08:00:00-03:00', 'now'],
    ['a moment before eight', '2026-11-26T07:59:59.999-03:00', '2026-11-26T11:00:00.000Z'],
    ['a moment before eight in the evening', '2026-11-26T19:59:59.999-03:00', 'now'],
    ['at eight in the evening', '2026-11-26T20:00:00-03:00', '2026-11-27T11:00:00.000Z'],
    ['at half past nine at night', '2026-11-26T21:30:00-03:00', '2026-11-27T11:00:00.000Z'],
    ['on a Friday night', '2026-11-27T22:00:00-03:00', '2026-11-28T12:00:00.000Z'],
    ['early on a Saturday', '2026-11-28T08:30:00-03:00', '2026-11-28T12:00:00.000Z'],
    ['on a Saturday afternoon', '2026-11-28T14:00:00-03:00', '2026-11-30T11:00:00.000Z'],
    ['on a Sunday at noon', '2026-11-29T12:00:00-03:00', '2026-11-30T11:00:00.000Z'],
    ['at Christmas, a Friday', '2026-12-25T12:00:00-03:00', '2026-12-26T12:00:00.000Z'],
    ['on Good Friday', '2027-03-26T12:00:00-03:00', '2027-03-27T12:00:00.000Z'],
    ['on the night before New Year', '2026-12-31T21:00:00-03:00', '2027-01-02T12:00:00.000Z'],
  ])('%s', (_, at, expected) => {
    expect(next(at)).toBe(expected);
  });

  it.each([
    ['in Manaus, an hour behind', '+5592987654321', '2026-11-26T12:00:00.000Z'],
    ['in Acre, two hours behind', '+5568987654321', '2026-11-26T13:00:00.000Z'],
    ['in Cuiabá', '+5565987654321', '2026-11-26T12:00:00.000Z'],
    ['in the west of Amazonas, where two zones meet', '+5597987654321', '2026-11-26T13:00:00.000Z'],
    ['in Fernando de Noronha, an hour ahead', '+558136191234', '2026-11-26T10:00:00.000Z'],
    ['in Recife', '+5581987654321', '2026-11-26T11:00:00.000Z'],
    ['in Lisbon, by the clock of the clinic', '+351912345678', '2026-11-26T11:00:00.000Z'],
  ])('%s', (_, e164, expected) => {
    expect(next('2026-11-26T05:00:00-03:00', e164)).toBe(expected);
  });

  it('where two zones meet end when the first of them goes quiet', () => {
    expect(next('2026-11-26T19:59:00-04:00', '+5597987654321')).toBe('now');
    expect(next('2026-11-26T20:00:00-04:00', '+5597987654321')).toBe('2026-11-27T13:00:00.000Z');
  });

  it('may be all hours of all days, holidays too', () => {
    const always = parseDialHours('mon-sun 00:00-24:00, hol 00:00-24:00') as DialHours;
    for (const at of ['2026-12-25T03:00:00-03:00', '2026-11-29T23:59:59-03:00'])
      expect(next(at, '+5511987654321', always)).toBe('now');
  });

  it('may be hours of holidays alone', () => {
    const hours = parseDialHours('hol 10:00-12:00') as DialHours;
    expect(next('2026-12-20T12:00:00-03:00', '+5511987654321', hours)).toBe(
      '2026-12-25T13:00:00.000Z',
    );
  });

  it('may never come: two zones that are never awake together', () => {
    const hour = parseDialHours('mon-sun 08:00-09:00') as DialHours;
    expect(next('2026-11-26T08:30:00-03:00', '+5597987654321', hour)).toBe('never');
    expect(
      next('2026-11-26T08:30:00-03:00', '+5511987654321', { days: {}, holidays: undefined }),
    ).toBe('never');
  });

  it('are said as the clock over there shows them', () => {
    const atMs = Date.parse('2026-11-30T12:00:00Z');
    expect(sayDialTime(atMs, 'America/Manaus')).toBe('segunda-feira, 30/11, às 08:00');
  });
});

describe('the setting of hours', () => {
  it('names days, spans and holidays', () => {
    expect(parseDialHours('mon-tue 08:00-20:00 , sat 09:00-14:00,hol 10:00-12:00')).toEqual({
      days: {
        1: { from: '08:00', until: '20:00' },
        2: { from: '08:00', until: '20:00' },
        6: { from: '09:00', until: '14:00' },
      },
      holidays: { from: '10:00', until: '12:00' },
    });
  });

  it.each(['', 'always', 'mon', 'mon 8:00-20:00', 'mon 08:00', 'fri-mon 08:00-20:00'])(
    '%j is none',
    (text) => expect(parseDialHours(text)).toBeUndefined(),
  );
  it.each([
    'mon 20:00-08:00',
    'mon 08:00-08:00',
    'mon 08:00-25:00',
    'hol-mon 08:00-09:00',
    'mon 08:00-20:00,',
  ])('%j is none', (text) => expect(parseDialHours(text)).toBeUndefined());
});

import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClinics } from '../../src/agent/clinic-loader.ts';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import {
  awaitsAnnouncement,
  occurrencesOf,
  openingsBound,
  openingsOf,
  type ScheduleRule,
} from '../../src/scheduling/recurrence.ts';
import { boundaryOf, instantOf, wallTimeOf } from '../../src/scheduling/wall-time.ts';

const winter = { from: '2026-11-01', to: '2026-12-31' };
const days = (rule: ScheduleRule, range = winter) =>
  occurrencesOf(rule, range).map(({ date }) => date.slice(5));
const utc = (ms: number | undefined | null) =>
  ms === undefined || ms === null ? ms : new Date(ms).toISOString().slice(0, 16);

describe('the rules of the sample clinic', () => {
  let clinic: ClinicProfile;
  beforeAll(async () => {
    const clinics = await loadClinics(fileURLToPath(new URL('../../clinics', import.meta.url)));
    const found = [...clinics.values()].find(({ id }) => id === 'aurora');
    if (!found) throw new Error('no aurora');
    clinic = found;
  });
  const rulesOf = (id: string): ScheduleRule[] =>
    [...clinic.practitioners, ...clinic.services].find((one) => one.id === id)?.schedules ?? [];

  // 2026-11-01 is a Sunday.
  it.each([
    ['alvaro-quintela', '14:00', ['11-01', '11-16', '12-01', '12-16', '12-31']],
    ['daniela-ramalho', null, ['11-14', '11-29', '12-14', '12-29']],
    ['gustavo-facanha', '13:00', ['11-06', '11-21', '12-06', '12-21']],
    ['cecilia-lins', '09:00', ['11-09', '12-09']],
    ['karina-fontenele', null, ['11-17', '12-17']],
    ['mamografia', '08:00', ['11-08']],
    ['teste-olhinho', '09:00', ['11-28', '12-13', '12-28']],
    ['endoscopia', null, []],
  ])('%s comes at %s on %j', (id, from, expected) => {
    const found = rulesOf(id).flatMap((rule) => occurrencesOf(rule, winter));
    expect(found.map(({ date }) => date.slice(5))).toEqual(expected);
    expect(found.every((one) => one.from === from)).toBe(true);
  });

  it('say on which days of the week, from when to when and how', () => {
    const ultrasound = rulesOf('ultrassonografia').flatMap((rule) =>
      occurrencesOf(rule, { from: '2026-11-02', to: '2026-11-08' }),
    );
    expect(ultrasound.map(({ date, from }) => `${date} ${from}`)).toEqual([
      '2026-11-06 09:00',
      '2026-11-02 14:00',
      '2026-11-05 14:00',
    ]);
    const [walkIn] = rulesOf('toxicologico').flatMap((rule) => occurrencesOf(rule, winter));
    expect(walkIn).toEqual({
      date: '2026-11-02',
      mode: 'walk-in',
      from: '06:00',
      until: '09:00',
      places: 20,
    });
    const [eletro] = rulesOf('eletrocardiograma').flatMap((rule) => occurrencesOf(rule, winter));
    expect(eletro).toMatchObject({ mode: 'arrival', from: '09:00', until: '13:00' });
    expect(rulesOf('endoscopia').map((rule) => awaitsAnnouncement(rule))).toEqual([true]);
    expect(rulesOf('mamografia').map((rule) => awaitsAnnouncement(rule))).toEqual([false]);
  });
});

describe('a rule', () => {
  it('of every so many days counts on from its first day, years later and not before', () => {
    const rule = { kind: 'every-n-days', n: 15, from: '2026-11-01', at: '14:00' } as const;
    expect(days(rule, { from: '2026-01-01', to: '2026-10-31' })).toEqual([]);
    // 2026-11-01 + 15 × 49 days
    expect(days(rule, { from: '2028-11-01', to: '2028-11-14' })).toEqual(['11-05']);
    expect(days(rule, { from: '2026-11-16', to: '2026-11-16' })).toEqual(['11-16']);
  });

  it('of the 31st or of 29 February leaves months out that have none', () => {
    const year = { from: '2027-01-01', to: '2027-12-31' };
    expect(days({ kind: 'monthly', day: 31, at: '08:00' }, year)).toHaveLength(7);
    const leap = { from: '2027-02-01', to: '2028-03-01' };
    const rule = { kind: 'monthly', day: 29, at: '08:00' } as const;
    expect(days(rule, leap)).toContain('02-29');
    expect(days(rule, { from: '2027-02-01', to: '2027-02-28' })).toEqual([]);
  });

  it('with a beginning holds from that day on, the day included', () => {
    const weekly = { kind: 'weekly', days: ['mon'], at: '08:00', since: '2026-11-09' } as const;
    expect(days(weekly, { from: '2026-11-01', to: '2026-11-20' })).toEqual(['11-09', '11-16']);
    const monthly = { kind: 'monthly', day: 17, at: '08:00', since: '2026-11-18' } as const;
    expect(days(monthly)).toEqual(['12-17']);
  });

  it('is not looked at beyond two years', () => {
    const all = days(
      { kind: 'weekly', days: ['mon'], at: '08:00' },
      { from: '2026-01-01', to: '9999-12-31' },
    );
    // 52 Mondays in 2026, 52 in 2027
    expect(all).toHaveLength(104);
  });

  it('by appointed time without a time of its own takes the opening hours of the day', () => {
    const hours = [
      { days: ['sat'] as const, from: '07:00', to: '11:00' },
      { days: ['sat'] as const, from: '12:00', to: '13:00' },
    ];
    const rule = { kind: 'weekly', days: ['sat', 'sun'], byAppointedTime: true } as const;
    const openings = occurrencesOf(rule, { from: '2026-11-07', to: '2026-11-08' }).flatMap((one) =>
      openingsOf(one, 'America/Fortaleza', hours),
    );
    expect(openings.map(({ startMs, endMs }) => `${utc(startMs)} ${utc(endMs)}`)).toEqual([
      '2026-11-07T10:00 2026-11-07T14:00',
      '2026-11-07T15:00 2026-11-07T16:00',
    ]);
  });
});

describe('on a day with hours of its own', () => {
  const midday = [
    { from: '09:00', to: '12:00' },
    { from: '14:00', to: '16:00' },
  ];
  const dates = ['2026-11-30'];

  it.each([
    ['a time within them stays', { at: '10:00' }, ['10:00']],
    ['a time before them is when they begin', { at: '08:00' }, ['09:00']],
    ['a time in the break is when it ends', { at: '13:00' }, ['14:00']],
    ['a time after them is no time', { at: '16:00' }, []],
    ['a stretch is cut', { at: '08:00', until: '15:00' }, ['09:00–12:00', '14:00–15:00']],
    [
      'appointed times end when the hours do',
      { at: '10:00', byAppointedTime: true },
      ['10:00–12:00'],
    ],
    [
      'appointed times without a time are all of them',
      { byAppointedTime: true },
      ['09:00–12:00', '14:00–16:00'],
    ],
  ])('%s', (_, hours, expected) => {
    const openings = occurrencesOf({ kind: 'dates', dates, ...hours }, winter).flatMap((one) =>
      openingsBound(one, 'America/Fortaleza', midday),
    );
    expect(openings.map(({ from, until }) => (until ? `${from}–${until}` : from))).toEqual(
      expected,
    );
  });
});

describe('a wall time', () => {
  it.each([
    // Fortaleza: UTC−3 all year
    ['America/Fortaleza', '2026-11-01', '14:00', '2026-11-01T17:00'],
    ['America/Fortaleza', '2026-03-08', '02:30', '2026-03-08T05:30'],
    ['America/Fortaleza', '2026-12-31', '23:30', '2027-01-01T02:30'],
    // New York: clocks go from 2:00 to 3:00 on 8 March 2026, from 2:00 back to 1:00 on 1 November
    ['America/New_York', '2026-03-08', '01:59', '2026-03-08T06:59'],
    ['America/New_York', '2026-03-08', '02:30', undefined],
    ['America/New_York', '2026-03-08', '03:00', '2026-03-08T07:00'],
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30'], // the first of two
    ['America/New_York', '2026-11-01', '02:00', '2026-11-01T07:00'],
    // Lisbon: from 1:00 to 2:00 on 29 March 2026, from 2:00 back to 1:00 on 25 October
    ['Europe/Lisbon', '2026-03-29', '00:59', '2026-03-29T00:59'],
    ['Europe/Lisbon', '2026-03-29', '01:00', undefined],
    ['Europe/Lisbon', '2026-03-29', '02:00', '2026-03-29T01:00'],
    ['Europe/Lisbon', '2026-10-25', '01:30', '2026-10-25T00:30'], // the first of two
    ['Europe/Lisbon', '2026-10-25', '02:00', '2026-10-25T02:00'],
  ])('in %s on %s at %s is %s UTC', (timeZone, date, time, expected) => {
    const ms = instantOf(date, time, timeZone);
    expect(utc(ms)).toBe(expected);
    if (ms !== undefined) expect(wallTimeOf(ms, timeZone)).toEqual({ date, time });
  });

  it('that does not exist is, as a beginning or an end, the jump itself', () => {
    expect(utc(boundaryOf('2026-03-08', '02:30', 'America/New_York'))).toBe('2026-03-08T07:00');
    expect(utc(boundaryOf('2026-03-29', '01:00', 'Europe/Lisbon'))).toBe('2026-03-29T01:00');
  });

  it('that does not exist is no visit that day', () => {
    const rule = { kind: 'dates', dates: ['2026-03-08'], at: '02:30' } as const;
    const [one] = occurrencesOf(rule, { from: '2026-03-01', to: '2026-03-31' });
    expect(one && openingsOf(one, 'America/New_York', [])).toEqual([]);
  });
});

import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { nextHoliday } from '../../src/agent/language/brazilian-holidays.ts';
import { toInstantRange } from '../../src/agent/language/local-instants.ts';
import { parseDay, parseMoment, parseTime } from '../../src/agent/language/moment.ts';
import { easterOf } from '../../src/scheduling/holidays.ts';

const date = (text: string) => Temporal.PlainDate.from(text);
const time = (text: string) => Temporal.PlainTime.from(text);
const now = Temporal.ZonedDateTime.from('2026-11-25T10:20[America/Fortaleza]');

describe('the clinic’s hours', () => {
  const hoursOf = (phrase: string, ...open: { from: string; to: string }[]) => {
    const reading = parseTime(phrase, { now, open });
    if (reading.kind === 'time') return reading.time.toString({ smallestUnit: 'minute' });
    return reading.kind === 'ambiguous'
      ? reading.options.map(({ from }) => from?.toString({ smallestUnit: 'minute' })).join(' ? ')
      : reading.kind;
  };

  it('decide between morning and afternoon', () => {
    const mornings = { from: '07:00', to: '12:00' };
    const afternoons = { from: '14:00', to: '20:00' };
    expect(hoursOf('às sete', mornings)).toBe('07:00');
    expect(hoursOf('às sete', afternoons)).toBe('19:00');
    expect(hoursOf('às sete', mornings, afternoons)).toBe('07:00 ? 19:00');
    expect(hoursOf('às seis', afternoons)).toBe('18:00');
  });

  it('never change what was said outright', () => {
    const mornings = { from: '07:00', to: '12:00' };
    expect(hoursOf('às sete da noite', mornings)).toBe('19:00');
    expect(hoursOf('às 19h', mornings)).toBe('19:00');
    expect(hoursOf('à meia-noite', mornings)).toBe('00:00');
  });

  it('that fit neither leave it to the usual hours of clinics', () => {
    expect(hoursOf('às onze', { from: '13:00', to: '18:00' })).toBe('11:00');
  });
});

describe('the clinic’s own holidays', () => {
  it('count for “depois do feriado”', () => {
    const holidays = [date('2026-12-08')];
    const reading = parseDay('depois do feriado', { now, holidays });
    expect(reading).toEqual({ kind: 'range', from: date('2026-12-09') });
  });

  it('stand in the row of the national ones', () => {
    expect(nextHoliday(date('2026-11-03'), [])?.from.toString()).toBe('2026-11-15');
    expect(nextHoliday(date('2026-11-03'), [date('2026-11-10')])?.from.toString()).toBe(
      '2026-11-10',
    );
    expect(nextHoliday(date('2027-02-08'), [])?.to?.toString()).toBe('2027-02-09');
  });
});

describe('Easter', () => {
  it.each([
    '2000-04-23',
    '2008-03-23',
    '2019-04-21',
    '2024-03-31',
    '2025-04-20',
    '2026-04-05',
    '2027-03-28',
    '2028-04-16',
    '2035-03-25',
    '2038-04-25',
  ])('is on %s', (day) => {
    expect(easterOf(Number(day.slice(0, 4))).toString()).toBe(day);
  });
});

describe('an answer to one question', () => {
  it('takes a lone number for what was asked', () => {
    expect(parseDay('quinze', { now })).toEqual({ kind: 'date', date: date('2026-12-15') });
    expect(parseTime('quinze', { now })).toEqual({ kind: 'time', time: time('15:00') });
    expect(parseTime('uma', { now })).toEqual({ kind: 'time', time: time('13:00') });
    expect(parseMoment('quinze', { now }).kind).toBe('not-understood');
  });

  it('without a day, or with several moments, is not understood as a day', () => {
    expect(parseDay('de manhã', { now })).toEqual({
      kind: 'not-understood',
      reason: 'nothing-said',
    });
    expect(parseDay('segunda às dez ou terça às onze', { now })).toEqual({
      kind: 'not-understood',
      reason: 'unclear',
    });
  });

  it('longer than any answer is not read', () => {
    expect(parseMoment('amanhã '.repeat(100), { now })).toEqual({
      kind: 'not-understood',
      reason: 'too-long',
    });
  });
});

describe('words repeated without end', () => {
  /** Far above the few milliseconds it takes, far below what a pattern that tries every way would take. */
  const longestMs = 1_000;

  it.each(['não essa segunda', 'hoje', 'maio', 'segunda ou', 'depois de', 'dia 15 a', 'e'])(
    'are answered at once (“%s”)',
    (words) => {
      for (const tail of ['e sim', words]) {
        const phrase = `${words} ${`${tail} `.repeat(100)}`.slice(0, 290);
        const start = performance.now();
        parseMoment(phrase, { now });
        expect(performance.now() - start).toBeLessThan(longestMs);
      }
    },
  );
});

describe('wall times as instants', () => {
  const range = (day: string, from: string, to: string, zone: string) =>
    toInstantRange(date(day), { from: time(from), to: time(to) }, zone);

  it('follow the zone', () => {
    expect(range('2026-12-15', '14:00', '15:30', 'America/Fortaleza')).toEqual({
      kind: 'instants',
      from: Temporal.Instant.from('2026-12-15T17:00Z'),
      to: Temporal.Instant.from('2026-12-15T18:30Z'),
      doubled: [],
    });
  });

  it.each([
    ['America/New_York', '2027-03-14', '02:30', '03:00'],
    ['America/New_York', '2027-03-14', '02:00', '03:00'],
    ['Europe/Lisbon', '2027-03-28', '01:15', '02:00'],
  ])('that the clocks of %s skip on %s do not exist', (zone, day, skipped, next) => {
    expect(range(day, skipped, '10:00', zone)).toEqual({
      kind: 'no-such-time',
      time: time(skipped),
      next: time(next),
    });
    expect(range(day, '00:30', skipped, zone).kind).toBe('no-such-time');
    expect(range(day, '00:30', next, zone).kind).toBe('instants');
  });

  it.each([
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30Z', '2026-11-01T06:30Z'],
    ['Europe/Lisbon', '2026-10-25', '01:30', '2026-10-25T00:30Z', '2026-10-25T01:30Z'],
  ])(
    'that the clocks of %s show twice on %s are the earlier, and say so',
    (zone, day, at, ...twice) => {
      const [earlier, later] = twice.map((instant) => Temporal.Instant.from(instant));
      const found = range(day, at, at, zone);
      expect(found).toEqual({
        kind: 'instants',
        from: earlier,
        to: earlier,
        doubled: [{ time: time(at), earlier, later }],
      });
    },
  );

  it('of a whole day have 23, 24 or 25 hours', () => {
    const hours = (day: string, zone: string) => {
      const found = toInstantRange(date(day), {}, zone);
      if (found.kind !== 'instants') return found.kind;
      return found.to.since(found.from).total('hours');
    };
    expect(hours('2027-03-14', 'America/New_York')).toBe(23);
    expect(hours('2026-11-01', 'America/New_York')).toBe(25);
    expect(hours('2027-03-14', 'America/Fortaleza')).toBe(24);
  });

  it('that end before they begin are empty', () => {
    expect(range('2026-12-15', '15:00', '14:00', 'Europe/Lisbon')).toEqual({ kind: 'empty' });
  });
});

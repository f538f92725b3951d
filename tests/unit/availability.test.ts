import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findSlots,
  type SlotSearch,
  timesOf,
  type VisitNeeds,
} from '../../src/scheduling/availability.ts';
import { overlaps } from '../../src/scheduling/interval.ts';
import { occurrencesOf, openingsOf, type ScheduleRule } from '../../src/scheduling/recurrence.ts';
import type { Claim } from '../../src/scheduling/reservation-record.ts';
import { wallTimeOf } from '../../src/scheduling/wall-time.ts';

const fortaleza = 'America/Fortaleza';
const minute = 60_000;
const instant = (text: string) => Date.parse(text);
const needs = (more: Partial<VisitNeeds> = {}): VisitNeeds => ({
  durationMinutes: 30,
  stepMinutes: 30,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  resources: [[{ id: 'practitioner:ana', capacity: 1 }]],
  ...more,
});
const morning: ScheduleRule = {
  kind: 'dates',
  dates: ['2026-11-30'],
  at: '08:00',
  until: '10:00',
  byAppointedTime: true,
};
const busy = (from: string, until: string, more: Partial<Claim> = {}): Claim => ({
  resource: 'practitioner:ana',
  startMs: instant(`2026-11-30T${from}-03:00`),
  endMs: instant(`2026-11-30T${until}-03:00`),
  capacity: 1,
  ...more,
});

type Search = Partial<SlotSearch> & { timeZone?: string };

function search(rule: ScheduleRule, { timeZone = fortaleza, ...more }: Search = {}) {
  const times = occurrencesOf(rule, { from: '2026-01-01', to: '2026-12-31' })
    .flatMap((one) => openingsOf(one, timeZone, []))
    .map((opening) => timesOf(opening, more.needs ?? needs(), timeZone));
  return findSlots({
    times,
    needs: needs(),
    busy: [],
    nowMs: instant('2026-02-01T12:00-03:00'),
    window: { noticeMinutes: 60, horizonDays: 400 },
    limit: 100,
    ...more,
  });
}
const times = (rule: ScheduleRule, more: Search = {}) =>
  search(rule, more).map(({ startMs }) => wallTimeOf(startMs, more.timeZone ?? fortaleza).time);

describe('free times', () => {
  it('stand on the grid and end before the hours do', () => {
    expect(times(morning)).toEqual(['08:00', '08:30', '09:00', '09:30']);
    expect(times(morning, { needs: needs({ durationMinutes: 50 }) })).toEqual([
      '08:00',
      '08:30',
      '09:00',
    ]);
    expect(times(morning, { needs: needs({ durationMinutes: 121 }) })).toEqual([]);
    expect(times(morning, { limit: 2 })).toEqual(['08:00', '08:30']);
  });

  it('are those that no visit overlaps, touching allowed', () => {
    expect(times(morning, { busy: [busy('08:30', '09:00')] })).toEqual(['08:00', '09:00', '09:30']);
    expect(times(morning, { busy: [busy('08:40', '08:50')] })).toEqual(['08:00', '09:00', '09:30']);
    expect(times(morning, { busy: [busy('08:00', '10:00', { resource: 'room:2' })] })).toHaveLength(
      4,
    );
  });

  it('leave room for buffers on both sides', () => {
    const padded = needs({ bufferBeforeMinutes: 10, bufferAfterMinutes: 10 });
    expect(times(morning, { needs: padded, busy: [busy('09:00', '09:05')] })).toEqual([
      '08:00',
      '09:30',
    ]);
    expect(search(morning, { needs: padded })[0]?.claims).toEqual([
      { ...busy('07:50', '08:40'), resource: 'practitioner:ana' },
    ]);
  });

  it('need every resource, and take the first room that is free', () => {
    const rooms = [
      [{ id: 'practitioner:ana', capacity: 1 }],
      [
        { id: 'room:1', capacity: 1 },
        { id: 'room:2', capacity: 1 },
      ],
    ];
    const taken = [
      busy('08:00', '09:00', { resource: 'room:1' }),
      busy('08:30', '09:30', { resource: 'room:2' }),
    ];
    const slots = search(morning, { needs: needs({ resources: rooms }), busy: taken });
    expect(slots.map(({ claims }) => claims[1]?.resource)).toEqual(['room:2', 'room:1', 'room:1']);
  });

  it('with several places go on until the last is taken', () => {
    const arrival: ScheduleRule = { kind: 'dates', dates: ['2026-11-30'], at: '14:00' };
    const shared = needs({ resources: [[{ id: 'practitioner:ana', capacity: 3 }]] });
    const one = busy('14:00', '14:30', { capacity: 3 });
    expect(times(arrival, { needs: shared, busy: [one, one] })).toEqual(['14:00']);
    expect(times(arrival, { needs: shared, busy: [one, one, one] })).toEqual([]);
    // Somebody else's visit that bears no company.
    expect(times(arrival, { needs: shared, busy: [busy('14:00', '14:30')] })).toEqual([]);
  });

  it('begin after the notice and end at the horizon', () => {
    const nowMs = instant('2026-11-30T08:00-03:00');
    expect(times(morning, { nowMs })).toEqual(['09:00', '09:30']);
    expect(times(morning, { nowMs: nowMs + 1 })).toEqual(['09:30']);
    const window = { noticeMinutes: 0, horizonDays: 1 };
    expect(times(morning, { nowMs: instant('2026-11-29T08:30-03:00'), window })).toEqual([
      '08:00',
      '08:30',
    ]);
  });

  it('of a walk-in window may be had until shortly before it closes', () => {
    const window: ScheduleRule = { kind: 'window', days: ['mon'], from: '06:00', to: '09:00' };
    const at = (time: string) =>
      search(window, { nowMs: instant(`2026-11-30T${time}-03:00`), limit: 1 })[0]?.date;
    expect(at('07:30')).toBe('2026-11-30');
    expect(at('07:31')).toBe('2026-12-07');
  });

  it.each([
    // 2:00 becomes 3:00: the hour between is offered to nobody.
    ['America/New_York', '2026-03-08', ['01:00', '01:30', '03:00', '03:30']],
    // 2:00 becomes 1:00: the doubled hour is offered once.
    ['America/New_York', '2026-11-01', ['01:00', '01:30', '02:00', '02:30', '03:00', '03:30']],
    ['Europe/Lisbon', '2026-03-29', ['02:00', '02:30', '03:00', '03:30']],
    ['Europe/Lisbon', '2026-10-25', ['01:00', '01:30', '02:00', '02:30', '03:00', '03:30']],
    ['America/Fortaleza', '2026-03-08', ['01:00', '01:30', '02:00', '02:30', '03:00', '03:30']],
  ])('in %s on %s are real and said once', (timeZone, date, expected) => {
    const rule: ScheduleRule = {
      kind: 'dates',
      dates: [date],
      at: '01:00',
      until: '04:00',
      byAppointedTime: true,
    };
    const found = times(rule, { timeZone });
    expect(found).toEqual(expected);
    expect(new Set(found).size).toBe(found.length);
  });

  it('never overlap what is busy, whatever is busy', () => {
    const claim = fc
      .tuple(fc.integer({ min: -60, max: 180 }), fc.integer({ min: 1, max: 90 }))
      .map(([start, length]) => {
        const startMs = instant('2026-11-30T08:00-03:00') + start * minute;
        return {
          resource: 'practitioner:ana',
          startMs,
          endMs: startMs + length * minute,
          capacity: 1,
        };
      });
    fc.assert(
      fc.property(
        fc.array(claim, { maxLength: 5 }),
        fc.integer({ min: 0, max: 20 }),
        (taken, buffer) => {
          const padded = needs({ bufferAfterMinutes: buffer, stepMinutes: 10 });
          const slots = search(morning, { needs: padded, busy: taken });
          const clashes = slots
            .flatMap(({ claims }) => claims)
            .filter((one) => taken.some((other) => overlaps(one, other)));
          expect(clashes).toEqual([]);
          const all = search(morning, { needs: padded });
          const free = all.filter(
            ({ claims }) => !claims.some((one) => taken.some((other) => overlaps(one, other))),
          );
          expect(slots).toEqual(free);
        },
      ),
      { numRuns: 60 },
    );
  });
});

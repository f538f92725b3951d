import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createBooking, type HoldRequest } from '../../src/scheduling/booking.ts';
import { holidaysOf } from '../../src/scheduling/holidays.ts';
import type { Calendar, Plan } from '../../src/scheduling/offer.ts';
import { wallTimeOf } from '../../src/scheduling/wall-time.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { clashesIn } from '../support/schedule-fixtures.ts';

const timeZone = 'America/Fortaleza';
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const calendar: Calendar = {
  timeZone,
  hours: [{ days: weekdays, from: '08:00', to: '10:00' }],
  closed: new Set([2026, 2027].flatMap((year) => holidaysOf(year).map(({ date }) => date))),
};
const at = (text: string) => Date.parse(`2026-${text}-03:00`);
const now = at('11-23T12:00'); // a Monday
const holdMs = 180_000;

const ana: Plan = {
  service: 'consulta',
  practitioner: 'ana',
  rules: [{ kind: 'weekly', days: weekdays, byAppointedTime: true }],
  needs: {
    durationMinutes: 30,
    stepMinutes: 30,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    resources: [
      [{ id: 'practitioner:ana', capacity: 1 }],
      [
        { id: 'room:1', capacity: 1 },
        { id: 'room:2', capacity: 1 },
      ],
    ],
  },
};
const only = (plan: Plan, id: string, capacity = 1): Plan => ({
  ...plan,
  practitioner: id,
  needs: { ...plan.needs, resources: [[{ id: `practitioner:${id}`, capacity }]] },
});
/** At two in the afternoon, seen in order of arrival, two places. */
const group: Plan = {
  ...only(ana, 'bia', 2),
  rules: [{ kind: 'weekly', days: ['tue'], at: '14:00' }],
};

function clinic() {
  const store = createMemoryScheduleStore();
  const rules = { window: { noticeMinutes: 60, horizonDays: 60 }, holdMs };
  const booking = createBooking({ store, clinic: 'aurora', calendar, rules });
  const request = (
    time: string,
    more: Partial<HoldRequest> & { plan?: Plan } = {},
  ): HoldRequest => {
    const { plan = ana, ...rest } = more;
    const id = createId();
    return {
      id,
      holder: 'call-1',
      key: `call-1/${id}`,
      visits: [{ plan, startMs: at(time) }],
      ...rest,
    };
  };
  const hold = (time: string, more: Partial<HoldRequest> & { plan?: Plan } = {}, nowMs = now) =>
    booking.hold(request(time, more), nowMs);
  const book = async (time: string, more: Partial<HoldRequest> & { plan?: Plan } = {}) => {
    const held = await hold(time, more);
    if (held.outcome !== 'held') throw new Error(held.outcome);
    const { id, version, holder } = held.reservation;
    const booked = await booking.confirm({ id, version, holder }, now);
    if (booked.outcome !== 'confirmed') throw new Error(booked.outcome);
    return booked.reservation;
  };
  return { store, booking, request, hold, book };
}
const timesOf = (slots: readonly { startMs: number }[]) =>
  slots.map(({ startMs }) => Object.values(wallTimeOf(startMs, timeZone)).join('T').slice(5));

describe('a caller who asks for times', () => {
  it('hears the first free ones, without those that are taken', async () => {
    const { booking, book } = clinic();
    await book('11-24T08:30');
    const range = { from: '2026-11-24', to: '2026-11-30' };
    const found = await booking.find({ plan: ana, range, limit: 3 }, now);
    expect(found.outcome === 'found' && timesOf(found.slots)).toEqual([
      '11-24T08:00',
      '11-24T09:00',
      '11-24T09:30',
    ]);
    const notBeforeMs = at('11-24T09:10');
    const later = await booking.find({ plan: ana, range, limit: 2, notBeforeMs }, now);
    expect(later.outcome === 'found' && timesOf(later.slots)).toEqual([
      '11-24T09:30',
      '11-25T08:00',
    ]);
  });

  it.each([
    ['past', '2026-11-20', '2026-11-22', now],
    ['past', '2026-11-23', '2026-11-23', now],
    ['too-soon', '2026-11-24', '2026-11-24', at('11-24T09:00')],
    ['too-far', '2027-03-01', '2027-03-05', now],
    ['closed', '2026-11-28', '2026-11-29', now], // a weekend
    ['closed', '2026-12-25', '2026-12-25', now],
  ])(
    'is told %s when that is why there are none from %s to %s',
    async (outcome, from, to, nowMs) => {
      const { booking } = clinic();
      expect(await booking.find({ plan: ana, range: { from, to }, limit: 3 }, nowMs)).toEqual({
        outcome,
      });
    },
  );

  it('at half past eleven at night hears tomorrow’s, in the clinic’s zone', async () => {
    const { booking } = clinic();
    const range = { from: '2026-11-23', to: '2026-11-24' };
    const found = await booking.find({ plan: ana, range, limit: 1 }, at('11-23T23:30'));
    expect(found.outcome === 'found' && timesOf(found.slots)).toEqual(['11-24T08:00']);
  });

  it('is told that a day is full, and of what kind', async () => {
    const { booking, book } = clinic();
    for (const time of ['08:00', '08:30', '09:00', '09:30']) await book(`11-24T${time}`);
    for (let i = 0; i < 2; i += 1) await book('11-24T14:00', { plan: group });
    const range = { from: '2026-11-24', to: '2026-11-24' };
    expect(await booking.find({ plan: ana, range, limit: 1 }, now)).toEqual({
      outcome: 'slot-taken',
    });
    expect(await booking.find({ plan: group, range, limit: 1 }, now)).toEqual({
      outcome: 'capacity-full',
    });
  });
});

describe('a caller who wants a certain time', () => {
  it('holds it, and confirms it within the time of the hold', async () => {
    const { booking, hold } = clinic();
    const held = await hold('11-24T08:00');
    expect(held).toMatchObject({
      outcome: 'held',
      reservation: {
        status: 'pending',
        items: [{ service: 'consulta', startMs: at('11-24T08:00') }],
      },
    });
    if (held.outcome !== 'held') return;
    const { id, version, holder } = held.reservation;
    const confirmed = await booking.confirm({ id, version, holder }, now + holdMs - 1);
    expect(confirmed).toMatchObject({ outcome: 'confirmed', reservation: { status: 'booked' } });
    expect(await booking.confirm({ id, version, holder }, now + holdMs)).toEqual(confirmed);
  });

  it.each([
    ['past', '11-23T09:00'],
    ['too-far', '12-31T08:00', at('10-01T08:00')],
    ['too-soon', '11-24T08:00', at('11-24T07:30')],
    ['closed', '11-28T08:00'],
    ['closed', '12-25T08:00'],
    ['off-grid', '11-24T08:10'],
    ['off-grid', '11-24T13:00'],
  ])('is told %s of %s', async (outcome, time, nowMs = now) => {
    const { hold, store } = clinic();
    const answer = await hold(time, {}, nowMs);
    expect(answer).toMatchObject({ outcome, visit: 0 });
    if (!('alternatives' in answer)) throw new Error('no alternatives');
    expect(answer.alternatives).toHaveLength(outcome === 'too-far' ? 0 : 3);
    const query = { resources: ['practitioner:ana'], startMs: 0, endMs: at('12-31T23:00'), nowMs };
    expect(await store.busy(query)).toEqual([]);
  });

  it('that is taken hears others, the nearest first', async () => {
    const { book, hold } = clinic();
    await book('11-24T08:00');
    const answer = await hold('11-24T08:00', { holder: 'call-2' });
    expect(answer).toMatchObject({ outcome: 'slot-taken' });
    expect('alternatives' in answer && timesOf(answer.alternatives)).toEqual([
      '11-24T08:30',
      '11-24T09:00',
      '11-24T09:30',
    ]);
  });

  it('that many share is told when no place is left', async () => {
    const { book, hold } = clinic();
    for (let i = 0; i < 2; i += 1) await book('11-24T14:00', { plan: group });
    const answer = await hold('11-24T14:00', { plan: group });
    expect(answer).toMatchObject({ outcome: 'capacity-full' });
    expect('alternatives' in answer && timesOf(answer.alternatives)[0]).toBe('12-01T14:00');
  });

  it('asked again by the model is the same hold, not one in its own way', async () => {
    const { booking, request } = clinic();
    const asked = request('11-24T08:00');
    const first = await booking.hold(asked, now);
    expect(await booking.hold({ ...asked, id: createId() }, now + 5)).toEqual(first);
    const other = request('11-24T09:00', { key: asked.key });
    expect(await booking.hold(other, now)).toEqual({ outcome: 'changed' });
  });

  it('too late is told so, and another may have it', async () => {
    const { booking, hold } = clinic();
    const held = await hold('11-24T08:00');
    if (held.outcome !== 'held') throw new Error(held.outcome);
    const { id, version, holder } = held.reservation;
    expect(await booking.confirm({ id, version, holder }, now + holdMs)).toEqual({
      outcome: 'hold-expired',
    });
    expect((await hold('11-24T08:00', { holder: 'call-2' }, now + holdMs)).outcome).toBe('held');
  });

  it('cannot confirm what another conversation holds, nor learn that it exists', async () => {
    const { booking, hold } = clinic();
    const held = await hold('11-24T08:00');
    if (held.outcome !== 'held') throw new Error(held.outcome);
    const { id, version } = held.reservation;
    const strangers = booking.confirm({ id, version, holder: 'call-2' }, now);
    expect(await strangers).toEqual(
      await booking.confirm({ id: createId(), version, holder: 'call-2' }, now),
    );
  });

  it('gets another room when two doctors want the same one, and none when all are in use', async () => {
    const { book, hold } = clinic();
    const doctor = (id: string): Plan => ({
      ...ana,
      practitioner: id,
      needs: {
        ...ana.needs,
        resources: [[{ id: `practitioner:${id}`, capacity: 1 }], ...ana.needs.resources.slice(1)],
      },
    });
    const rooms = async (id: string) =>
      (await book('11-24T08:00', { plan: doctor(id) })).claims[1]?.resource;
    expect([await rooms('ana'), await rooms('bia')]).toEqual(['room:1', 'room:2']);
    expect((await hold('11-24T08:00', { plan: doctor('eva') })).outcome).toBe('slot-taken');
    const together = clinic();
    const answers = await Promise.all(
      ['ana', 'bia', 'eva'].map((id) => together.hold('11-24T08:00', { plan: doctor(id) })),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(['held', 'held', 'slot-taken']);
  });

  it('for several services of one visit gets all of them or none', async () => {
    const { book, booking, request, hold } = clinic();
    await book('11-24T08:30', { plan: only(ana, 'bia') });
    const visits = (second: string) => [
      { plan: ana, startMs: at('11-24T08:00') },
      { plan: only(ana, 'bia'), startMs: at(second) },
    ];
    const refused = await booking.hold(
      request('11-24T08:00', { visits: visits('11-24T08:30') }),
      now,
    );
    expect(refused).toMatchObject({ outcome: 'slot-taken', visit: 1 });
    expect((await hold('11-24T08:00')).outcome).toBe('held');
    const other = clinic();
    const both = await other.book('11-24T08:00', { visits: visits('11-24T08:30') });
    expect(both.items).toHaveLength(2);
    expect((await other.hold('11-24T08:30', { plan: only(ana, 'bia') })).outcome).toBe(
      'slot-taken',
    );
  });
});

describe('a visit that is booked', () => {
  it('is cancelled once, and its time is free', async () => {
    const { booking, book, hold } = clinic();
    const { id, version } = await book('11-24T08:00');
    const cancelled = await booking.cancel({ id, version }, now);
    expect(cancelled).toMatchObject({ outcome: 'cancelled' });
    expect(await booking.cancel({ id, version }, now)).toEqual(cancelled);
    expect((await hold('11-24T08:00')).outcome).toBe('held');
    expect(await booking.cancel({ id: createId(), version: 1 }, now)).toEqual({
      outcome: 'not-found',
    });
  });

  it('is not cancelled when it has begun', async () => {
    const { booking, book } = clinic();
    const { id, version } = await book('11-24T08:00');
    expect(await booking.cancel({ id, version }, at('11-24T08:00'))).toEqual({ outcome: 'past' });
  });

  it('is moved in one step, also by less than its own length', async () => {
    const { booking, book, request, store } = clinic();
    const long = { ...ana, needs: { ...ana.needs, durationMinutes: 60 } };
    const old = await book('11-24T08:00', { plan: long });
    const moving = {
      ...request('11-24T08:30', { plan: long }),
      replaces: { id: old.id, version: old.version },
    };
    const moved = await booking.reschedule(moving, now);
    expect(moved).toMatchObject({ outcome: 'confirmed', reservation: { id: moving.id } });
    expect(await store.find(old.id)).toMatchObject({
      status: 'cancelled',
      endedBecause: 'replaced',
    });
  });

  it('stays where it is when the new time is taken, or when it was cancelled meanwhile', async () => {
    const { booking, book, request, store, hold } = clinic();
    const old = await book('11-24T08:00');
    await book('11-24T09:00');
    const replaces = { id: old.id, version: old.version };
    const onTaken = await booking.reschedule({ ...request('11-24T09:00'), replaces }, now);
    expect(onTaken).toMatchObject({ outcome: 'slot-taken' });
    expect(await store.find(old.id)).toEqual(old);
    const held = await hold('11-24T09:30', { replaces });
    await booking.cancel(replaces, now);
    if (held.outcome !== 'held') throw new Error(held.outcome);
    const { id, version, holder } = held.reservation;
    expect(await booking.confirm({ id, version, holder }, now)).toEqual({ outcome: 'changed' });
  });
});

it('of many callers for few times, each time is given once and nobody is told otherwise', async () => {
  const times = ['08:00', '08:30', '09:00', '09:30'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...times), { minLength: 5, maxLength: 40 }),
      fc.scheduler(),
      async (wanted, s) => {
        const { booking, request, store } = clinic();
        const told = wanted.map(async (time, i) => {
          const asked = request(`11-24T${time}`, { holder: `call-${i}` });
          await s.schedule(Promise.resolve());
          const held = await booking.hold(asked, now);
          if (held.outcome !== 'held') return undefined;
          await s.schedule(Promise.resolve());
          const { id, version, holder } = held.reservation;
          const answer = await booking.confirm({ id, version, holder }, now);
          return answer.outcome === 'confirmed' ? answer.reservation : undefined;
        });
        await s.waitFor(Promise.all(told));
        const booked = (await Promise.all(told)).filter((one) => one !== undefined);
        expect(booked).toHaveLength(new Set(wanted).size);
        expect(clashesIn(booked)).toEqual([]);
        for (const one of booked) expect(await store.find(one.id)).toEqual(one);
      },
    ),
    { numRuns: 25 },
  );
});

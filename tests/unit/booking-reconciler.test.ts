import { beforeEach, describe, expect, it } from 'vitest';
import { reconcileBookings } from '../../src/agent/booking-reconciler.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { before, book, claim, reserveRequest, seen } from '../support/schedule-fixtures.ts';

const minute = 60_000;
const nothing = { checked: 0, booked: 0, cancelled: 0, failed: 0 };

describe('at start, an appointment', () => {
  let appointments: AppointmentStore;
  let schedule: ScheduleStore;
  let lines: string[];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  beforeEach(() => {
    appointments = createMemoryAppointmentStore();
    schedule = createMemoryScheduleStore();
    lines = [];
  });

  const reconcile = (nowMs = before + minute) =>
    reconcileBookings({ appointments, schedule, nowMs, log });
  async function keep(id: string, more: Partial<Appointment>): Promise<Appointment> {
    const one = appointment({ id, ...more });
    await appointments.save(one);
    return one;
  }
  async function hold(more: Parameters<typeof reserveRequest>[0] = {}) {
    const held = await schedule.reserve(reserveRequest(more));
    if (held.outcome !== 'done') throw new Error(`not held: ${held.outcome}`);
    return held.reservation;
  }
  const cancelledBecause = (one: Appointment, reason: string, more: Partial<Appointment> = {}) => ({
    ...one,
    status: 'cancelled',
    cancellation: {
      reason,
      callId: null,
      recordingMs: null,
      at: new Date(before + minute).toISOString(),
    },
    ...more,
  });

  it('that was booked when the process died before writing it is booked', async () => {
    const { id } = await book(schedule);
    const one = await keep(id, { status: 'pending' });
    expect(await reconcile()).toEqual({ ...nothing, checked: 1, booked: 1 });
    expect(await appointments.find(id)).toEqual({ ...one, status: 'booked' });
  });

  it('that another server was writing a moment ago is left to it, and looked at once that moment is over', async () => {
    const { id, changedAtMs } = await book(schedule);
    const one = await keep(id, { status: 'pending' });
    const waited: number[] = [];
    let end = () => {};
    const pause = (ms: number) => {
      waited.push(ms);
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    const nowMs = changedAtMs + 5_000;
    const parts = { appointments, schedule, nowMs, log, pause, leaveRecentMs: 15_000 };
    expect(await reconcileBookings(parts)).toEqual({ ...nothing, checked: 1 });
    expect(await appointments.find(id)).toEqual(one);
    expect(waited).toEqual([10_000]);
    end();
    await expect.poll(async () => (await appointments.find(id))?.status).toBe('booked');
  });

  it('whose place is still held is left to the conversation that holds it', async () => {
    const { id } = await hold();
    const one = await keep(id, { status: 'pending' });
    expect(await reconcile()).toEqual({ ...nothing, checked: 1 });
    expect(await appointments.find(id)).toEqual(one);
  });

  it.each<[string, () => Promise<string>]>([
    ['whose hold has run out', async () => (await hold({ holdExpiresAtMs: before + 1 })).id],
    [
      'whose hold was given up',
      async () => {
        const held = await hold();
        await schedule.release(seen(held, 'release'));
        return held.id;
      },
    ],
    [
      'whose hold was lost to somebody else',
      async () => {
        const { id } = await hold({ holdExpiresAtMs: before + 1 });
        await hold({ nowMs: before + 2 });
        return id;
      },
    ],
    ['of which the agenda knows nothing', async () => createId()],
  ])('%s was not completed', async (_, prepare) => {
    const one = await keep(await prepare(), { status: 'pending' });
    expect(await reconcile()).toEqual({ ...nothing, checked: 1, cancelled: 1 });
    expect(await appointments.find(one.id)).toEqual(cancelledBecause(one, 'not-completed'));
  });

  it('that says booked while its place was given up is cancelled, for a reason nobody wrote', async () => {
    const booked = await book(schedule);
    const one = await keep(booked.id, { status: 'booked' });
    await schedule.release(seen(booked, 'release'));
    expect(await reconcile()).toMatchObject({ cancelled: 1 });
    expect(await appointments.find(one.id)).toEqual(cancelledBecause(one, 'unknown'));
  });

  it('that was moved says by which, and the new one is booked', async () => {
    const old = await book(schedule);
    const oldFile = await keep(old.id, { status: 'booked' });
    const tried = await hold({
      claims: [claim(60, 90)],
      replaces: { id: old.id, version: old.version },
      holdExpiresAtMs: before + 1,
    });
    const triedFile = await keep(tried.id, { status: 'pending', replaces: old.id });
    const next = await hold({
      claims: [claim(120, 150)],
      replaces: { id: old.id, version: old.version },
    });
    const nextFile = await keep(next.id, { status: 'pending', replaces: old.id });
    expect((await schedule.swap(seen(next, 'swap'))).outcome).toBe('done');
    expect(await reconcile()).toEqual({ checked: 3, booked: 1, cancelled: 2, failed: 0 });
    expect(await appointments.find(old.id)).toEqual(
      cancelledBecause(oldFile, 'rescheduled', { replacedBy: next.id }),
    );
    expect(await appointments.find(tried.id)).toEqual(cancelledBecause(triedFile, 'not-completed'));
    expect(await appointments.find(next.id)).toEqual({ ...nextFile, status: 'booked' });
  });

  it('that is as the agenda says, is past, over, or a request of an earlier version is left alone', async () => {
    const fine = await book(schedule);
    const all = [
      await keep(fine.id, { status: 'booked' }),
      await keep(createId(), { status: 'booked' }),
      await keep(createId(), { status: 'pending', items: [] }),
      await keep(createId(), { status: 'pending', day: '2026-10-01' }),
      await keep(createId(), { status: 'fulfilled' }),
      await keep(createId(), { status: 'cancelled' }),
    ];
    expect(await reconcile()).toEqual({ ...nothing, checked: 2 });
    for (const one of all) expect(await appointments.find(one.id)).toEqual(one);
  });

  it('is corrected once: a second time changes nothing', async () => {
    await keep((await book(schedule)).id, { status: 'pending' });
    for (let i = 0; i < 40; i += 1) await keep(createId(), { status: 'pending' });
    expect(await reconcile()).toMatchObject({ checked: 41, booked: 1, cancelled: 40 });
    const list = () => appointments.list({ from: '2026-01-01', to: '2027-12-31' });
    const first = await list();
    expect(await reconcile(before + 2 * minute)).toEqual({ ...nothing, checked: 1 });
    expect(await list()).toEqual(first);
  });

  it('that cannot be looked up or written does not keep the others from it', async () => {
    const [lost, unwritable, fine] = [createId(), createId(), createId()];
    for (const id of [lost, unwritable, fine]) await keep(id, { status: 'pending' });
    const failing = async (id: string) => {
      if (id === lost) throw new Error('away');
      return undefined;
    };
    const result = await reconcileBookings({
      appointments: {
        ...appointments,
        update: (id, change) =>
          id === unwritable ? Promise.reject(new Error('EIO')) : appointments.update(id, change),
      },
      schedule: { ...schedule, find: failing },
      nowMs: before + minute,
      log,
    });
    expect(result).toEqual({ checked: 3, booked: 0, cancelled: 1, failed: 2 });
    expect((await appointments.find(fine))?.status).toBe('cancelled');
    expect((await appointments.find(lost))?.status).toBe('pending');
    expect(lines.filter((line) => line.includes(lost))).toHaveLength(1);
  });

  it('of thousands is not looked up in an agenda that does not answer', async () => {
    for (let i = 0; i < 200; i += 1) await keep(createId(), { status: 'pending' });
    let asked = 0;
    const find = async () => {
      asked += 1;
      throw new Error('away');
    };
    const nowMs = before + minute;
    const result = await reconcileBookings({
      appointments,
      schedule: { ...schedule, find },
      nowMs,
      log,
    });
    expect(result.failed).toBe(asked);
    expect(asked).toBeLessThan(50);
  });

  it('changed by somebody while we looked keeps that change', async () => {
    const { id } = await book(schedule);
    await keep(id, { status: 'pending' });
    const result = await reconcileBookings({
      appointments,
      schedule: {
        ...schedule,
        async find(wanted) {
          await appointments.update(id, (kept) => ({ ...kept, status: 'arrived' }));
          return schedule.find(wanted);
        },
      },
      nowMs: before + minute,
      log,
    });
    expect(result).toEqual({ ...nothing, checked: 1 });
    expect((await appointments.find(id))?.status).toBe('arrived');
  });
});

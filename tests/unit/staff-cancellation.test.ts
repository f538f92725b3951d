import { beforeEach, describe, expect, it } from 'vitest';
import { cancelByStaff, type StaffCancelParts } from '../../src/agent/staff-cancellation.ts';
import { createId } from '../../src/platform/id.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import { createBooking } from '../../src/scheduling/booking.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { appointment, clockAt, type HandClock } from '../support/agent-fixtures.ts';
import { before, book, monday, seen } from '../support/schedule-fixtures.ts';

describe('when staff call off', () => {
  let appointments: AppointmentStore;
  let schedule: ScheduleStore;
  let clock: HandClock;
  let parts: StaffCancelParts;
  beforeEach(() => {
    appointments = createMemoryAppointmentStore();
    schedule = createMemoryScheduleStore();
    clock = clockAt(new Date(before + 60_000).toISOString());
    const booking = createBooking({
      store: schedule,
      clinic: 'aurora',
      calendar: { timeZone: 'America/Fortaleza', hours: [], closed: new Set() },
      rules: { window: { noticeMinutes: 60, horizonDays: 60 }, holdMs: 180_000 },
    });
    parts = {
      appointments,
      schedule,
      clock,
      bookingOf: (clinic) => (clinic === 'aurora' ? booking : undefined),
    };
  });
  async function keep(id: string, more: Partial<Appointment> = {}): Promise<Appointment> {
    const one = appointment({ id, status: 'booked', ...more });
    await appointments.save(one);
    return one;
  }
  const calledOff = (one: Appointment) => ({
    ...one,
    status: 'cancelled',
    cancellation: {
      reason: 'by-staff',
      callId: null,
      recordingMs: null,
      at: new Date(before + 60_000).toISOString(),
    },
  });

  it('a booked appointment, its place is free and its file says so', async () => {
    const { id } = await book(schedule);
    const one = await keep(id);
    const answer = await cancelByStaff(parts, id);
    expect(answer).toEqual({ outcome: 'cancelled', appointment: calledOff(one) });
    expect(await appointments.find(id)).toEqual(calledOff(one));
    expect((await schedule.find(id))?.endedBecause).toBe('released');
    clock.advance(60_000);
    expect(await cancelByStaff(parts, id)).toEqual(answer);
  });

  it('something that nobody knows, there is nothing to call off', async () => {
    expect(await cancelByStaff(parts, createId())).toEqual({ outcome: 'not-found' });
  });

  it('what has begun, nothing changes', async () => {
    const { id } = await book(schedule);
    const one = await keep(id);
    clock.advance(monday - before);
    expect(await cancelByStaff(parts, id)).toEqual({ outcome: 'past' });
    expect(await appointments.find(id)).toEqual(one);
    expect((await schedule.find(id))?.status).toBe('booked');
    const seenPatient = await keep(createId(), { status: 'fulfilled' });
    expect(await cancelByStaff(parts, seenPatient.id)).toEqual({ outcome: 'past' });
  });

  it('what is being moved this very moment, they are told to look again', async () => {
    const booked = await book(schedule);
    const one = await keep(booked.id);
    const moving = {
      ...parts,
      bookingOf: () => ({ cancel: async () => ({ outcome: 'changed' as const }) }),
    };
    expect(await cancelByStaff(moving, booked.id)).toEqual({ outcome: 'changed' });
    expect(await appointments.find(one.id)).toEqual(one);
  });

  it('what lost its place already, or is a request that never had one, the file follows', async () => {
    const booked = await book(schedule);
    const lost = await keep(booked.id);
    await schedule.release(seen(booked, 'release'));
    const asked = await keep(createId(), { status: 'pending', items: [] });
    for (const one of [lost, asked]) {
      expect(await cancelByStaff(parts, one.id)).toMatchObject({ outcome: 'cancelled' });
      expect(await appointments.find(one.id)).toEqual(calledOff(one));
    }
  });

  it('and the file cannot be written, it is finished when they try again', async () => {
    const { id } = await book(schedule);
    const one = await keep(id);
    const full = { ...appointments, update: () => Promise.reject(new Error('ENOSPC')) };
    await expect(cancelByStaff({ ...parts, appointments: full }, id)).rejects.toThrow('ENOSPC');
    expect(await cancelByStaff(parts, id)).toMatchObject({ outcome: 'cancelled' });
    expect(await appointments.find(id)).toEqual(calledOff(one));
  });
});

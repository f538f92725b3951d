import type { Clock } from '../platform/clock.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { Booking } from '../scheduling/booking.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';

/** `past`: it has begun. `changed`: somebody else changed it just now; look again. */
export type StaffCancelAnswer =
  | { outcome: 'cancelled'; appointment: Appointment }
  | { outcome: 'not-found' | 'past' | 'changed' };

export interface StaffCancelParts {
  appointments: AppointmentStore;
  schedule: Pick<ScheduleStore, 'find'>;
  /** The agenda of an appointment's clinic. */
  bookingOf(clinic: string): Pick<Booking, 'cancel'> | undefined;
  clock: Clock;
}

/**
 * Staff call an appointment off: its place is given up first, which is the truth of it, then what people read says so.
 * Asked again it answers the same, and finishes what was left half done.
 */
export function cancelByStaff(parts: StaffCancelParts, id: string): Promise<StaffCancelAnswer> {
  return callOff(parts, id, (kept, at) => ({
    ...kept,
    status: 'cancelled',
    cancellation: { reason: 'by-staff', callId: null, recordingMs: null, at },
  }));
}

/** The same, whoever wants it. @param cancelled what is written of an appointment that still stood; `at` is ISO 8601 */
export async function callOff(
  parts: StaffCancelParts,
  id: string,
  cancelled: (kept: Appointment, at: string) => Appointment,
): Promise<StaffCancelAnswer> {
  const { appointments, clock } = parts;
  const found = await appointments.find(id);
  if (!found) return { outcome: 'not-found' };
  if (found.status === 'cancelled') return { outcome: 'cancelled', appointment: found };
  if (found.status !== 'pending' && found.status !== 'booked') return { outcome: 'past' };
  const nowMs = clock.wallMs();
  const released = await releasePlace(parts, found, nowMs);
  if (released !== 'released') return { outcome: released };
  const at = new Date(nowMs).toISOString();
  const answer = await appointments.update(id, (kept) =>
    kept.status === 'pending' || kept.status === 'booked' ? cancelled(kept, at) : kept,
  );
  if (answer.outcome === 'not-found') return { outcome: 'not-found' };
  const { appointment } = answer;
  return appointment.status === 'cancelled'
    ? { outcome: 'cancelled', appointment }
    : { outcome: 'changed' };
}

/** A place that was never taken, or is given up already, is released as well. */
async function releasePlace(
  { schedule, bookingOf }: StaffCancelParts,
  { id, clinic }: Appointment,
  nowMs: number,
): Promise<'released' | 'past' | 'changed'> {
  const reservation = await schedule.find(id);
  if (!reservation || reservation.status === 'cancelled') return 'released';
  const { version } = reservation;
  const answer = await bookingOf(clinic)?.cancel({ id, version }, nowMs);
  if (answer?.outcome === 'cancelled') return 'released';
  return answer?.outcome === 'past' ? 'past' : 'changed';
}

import type { Appointment } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';

/** A booked appointment, as far as ringing somebody about it needs. */
export interface ContactVisit {
  appointmentId: string;
  clinicId: string;
  /** Where its patient is reached, E.164, if that is known. */
  phone: string | null;
  name: string;
  /** In the clinic's zone: `YYYY-MM-DD`, `HH:MM`. */
  day: string;
  time: string;
}

/** The agenda, for whoever rings people about it. */
export interface ContactVisits {
  /** Nothing when it is not booked, or has begun. */
  find(appointmentId: string): Promise<ContactVisit | undefined>;
  /** Those of a day `YYYY-MM-DD` that are still to come, by time. */
  ofDay(clinicId: string, day: string): Promise<ContactVisit[]>;
}

export function createContactVisits(
  appointments: Pick<AppointmentStore, 'find' | 'list'>,
  nowMs: () => number,
): ContactVisits {
  return {
    async find(id) {
      const found = await appointments.find(id);
      return found && isToCome(found, nowMs()) ? visitOf(found) : undefined;
    },
    async ofDay(clinicId, day) {
      const listed = await appointments.list({ from: day, to: day });
      return listed.filter((one) => one.clinic === clinicId && isToCome(one, nowMs())).map(visitOf);
    },
  };
}

/** What was written without services has no instant: its status alone is known. */
function isToCome({ status, items }: Appointment, nowMs: number): boolean {
  const [first] = items;
  return status === 'booked' && (first === undefined || Date.parse(first.startsAt) > nowMs);
}

function visitOf({ id, clinic, phone, patient, day, time }: Appointment): ContactVisit {
  return { appointmentId: id, clinicId: clinic, phone, name: patient.name, day, time };
}

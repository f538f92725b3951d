import { type Appointment, appointmentSchema } from './appointment.ts';

/**
 * Keeps appointments. It decides nothing about them.
 * A driver that cannot write durably, or is given something that is no appointment, rejects with STORE_WRITE_FAILED:
 * nothing was acknowledged, and never is a part of an appointment there.
 */
export interface AppointmentStore {
  /**
   * Creates, never replaces: an id that is already there is answered with `exists` and left as it is.
   * Resolves when the appointment would survive the death of the process. `file` is where it is kept, for staff.
   */
  save(appointment: Appointment): Promise<{ outcome: 'saved' | 'exists'; file: string }>;
  find(id: string): Promise<Appointment | undefined>;
  /** Days `YYYY-MM-DD`, both included; by day, then time, then id. */
  list(days: { from: string; to: string }): Promise<Appointment[]>;
}

/** The order of `list`. */
export function byDayAndTime(a: Appointment, b: Appointment): number {
  const key = ({ day, time, id }: Appointment) => `${day} ${time} ${id}`;
  return key(a) < key(b) ? -1 : 1;
}

/** `2026-11-30T14-00-<id>.json`. Day, time and id are checked shapes: nothing a caller says reaches a path. */
export function appointmentFileName({ day, time, id }: Pick<Appointment, 'day' | 'time' | 'id'>) {
  return `${day}T${time.replace(':', '-')}-${id}.json`;
}

/** What was read back, if it is an appointment of a version we know. */
export function parseAppointment(value: unknown): Appointment | undefined {
  const parsed = appointmentSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

import {
  type Appointment,
  type AppointmentPatient,
  appointmentSchema,
  protocolOf,
} from './appointment.ts';
import { patientKey } from './patient-key.ts';

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
  /**
   * Replaces one appointment by what `change` makes of it as it is kept now; changes of one id follow each other.
   * Id, day and time stay as they are. Resolves when the change is durable; `change` may be called again after a failure.
   * What `change` throws, this rejects with; then, and when it makes no appointment (STORE_WRITE_FAILED), nothing changed.
   * A failure of the disk leaves the appointment as it was or, when only its durability is in doubt, wholly changed.
   */
  update(id: string, change: (kept: Appointment) => Appointment): Promise<UpdateAnswer>;
  /** Pending and booked appointments of a patient or a telephone number, from a day on; by day, then time, then id. */
  findOpen(query: OpenQuery): Promise<Appointment[]>;
  /** Days `YYYY-MM-DD`, both included; by day, then time, then id. */
  list(days: { from: string; to: string }): Promise<Appointment[]>;
}

export type UpdateAnswer =
  | { outcome: 'updated'; appointment: Appointment; file: string }
  | { outcome: 'not-found' };

export interface OpenQuery {
  clinic: string;
  /** First day, `YYYY-MM-DD`. */
  from: string;
  /** `patient`: from `patientKey`. `phone`: contact number or the number it was booked from, E.164. */
  by: { patient: string } | { phone: string };
  /** Those that are over or cancelled as well. */
  withClosed?: boolean;
}

/** What an index or a database column of patients holds; null without a birth date: a name alone is nobody. */
export function patientKeyOf({ name, birthDate }: AppointmentPatient): string | null {
  return birthDate === null ? null : patientKey(name, birthDate);
}

/** What `findOpen` finds an appointment by, each a `searchKeyOf`. */
export function searchKeysOf({ patient, phone, bookedFrom }: Appointment): string[] {
  const key = patientKeyOf(patient);
  const numbers = [phone, bookedFrom].filter((number) => number !== null);
  return [
    ...(key === null ? [] : [searchKeyOf({ patient: key })]),
    ...numbers.map((number) => searchKeyOf({ phone: number })),
  ];
}

export function searchKeyOf(by: OpenQuery['by']): string {
  return 'patient' in by ? `patient ${by.patient}` : `phone ${by.phone}`;
}

/** Whether `findOpen` gives this one. */
export function isOpenFor(appointment: Appointment, query: OpenQuery): boolean {
  const { clinic, from, by, withClosed } = query;
  const { status, day } = appointment;
  return (
    (withClosed || status === 'pending' || status === 'booked') &&
    appointment.clinic === clinic &&
    from <= day &&
    searchKeysOf(appointment).includes(searchKeyOf(by))
  );
}

/** Whether a reservation must stand behind it. What staff wrote by hand has none: its protocol does not come from its id. */
export function hasPlace({ id, items, protocol, status }: Appointment): boolean {
  return status === 'booked' && items.length > 0 && protocol === protocolOf(id);
}

/** `after`, when it may take the place of `before`: an appointment of the same id, day and time. */
export function checkedChange(before: Appointment, after: Appointment): Appointment | undefined {
  const checked = parseAppointment(after);
  return checked && appointmentFileName(checked) === appointmentFileName(before)
    ? checked
    : undefined;
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

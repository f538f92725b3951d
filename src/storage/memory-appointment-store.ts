import { CodedError } from '../platform/errors.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import {
  type AppointmentStore,
  appointmentFileName,
  byDayAndTime,
  parseAppointment,
} from '../scheduling/appointment-store.ts';

/** Forgets everything at exit; for the `memory` profile and tests. Keeps and hands out copies. */
export function createMemoryAppointmentStore(): AppointmentStore {
  const kept = new Map<string, Appointment>();
  const fileOf = (appointment: Appointment) => `memory:${appointmentFileName(appointment)}`;
  return {
    async save(appointment) {
      const existing = kept.get(appointment.id);
      if (existing) return { outcome: 'exists', file: fileOf(existing) };
      const checked = parseAppointment(appointment);
      if (!checked) {
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not an appointment');
      }
      kept.set(checked.id, structuredClone(checked));
      return { outcome: 'saved', file: fileOf(checked) };
    },
    async find(id) {
      return structuredClone(kept.get(id));
    },
    async list({ from, to }) {
      return [...kept.values()]
        .filter(({ day }) => from <= day && day <= to)
        .sort(byDayAndTime)
        .map((appointment) => structuredClone(appointment));
    },
  };
}

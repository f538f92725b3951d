import { CodedError } from '../platform/errors.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import {
  type AppointmentStore,
  appointmentFileName,
  byDayAndTime,
  checkedChange,
  isOpenFor,
  parseAppointment,
} from '../scheduling/appointment-store.ts';

/** Forgets everything at exit; for the `memory` profile and tests. Keeps and hands out copies. */
export function createMemoryAppointmentStore(): AppointmentStore {
  const kept = new Map<string, Appointment>();
  const fileOf = (appointment: Appointment) => `memory:${appointmentFileName(appointment)}`;
  const select = (wanted: (appointment: Appointment) => boolean) =>
    [...kept.values()]
      .filter(wanted)
      .sort(byDayAndTime)
      .map((appointment) => structuredClone(appointment));
  return {
    async save(appointment) {
      const existing = kept.get(appointment.id);
      if (existing) return { outcome: 'exists', file: fileOf(existing) };
      const checked = parseAppointment(appointment);
      if (!checked) throw notAnAppointment();
      kept.set(checked.id, structuredClone(checked));
      return { outcome: 'saved', file: fileOf(checked) };
    },
    async find(id) {
      return structuredClone(kept.get(id));
    },
    async update(id, change) {
      const before = kept.get(id);
      if (!before) return { outcome: 'not-found' };
      const checked = checkedChange(before, change(structuredClone(before)));
      if (!checked) throw notAnAppointment();
      kept.set(id, structuredClone(checked));
      return { outcome: 'updated', appointment: checked, file: fileOf(checked) };
    },
    async findOpen(query) {
      return select((appointment) => isOpenFor(appointment, query));
    },
    async list({ from, to }) {
      return select(({ day }) => from <= day && day <= to);
    },
  };
}

function notAnAppointment(): CodedError {
  return new CodedError('STORE_WRITE_FAILED', 'what was to be written is not this appointment');
}

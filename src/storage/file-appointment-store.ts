import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import {
  type AppointmentStore,
  appointmentFileName,
  byDayAndTime,
  checkedChange,
  isOpenFor,
  parseAppointment,
  searchKeyOf,
  searchKeysOf,
} from '../scheduling/appointment-store.ts';
import { removeStaleTemporaries } from './file-commit.ts';
import { RecordDirectory } from './record-directory.ts';

/** `2026-11-30T14-00-<26 characters>.json`; everything else in the directory is somebody else's. */
const fileName = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-(?<id>[a-z2-7]{26})\.json$/;
const dayLength = 'YYYY-MM-DD'.length;

export interface FileAppointmentStore extends AppointmentStore {
  /** False from a failed write until one comes through, a trial every five seconds included. */
  isWritable(): boolean;
  /** No more trials. */
  close(): void;
}

interface FileAppointmentOptions {
  /** Must exist. */
  directory: string;
  log: Log;
  /** Durable, atomic write of a whole file. */
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/**
 * One JSON file an appointment; the directory is the only truth (`RecordDirectory`). Every file is read once here, to
 * know whose it is. One that cannot be understood is left as it is, skipped, and logged each time it is met.
 * One process per directory.
 */
export async function openFileAppointmentStore(
  options: FileAppointmentOptions,
): Promise<FileAppointmentStore> {
  const { log, ...place } = options;
  // They hold what a dead process was writing of somebody.
  await removeStaleTemporaries(options.directory);
  const files = new RecordDirectory<Appointment, string[]>({
    ...place,
    fileName,
    parse: parseAppointment,
    nameOf: appointmentFileName,
    // Hashes and numbers: about 200 bytes an appointment.
    gistOf: searchKeysOf,
    keysOf: (keys) => keys,
    onForeign: (appointmentId) =>
      log.error({ appointmentId }, 'an appointment file could not be understood and was skipped'),
  });
  await files.survey();
  const { isWritable, close } = files.health;
  return { ...fileAppointmentStore(files), isWritable, close };
}

function fileAppointmentStore(files: RecordDirectory<Appointment, string[]>): AppointmentStore {
  async function namesOf(wanted: (day: string) => boolean): Promise<string[]> {
    return (await files.names()).filter((name) => wanted(name.slice(0, dayLength)));
  }

  return {
    async save(appointment) {
      const checked = parseAppointment(appointment);
      if (!checked) throw notAnAppointment();
      const { outcome, name } = await files.create(checked);
      return { outcome, file: files.pathOf(name) };
    },
    async update(id, change) {
      const changed = await files.change(id, (kept) => {
        const checked = checkedChange(kept, change(structuredClone(kept)));
        if (!checked) throw notAnAppointment();
        return checked;
      });
      if (!changed) return { outcome: 'not-found' };
      return {
        outcome: 'updated',
        appointment: changed.kept,
        file: files.pathOf(changed.name),
      };
    },
    async find(id) {
      return (await files.find(id))?.kept;
    },
    async findOpen(query) {
      const key = searchKeyOf(query.by);
      const known = await files.knownNames(key);
      const names = known.filter((name) => query.from <= name.slice(0, dayLength));
      const found = await files.select(names, (keys) => keys.includes(key));
      return found.filter((appointment) => isOpenFor(appointment, query)).sort(byDayAndTime);
    },
    async list({ from, to }) {
      const names = await namesOf((day) => from <= day && day <= to);
      return (await files.select(names, () => true)).sort(byDayAndTime);
    },
  };
}

function notAnAppointment(): CodedError {
  return new CodedError('STORE_WRITE_FAILED', 'what was to be written is not this appointment');
}

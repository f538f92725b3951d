import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import {
  type AppointmentStore,
  appointmentFileName,
  byDayAndTime,
  parseAppointment,
} from '../scheduling/appointment-store.ts';
import { replaceFile } from './file-commit.ts';

/** `2026-11-30T14-00-<26 characters>.json`; everything else in the directory is somebody else's. */
const fileName = /^(\d{4}-\d{2}-\d{2})T\d{2}-\d{2}-([a-z2-7]{26})\.json$/;

/** Files read at once: enough to keep a disk busy, far below any limit on open files. */
const readsAtOnce = 16;

/** An appointment is about 1 KB; what is larger is not ours. */
const largestFileBytes = 64 * 1024;

/**
 * One JSON file an appointment. The directory is the only truth: files may be added or taken away while we run.
 * A file that cannot be understood is left as it is, skipped, and logged each time it is met.
 */
export function createFileAppointmentStore(options: {
  /** Must exist. */
  directory: string;
  log: Log;
  /** Durable, atomic write of a whole file. */
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}): AppointmentStore {
  const { directory, log } = options;
  const write = options.replaceFile ?? replaceFile;
  /** Ids being written, so that two saves at once cannot both find the id free. */
  const inFlight = new Map<string, Promise<unknown>>();

  async function namesOf(wanted: (day: string, id: string) => boolean): Promise<string[]> {
    const names = await readdir(directory);
    return names.filter((name) => {
      const [, day, id] = fileName.exec(name) ?? [];
      return day !== undefined && id !== undefined && wanted(day, id);
    });
  }

  async function read(name: string): Promise<Appointment | undefined> {
    try {
      const bytes = await readFile(join(directory, name));
      const value: unknown =
        bytes.length > largestFileBytes ? undefined : JSON.parse(bytes.toString('utf8'));
      const appointment = parseAppointment(value);
      if (appointment && appointmentFileName(appointment) === name) return appointment;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (!isForeign(error)) throw error;
    }
    const [, , appointmentId] = fileName.exec(name) ?? [];
    log.error({ appointmentId }, 'an appointment file could not be understood and was skipped');
    return undefined;
  }

  async function create(appointment: Appointment) {
    const [existing] = await namesOf((_, id) => id === appointment.id);
    if (existing) return { outcome: 'exists' as const, file: join(directory, existing) };
    const file = join(directory, appointmentFileName(appointment));
    await write(file, `${JSON.stringify(appointment, null, 2)}\n`);
    return { outcome: 'saved' as const, file };
  }

  return {
    async save(appointment) {
      const checked = parseAppointment(appointment);
      if (!checked) {
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not an appointment');
      }
      while (inFlight.has(checked.id)) await inFlight.get(checked.id)?.catch(() => undefined);
      const creating = create(checked).catch((cause) => {
        if (hasCode(cause, 'STORE_WRITE_FAILED')) throw cause;
        throw new CodedError('STORE_WRITE_FAILED', 'the appointment could not be written', {
          cause,
        });
      });
      inFlight.set(checked.id, creating);
      try {
        return await creating;
      } finally {
        inFlight.delete(checked.id);
      }
    },
    async find(wanted) {
      const [name] = await namesOf((_, id) => id === wanted);
      return name === undefined ? undefined : read(name);
    },
    async list({ from, to }) {
      const names = await namesOf((day) => from <= day && day <= to);
      const found: Appointment[] = [];
      for (let i = 0; i < names.length; i += readsAtOnce) {
        const batch = await Promise.all(names.slice(i, i + readsAtOnce).map(read));
        found.push(...batch.filter((appointment) => appointment !== undefined));
      }
      return found.sort(byDayAndTime);
    },
  };
}

/** Not JSON, a directory, or closed to us: trouble of that one file, not of the disk. */
function isForeign(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return ['EISDIR', 'EACCES', 'EPERM', 'ELOOP'].some((code) => hasCode(error, code));
}

import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type AppointmentStore, hasPlace } from '../scheduling/appointment-store.ts';
import { lockDirectory } from './data-lock.ts';
import { openFileAppointmentStore } from './file-appointment-store.ts';
import { openFileAuditTrail } from './file-audit-trail.ts';
import { openFileCalendarFeedStore } from './file-calendar-feed-store.ts';
import { FileCallIndex } from './file-call-index.ts';
import { openFileCallStore } from './file-call-store.ts';
import { openFileClinicVersionStore } from './file-clinic-version-store.ts';
import { openFileOptOutStore } from './file-opt-out-store.ts';
import { type FileScheduleStore, openFileScheduleStore } from './file-schedule-store.ts';
import { openFileScriptStore } from './file-script-store.ts';
import { openFileSessionStore } from './file-session-store.ts';
import { openFileStaffRequestStore } from './file-staff-request-store.ts';
import { openFileUserStore } from './file-user-store.ts';
import { damaged } from './journal-recovery.ts';
import type { SharedStores } from './shared-stores.ts';

export interface FileStores extends SharedStores {
  schedule: FileScheduleStore;
}

export interface FileOptions {
  recordingsDirectory: string;
  appointmentsDirectory: string;
  dataDirectory: string;
  log: Log;
}

type Closer = () => Promise<void>;

/** Nobody else holds calls or changes anything. */
const alone: Pick<SharedStores, 'madeHere' | 'changes'> = {
  madeHere: async () => true,
  changes: { watch() {} },
};

/** In files of this machine alone; the data directory is ours by now. What was opened is closed again when something fails. */
export async function openFileStores(options: FileOptions): Promise<FileStores> {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const calls = await openCalls(options, closers);
    const access = await openAccess(options, closers);
    const agenda = await openAgenda(options, closers);
    const lists = await openLists(options, closers);
    return { ...calls, ...access, ...agenda, ...lists, ...alone, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openCalls(
  options: FileOptions,
  closers: Closer[],
): Promise<Pick<SharedStores, 'calls' | 'callIndex'>> {
  const callIndex = await FileCallIndex.open(
    join(options.dataDirectory, 'call-index'),
    options.log,
  );
  closers.push(() => callIndex.close());
  const calls = await openFileCallStore({
    directory: options.recordingsDirectory,
    log: options.log,
    index: callIndex,
  });
  return { callIndex, calls };
}

async function openLists(
  { dataDirectory, log }: FileOptions,
  closers: Closer[],
): Promise<Pick<SharedStores, 'optOuts' | 'calendarFeeds'>> {
  const feedsDirectory = join(dataDirectory, 'calendar-feeds');
  const optOutsDirectory = join(dataDirectory, 'opt-outs');
  await mkdir(feedsDirectory, { recursive: true, mode: 0o700 });
  await mkdir(optOutsDirectory, { recursive: true });
  const calendarFeeds = await openFileCalendarFeedStore({ directory: feedsDirectory, log });
  closers.push(() => calendarFeeds.close());
  const optOuts = await openFileOptOutStore({ directory: optOutsDirectory, log });
  closers.push(() => optOuts.close());
  return { calendarFeeds, optOuts };
}

async function openAccess(
  { dataDirectory, log }: FileOptions,
  closers: Closer[],
): Promise<Pick<SharedStores, 'users' | 'sessions' | 'audit' | 'clinicVersions'>> {
  const usersDirectory = join(dataDirectory, 'users');
  const auditDirectory = join(dataDirectory, 'audit');
  const clinicsDirectory = join(dataDirectory, 'clinics');
  for (const directory of [usersDirectory, auditDirectory, clinicsDirectory])
    await mkdir(directory, { recursive: true, mode: 0o700 });
  const users = await openFileUserStore({ directory: usersDirectory });
  closers.push(() => users.close());
  const sessions = await openFileSessionStore({ directory: dataDirectory, log });
  closers.push(() => sessions.close());
  const audit = await openFileAuditTrail({ directory: auditDirectory, log });
  closers.push(() => audit.close());
  const clinicVersions = openFileClinicVersionStore({ directory: clinicsDirectory });
  return { users, sessions, audit, clinicVersions };
}

type Agenda = Pick<FileStores, 'appointments' | 'schedule' | 'requests' | 'scripts' | 'trouble'>;

async function openAgenda(options: FileOptions, closers: Closer[]): Promise<Agenda> {
  const { log, appointmentsDirectory } = options;
  const scheduleDirectory = join(options.dataDirectory, 'schedule');
  const requestsDirectory = join(options.dataDirectory, 'requests');
  const scriptsDirectory = join(options.dataDirectory, 'scripts');
  for (const directory of [
    appointmentsDirectory,
    scheduleDirectory,
    requestsDirectory,
    scriptsDirectory,
  ])
    await makeDirectory(directory);
  const appointments = await openFileAppointmentStore({ directory: appointmentsDirectory, log });
  await expectNotLost(scheduleDirectory, appointments);
  // Another server with a schedule of its own would take our appointments for lost ones.
  closers.push(await lockDirectory(appointmentsDirectory));
  const schedule = await openFileScheduleStore({ directory: scheduleDirectory, log });
  closers.push(() => schedule.close());
  const requests = await openFileStaffRequestStore({ directory: requestsDirectory, log });
  closers.push(async () => {
    appointments.close();
    requests.close();
  });
  const scripts = await openFileScriptStore({ directory: scriptsDirectory, log });
  closers.push(() => scripts.close());
  return {
    appointments,
    schedule,
    requests,
    scripts,
    trouble() {
      if (!schedule.isWritable()) return 'agenda-not-writable';
      if (!appointments.isWritable()) return 'appointments-not-writable';
      return requests.isWritable() ? undefined : 'requests-not-writable';
    },
  };
}

/** An agenda that was mislaid is not taken for a new one: every time that is booked would be given away again. */
async function expectNotLost(directory: string, appointments: AppointmentStore): Promise<void> {
  const kept = (await readdir(directory)).filter((name) => /^(journal|snapshot)-/.test(name));
  if (kept.length > 0) return;
  const listed = await appointments.list({ from: '0000-00-00', to: '9999-12-31' });
  if (listed.some(hasPlace))
    throw damaged(directory, 'it is empty although appointments are booked');
}

export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new CodedError('STORE_WRITE_FAILED', `${path} cannot be made a directory`, { cause });
  }
}

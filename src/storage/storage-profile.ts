import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import type { OptOutStore } from '../agent/opt-out-store.ts';
import type { ScriptStore } from '../agent/script-store.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import type { CallListStore } from '../call/call-list-store.ts';
import type { CallStore } from '../call/call-record.ts';
import type { DialLedger } from '../call/dial-ledger.ts';
import type { DialSuspensionStore } from '../call/dial-suspension-store.ts';
import type { TransferStore } from '../call/transfer-store.ts';
import type { AuditTrail } from '../console/audit-store.ts';
import type { CalendarFeedStore } from '../console/calendar-feed-store.ts';
import type { SessionStore } from '../console/session-store.ts';
import type { UserStore } from '../console/user-store.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type AppointmentStore, hasPlace } from '../scheduling/appointment-store.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import { lockDirectory } from './data-lock.ts';
import { openFileAppointmentStore } from './file-appointment-store.ts';
import { openFileAuditTrail } from './file-audit-trail.ts';
import { openFileCalendarFeedStore } from './file-calendar-feed-store.ts';
import { FileCallIndex } from './file-call-index.ts';
import { openFileCallListStore } from './file-call-list-store.ts';
import { openFileCallStore } from './file-call-store.ts';
import { openFileClinicVersionStore } from './file-clinic-version-store.ts';
import { openFileDialLedger } from './file-dial-ledger.ts';
import {
  createMemoryDialSuspensionStore,
  openFileDialSuspensionStore,
} from './file-dial-suspension-store.ts';
import { openFileOptOutStore } from './file-opt-out-store.ts';
import { openFileScheduleStore } from './file-schedule-store.ts';
import { openFileScriptStore } from './file-script-store.ts';
import { openFileSessionStore } from './file-session-store.ts';
import { openFileStaffRequestStore } from './file-staff-request-store.ts';
import { openFileTransferStore } from './file-transfer-store.ts';
import { openFileUserStore } from './file-user-store.ts';
import { indexedCallStore } from './indexed-call-store.ts';
import { damaged } from './journal-recovery.ts';
import { createMemoryAppointmentStore } from './memory-appointment-store.ts';
import { createMemoryAuditTrail } from './memory-audit-trail.ts';
import { createMemoryCalendarFeedStore } from './memory-calendar-feed-store.ts';
import { MemoryCallIndex } from './memory-call-index.ts';
import { createMemoryCallListStore } from './memory-call-list-store.ts';
import { createMemoryCallStore } from './memory-call-store.ts';
import { createMemoryClinicVersionStore } from './memory-clinic-version-store.ts';
import { createMemoryDialLedger } from './memory-dial-ledger.ts';
import { createMemoryOptOutStore } from './memory-opt-out-store.ts';
import { createMemoryScheduleStore } from './memory-schedule-store.ts';
import { createMemoryScriptStore } from './memory-script-store.ts';
import { createMemorySessionStore } from './memory-session-store.ts';
import { createMemoryStaffRequestStore } from './memory-staff-request-store.ts';
import { createMemoryTransferStore } from './memory-transfer-store.ts';
import { createMemoryUserStore } from './memory-user-store.ts';
import { openPostgresAgenda } from './postgres-agenda.ts';

export interface StorageOptions {
  kind: 'memory' | 'files';
  recordingsDirectory: string;
  appointmentsDirectory: string;
  dataDirectory: string;
  /** With it, the agenda is kept in PostgreSQL and may be shared by several servers. */
  databaseUrl: string | undefined;
  log: Log;
}

/** Everything that is kept, as one profile. */
export interface Storage {
  calls: CallStore;
  callIndex: CallIndex;
  appointments: AppointmentStore;
  schedule: ScheduleStore;
  requests: StaffRequestStore;
  scripts: ScriptStore;
  /** Calls we make; on this machine, whatever the agenda is kept in. */
  dials: DialLedger;
  suspensions: DialSuspensionStore;
  callLists: CallListStore;
  optOuts: OptOutStore;
  /** Callers who are being put through; on this machine, too. */
  transfers: TransferStore;
  calendarFeeds: CalendarFeedStore;
  /** The console's, on this machine too. */
  users: UserStore;
  sessions: SessionStore;
  audit: AuditTrail;
  clinicVersions: ClinicVersionStore;
  /** Why nothing can be booked at the moment, if so. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

type Closer = () => Promise<void>;

/**
 * Takes hold of the directories (a second process is refused with STORE_LOCKED) and opens what is in them.
 * What was opened is closed again when something fails.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await makeDirectory(options.recordingsDirectory);
    // A second process would repair the recordings that the first is still writing.
    closers.push(await lockDirectory(options.recordingsDirectory));
    const calls = await openCalls(options, closers);
    const dialling = await openDialling(options, closers);
    const access = await openAccess(options, closers);
    const calendarFeeds = await openCalendarFeeds(options, closers);
    const agenda = options.databaseUrl
      ? await openDatabaseAgenda(options.databaseUrl, options, closers)
      : await openAgenda(options, closers);
    return { ...calls, ...dialling, ...access, calendarFeeds, ...agenda, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openCalls(
  options: StorageOptions,
  closers: Closer[],
): Promise<Pick<Storage, 'calls' | 'callIndex'>> {
  if (options.kind === 'memory') {
    const callIndex = new MemoryCallIndex();
    return { callIndex, calls: indexedCallStore(createMemoryCallStore(), callIndex) };
  }
  await makeDirectory(options.dataDirectory);
  closers.push(await lockDirectory(options.dataDirectory));
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

/** In directories of their own below the data directory, which is ours by now. */
async function openDialling(
  options: StorageOptions,
  closers: Closer[],
): Promise<Pick<Storage, 'dials' | 'suspensions' | 'callLists' | 'optOuts' | 'transfers'>> {
  if (options.kind === 'memory')
    return {
      dials: createMemoryDialLedger(),
      suspensions: createMemoryDialSuspensionStore(),
      callLists: createMemoryCallListStore(),
      optOuts: createMemoryOptOutStore(),
      transfers: createMemoryTransferStore(),
    };
  const placeFor = async (name: string) => {
    const directory = join(options.dataDirectory, name);
    await mkdir(directory, { recursive: true });
    return { directory, log: options.log };
  };
  const dials = await openFileDialLedger(await placeFor('dials'));
  closers.push(() => dials.close());
  const optOuts = await openFileOptOutStore(await placeFor('opt-outs'));
  closers.push(() => optOuts.close());
  const callLists = await openFileCallListStore(await placeFor('call-lists'));
  closers.push(() => callLists.close());
  const transfers = await openFileTransferStore(await placeFor('transfers'));
  closers.push(() => transfers.close());
  const suspensions = await openFileDialSuspensionStore(options.dataDirectory);
  return { dials, suspensions, callLists, optOuts, transfers };
}

async function openCalendarFeeds(
  { kind, dataDirectory, log }: StorageOptions,
  closers: Closer[],
): Promise<CalendarFeedStore> {
  if (kind === 'memory') return createMemoryCalendarFeedStore();
  const directory = join(dataDirectory, 'calendar-feeds');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const feeds = await openFileCalendarFeedStore({ directory, log });
  closers.push(() => feeds.close());
  return feeds;
}

async function openAccess(
  { kind, dataDirectory, log }: StorageOptions,
  closers: Closer[],
): Promise<Pick<Storage, 'users' | 'sessions' | 'audit' | 'clinicVersions'>> {
  if (kind === 'memory')
    return {
      users: createMemoryUserStore(),
      sessions: createMemorySessionStore(),
      audit: createMemoryAuditTrail(),
      clinicVersions: createMemoryClinicVersionStore(),
    };
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

type Agenda = Pick<Storage, 'appointments' | 'schedule' | 'requests' | 'scripts' | 'trouble'>;

async function openDatabaseAgenda(
  url: string,
  { log }: StorageOptions,
  closers: Closer[],
): Promise<Agenda> {
  const agenda = await openPostgresAgenda({ url, log });
  closers.push(() => agenda.close());
  return agenda;
}

async function openAgenda(options: StorageOptions, closers: Closer[]): Promise<Agenda> {
  const { log, appointmentsDirectory } = options;
  if (options.kind === 'memory') {
    return {
      appointments: createMemoryAppointmentStore(),
      schedule: createMemoryScheduleStore(),
      requests: createMemoryStaffRequestStore(),
      scripts: createMemoryScriptStore(),
      trouble: () => undefined,
    };
  }
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

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new CodedError('STORE_WRITE_FAILED', `${path} cannot be made a directory`, { cause });
  }
}

import { join } from 'node:path';
import type { CallStore } from '../call/call-record.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import { openCallSpool } from './call-spool.ts';
import { createPostgresAppointmentStore } from './postgres-appointment-store.ts';
import { openPostgresAuditTrail } from './postgres-audit-trail.ts';
import { openPostgresCalendarFeedStore } from './postgres-calendar-feed-store.ts';
import { createPostgresCallIndex } from './postgres-call-index.ts';
import { createPostgresCallStore, isCallOf } from './postgres-call-store.ts';
import { type Changes, listenForChanges } from './postgres-changes.ts';
import { createPostgresClinicVersionStore } from './postgres-clinic-version-store.ts';
import { type Database, openDatabase } from './postgres-database.ts';
import { openPostgresOptOutStore } from './postgres-opt-out-store.ts';
import { createPostgresScheduleStore } from './postgres-schedule-store.ts';
import { createPostgresScriptStore } from './postgres-script-store.ts';
import { type ServerWatch, watchServers } from './postgres-servers.ts';
import { createPostgresSessionStore } from './postgres-session-store.ts';
import { createPostgresStaffRequestStore } from './postgres-staff-request-store.ts';
import { createPostgresUserStore } from './postgres-user-store.ts';
import { openServerId } from './server-id.ts';
import type { SharedStores } from './shared-stores.ts';
import { openSpooledCallStore } from './spooled-call-store.ts';

/** Everything that several servers share, in one PostgreSQL database. */
export interface PostgresProfile extends SharedStores {
  /** Which servers are alive. */
  servers: ServerWatch;
}

export interface PostgresOptions {
  url: string;
  log: Log;
  /** Where the tables are; several clinics' servers can share a database by it. */
  schema?: string;
  /** Of this server alone, locked: who it is, and what waits for the database. Without it nothing of either outlives it. */
  directory?: string | undefined;
}

/** Builds tables that are missing. Rejects with DATABASE_UNUSABLE; what was opened is closed again then. */
export async function openPostgresProfile(options: PostgresOptions): Promise<PostgresProfile> {
  const database = await openDatabase(options);
  const closers = [() => database.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await openStores(database, options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closer = () => Promise<void>;

async function openStores(
  database: Database,
  { url, directory, log }: PostgresOptions,
  closers: Closer[],
): Promise<Omit<PostgresProfile, 'close'>> {
  const server = directory === undefined ? createId() : await openServerId(directory);
  const changes: Changes = await listenForChanges({ url, schema: database.schema, log });
  closers.push(() => changes.close());
  const parts = { database, server, changes, log };
  const audit = await openPostgresAuditTrail({
    ...parts,
    headsBeside: directory && join(directory, 'audit-database'),
  });
  closers.push(() => audit.close());
  const schedule = createPostgresScheduleStore(parts);
  closers.push(() => schedule.close());
  const calls = await openCalls(parts, directory, closers);
  const servers = await watchServers(parts);
  closers.push(() => servers.close());
  return {
    schedule,
    appointments: createPostgresAppointmentStore(parts),
    requests: createPostgresStaffRequestStore(parts),
    scripts: createPostgresScriptStore(parts),
    calls,
    callIndex: createPostgresCallIndex(parts),
    madeHere: (id) => isCallOf(database, { id, server }),
    clinicVersions: createPostgresClinicVersionStore(parts),
    optOuts: await openPostgresOptOutStore(parts),
    calendarFeeds: await openPostgresCalendarFeedStore(parts),
    users: createPostgresUserStore(parts),
    sessions: createPostgresSessionStore(parts),
    audit,
    servers,
    changes,
    trouble: () => (database.isReachable() ? undefined : 'database-not-reachable'),
  };
}

async function openCalls(
  parts: { database: Database; server: string; log: Log },
  directory: string | undefined,
  closers: Closer[],
): Promise<CallStore> {
  const store = createPostgresCallStore(parts);
  if (directory === undefined) return store;
  const spool = await openCallSpool({ directory: join(directory, 'calls-to-send'), ...parts });
  const isReachable = () => parts.database.isReachable();
  const calls = await openSpooledCallStore({ ...parts, store, spool, isReachable });
  closers.push(() => calls.close());
  return calls;
}

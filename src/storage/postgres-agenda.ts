import type { ScriptStore } from '../agent/script-store.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import type { Log } from '../platform/log.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import { createPostgresAppointmentStore } from './postgres-appointment-store.ts';
import { openDatabase } from './postgres-database.ts';
import { createPostgresScheduleStore } from './postgres-schedule-store.ts';
import { createPostgresScriptStore } from './postgres-script-store.ts';
import { createPostgresStaffRequestStore } from './postgres-staff-request-store.ts';

/** Everything of the agenda, and the scripts, in one PostgreSQL database, for one or more servers. */
export interface PostgresAgenda {
  schedule: ScheduleStore;
  appointments: AppointmentStore;
  requests: StaffRequestStore;
  scripts: ScriptStore;
  /** Why nothing can be booked at the moment, if so. Looked after in the background until it has passed. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

/**
 * Builds tables that are missing. Rejects with DATABASE_UNUSABLE.
 * @param options.schema where the tables are; several clinics' servers can share a database by it
 */
export async function openPostgresAgenda(options: {
  url: string;
  log: Log;
  schema?: string;
}): Promise<PostgresAgenda> {
  const { log } = options;
  const database = await openDatabase(options);
  const parts = { database, log };
  const schedule = createPostgresScheduleStore(parts);
  return {
    schedule,
    appointments: createPostgresAppointmentStore(parts),
    requests: createPostgresStaffRequestStore(parts),
    scripts: createPostgresScriptStore(parts),
    trouble: () => (database.isReachable() ? undefined : 'database-not-reachable'),
    close: async () => {
      await schedule.close();
      await database.close();
    },
  };
}

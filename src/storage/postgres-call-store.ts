import type { CallRecord, CallStore } from '../call/call-record.ts';
import type { Log } from '../platform/log.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import { callCursor } from './call-page.ts';
import { callRecordIn } from './call-shape.ts';
import { andBehind } from './postgres-call-query.ts';
import { indexCall, writeCall } from './postgres-call-rows.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

export interface Row {
  id: string;
  record: unknown;
}

/**
 * May be shared by any number of servers; a call belongs to the one that saves it, and what saves it is found by the index
 * in the same step. Does not close the database.
 * @param options.server the id of this one
 */
export function createPostgresCallStore(options: {
  database: Database;
  server: string;
  log: Log;
}): CallStore {
  const { database, server, log } = options;
  const inTurn = createKeyedQueue();

  async function select(sql: string, values: unknown[]): Promise<CallRecord[]> {
    return understoodCalls(await read<Row>(database, sql, values), log);
  }

  return {
    save(record) {
      // Taken now: the caller goes on changing its record.
      const copy = structuredClone(record);
      return inTurn(copy.id, () =>
        write(
          database,
          async (run) => {
            await writeCall(run, copy, server);
            await indexCall(run, copy);
          },
          true,
        ),
      );
    },
    async find(id) {
      const known = id.replaceAll('\0', '');
      return (await select('select id, record from calls where id = $1', [known]))[0];
    },
    async list({ limit, before }) {
      const { sql, values } = andBehind({ sql: 'true', values: [] }, before, '<');
      const rows = await read<Row & { startedAt: string }>(
        database,
        `select id, started_at as "startedAt", record from calls where ${sql}
         order by started_at desc, id desc limit ${limit + 1}`,
        values,
      );
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      const calls = understoodCalls(shown, log);
      return last && rows.length > limit ? { calls, nextBefore: callCursor(last) } : { calls };
    },
    unfinished: () =>
      select(
        `select id, record from calls where state = 'live' and server = $1
         order by started_at desc, id desc`,
        [server],
      ),
  };
}

/** Whether the call is the given server's; one that nobody knows is. */
export async function isCallOf(
  database: Database,
  { id, server }: { id: string; server: string },
): Promise<boolean> {
  const rows = await read<{ server: string }>(database, 'select server from calls where id = $1', [
    id,
  ]);
  return (rows[0]?.server ?? server) === server;
}

/** A row that is no call is left as it is, skipped, and logged each time it is met. */
export function understoodCalls(rows: readonly Row[], log: Log): CallRecord[] {
  return rows.flatMap(({ id, record }) => {
    try {
      return [callRecordIn(record)];
    } catch {
      log.error({ callId: id, code: 'STORE_DAMAGED' }, 'a call could not be understood');
      return [];
    }
  });
}

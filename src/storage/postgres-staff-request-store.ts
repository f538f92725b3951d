import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import {
  checkedRequest,
  newestRequestFirst,
  parseStaffRequest,
} from '../agent/staff-request-record.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

type Row = { id: string; record: unknown };

/** Does not close the database. A row that cannot be understood is left as it is, skipped, and logged each time it is met. */
export function createPostgresStaffRequestStore(options: {
  database: Database;
  log: Log;
}): StaffRequestStore {
  const { database, log } = options;

  function understood({ id, record }: Row): StaffRequest[] {
    const request = parseStaffRequest(record);
    if (request) return [request];
    log.error({ requestId: id }, 'a request could not be understood and was skipped');
    return [];
  }

  const change: StaffRequestStore['change'] = (id, changeOf) =>
    write(database, async (run) => {
      const [row] = await run<Row>(
        'select id, record from staff_requests where id = $1 for update',
        [id],
      );
      const [before] = row ? understood(row) : [];
      if (!before) return undefined;
      const after = checkedRequest(before, changeOf(before));
      await run('update staff_requests set status = $2, record = $3 where id = $1', [
        id,
        after.status,
        JSON.stringify(after),
      ]);
      return after;
    });

  return {
    async save(request) {
      const checked = parseStaffRequest(request);
      if (!checked)
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not a request');
      const { id, clinic, status, timestamp } = checked;
      const values = [id, clinic, status, timestamp, JSON.stringify(checked)];
      const added = await write(database, (run) =>
        run(
          `insert into staff_requests (id, clinic, status, at, record)
           values ($1, $2, $3, $4, $5) on conflict (id) do nothing returning id`,
          values,
        ),
      );
      return { outcome: added.length > 0 ? 'saved' : 'exists' };
    },
    async find(id) {
      const [found] = await read<Row>(
        database,
        'select id, record from staff_requests where id = $1',
        [id],
      );
      return found && understood(found)[0];
    },
    async list({ clinic, status, limit }) {
      const rows = await read<Row>(
        database,
        `select id, record from staff_requests
           where ($1::text is null or clinic = $1) and ($2::text is null or status = $2)
           order by at desc, id desc limit $3`,
        [clinic ?? null, status ?? null, limit],
      );
      return rows.flatMap(understood).sort(newestRequestFirst);
    },
    change,
    setStatus: (id, status) => change(id, (kept) => ({ ...kept, status })),
  };
}

import { type AuditHead, type AuditRow, decodeRow } from '../console/audit-record.ts';
import { type AuditFilter, type AuditTrail, fitsAudit } from '../console/audit-store.ts';
import type { Log } from '../platform/log.ts';
import { headsFile } from './audit-files.ts';
import { createAuditQueue } from './audit-queue.ts';
import { appendHead } from './audit-writer.ts';
import { createJournalDisk } from './journal-disk.ts';
import { appendRows, auditCondition, type ChainedRow } from './postgres-audit-rows.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

/** Rows after which the head is written down again, and into the log. */
const rowsPerHead = 100;
/** Rows read at once when the whole trail is wanted. */
const rowsAtOnce = 500;

type Row = { seq: number; line: string };

/**
 * One chain of all servers: each batch of rows is one step, behind the lock on the newest row. Does not close the database.
 * @param options.headsBeside where this machine writes heads down: what changes the database does not change them. Nothing: only in the log
 */
export async function openPostgresAuditTrail(options: {
  database: Database;
  headsBeside: string | undefined;
  log: Log;
}): Promise<AuditTrail> {
  const { database, headsBeside, log } = options;
  const disk = createJournalDisk();
  const [found] = await read<AuditHead>(database, 'select seq, hash from audit_head', []);
  let head: AuditHead = found ?? { seq: 0, hash: '' };
  let keptSeq = 0;
  let day = '';

  const keepHead = async () => {
    if (head.seq === keptSeq) return;
    keptSeq = head.seq;
    log.info({ auditSeq: head.seq, auditHash: head.hash }, 'head of the audit trail');
    if (headsBeside === undefined) return;
    await appendHead(disk, headsFile(headsBeside), head).catch((err) =>
      log.error({ err }, 'an audit head was not kept'),
    );
  };
  const queue = createAuditQueue(async (rows) => {
    let chained: ChainedRow[] = [];
    chained = await write(
      database,
      async (run) => {
        chained = await appendRows(run, rows, chained);
        return chained;
      },
      true,
    );
    const last = chained.at(-1);
    const newDay = rows.at(-1)?.at.slice(0, 10) ?? day;
    const isDayOver = day !== '' && newDay !== day;
    day = newDay;
    if (last) head = { seq: last.row.seq, hash: last.hash };
    if (isDayOver || head.seq - keptSeq >= rowsPerHead) await keepHead();
    return chained.map(({ row }) => row);
  });

  await keepHead();
  return {
    append: queue.append,
    async page(filter, { limit, before = Number.MAX_SAFE_INTEGER }) {
      const rows = await readRows(database, filter, { below: before, limit: limit + 1 });
      const more = rows.length > limit ? rows[limit - 1]?.seq : undefined;
      const shown = understood(rows.slice(0, limit), filter, log);
      return more === undefined ? { rows: shown } : { rows: shown, nextBefore: more };
    },
    async *rows(filter) {
      for (let above = 0; ; ) {
        const rows = await readRows(database, filter, { above, limit: rowsAtOnce });
        yield* understood(rows, filter, log);
        above = rows.at(-1)?.seq ?? above;
        if (rows.length < rowsAtOnce) return;
      }
    },
    head: () => head,
    async close() {
      await queue.settled();
      await keepHead();
    },
  };
}

/** Newest first below a number, or oldest first above one. */
function readRows(
  database: Database,
  filter: AuditFilter,
  place: { limit: number } & ({ below: number } | { above: number }),
): Promise<Row[]> {
  const { sql, values } = auditCondition(filter);
  const [test, order] = 'below' in place ? ['<', 'desc'] : ['>', 'asc'];
  const from = 'below' in place ? place.below : place.above;
  return read<Row>(
    database,
    `select seq, line from audit_rows where ${sql} and seq ${test} $${values.length + 1}
     order by seq ${order} limit ${place.limit}`,
    [...values, from],
  );
}

/** A row that was changed is not shown as if it had not been. */
function understood(rows: readonly Row[], filter: AuditFilter, log: Log): AuditRow[] {
  return rows.flatMap(({ seq, line }) => {
    const row = decodeRow(line)?.row;
    if (!row) log.error({ seq }, 'an audit row was changed: npm run audit -- verify');
    return row && fitsAudit(row, filter) ? [row] : [];
  });
}

import {
  type AuditHead,
  type AuditRow,
  chainRows,
  type NewAuditRow,
} from '../console/audit-record.ts';
import type { AuditFilter } from '../console/audit-store.ts';
import type { RunSql } from './postgres-database.ts';

export type ChainedRow = ReturnType<typeof chainRows>[number];

/**
 * Appends to the one chain of all servers; the lock on its head is held until the transaction ends.
 * @param tried what a try before may have written: then it is not written again
 */
export async function appendRows(
  run: RunSql,
  rows: readonly NewAuditRow[],
  tried: readonly ChainedRow[] = [],
): Promise<ChainedRow[]> {
  const [head] = await run<AuditHead>('select seq, hash from audit_head for update');
  const last = tried.at(-1);
  if (last && (await lineOf(run, last.row.seq)) === last.line) return [...tried];
  if (!head) throw new Error('the audit trail has no head');
  const chained = chainRows(head, rows);
  await run(
    `insert into audit_rows (seq, at, login_id, action, clinic, object, patient, line)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
       $7::text[], $8::text[])`,
    columnsOf(chained),
  );
  const newest = chained.at(-1);
  if (newest) await run('update audit_head set seq = $1, hash = $2', [newest.row.seq, newest.hash]);
  return chained;
}

async function lineOf(run: RunSql, seq: number): Promise<string | undefined> {
  const rows = await run<{ line: string }>('select line from audit_rows where seq = $1', [seq]);
  return rows[0]?.line;
}

function columnsOf(chained: readonly ChainedRow[]): unknown[][] {
  const searched = chained.map(({ row }) => searchedOf(row));
  return [
    chained.map(({ row }) => row.seq),
    ...[0, 1, 2, 3, 4, 5].map((at) => searched.map((columns) => columns[at])),
    chained.map(({ line }) => line),
  ];
}

/** What stands beside a line: `at, login_id, action, clinic, object, patient`. */
export function searchedOf(row: AuditRow): (string | null)[] {
  const { at, user, action, clinicId, object, patient } = row;
  return [at, user, action, clinicId, object, patient].map((one) =>
    one === undefined ? null : asText(one),
  );
}

/** Which rows may fit; what is taken for the same as it is searched by may still differ. */
export function auditCondition(filter: AuditFilter): { sql: string; values: unknown[] } {
  const { from, to, user, object, patient, action, clinics } = filter;
  const values: unknown[] = [];
  const tests = ['true'];
  const test = (column: string, compare: string, value: string | undefined) => {
    if (value === undefined) return;
    values.push(asText(value));
    tests.push(`${column} ${compare} $${values.length}`);
  };
  test('at', '>=', from);
  test('at', '<', to);
  test('login_id', '=', user);
  test('object', '=', object);
  test('patient', '=', patient);
  test('action', '=', action);
  if (clinics) {
    values.push(clinics.map(asText));
    tests.push(`clinic = any($${values.length})`);
  }
  return { sql: tests.join(' and '), values };
}

/** PostgreSQL's texts hold neither this character nor halves of one. */
function asText(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\ufffd')).toString();
}

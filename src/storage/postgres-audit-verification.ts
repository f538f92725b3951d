import type { ChainCheck } from '../console/audit-chain.ts';
import { type AuditHead, decodeRow } from '../console/audit-record.ts';
import { readHeads } from './audit-files.ts';
import type { TrailVerdict } from './audit-verification.ts';
import { searchedOf } from './postgres-audit-rows.ts';
import type { Database } from './postgres-database.ts';
import { read } from './postgres-work.ts';

/** Rows read at once. */
const rowsAtOnce = 1_000;

interface Row {
  seq: number;
  line: string;
  searched: (string | null)[];
}

/**
 * Reads the whole trail of a database, a piece at a time, also while servers go on writing it.
 * @param headsBeside where this machine wrote heads down
 * @param checkOf walks it, given those heads and the newest one of the database
 */
export async function verifyDatabaseTrail(
  database: Database,
  headsBeside: string,
  checkOf: (heads: readonly AuditHead[]) => ChainCheck,
): Promise<TrailVerdict> {
  // Heads first: a row that comes meanwhile may have no head yet, but no head may have no row.
  const newest = await read<AuditHead>(database, 'select seq, hash from audit_head', []);
  // Of two heads with one number the last counts: what this machine wrote down.
  const heads = [...newest.filter(({ seq }) => seq > 0), ...(await readHeads(headsBeside))];
  const check = checkOf(heads);
  const verdict = (rest: Partial<TrailVerdict>): TrailVerdict => ({
    head: check.head(),
    files: 0,
    isUnfinished: false,
    ...rest,
  });
  let line = 0;
  for (let above = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = await read<Row>(
      database,
      `select seq, line, array[at, login_id, action, clinic, object, patient] as searched
       from audit_rows where seq > $1 order by seq limit ${rowsAtOnce}`,
      [above],
    );
    for (const row of rows) {
      line += 1;
      const at = { file: 'audit_rows', line };
      const fault = check.take(row.line, at);
      if (fault) return verdict({ fault });
      if (!isSearchedAsWritten(row))
        return verdict({ fault: { ...at, reason: 'as colunas não conferem com a linha' } });
    }
    above = rows.at(-1)?.seq ?? above;
    if (rows.length < rowsAtOnce) break;
  }
  const missing = check.end();
  return verdict(missing === undefined ? {} : { missing });
}

function isSearchedAsWritten({ seq, line, searched }: Row): boolean {
  const row = decodeRow(line)?.row;
  return row?.seq === seq && searchedOf(row).every((value, at) => value === searched[at]);
}

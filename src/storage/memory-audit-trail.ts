import { type AuditHead, type AuditRow, encodeRow, firstHash } from '../console/audit-record.ts';
import { type AuditTrail, fitsAudit } from '../console/audit-store.ts';

/** Rows remembered; older ones are forgotten. */
const mostRows = 10_000;

/** Forgets everything at exit. */
export function createMemoryAuditTrail(): AuditTrail {
  const rows: AuditRow[] = [];
  let head: AuditHead = { seq: 0, hash: firstHash };
  return {
    async append(entry) {
      const row: AuditRow = { seq: head.seq + 1, ...entry, prev: head.hash };
      head = { seq: row.seq, hash: encodeRow(row).hash };
      rows.push(row);
      if (rows.length > mostRows) rows.shift();
      return row;
    },
    async page(filter, { limit, before = Number.POSITIVE_INFINITY }) {
      const matching = rows.filter((row) => row.seq < before && fitsAudit(row, filter)).reverse();
      const page = matching.slice(0, limit);
      const last = page.at(-1);
      return { rows: page, ...(last && matching.length > limit ? { nextBefore: last.seq } : {}) };
    },
    async *rows(filter) {
      yield* rows.filter((row) => fitsAudit(row, filter));
    },
    head: () => head,
    close: async () => undefined,
  };
}

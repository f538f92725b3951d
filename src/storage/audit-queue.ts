import type { AuditRow, NewAuditRow } from '../console/audit-record.ts';
import { CodedError } from '../platform/errors.ts';

/** Rows that wait: a second of hard work of a whole clinic; more means that what keeps them stands still. */
const mostWaiting = 1_000;

interface Waiting {
  row: NewAuditRow;
  resolve(row: AuditRow): void;
  reject(error: unknown): void;
}

export interface AuditQueue {
  append(row: NewAuditRow): Promise<AuditRow>;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

/**
 * Rows that come while others are written are written together.
 * @param writeAll all of them or none, durable when it resolves; one call at a time
 */
export function createAuditQueue(
  writeAll: (rows: readonly NewAuditRow[]) => Promise<readonly AuditRow[]>,
): AuditQueue {
  const waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0);
      try {
        const rows = await writeAll(batch.map(({ row }) => row));
        for (const [at, { resolve }] of batch.entries()) resolve(rows[at] as AuditRow);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    flushing = undefined;
  };
  return {
    append: (row) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting)
          return reject(new CodedError('STORE_WRITE_FAILED', 'too many audit rows are waiting'));
        waiting.push({ row, resolve, reject });
        flushing ??= flush();
      }),
    settled: async () => {
      await flushing;
    },
  };
}

import type { AuditHead, AuditRow, NewAuditRow } from './audit-record.ts';

/** Which rows are wanted; all that is given must fit. */
export interface AuditFilter {
  /** From this moment on, ISO 8601 UTC. */
  from?: string;
  /** Before this moment. */
  to?: string;
  user?: string;
  object?: string;
  patient?: string;
  action?: string;
  /** What was done with one of these clinics, and nothing else. */
  clinics?: readonly string[];
}

export interface AuditPage {
  /** Newest first. */
  rows: AuditRow[];
  /** For `before` of the next page, when there may be more. */
  nextBefore?: number;
}

/** Who saw and did what. Rows are only ever added; each holds the hash of the one before it. */
export interface AuditTrail {
  /** Durable when it resolves. Rejects with STORE_WRITE_FAILED: then it is not written. */
  append(row: NewAuditRow): Promise<AuditRow>;
  /** @param before rows with a smaller number only */
  page(filter: AuditFilter, options: { limit: number; before?: number }): Promise<AuditPage>;
  /** Oldest first, a few at a time: the trail is never in memory as a whole. */
  rows(filter: AuditFilter): AsyncIterable<AuditRow>;
  head(): AuditHead;
  close(): Promise<void>;
}

export function fitsAudit(row: AuditRow, filter: AuditFilter): boolean {
  const { from, to, clinics, ...equal } = filter;
  if (clinics && !(row.clinicId !== undefined && clinics.includes(row.clinicId))) return false;
  if (from !== undefined && row.at < from) return false;
  if (to !== undefined && row.at >= to) return false;
  return (['user', 'object', 'patient', 'action'] as const).every(
    (name) => equal[name] === undefined || row[name] === equal[name],
  );
}

/** One row of the trail, as the audit screen shows it. */
export interface AuditRowView {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  user: string;
  login: string;
  role: string;
  ip: string;
  action: string;
  clinicId?: string;
  object?: string;
  patient?: string;
  detail?: Record<string, string | number | boolean>;
}

/** Answer of `GET /console/api/audit`. */
export interface AuditPageView {
  /** Newest first. */
  rows: AuditRowView[];
  /** For `before` of the next page. */
  nextBefore?: number;
}

/** Query of `GET /console/api/audit` and of `GET /console/api/audit.csv` (without `before` and `limit`). */
export interface AuditQuery {
  /** ISO 8601 with zone: from this moment on, and before the other one. */
  from?: string;
  to?: string;
  user?: string;
  object?: string;
  patient?: string;
  action?: string;
  before?: number;
  limit?: number;
}

import { CodedError } from '../platform/errors.ts';
import { type StaffRequest, staffRequestSchema } from './staff-request.ts';

/** What was read back or handed in, if it is a request of a version we know. */
export function parseStaffRequest(value: unknown): StaffRequest | undefined {
  const parsed = staffRequestSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** `after`, when it may take the place of `before`. Rejects as a failed write does. */
export function checkedRequest(before: StaffRequest, after: StaffRequest): StaffRequest {
  const checked = parseStaffRequest(after);
  if (checked && staffRequestFileName(checked) === staffRequestFileName(before)) return checked;
  throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not this request');
}

/** `2026-11-26T13-00-00-000Z-<id>.json`: text order is time order. Checked shapes: nothing a caller says reaches a path. */
export function staffRequestFileName({ timestamp, id }: Pick<StaffRequest, 'timestamp' | 'id'>) {
  const instant = new Date(timestamp).toISOString().replaceAll(/[:.]/g, '-');
  return `${instant}-${id}.json`;
}

/** For `sort`: newest first; requests of one instant in a fixed order. */
export function newestRequestFirst(a: StaffRequest, b: StaffRequest): number {
  return staffRequestFileName(a) < staffRequestFileName(b) ? 1 : -1;
}

import type { CallRecord } from '../call/call-record.ts';
import type { SignedIn } from './console-access.ts';

/** Calls of the last week are the front desk's own: what still has to be done for them is done now. */
export const ownQueueDays = 7;
const dayMs = 86_400_000;
export const leastReason = 5;
export const longestReason = 300;
/** How long an opened recording may be listened to and jumped about in before it has to be opened again: a shift. */
const openMs = 8 * 3_600_000;
/** Openings remembered; the oldest is forgotten first and has to be opened again. */
const mostOpen = 5_000;

/**
 * Whether somebody has to say why they listen: for every call that is older than a week and that they had no part in, and
 * for an auditor always. The same rule for staff and admins.
 */
export function needsReason(
  { startedAt, staff = [], softphone }: Pick<CallRecord, 'startedAt' | 'staff' | 'softphone'>,
  { role, userId }: Pick<SignedIn, 'role' | 'userId'>,
  nowMs: number,
): boolean {
  if (role === 'auditor') return true;
  const hadPart = softphone?.byId === userId || staff.some(({ byId }) => byId === userId);
  return !hadPart && nowMs - Date.parse(startedAt) > ownQueueDays * dayMs;
}

/** Who opened which recording, so that the ranges a player asks for are one hearing and not fifty. */
export class OpenedRecordings {
  /** `user call` → until when, oldest first. */
  readonly #until = new Map<string, number>();

  open(userId: string, callId: string, nowMs: number): void {
    const key = `${userId} ${callId}`;
    this.#until.delete(key);
    this.#until.set(key, nowMs + openMs);
    const [oldest] = this.#until.keys();
    if (this.#until.size > mostOpen && oldest !== undefined) this.#until.delete(oldest);
  }

  isOpen(userId: string, callId: string, nowMs: number): boolean {
    return nowMs < (this.#until.get(`${userId} ${callId}`) ?? 0);
  }
}

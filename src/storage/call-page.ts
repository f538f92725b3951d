/** What orders calls. */
export interface CallPosition {
  id: string;
  /** ISO 8601, UTC: text order is time order. */
  startedAt: string;
}

/** Where a page ends: the call after which the next page begins. Text order is the order of calls, oldest first. */
export function callCursor({ id, startedAt }: CallPosition): string {
  return `${startedAt}_${id}`;
}

/** For `sort`: newest first; calls of one instant in a fixed order. */
export function callOrder(a: CallPosition, b: CallPosition): number {
  return callCursor(a) < callCursor(b) ? 1 : -1;
}

/** @param newestFirst all calls in `callOrder`. */
export function pageOf<Call extends CallPosition>(
  newestFirst: readonly Call[],
  { limit, before }: { limit: number; before?: string },
): { calls: Call[]; nextBefore?: string } {
  const older =
    before === undefined ? newestFirst : newestFirst.filter((call) => callCursor(call) < before);
  const calls = older.slice(0, limit);
  const last = calls.at(-1);
  return last && older.length > calls.length ? { calls, nextBefore: callCursor(last) } : { calls };
}

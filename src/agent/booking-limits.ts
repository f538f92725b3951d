import { createKeyedQueue } from '../platform/work-queue.ts';

const dayMs = 86_400_000;

/** Holds of one number in a day: a family that plans a month's visits and changes its mind needs fewer. */
const mostHoldsPerDay = 10;

/** Numbers remembered at once; the oldest is forgotten first. About 100 bytes each. */
const mostNumbers = 10_000;

/** What one number or one patient may take, over all conversations of this process. */
export interface BookingLimits {
  /** Counts a hold; false when the number has had those of its day. @param number E.164, or whatever stands for a caller without one */
  takeHold(number: string, nowMs: number): boolean;
  /** Work for the same number or patient waits for each other, so that two conversations cannot both take the last booking. */
  inTurn<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createBookingLimits(): BookingLimits {
  const days = new Map<string, { fromMs: number; holds: number }>();
  const inTurn = createKeyedQueue();

  function afterAll<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const [key, ...rest] = keys;
    return key === undefined ? work() : inTurn(key, () => afterAll(rest, work));
  }

  return {
    takeHold(number, nowMs) {
      const known = days.get(number);
      const day = known && nowMs - known.fromMs < dayMs ? known : { fromMs: nowMs, holds: 0 };
      if (day.holds >= mostHoldsPerDay) return false;
      days.delete(number);
      days.set(number, { ...day, holds: day.holds + 1 });
      const [oldest] = days.keys();
      if (days.size > mostNumbers && oldest !== undefined) days.delete(oldest);
      return true;
    },
    // Always in the same order, or two of them could wait for each other.
    inTurn: (keys, work) => afterAll([...new Set(keys)].sort(), work),
  };
}

import type { Clock } from '../platform/clock.ts';
import { errorSummary } from '../platform/errors.ts';
import { reconcileBookings } from './booking-reconciler.ts';

/** A file that could not be written while the disk was full is mended within this, ms. */
const everyMs = 3_600_000;
/** Longer than any conversation goes on trying by itself. */
const leaveRecentMs = 600_000;
/** What another server has begun is written down by then, ms: a tool has 8 s. */
export const underWayMs = 15_000;

/** Compares appointments with the agenda once an hour. @returns what ends it */
export function keepBookingsReconciled(
  parts: Omit<Parameters<typeof reconcileBookings>[0], 'nowMs' | 'leaveRecentMs'> & {
    clock: Clock;
  },
): () => void {
  const { clock, log } = parts;
  let isRunning = false;
  const compare = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await reconcileBookings({ ...parts, nowMs: clock.wallMs(), leaveRecentMs });
    } catch (error) {
      log.error({ error: errorSummary(error) }, 'appointments were not compared with the agenda');
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void compare(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

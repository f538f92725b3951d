import type { Clock } from '../platform/clock.ts';

/** Messages of one sender in a minute; who types fast writes ten. */
const mostPerMinute = 20;
const windowMs = 60_000;
/** Senders remembered; the oldest are forgotten first. */
const mostSenders = 20_000;

/** Lets a person through and a machine not. */
export function createFloodGate(
  clock: Pick<Clock, 'monotonicMs'>,
  most = mostPerMinute,
): { mayPass(sender: string): boolean } {
  const windows = new Map<string, { sinceMs: number; count: number }>();
  return {
    mayPass(sender) {
      const nowMs = clock.monotonicMs();
      const known = windows.get(sender);
      const window =
        known && nowMs - known.sinceMs < windowMs ? known : { sinceMs: nowMs, count: 0 };
      window.count += 1;
      windows.delete(sender);
      windows.set(sender, window);
      const [oldest] = windows.keys();
      if (windows.size > mostSenders && oldest !== undefined) windows.delete(oldest);
      return window.count <= most;
    },
  };
}

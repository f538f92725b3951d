import { type CalendarFeed, parseCalendarFeed } from '../console/calendar-feed-record.ts';
import type { CalendarFeedStore } from '../console/calendar-feed-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

/** One thing that was written. */
export type CalendarFeedStep = { op: 'add'; feed: CalendarFeed } | { op: 'remove'; id: string };

/** Forgets everything at exit. @param keep makes a step durable before it counts @param history what a driver found */
export function createMemoryCalendarFeedStore(
  keep: (step: CalendarFeedStep) => Promise<void> = async () => undefined,
  history: readonly CalendarFeedStep[] = [],
): CalendarFeedStore {
  const feeds = new Map<string, CalendarFeed>();
  const inTurn = createWorkQueue();
  const apply = (step: CalendarFeedStep) => {
    if (step.op === 'add') feeds.set(step.feed.id, step.feed);
    else feeds.delete(step.id);
  };
  const take = async (step: CalendarFeedStep) => {
    await keep(step);
    apply(step);
  };
  for (const step of history) apply(step);
  return {
    add: (feed) => inTurn(() => take({ op: 'add', feed: checkedFeed(feed) })),
    remove: (id) =>
      inTurn(async () => {
        if (!feeds.has(id)) return false;
        await take({ op: 'remove', id });
        return true;
      }),
    findByHash: (sha256) => [...feeds.values()].find((one) => one.sha256 === sha256),
    all: () => [...feeds.values()].map((one) => ({ ...one })),
    close: () => inTurn(async () => undefined),
  };
}

/** @throws STORE_WRITE_FAILED when it is none */
export function checkedFeed(feed: CalendarFeed): CalendarFeed {
  const known = parseCalendarFeed(feed);
  if (known) return known;
  throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no calendar address');
}

import type { CalendarFeed } from './calendar-feed-record.ts';

/** The calendar addresses that are open now. All of it is in memory. Writing rejects with STORE_WRITE_FAILED: then all stands as before. */
export interface CalendarFeedStore {
  /** Durable when it resolves. */
  add(feed: CalendarFeed): Promise<void>;
  /** Closes it for good. Durable when it resolves; false when there is none. */
  remove(id: string): Promise<boolean>;
  findByHash(sha256: string): CalendarFeed | undefined;
  /** Oldest first. */
  all(): readonly CalendarFeed[];
  close(): Promise<void>;
}

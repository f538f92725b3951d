import { parseCalendarFeed } from '../console/calendar-feed-record.ts';
import type { CalendarFeedStore } from '../console/calendar-feed-store.ts';
import type { JournalEntry } from './journal-line.ts';
import { damaged } from './journal-recovery.ts';
import { type JournalStoreOptions, openJournalStore } from './journal-store.ts';
import {
  type CalendarFeedStep,
  createMemoryCalendarFeedStore,
} from './memory-calendar-feed-store.ts';

/**
 * A journal in a directory of its own, which must exist. One process: a second one is refused with STORE_LOCKED. Rejects
 * with STORE_DAMAGED rather than open an address again that was closed.
 */
export function openFileCalendarFeedStore(
  options: JournalStoreOptions,
): Promise<CalendarFeedStore> {
  return openJournalStore(options, ({ journal, entries }) =>
    createMemoryCalendarFeedStore(
      (step) =>
        journal.append([
          step.op === 'add'
            ? { op: 'add', id: step.feed.id, idem: '', data: step.feed }
            : { op: 'remove', id: step.id, idem: '', data: null },
        ]),
      entries.map(toStep),
    ),
  );
}

function toStep({ op, id, data }: JournalEntry): CalendarFeedStep {
  if (op === 'remove') return { op, id };
  const feed = op === 'add' ? parseCalendarFeed(data) : undefined;
  if (feed) return { op: 'add', feed };
  throw damaged('the calendar addresses', 'they hold something unknown');
}

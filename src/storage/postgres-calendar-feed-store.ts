import { type CalendarFeed, parseCalendarFeed } from '../console/calendar-feed-record.ts';
import type { CalendarFeedStore } from '../console/calendar-feed-store.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { damaged } from './journal-recovery.ts';
import { checkedFeed } from './memory-calendar-feed-store.ts';
import { type Changes, tellChange } from './postgres-changes.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

/** The addresses that are open now, a few dozen, are read again as a whole when another server tells. Does not close the database. */
export async function openPostgresCalendarFeedStore(options: {
  database: Database;
  changes: Pick<Changes, 'watch'>;
}): Promise<CalendarFeedStore> {
  const { database, changes } = options;
  const inTurn = createWorkQueue();
  let feeds: readonly CalendarFeed[] = [];

  const refresh = () =>
    inTurn(async () => {
      const rows = await read<{ record: unknown }>(
        database,
        'select record from calendar_feeds order by position',
        [],
      );
      feeds = rows.map(({ record }) => feedIn(record));
    });
  async function change(work: (run: RunSql) => Promise<unknown[]>): Promise<boolean> {
    const rows = await write(
      database,
      async (run) => {
        const changed = await work(run);
        if (changed.length > 0) await tellChange(run, database.schema, 'calendar-feeds');
        return changed;
      },
      true,
    );
    return rows.length > 0;
  }

  await refresh();
  changes.watch('calendar-feeds', refresh);
  return {
    async add(feed) {
      const { id, ...rest } = checkedFeed(feed);
      await change((run) =>
        run(
          `insert into calendar_feeds (id, record) values ($1, $2)
           on conflict (id) do update set record = excluded.record returning id`,
          [id, JSON.stringify({ id, ...rest })],
        ),
      );
      await refresh();
    },
    async remove(id) {
      const isRemoved = await change((run) =>
        run('delete from calendar_feeds where id = $1 returning id', [id.replaceAll('\0', '')]),
      );
      // Closed here at once, whether the rest can be read again or not.
      feeds = feeds.filter((one) => one.id !== id);
      return isRemoved;
    },
    findByHash: (sha256) => feeds.find((one) => one.sha256 === sha256),
    all: () => feeds.map((one) => ({ ...one })),
    close: async () => undefined,
  };
}

function feedIn(record: unknown): CalendarFeed {
  const feed = parseCalendarFeed(record);
  if (feed) return feed;
  throw damaged('the calendar addresses', 'they hold something unknown');
}

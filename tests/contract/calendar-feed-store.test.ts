import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileCalendarFeedStore } from '../../src/storage/file-calendar-feed-store.ts';
import { createMemoryCalendarFeedStore } from '../../src/storage/memory-calendar-feed-store.ts';
import { openPostgresCalendarFeedStore } from '../../src/storage/postgres-calendar-feed-store.ts';
import { createFailingDisk } from '../support/failing-disk.ts';
import { databaseForSuite, databaseUrl, unwatched } from '../support/postgres.ts';
import { describeCalendarFeedStore, feed } from './calendar-feed-store.ts';

const log = createLog('silent');
const folders: string[] = [];
async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'calendars-'));
  folders.push(directory);
  return directory;
}
afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true });
});

describeCalendarFeedStore('memory', async () => createMemoryCalendarFeedStore());
describeCalendarFeedStore('files', async () =>
  openFileCalendarFeedStore({ directory: await folder(), log }),
);
describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = databaseForSuite();
  describeCalendarFeedStore('PostgreSQL', async () =>
    openPostgresCalendarFeedStore({ database: await emptied(), changes: unwatched }),
  );
});

describe('calendar addresses in files', () => {
  it('stand after a restart, closed ones closed', async () => {
    const directory = await folder();
    const [one, two] = [feed(), feed({ sha256: 'b'.repeat(64) })];
    const before = await openFileCalendarFeedStore({ directory, log });
    await before.add(one);
    await before.add(two);
    await before.remove(one.id);
    await before.close();
    const after = await openFileCalendarFeedStore({ directory, log });
    expect(after.all()).toEqual([two]);
    await after.close();
  });

  it('stay open when the disk does not take that they are closed', async () => {
    const directory = await folder();
    const disk = createFailingDisk();
    const store = await openFileCalendarFeedStore({ directory, log, disk });
    const one = feed();
    await store.add(one);
    disk.trouble = (step) => {
      if (step === 'datasync') throw new Error('full');
    };
    await expect(store.remove(one.id)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(store.findByHash(one.sha256)).toEqual(one);
    disk.trouble = () => undefined;
    await store.close();
  });
});

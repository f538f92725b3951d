import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CalendarFeed } from '../../src/console/calendar-feed-record.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileCalendarFeedStore } from '../../src/storage/file-calendar-feed-store.ts';
import { createMemoryCalendarFeedStore } from '../../src/storage/memory-calendar-feed-store.ts';
import { createFailingDisk } from '../support/failing-disk.ts';

const log = createLog('silent');
const feed = (rest: Partial<CalendarFeed> = {}): CalendarFeed => ({
  id: createId(),
  sha256: 'a'.repeat(64),
  clinicId: 'aurora',
  practitionerId: null,
  details: 'initials',
  label: 'Recepção',
  by: 'u1',
  createdAtMs: 1,
  ...rest,
});

const folders: string[] = [];
async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'calendars-'));
  folders.push(directory);
  return directory;
}
afterEach(async () => {
  for (const one of folders.splice(0)) await rm(one, { recursive: true });
});

describe.each([
  ['memory', async () => createMemoryCalendarFeedStore()],
  ['files', async () => openFileCalendarFeedStore({ directory: await folder(), log })],
])('calendar addresses kept in %s', (_driver, open) => {
  it('are found by their hash until they are closed', async () => {
    const store = await open();
    const [one, two] = [feed(), feed({ sha256: 'b'.repeat(64), practitionerId: 'ana' })];
    await store.add(one);
    await store.add(two);
    expect(store.all()).toEqual([one, two]);
    expect(store.findByHash(two.sha256)).toEqual(two);
    expect(await store.remove(one.id)).toBe(true);
    expect(await store.remove(one.id)).toBe(false);
    expect(store.findByHash(one.sha256)).toBeUndefined();
    await store.close();
  });

  it('are refused when they are none', async () => {
    const store = await open();
    await expect(store.add(feed({ sha256: 'x' }))).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
    expect(store.all()).toEqual([]);
    await store.close();
  });
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

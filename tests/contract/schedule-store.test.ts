import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeScheduleStore } from './schedule-store.ts';

describeScheduleStore('memory', async () => ({
  store: createMemoryScheduleStore(),
  close: async () => undefined,
}));

describeScheduleStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'schedule-'));
  // Snapshots so often that they happen in the middle of everything.
  const store = await openFileScheduleStore({
    directory,
    log: createLog('silent'),
    snapshotEvery: 5,
  });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeScheduleStore('PostgreSQL', async () => ({
    store: (await emptied()).schedule,
    close: async () => undefined,
  }));
});

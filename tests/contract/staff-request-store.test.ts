import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileStaffRequestStore } from '../../src/storage/file-staff-request-store.ts';
import { createMemoryStaffRequestStore } from '../../src/storage/memory-staff-request-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeStaffRequestStore } from './staff-request-store.ts';

describeStaffRequestStore('memory', async () => ({
  store: createMemoryStaffRequestStore(),
  close: async () => undefined,
}));

describeStaffRequestStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'requests-'));
  return {
    store: await openFileStaffRequestStore({ directory, log: createLog('silent') }),
    close: () => rm(directory, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeStaffRequestStore('PostgreSQL', async () => ({
    store: (await emptied()).requests,
    close: async () => undefined,
  }));
});

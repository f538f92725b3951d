import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeAppointmentStore } from './appointment-store.ts';

describeAppointmentStore('memory', async () => ({
  store: createMemoryAppointmentStore(),
  close: async () => undefined,
}));

describeAppointmentStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'appointments-'));
  return {
    store: await openFileAppointmentStore({ directory, log: createLog('silent') }),
    close: () => rm(directory, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeAppointmentStore('PostgreSQL', async () => ({
    store: (await emptied()).appointments,
    close: async () => undefined,
  }));
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/platform/log.ts';
import { createFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { describeAppointmentStore } from './appointment-store.ts';

describeAppointmentStore('memory', async () => ({
  store: createMemoryAppointmentStore(),
  close: async () => undefined,
}));

describeAppointmentStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'appointments-'));
  return {
    store: createFileAppointmentStore({ directory, log: createLog('silent') }),
    close: () => rm(directory, { recursive: true }),
  };
});

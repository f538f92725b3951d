import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileOptOutStore } from '../../src/storage/file-opt-out-store.ts';
import { createMemoryOptOutStore } from '../../src/storage/memory-opt-out-store.ts';
import { openPostgresOptOutStore } from '../../src/storage/postgres-opt-out-store.ts';
import { createFailingDisk } from '../support/failing-disk.ts';
import { databaseForSuite, databaseUrl, unwatched } from '../support/postgres.ts';
import { describeOptOutStore } from './opt-out-store.ts';

const log = createLog('silent');

describeOptOutStore('memory', async () => ({
  store: createMemoryOptOutStore(),
  close: async () => undefined,
}));

describeOptOutStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'opt-outs-'));
  const store = await openFileOptOutStore({ directory, log });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = databaseForSuite();
  describeOptOutStore('PostgreSQL', async () => ({
    store: await openPostgresOptOutStore({ database: await emptied(), changes: unwatched }),
    close: async () => undefined,
  }));
});

describe('the list in files', () => {
  const ana = { e164: '+5588999990002', atMs: 1, channel: 'voice' as const };
  const bia = { e164: '+5588999990003', atMs: 2, channel: 'sms' as const };

  it('stands after a restart, with who left it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'opt-outs-'));
    const before = await openFileOptOutStore({ directory, log });
    await before.add(ana);
    await before.add(bia);
    await before.remove({ ...ana, atMs: 3 });
    await before.close();
    const after = await openFileOptOutStore({ directory, log });
    expect(after.list()).toEqual([bia]);
    await after.close();
    await rm(directory, { recursive: true });
  });

  it('says so when the disk takes nothing, and takes the person when it does again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'opt-outs-'));
    const disk = createFailingDisk();
    const store = await openFileOptOutStore({ directory, log, disk });
    disk.trouble = (step) => {
      if (step === 'datasync') throw new Error('full');
    };
    await expect(store.add(ana)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(store.has(ana.e164)).toBe(false);
    disk.trouble = () => undefined;
    expect(await store.add(ana)).toBe('changed');
    await store.close();
    const after = await openFileOptOutStore({ directory, log });
    expect(after.list()).toEqual([ana]);
    await after.close();
    await rm(directory, { recursive: true });
  });
});

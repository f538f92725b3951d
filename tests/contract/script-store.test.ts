import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileScriptStore } from '../../src/storage/file-script-store.ts';
import { createMemoryScriptStore } from '../../src/storage/memory-script-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { scriptHead, scriptVersion } from '../support/script-fixtures.ts';
import { describeScriptStore } from './script-store.ts';

const log = createLog('silent');

describeScriptStore('memory', async () => ({
  store: createMemoryScriptStore(),
  close: async () => undefined,
}));

describeScriptStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scripts-'));
  const store = await openFileScriptStore({ directory, log });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeScriptStore('PostgreSQL', async () => ({
    store: (await emptied()).scripts,
    close: async () => undefined,
  }));
});

describe('scripts kept in files', () => {
  it('are there after a restart, from the journal and from a snapshot', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scripts-'));
    const open = () => openFileScriptStore({ directory, log, snapshotEvery: 5 });
    let store = await open();
    for (let version = 1; version <= 13; version += 1) {
      await store.save(
        scriptHead('um', { revision: version, latestVersion: version }),
        scriptVersion({ version }),
      );
      await store.save(scriptHead(`outro-${version}`), scriptVersion());
    }
    const before = [await store.heads(), await store.versions('um')];
    await store.close();
    store = await open();
    expect([await store.heads(), await store.versions('um')]).toEqual(before);
    await store.close();
    await rm(directory, { recursive: true });
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileTransferStore } from '../../src/storage/file-transfer-store.ts';
import { createMemoryTransferStore } from '../../src/storage/memory-transfer-store.ts';
import { describeTransferStore, pendingTransfer } from './transfer-store.ts';

const log = createLog('silent');
const newDirectory = () => mkdtemp(join(tmpdir(), 'transfers-'));

describeTransferStore('memory', async () => ({
  store: createMemoryTransferStore(),
  close: async () => undefined,
}));

describeTransferStore('files', async () => {
  const directory = await newDirectory();
  const store = await openFileTransferStore({ directory, log });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

it('transfers in files stand after a restart, through many snapshots, and those that are over do not', async () => {
  const directory = await newDirectory();
  const before = await openFileTransferStore({ directory, log, snapshotEvery: 5 });
  // Snapshots are written beside the appends: enough of these for several to be done.
  const ids = Array.from({ length: 120 }, (_, i) => `transfer-number-${i + 10}`);
  for (const id of ids) await before.put(pendingTransfer({ id }));
  for (const id of ids.slice(0, 60)) await before.remove(id);
  await before.close();
  expect(await readdir(directory)).not.toContain('journal-000001.jsonl');
  const after = await openFileTransferStore({ directory, log });
  expect(ids.filter((id) => after.find(id))).toEqual(ids.slice(60));
  expect(after.find(ids[99] ?? '')).toEqual(pendingTransfer({ id: ids[99] ?? '' }));
  await after.close();
  await rm(directory, { recursive: true });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileCallListStore } from '../../src/storage/file-call-list-store.ts';
import { createMemoryCallListStore } from '../../src/storage/memory-call-list-store.ts';
import { callList, listRow } from '../support/call-list-fixtures.ts';
import { createFailingDisk } from '../support/failing-disk.ts';
import { describeCallListStore } from './call-list-store.ts';

const log = createLog('silent');
const newDirectory = () => mkdtemp(join(tmpdir(), 'call-lists-'));

describeCallListStore('memory', async () => ({
  store: createMemoryCallListStore(),
  close: async () => undefined,
}));

describeCallListStore('files', async () => {
  const directory = await newDirectory();
  const store = await openFileCallListStore({ directory, log });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('lists of calls in files', () => {
  it('stand after a restart, in their last state, through many snapshots', async () => {
    const directory = await newDirectory();
    const before = await openFileCallListStore({ directory, log, snapshotEvery: 7 });
    const rows = Array.from({ length: 20 }, (_, i) => listRow(i + 1));
    const { id } = await before.create(callList(rows));
    await before.create(callList([listRow(90)], { createdAtMs: 2_000 }));
    await before.change(id, (head) => ({ ...head, state: 'running' }));
    for (const { line } of rows)
      await before.changeRow(id, line, (row) => ({ ...row, state: 'dialled', dialId: 'd' }));
    const all = before.all();
    await before.close();
    expect(await readdir(directory)).not.toContain('journal-000001.jsonl');
    const after = await openFileCallListStore({ directory, log });
    expect(after.all()).toEqual(all);
    await after.close();
    await rm(directory, { recursive: true });
  });

  it('do not count what the disk did not take', async () => {
    const directory = await newDirectory();
    const disk = createFailingDisk();
    const store = await openFileCallListStore({ directory, log, disk });
    const list = callList([listRow(1)]);
    disk.trouble = (step) => {
      if (step === 'datasync') throw new Error('full');
    };
    await expect(store.create(list)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(store.all()).toEqual([]);
    disk.trouble = () => undefined;
    expect(await store.create(list)).toEqual(list);
    await store.close();
    const after = await openFileCallListStore({ directory, log });
    expect(after.all()).toEqual([list]);
    await after.close();
    await rm(directory, { recursive: true });
  });
});

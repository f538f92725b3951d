import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialSuspensionStore } from '../../src/call/dial-suspension-store.ts';
import {
  createMemoryDialSuspensionStore,
  openFileDialSuspensionStore,
} from '../../src/storage/file-dial-suspension-store.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suspensions-'));
});
afterEach(() => rm(directory, { recursive: true }));

const drivers: [string, () => Promise<DialSuspensionStore>][] = [
  ['memory', async () => createMemoryDialSuspensionStore()],
  ['files', () => openFileDialSuspensionStore(directory)],
];

describe.each(drivers)('suspended keys, kept in %s', (_, open) => {
  it('are suspended at once, each until its own time; the latest word counts', async () => {
    const store = await open();
    expect(store.untilMs('a')).toBeUndefined();
    const written = store.suspend('a', 5_000);
    expect(store.untilMs('a')).toBe(5_000);
    await written;
    await Promise.all([store.suspend('b', 7_000), store.suspend('a', 9_000)]);
    expect([store.untilMs('a'), store.untilMs('b')]).toEqual([9_000, 7_000]);
  });
});

describe('suspended keys in a file', () => {
  it('stand after a restart', async () => {
    const before = await openFileDialSuspensionStore(directory);
    await Promise.all([before.suspend('a', 5_000), before.suspend('b', 7_000)]);
    const after = await openFileDialSuspensionStore(directory);
    expect([after.untilMs('a'), after.untilMs('b')]).toEqual([5_000, 7_000]);
    expect(await readdir(directory)).toEqual(['suspended-keys.json']);
  });

  it('that cannot be read are not taken for none', async () => {
    await writeFile(join(directory, 'suspended-keys.json'), '{"schemaVersion":1');
    await expect(openFileDialSuspensionStore(directory)).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
    });
  });
});

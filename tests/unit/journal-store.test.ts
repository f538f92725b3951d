import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import type { JournalDisk } from '../../src/storage/journal-disk.ts';
import { appendWithSnapshots, openJournalStore } from '../../src/storage/journal-store.ts';
import { createFailingDisk } from '../support/failing-disk.ts';

const log = createLog('silent');

/** Words that are kept, in order. */
function openWords(directory: string, disk?: JournalDisk) {
  return openJournalStore(
    { directory, log, ...(disk ? { disk } : {}) },
    ({ journal, values, entries }) => {
      const append = appendWithSnapshots(journal, { log, snapshotEvery: 3, what: 'words' });
      const words = [...values, ...entries.map(({ data }) => data)] as string[];
      return {
        words,
        async add(word: string) {
          await append([{ op: 'add', id: word, idem: '', data: word }], () => [...words]);
          words.push(word);
        },
        close: async () => undefined,
      };
    },
  );
}

it('appends do not wait for a snapshot, and what they append stands after a death', async () => {
  const [directory, copy] = await Promise.all(
    ['words-', 'copy-'].map((name) => mkdtemp(join(tmpdir(), name))),
  );
  if (!directory || !copy) throw new Error('no directory');
  const disk = createFailingDisk(Number.POSITIVE_INFINITY);
  const store = await openWords(directory, disk);
  let finish: () => void = () => undefined;
  const held = new Promise<void>((release) => {
    finish = release;
  });
  // The only file that is synced as a whole is a snapshot.
  disk.trouble = (step) => (step === 'sync' ? held : undefined);
  const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  for (const word of all) await store.add(word);
  expect(await readdir(directory)).not.toContain('snapshot-000002.jsonl');
  finish();
  while (!(await readdir(directory)).includes('snapshot-000002.jsonl'))
    await new Promise(setImmediate);
  await store.add('i');
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') });
  await store.close();
  const again = await openWords(copy);
  expect(again.words).toEqual([...all, 'i']);
  await again.close();
  for (const one of [directory, copy]) await rm(one, { recursive: true });
});

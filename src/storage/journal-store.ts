import type { Log } from '../platform/log.ts';
import { lockDirectory } from './data-lock.ts';
import { removeStaleTemporaries } from './file-commit.ts';
import { type Journal, type NewEntry, type OpenedJournal, openJournal } from './journal.ts';
import { createJournalDisk, type JournalDisk } from './journal-disk.ts';

export interface JournalStoreOptions {
  /** Of its own; must exist. */
  directory: string;
  log: Log;
  disk?: JournalDisk;
  /** Lines of the journal after which a snapshot is written. */
  snapshotEvery?: number;
}

/**
 * A store on a journal and snapshots. One process: a second one is refused with STORE_LOCKED. When `build` rejects, with
 * STORE_DAMAGED for what cannot be trusted, the directory is let go again; closing the store does the same.
 */
export async function openJournalStore<Store extends { close(): Promise<void> }>(
  { directory, log, disk = createJournalDisk() }: JournalStoreOptions,
  build: (opened: OpenedJournal) => Promise<Store> | Store,
): Promise<Store> {
  const unlock = await lockDirectory(directory);
  try {
    await removeStaleTemporaries(directory);
    const opened = await openJournal(directory, disk, log);
    const { journal } = opened;
    try {
      const store = await build(opened);
      return {
        ...store,
        async close() {
          await store.close();
          await journal.close();
          await unlock();
        },
      };
    } catch (error) {
      await journal.close();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw error;
  }
}

/**
 * Appends, one call at a time, and writes everything anew after so many lines; appends go on meanwhile. What `all` hands out
 * must not be changed afterwards.
 * @param what is kept, for the log
 */
export function appendWithSnapshots(
  journal: Journal,
  { log, snapshotEvery, what }: { log: Log; snapshotEvery: number; what: string },
): (entries: readonly NewEntry[], all: () => unknown[]) => Promise<void> {
  let snapshotSeq = journal.seq;
  let isWriting = false;
  let written: number | undefined;
  // The journal goes on holding everything: tried again after as many lines.
  const failed = (err: unknown) => log.error({ err }, `a snapshot of ${what} failed`);

  function startSnapshot(all: () => unknown[]): void {
    if (isWriting || journal.seq - snapshotSeq < snapshotEvery) return;
    snapshotSeq = journal.seq;
    isWriting = true;
    const done = journal.snapshot(all()).then((generation) => {
      written = generation;
    }, failed);
    void done.finally(() => {
      isWriting = false;
    });
  }

  return async (entries, all) => {
    if (written !== undefined) {
      const generation = written;
      written = undefined;
      await journal.rotate(generation).catch(failed);
    }
    startSnapshot(all);
    await journal.append(entries);
  };
}

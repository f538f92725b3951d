import { stat } from 'node:fs/promises';
import { createJournalDisk, type JournalDisk } from '../../src/storage/journal-disk.ts';
import { noSpace } from './failing-disk.ts';

export interface WeakDisk extends JournalDisk {
  steps: string[];
  /** Path → bytes that a power cut leaves of a file whose end was never synced. */
  unsynced: Map<string, number>;
  failsAt(count: number, step: string): boolean;
}

/** The real files without the wait for the medium; a write that fails has done half of its work. */
export function createWeakDisk(): WeakDisk {
  const real = createJournalDisk();
  const take = (step: string) => {
    disk.steps.push(step);
    if (disk.failsAt(disk.steps.length, step)) throw noSpace();
  };
  const unsynced = new Map<string, number>();
  const disk: WeakDisk = {
    ...real,
    steps: [],
    unsynced,
    failsAt: () => false,
    open: async (...place) => {
      const [path] = place;
      const file = await real.open(...place);
      const sync = (step: string) => {
        take(step);
        unsynced.delete(path);
      };
      return {
        write: async (bytes, offset, length) => {
          if (!unsynced.has(path)) unsynced.set(path, (await stat(path)).size);
          try {
            take('write');
          } catch (error) {
            await file.write(bytes, offset, Math.floor(length / 2));
            throw error;
          }
          return file.write(bytes, offset, length);
        },
        datasync: async () => sync('datasync'),
        sync: async () => sync('sync'),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      };
    },
    rename: async (from, to) => {
      take('rename');
      await real.rename(from, to);
      const left = unsynced.get(from);
      unsynced.delete(from);
      if (left !== undefined) unsynced.set(to, left);
    },
  };
  return disk;
}

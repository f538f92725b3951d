import { createJournalDisk, type JournalDisk } from '../../src/storage/journal-disk.ts';

export type JournalStep =
  | 'open'
  | 'write'
  | 'datasync'
  | 'sync'
  | 'truncate'
  | 'close'
  | 'rename'
  | 'read';

export interface FailingDisk extends JournalDisk {
  steps: JournalStep[];
  /** Asked before each step; what it throws is the disk's answer, what it awaits delays it. */
  trouble(step: JournalStep, count: number): Promise<void> | void;
}

/** The real disk, which takes a part of each write only, and fails when `trouble` says so. */
export function createFailingDisk(largestWrite = 200): FailingDisk {
  const real = createJournalDisk();
  const disk: FailingDisk = {
    steps: [],
    trouble: () => undefined,
    open: async (path, flags, mode) => {
      await take('open');
      const file = await real.open(path, flags, mode);
      return {
        write: async (bytes, offset, length) => {
          await take('write');
          return file.write(bytes, offset, Math.min(length, largestWrite));
        },
        datasync: async () => {
          await take('datasync');
          await file.datasync();
        },
        sync: async () => {
          await take('sync');
          await file.sync();
        },
        truncate: async (length) => {
          await take('truncate');
          await file.truncate(length);
        },
        close: async () => {
          await file.close();
          await take('close');
        },
      };
    },
    rename: async (from, to) => {
      await take('rename');
      await real.rename(from, to);
    },
    rm: real.rm,
    readFile: async (path) => {
      await take('read');
      return real.readFile(path);
    },
    readdir: real.readdir,
  };
  const take = async (step: JournalStep) => {
    disk.steps.push(step);
    await disk.trouble(step, disk.steps.length);
  };
  return disk;
}

export function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: from the test’s disk'), { code: 'ENOSPC' });
}

import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import type { CommitDisk, CommitFile } from './file-commit.ts';

/** What a journal needs of an open file; `FileHandle` of node:fs has it. */
export interface JournalFile extends CommitFile {
  truncate(length: number): Promise<void>;
}

/** The file operations of a journal; tests pass ones that fail at a chosen step. */
export interface JournalDisk extends CommitDisk {
  open(path: string, flags: string, mode?: number): Promise<JournalFile>;
  readFile(path: string): Promise<Buffer>;
  readdir(path: string): Promise<string[]>;
}

export function createJournalDisk(): JournalDisk {
  return { open, rename, rm, readFile, readdir };
}

/** A disk may take a part of what it is given; nothing is written until it took all. */
export async function writeAll(file: CommitFile, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    if (bytesWritten === 0) throw new Error('the disk took nothing');
    done += bytesWritten;
  }
}

export async function syncDirectory(disk: CommitDisk, path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

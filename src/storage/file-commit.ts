import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '../platform/errors.ts';

/** What a commit needs of an open file; `FileHandle` of node:fs has it. */
export interface CommitFile {
  write(bytes: Buffer, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file operations of a commit; tests pass ones that fail at a chosen step. */
export interface CommitDisk {
  open(path: string, flags: string, mode?: number): Promise<CommitFile>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

const realDisk: CommitDisk = { open, rename, rm };
/** `.<name>.<12 random hex digits>.tmp` beside its target. */
const temporaryName = /^\..+\.[0-9a-f]{12}\.tmp$/;

/**
 * Replaces a file durably: it has the new bytes after a power cut, or the old ones untouched, never a mixture.
 * Resolves when that is certain; rejects with `STORE_WRITE_FAILED`. The file is readable by the owner only.
 */
export async function replaceFile(
  path: string,
  data: string | Buffer,
  disk: CommitDisk = realDisk,
): Promise<void> {
  return replaceFiles(dirname(path), [[basename(path), data]], disk);
}

/**
 * The same for many in one directory, one after another and with one sync of the directory for all: some may be replaced when
 * it rejects. It leaves the other threads of the disk to who waits for an answer.
 * @param files name and new bytes
 */
export async function replaceFiles(
  directory: string,
  files:
    | Iterable<readonly [name: string, data: string | Buffer]>
    | AsyncIterable<readonly [name: string, data: string | Buffer]>,
  disk: CommitDisk = realDisk,
): Promise<void> {
  for await (const [name, data] of files) {
    const temporary = join(directory, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeNew(disk, temporary, typeof data === 'string' ? Buffer.from(data) : data);
      await disk.rename(temporary, join(directory, name));
    } catch (cause) {
      await disk.rm(temporary, { force: true }).catch(() => undefined);
      failCommit(cause);
    }
  }
  await syncDirectory(disk, directory).catch(failCommit);
}

function failCommit(cause: unknown): never {
  throw new CodedError('STORE_WRITE_FAILED', 'a file could not be replaced durably', { cause });
}

/** Callbacks underneath: half the CPU of `fs/promises` for files this small. */
const writeWhole = promisify(fs.writeFile);
const renameQuickly = promisify(fs.rename);

/**
 * Replaces a file whole, for a state that is soon replaced again: it survives the death of the process, not of the machine.
 * A third of the cost of `replaceFile`. Rejects with `STORE_WRITE_FAILED`.
 */
export async function swapFile(path: string, data: string): Promise<void> {
  const name = `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(path), name);
  try {
    await writeWhole(temporary, data, { mode: 0o600, flag: 'wx' });
    await renameQuickly(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CodedError('STORE_WRITE_FAILED', 'a file could not be replaced', { cause });
  }
}

/** Removes what a dead process left of its commits. Only where no other process writes: after the lock is taken. */
export async function removeStaleTemporaries(directory: string): Promise<number> {
  const stale = (await readdir(directory)).filter((name) => temporaryName.test(name));
  for (const name of stale) await rm(join(directory, name), { force: true });
  return stale.length;
}

async function writeNew(disk: CommitDisk, path: string, bytes: Buffer): Promise<void> {
  const file = await disk.open(path, 'wx', 0o600);
  try {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
      if (bytesWritten === 0) throw new Error('the disk took nothing');
      done += bytesWritten;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(disk: CommitDisk, path: string): Promise<void> {
  const directory = await disk.open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

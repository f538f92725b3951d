import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './file-commit.ts';
import { type JournalDisk, type JournalFile, syncDirectory, writeAll } from './journal-disk.ts';
import { encodeLine, type JournalEntry } from './journal-line.ts';
import {
  dropTail,
  headOp,
  journalName,
  journalsFor,
  listFiles,
  type Recovered,
  recoverJournal,
  snapshotName,
} from './journal-recovery.ts';
import { writeSnapshot } from './snapshot-file.ts';

/** What is appended: the journal numbers it. */
export type NewEntry = Omit<JournalEntry, 'seq'>;

export interface OpenedJournal {
  journal: Journal;
  /** Values of the snapshot, then the entries after it. Both empty where nothing was ever kept. */
  values: unknown[];
  entries: JournalEntry[];
}

/**
 * Opens what a directory keeps, or begins it. The directory belongs to this process (`lockDirectory`).
 * Rejects with STORE_DAMAGED when something acknowledged may be missing.
 */
export async function openJournal(
  directory: string,
  disk: JournalDisk,
  log: Log,
): Promise<OpenedJournal> {
  const found = await recoverJournal(disk, directory, log);
  const journal = new Journal(directory, disk, found);
  try {
    if (found) await dropTail(disk, directory, found.newest, log);
    else await journal.begin();
    await journal.repair();
  } catch (error) {
    await journal.close();
    throw error;
  }
  return { journal, values: found?.snapshot.values ?? [], entries: found?.entries ?? [] };
}

/**
 * Lines that are durable when `append` resolves. One call at a time, but for `snapshot`, which goes on beside appends.
 * After a write or sync that failed nothing is appended until the file was cut back to its last durable line, read again
 * and found to be what was acknowledged.
 */
export class Journal {
  readonly #directory: string;
  readonly #disk: JournalDisk;
  #file: JournalFile | undefined;
  #generation: number;
  #lastGeneration: number;
  #seq: number;
  /** Length and checksum of what is durable in the current file. */
  #bytes: number;
  #checksum: number;
  /** The snapshot that is being written. */
  #snapshot: Promise<unknown> = Promise.resolve();

  constructor(directory: string, disk: JournalDisk, found?: Recovered) {
    this.#directory = directory;
    this.#disk = disk;
    this.#seq = found?.seq ?? 0;
    this.#generation = found?.newest.generation ?? 0;
    this.#lastGeneration = found?.lastGeneration ?? 0;
    this.#bytes = found?.newest.goodBytes ?? 0;
    this.#checksum = crc32(found?.newest.bytes.subarray(0, this.#bytes) ?? Buffer.alloc(0));
  }

  /** Number of the last durable line. */
  get seq(): number {
    return this.#seq;
  }

  /** Length of the journal in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the last write came through. */
  get isWhole(): boolean {
    return this.#file !== undefined;
  }

  /** Rejects with STORE_WRITE_FAILED: then these lines are there later wholly, in part from the first on, or not at all. */
  async append(entries: readonly NewEntry[]): Promise<void> {
    const first = this.#seq + 1;
    const lines = entries.map((entry, i) => encodeLine({ seq: first + i, ...entry }));
    const bytes = Buffer.from(lines.join(''));
    if (!this.#file) await this.repair();
    try {
      const file = this.#opened();
      await writeAll(file, bytes);
      await file.datasync();
    } catch (cause) {
      await this.#letGo();
      throw writeFailed('the journal', cause);
    }
    this.#seq += entries.length;
    this.#bytes += bytes.length;
    this.#checksum = crc32(bytes, this.#checksum);
  }

  /**
   * Writes all there was. One at a time.
   * @param seq the line after which it was so, the current one when left out
   * @returns what `rotate` is to be called with
   */
  snapshot(values: unknown[], seq = this.#seq): Promise<number> {
    const written = this.#writeSnapshot(values, seq);
    this.#snapshot = written.catch(() => undefined);
    return written;
  }

  async #writeSnapshot(values: unknown[], seq: number): Promise<number> {
    this.#lastGeneration += 1;
    const generation = this.#lastGeneration;
    const path = join(this.#directory, snapshotName(generation));
    try {
      await writeSnapshot(this.#disk, path, { seq, values });
    } catch (cause) {
      throw writeFailed('a snapshot', cause);
    }
    return generation;
  }

  /** Goes on in a new journal, durable before any old one is removed; this snapshot and the one before it are kept. */
  async rotate(generation: number): Promise<void> {
    // What a failed write left at the end of the old journal would be read as acknowledged, before the new one's lines.
    if (!this.#file && this.#generation > 0) await this.repair();
    const path = join(this.#directory, journalName(generation));
    const head = Buffer.from(headLine(this.#seq, generation));
    const file = await this.#beginFile(path, head);
    await this.#letGo();
    this.#file = file;
    this.#generation = generation;
    this.#bytes = head.length;
    this.#checksum = crc32(head);
    await this.#removeOld();
  }

  /** First use of a directory. The journal comes first: a snapshot that has none beside it has lost it. */
  async begin(): Promise<void> {
    await this.rotate(1);
    await this.snapshot([]);
  }

  /** Makes the file what was acknowledged, byte by byte, and opens it. */
  async repair(): Promise<void> {
    await this.#letGo();
    const path = join(this.#directory, journalName(this.#generation));
    try {
      const torn = await this.#disk.open(path, 'r+');
      try {
        await torn.truncate(this.#bytes);
        await torn.datasync();
      } finally {
        await torn.close();
      }
      const content = await this.#disk.readFile(path);
      if (content.length !== this.#bytes || crc32(content) !== this.#checksum)
        throw new Error('the journal is not what was acknowledged');
      this.#file = await this.#disk.open(path, 'a');
    } catch (cause) {
      throw writeFailed('the journal', cause);
    }
  }

  async close(): Promise<void> {
    await this.#snapshot;
    await this.#letGo();
  }

  async #beginFile(path: string, head: Buffer): Promise<JournalFile> {
    try {
      await replaceFile(path, head, this.#disk);
      return await this.#disk.open(path, 'a');
    } catch (cause) {
      // What was begun has no line: with or without it, the journal in use goes on.
      await this.#disk.rm(path, { force: true }).catch(() => undefined);
      throw writeFailed('a new journal', cause);
    }
  }

  #opened(): JournalFile {
    if (!this.#file) throw new Error('the journal is closed');
    return this.#file;
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  /** Old files that cannot be removed cost space, not truth. */
  async #removeOld(): Promise<void> {
    try {
      const { snapshots, journals } = await listFiles(this.#disk, this.#directory);
      const kept = snapshots.slice(-2);
      const keptJournals = journalsFor(kept[0] ?? 0, journals);
      const old = [
        ...snapshots.filter((one) => !kept.includes(one)).map(snapshotName),
        ...journals.filter((one) => !keptJournals.includes(one)).map(journalName),
      ];
      for (const name of old) await this.#disk.rm(join(this.#directory, name), { force: true });
      if (old.length > 0) await syncDirectory(this.#disk, this.#directory);
    } catch {
      return;
    }
  }
}

function headLine(seq: number, generation: number): string {
  return encodeLine({
    seq,
    op: headOp,
    id: '',
    idem: '',
    data: { schemaVersion: 1, generation },
  });
}

function writeFailed(what: string, cause: unknown): CodedError {
  return new CodedError('STORE_WRITE_FAILED', `${what} could not be written durably`, { cause });
}

import { join } from 'node:path';
import {
  type AuditHead,
  type AuditRow,
  chainRows,
  decodeRow,
  firstHash,
  type NewAuditRow,
} from '../console/audit-record.ts';
import { CodedError } from '../platform/errors.ts';
import { dayOfFile, endOf, fileOfDay, headsFile, readHeads, trailFiles } from './audit-files.ts';
import { type JournalDisk, type JournalFile, syncDirectory, writeAll } from './journal-disk.ts';
import { damaged } from './journal-recovery.ts';

/** What was found when the trail was opened, and is to be told. */
export interface TrailFinding {
  /** Bytes of a line that a dying process did not finish; it was never acknowledged, and is gone. */
  tornBytes: number;
  /** The last line is not as it was written. */
  isAltered: boolean;
  /** Rows that a written head knows of and the files do not hold. */
  missing: number;
}

/**
 * Appends to the files of a trail: one call at a time. After a write that failed the file is cut back to what was
 * acknowledged before anything else is written.
 */
export class AuditWriter {
  readonly #directory: string;
  readonly #disk: JournalDisk;
  #head: AuditHead = { seq: 0, hash: firstHash };
  #file: JournalFile | undefined;
  #name = '';
  #bytes = 0;

  constructor(directory: string, disk: JournalDisk) {
    this.#directory = directory;
    this.#disk = disk;
  }

  get head(): AuditHead {
    return this.#head;
  }

  /** The day of the file that is written, or nothing before the first row. */
  get day(): string {
    return dayOfFile(this.#name);
  }

  /** Finds the end of the trail. Rows that were cut off are not numbered again: the gap stays to be seen. Rejects with STORE_DAMAGED. */
  async open(): Promise<TrailFinding> {
    const finding = await this.#findEnd();
    const known = (await readHeads(this.#directory)).at(-1);
    const missing = Math.max(0, (known?.seq ?? 0) - this.#head.seq);
    if (known && missing > 0) this.#head = known;
    return { ...finding, missing };
  }

  /** Durable when it resolves. Rejects with STORE_WRITE_FAILED: then none of them is in the trail. */
  async append(rows: readonly NewAuditRow[]): Promise<AuditRow[]> {
    try {
      const day = rows.at(-1)?.at.slice(0, 10) ?? '';
      await this.#turnTo(day > this.day ? fileOfDay(day) : this.#name);
      const written = chainRows(this.#head, rows);
      const bytes = Buffer.from(written.map(({ line }) => `${line}\n`).join(''));
      const file = this.#opened();
      await writeAll(file, bytes);
      await file.datasync();
      this.#bytes += bytes.length;
      const last = written.at(-1);
      if (last) this.#head = { seq: last.row.seq, hash: last.hash };
      return written.map(({ row }) => row);
    } catch (cause) {
      await this.close();
      throw new CodedError('STORE_WRITE_FAILED', 'the audit trail could not be written durably', {
        cause,
      });
    }
  }

  /** Writes the head down a second time. */
  keepHead(): Promise<void> {
    return appendHead(this.#disk, headsFile(this.#directory), this.#head);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  /** Opens the file that is to be written, cut to what was acknowledged. */
  async #turnTo(name: string): Promise<void> {
    if (this.#file && name === this.#name) return;
    await this.close();
    const isNew = name !== this.#name;
    const path = join(this.#directory, name);
    const file = await this.#disk.open(path, 'a', 0o600);
    try {
      await file.truncate(isNew ? 0 : this.#bytes);
      await file.datasync();
      await syncDirectory(this.#disk, this.#directory);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#file = file;
    this.#name = name;
    if (isNew) this.#bytes = 0;
  }

  async #findEnd(): Promise<Omit<TrailFinding, 'missing'>> {
    const names = await trailFiles(this.#directory);
    let tornBytes = 0;
    for (const name of names.reverse()) {
      const { line, goodBytes, bytes } = await endOf(join(this.#directory, name));
      if (this.#name === '') {
        this.#name = name;
        if (line === undefined && goodBytes > 0) throw damaged(name, 'its end holds no row');
        this.#bytes = goodBytes;
        tornBytes = bytes - this.#bytes;
      }
      if (line === undefined) continue;
      const decoded = decodeRow(line);
      this.#head = decoded ? { seq: decoded.row.seq, hash: decoded.hash } : headOf(line);
      return { tornBytes, isAltered: decoded === undefined };
    }
    return { tornBytes, isAltered: false };
  }

  #opened(): JournalFile {
    if (!this.#file) throw new Error('the trail is closed');
    return this.#file;
  }
}

/** Durable when it resolves. */
export async function appendHead(disk: JournalDisk, path: string, head: AuditHead): Promise<void> {
  const file = await disk.open(path, 'a', 0o600);
  try {
    await writeAll(file, Buffer.from(`${JSON.stringify(head)}\n`));
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Of a line that was changed: what it says of itself, so that the rows after it are numbered on. */
function headOf(line: string): AuditHead {
  const seq = Number(/"seq":(\d{1,15})\b/.exec(line)?.[1] ?? 0);
  return { seq, hash: /"hash":"([0-9a-f]{64})"\}?$/.exec(line)?.[1] ?? firstHash };
}

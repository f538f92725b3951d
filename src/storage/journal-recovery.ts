import { join } from 'node:path';
import { CodedError, hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './file-commit.ts';
import type { JournalDisk } from './journal-disk.ts';
import { type JournalEntry, readLines } from './journal-line.ts';
import { parseSnapshot, type Snapshot } from './snapshot-file.ts';

export const snapshotName = (generation: number) => `snapshot-${padded(generation)}.jsonl`;
export const journalName = (generation: number) => `journal-${padded(generation)}.jsonl`;
const namePattern = /^(snapshot|journal)-(\d{6,15})\.jsonl$/;

/** The first line of each journal: which line it follows. A journal without it was damaged, never written so. */
export const headOp = 'open';

export interface JournalFiles {
  /** Ascending. */
  snapshots: number[];
  journals: number[];
}

/** What a directory holds, put together and checked. */
export interface Recovered {
  snapshot: Snapshot;
  /** After the snapshot, without gap. */
  entries: JournalEntry[];
  seq: number;
  /** The journal to go on with. */
  newest: { generation: number; goodBytes: number; bytes: Buffer };
  lastGeneration: number;
}

export async function listFiles(disk: JournalDisk, directory: string): Promise<JournalFiles> {
  const files: JournalFiles = { snapshots: [], journals: [] };
  for (const name of await disk.readdir(directory)) {
    const [, kind, generation] = namePattern.exec(name) ?? [];
    if (kind) files[kind === 'snapshot' ? 'snapshots' : 'journals'].push(Number(generation));
  }
  files.snapshots.sort((a, b) => a - b);
  files.journals.sort((a, b) => a - b);
  return files;
}

/**
 * The newest snapshot that is whole, and every line after it; `undefined` where nothing was ever kept. Rejects with
 * STORE_DAMAGED rather than leave out something that was acknowledged: a bad line before a good one, a gap between
 * lines, a journal that is missing or has no head, no whole snapshot at all.
 */
export async function recoverJournal(
  disk: JournalDisk,
  directory: string,
  log: Log,
): Promise<Recovered | undefined> {
  const files = await listFiles(disk, directory);
  const lastGeneration = Math.max(0, ...files.snapshots, ...files.journals);
  if (lastGeneration === 0 || (await isBarelyBegun(disk, directory, files))) return undefined;
  const { generation, snapshot } = await newestSnapshot(disk, directory, files.snapshots, log);
  const entries: JournalEntry[] = [];
  let newest: Recovered['newest'] | undefined;
  let seq = snapshot.seq;
  let reachedSeq = 0;
  for (const journal of files.journals) {
    const name = journalName(journal);
    const bytes = await readWhole(disk, directory, name);
    const content = readLines(bytes);
    const [head, ...lines] = content.entries;
    if (content.fault === 'middle') throw damaged(name, 'a damaged line stands before whole ones');
    if (head?.op !== headOp) throw damaged(name, 'its first line is missing or damaged');
    if (!isKnown(head)) throw damaged(name, 'a newer version of this program wrote it');
    reachedSeq = Math.max(reachedSeq, lines.at(-1)?.seq ?? head.seq);
    for (const line of lines) {
      if (line.seq <= snapshot.seq) continue;
      if (line.seq !== seq + 1) throw damaged(name, 'lines before it are missing');
      entries.push(line);
      seq = line.seq;
    }
    if (head.seq > seq) throw damaged(name, 'lines before it are missing');
    newest = { generation: journal, goodBytes: content.goodBytes, bytes };
  }
  if (!newest || (newest.generation < generation && reachedSeq < snapshot.seq))
    throw damaged(journalName(generation), 'it is missing');
  return { snapshot, entries, seq, newest, lastGeneration };
}

/** Cuts off what a death in the middle of a write left; a copy stays beside it as `….dropped`. */
export async function dropTail(
  disk: JournalDisk,
  directory: string,
  { generation, goodBytes, bytes }: Recovered['newest'],
  log: Log,
): Promise<void> {
  if (bytes.length === goodBytes) return;
  const path = join(directory, journalName(generation));
  await replaceFile(`${path}.dropped`, bytes.subarray(goodBytes), disk);
  const file = await disk.open(path, 'r+');
  try {
    await file.truncate(goodBytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  const fields = { file: journalName(generation), droppedBytes: bytes.length - goodBytes };
  log.warn(fields, 'the unfinished end of a journal was dropped');
}

/** Those that may hold lines after a snapshot: its own and later ones, and the one that was written to meanwhile. */
export function journalsFor(generation: number, journals: readonly number[]): number[] {
  const before = journals.filter((one) => one < generation).at(-1);
  return journals.filter((one) => one >= generation || one === before);
}

/** A first start that died before it was done: one journal with its head and nothing else. */
async function isBarelyBegun(disk: JournalDisk, directory: string, files: JournalFiles) {
  if (files.snapshots.length > 0 || files.journals.join() !== '1') return false;
  const { entries, fault } = readLines(await readWhole(disk, directory, journalName(1)));
  const [head] = entries;
  return fault === 'none' && entries.length === 1 && head?.op === headOp && head.seq === 0;
}

function isKnown({ data }: JournalEntry): boolean {
  return (data as { schemaVersion?: unknown } | null)?.schemaVersion === 1;
}

async function newestSnapshot(
  disk: JournalDisk,
  directory: string,
  generations: readonly number[],
  log: Log,
): Promise<{ generation: number; snapshot: Snapshot }> {
  const bad: string[] = [];
  for (const generation of generations.toReversed()) {
    const name = snapshotName(generation);
    const snapshot = await parseSnapshot(await readOrNothing(disk, join(directory, name)));
    if (snapshot === 'newer') throw damaged(name, 'a newer version of this program wrote it');
    if (!snapshot) bad.push(name);
    else {
      for (const file of bad) {
        log.error({ file }, 'a snapshot is damaged and was put aside; the one before it is used');
        await disk.rename(join(directory, file), join(directory, `${file}.damaged`));
      }
      return { generation, snapshot };
    }
  }
  throw damaged(bad.join(', ') || 'the schedule', 'there is no whole snapshot');
}

/** A directory in its place, or bytes that the medium does not give back, are damage like any other. */
async function readWhole(disk: JournalDisk, directory: string, name: string): Promise<Buffer> {
  try {
    return await disk.readFile(join(directory, name));
  } catch (cause) {
    throw new CodedError('STORE_DAMAGED', `${name}: it cannot be read`, { cause });
  }
}

async function readOrNothing(disk: JournalDisk, path: string): Promise<Buffer> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EISDIR')) return Buffer.alloc(0);
    throw error;
  }
}

export function damaged(what: string, why: string): CodedError {
  return new CodedError('STORE_DAMAGED', `${what}: ${why}; restore it from a copy`);
}

function padded(generation: number): string {
  return String(generation).padStart(6, '0');
}

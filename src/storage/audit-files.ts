import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { type AuditHead, longestRowBytes } from '../console/audit-record.ts';
import { hasCode } from '../platform/errors.ts';

const fileName = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;
/** Read at once: some 160 rows, about a millisecond of work, then calls get their turn. */
const chunkBytes = 65_536;
const newline = 0x0a;

/** Of the trail, oldest first. A row stands in the file of its day, or in the newest when the clock went back. */
export async function trailFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => fileName.test(name)).sort();
}

export function fileOfDay(day: string): string {
  return `${day}.jsonl`;
}

export function dayOfFile(name: string): string {
  return name.slice(0, 10);
}

/** Beside the trail's directory, not in it: what cuts the trail does not cut this by the same stroke. */
export function headsFile(directory: string): string {
  return `${directory}-heads.jsonl`;
}

/** A line without its newline; `isWhole` is false for a last one that has none. Text that is longer than any row is cut. */
export interface FileLine {
  text: string;
  isWhole: boolean;
}

/** The lines of a file, a chunk's worth at a time. */
export async function* linesOf(path: string): AsyncGenerator<FileLine[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    const bytes: Buffer = Buffer.concat([rest, chunk as Buffer]);
    const lines: FileLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      lines.push({ text: bytes.toString('utf8', start, end), isWhole: true });
      start = end + 1;
    }
    rest = bytes.subarray(start, start + 2 * longestRowBytes);
    yield lines;
  }
  if (rest.length > 0) yield [{ text: rest.toString('utf8'), isWhole: false }];
}

/** What stands at the end of a file: its last whole line, and where whole lines end. */
export async function endOf(
  path: string,
): Promise<{ line: string | undefined; goodBytes: number; bytes: number }> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  try {
    const length = Math.min(size, 4 * longestRowBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const last = buffer.lastIndexOf(newline);
    if (last === -1) return { line: undefined, goodBytes: size - length, bytes: size };
    const before = last === 0 ? -1 : buffer.lastIndexOf(newline, last - 1);
    return {
      line: buffer.toString('utf8', before + 1, last),
      goodBytes: size - length + last + 1,
      bytes: size,
    };
  } finally {
    await file.close();
  }
}

/** Heads as they were written down, oldest first. Lines that cannot be understood are left out. */
export async function readHeads(directory: string): Promise<AuditHead[]> {
  const text = await readFile(headsFile(directory), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  return text.split('\n').flatMap(headIn);
}

function headIn(line: string): AuditHead[] {
  try {
    const { seq, hash } = JSON.parse(line) as Record<string, unknown>;
    if (!Number.isSafeInteger(seq) || typeof hash !== 'string') return [];
    return /^[0-9a-f]{64}$/.test(hash) ? [{ seq: seq as number, hash }] : [];
  } catch {
    return [];
  }
}

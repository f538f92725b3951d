import { crc32 } from 'node:zlib';

/** One accepted change. `idem` is its business key. */
export interface JournalEntry {
  seq: number;
  op: string;
  id: string;
  idem: string;
  data: unknown;
}

/** `,"crc32":"0123abcd"}`: what stands after the text that the checksum is of. */
const checksumLength = ',"crc32":"00000000"}'.length;
const newline = 0x0a;

/** One JSON object and a newline; `crc32` is that of the same object without it. */
export function encodeLine({ seq, op, id, idem, data }: JournalEntry): string {
  const text = JSON.stringify({ seq, op, id, idem, data });
  return `${text.slice(0, -1)},"crc32":"${checksumOf(text)}"}\n`;
}

/**
 * tail: what follows the good lines is no whole line, as after a death in the middle of a write.
 * middle: a bad line stands before a good one, so something that was acknowledged is lost.
 */
export interface JournalContent {
  entries: JournalEntry[];
  /** Where the good lines end. */
  goodBytes: number;
  fault: 'none' | 'tail' | 'middle';
}

export function readLines(bytes: Buffer): JournalContent {
  const entries: JournalEntry[] = [];
  let goodBytes = 0;
  let isBad = false;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    const entry = end === -1 ? undefined : decodeLine(bytes.toString('utf8', start, end));
    if (entry && isBad) return { entries, goodBytes, fault: 'middle' };
    start = end === -1 ? bytes.length : end + 1;
    if (entry) {
      entries.push(entry);
      goodBytes = start;
    } else isBad = true;
  }
  return { entries, goodBytes, fault: isBad ? 'tail' : 'none' };
}

function decodeLine(line: string): JournalEntry | undefined {
  const text = `${line.slice(0, -checksumLength)}}`;
  if (line.slice(-checksumLength) !== `,"crc32":"${checksumOf(text)}"}`) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, op, id, idem, data } = value as Record<string, unknown>;
  const texts = [op, id, idem].every((one) => typeof one === 'string');
  return Number.isSafeInteger(seq) && texts && data !== undefined;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

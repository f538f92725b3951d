import { createHash, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type JournalDisk, syncDirectory, writeAll } from './journal-disk.ts';

/** Lines turned to text at once: about 2 ms of work, then calls get their turn. */
const linesAtOnce = 500;
/** Bytes hashed at once, for the same reason. */
const bytesAtOnce = 1_048_576;
const schemaVersion = 1;

/**
 * All there was after line `seq` of the journal. The file is a head line, one JSON value a line, and an end line that
 * holds the SHA-256 of all bytes before it: without that, whole and right, it is no snapshot.
 */
export interface Snapshot {
  seq: number;
  values: unknown[];
}

/** Durable under `path` when it resolves: written beside it, synced, read back, renamed, directory synced. */
export async function writeSnapshot(
  disk: JournalDisk,
  path: string,
  { seq, values }: Snapshot,
): Promise<void> {
  const temporary = `${dirname(path)}/.snapshot.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const hash = createHash('sha256');
    const file = await disk.open(temporary, 'wx', 0o600);
    try {
      const put = async (text: string) => {
        hash.update(text);
        await writeAll(file, Buffer.from(text));
      };
      await put(`${JSON.stringify({ schemaVersion, seq })}\n`);
      for (let at = 0; at < values.length; at += linesAtOnce)
        await put(
          values
            .slice(at, at + linesAtOnce)
            .map(lineOf)
            .join(''),
        );
      const end = { sha256: hash.digest('hex') };
      await writeAll(file, Buffer.from(`${JSON.stringify(end)}\n`));
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await hashMatches(await disk.readFile(temporary))))
      throw new Error('read back otherwise');
    await disk.rename(temporary, path);
    await syncDirectory(disk, dirname(path));
  } catch (error) {
    await disk.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** What a file holds, if it is a whole snapshot; `newer`: of a version this program does not know. */
export async function parseSnapshot(bytes: Buffer): Promise<Snapshot | 'newer' | undefined> {
  if (!(await hashMatches(bytes))) return undefined;
  try {
    const lines = bytes.toString('utf8').split('\n').slice(0, -2);
    const [head, ...values] = lines.map((line): unknown => JSON.parse(line));
    const { schemaVersion: version, seq } = head as Record<string, unknown>;
    if (version !== schemaVersion) return 'newer';
    return Number.isSafeInteger(seq) ? { seq: seq as number, values } : undefined;
  } catch {
    return undefined;
  }
}

async function hashMatches(bytes: Buffer): Promise<boolean> {
  if (bytes.at(-1) !== 0x0a) return false;
  const start = bytes.lastIndexOf(0x0a, -2) + 1;
  try {
    const { sha256 } = JSON.parse(bytes.toString('utf8', start)) as Record<string, unknown>;
    return sha256 === (await hashOf(bytes.subarray(0, start)));
  } catch {
    return false;
  }
}

async function hashOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += bytesAtOnce) {
    hash.update(bytes.subarray(at, at + bytesAtOnce));
    await setImmediate();
  }
  return hash.digest('hex');
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, hasCode } from '../platform/errors.ts';

const lockName = '.lock';
/** Takeovers tried before giving up; each loses only to another process that is starting at the same moment. */
const mostTakeovers = 5;

/**
 * Makes this process the only one that writes a directory, until the returned function is called.
 * Rejects with `STORE_LOCKED` while another process lives. The lock of a dead one is taken over: it names the process and
 * when it started, so that a number used again is not mistaken for it. Processes that cannot see each other (two
 * containers sharing a volume) are not told apart from dead ones.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  const mine = `${JSON.stringify({ pid: process.pid, started: await startOf(process.pid), nonce: randomBytes(6).toString('hex') })}\n`;
  for (let attempt = 0; attempt < mostTakeovers; attempt++) {
    if (await createLock(path, mine)) return () => release(path, mine);
    const found = await readLock(path);
    if (found === undefined) continue;
    const pid = await liveOwner(found);
    if (pid !== undefined) throw lockedBy(pid);
    await takeAway(path, found);
  }
  throw new CodedError('STORE_LOCKED', 'other processes are starting on this data directory');
}

function lockedBy(pid: number): CodedError {
  return new CodedError(
    'STORE_LOCKED',
    `process ${pid} already uses this data directory; stop it, or give this one a directory of its own`,
  );
}

async function createLock(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new CodedError(
      'STORE_WRITE_FAILED',
      'the lock of a data directory could not be written',
      {
        cause: error,
      },
    );
  }
}

/** An owner killed between creating and filling its lock left it empty; one just starting fills it within this time. */
const fillMs = 250;

async function readLock(path: string): Promise<string | undefined> {
  try {
    const content = await readFile(path, 'utf8');
    if (content.endsWith('\n')) return content;
    await new Promise((resolve) => setTimeout(resolve, fillMs));
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @returns the process that holds this lock, if it lives */
async function liveOwner(content: string): Promise<number | undefined> {
  const { pid, started } = parseLock(content);
  if (pid === undefined || !exists(pid)) return undefined;
  const startedNow = await startOf(pid);
  // Where starts cannot be known, a living process with this number is the owner.
  return startedNow === undefined || started === undefined || startedNow === started
    ? pid
    : undefined;
}

function parseLock(content: string): { pid?: number; started?: string } {
  try {
    const { pid, started } = JSON.parse(content) as { pid?: unknown; started?: unknown };
    return {
      ...(Number.isSafeInteger(pid) && (pid as number) > 0 ? { pid: pid as number } : {}),
      ...(typeof started === 'string' ? { started } : {}),
    };
  } catch {
    return {};
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

/** Boot and start tick of a process: proc(5), field 22 of `stat`, counted after the name, which may hold anything. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks && `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

/** Moves a dead lock aside. Should another process have replaced it meanwhile, its lock is put back. */
async function takeAway(path: string, found: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== found) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === mine) await rm(path, { force: true });
}

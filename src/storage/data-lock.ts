import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, hasCode } from '../platform/errors.ts';

const lockName = '.lock';
/** A lock that is gone when it is read was just released: asked for again, but not for ever. */
const mostTries = 5;

/**
 * Makes this process the only one that writes a directory, until the returned function is called.
 * Rejects with `STORE_LOCKED` while another process lives. The lock of a dead one is taken over: it names the process and
 * when it started, so that a number used again is not mistaken for it. Processes that cannot see each other (two
 * containers sharing a volume) are not told apart from dead ones.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  const started = await startOf(process.pid);
  const nonce = randomBytes(6).toString('hex');
  const mine = `${JSON.stringify({ pid: process.pid, started, nonce })}\n`;
  await acquire(path, mine);
  return () => release(path, mine);
}

async function acquire(path: string, mine: string): Promise<void> {
  for (let tried = 0; tried < mostTries; tried++) {
    if (await createLock(path, mine)) return;
    const found = await readLock(path);
    if (found === undefined) continue;
    const pid = await liveOwner(found);
    if (pid !== undefined) throw lockedBy(pid);
    if (await takeOver(path, found, mine)) return;
  }
  throw new CodedError('STORE_LOCKED', 'other processes are starting on this data directory');
}

/**
 * Only who holds the claim to one particular dead lock may replace it, so of many starting at once one wins. A claim is a
 * lock like any other: that of a process killed at this very point is taken over too.
 */
async function takeOver(path: string, dead: string, mine: string): Promise<boolean> {
  const claim = `${path}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`;
  await acquire(claim, mine);
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== dead) return false;
    const filled = `${path}.${randomBytes(6).toString('hex')}`;
    await createLock(filled, mine);
    await rename(filled, path);
    return true;
  } finally {
    await release(claim, mine);
  }
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
    // Who stood still between the two lines above may have been taken for dead.
    return (await readFile(path, 'utf8').catch(() => undefined)) === content;
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

async function release(path: string, mine: string): Promise<void> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === mine) await rm(path, { force: true });
}

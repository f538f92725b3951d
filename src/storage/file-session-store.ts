import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mostSessions, type Session, type SessionStore } from '../console/session-store.ts';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { replaceFile } from './file-commit.ts';
import { createMemorySessionStore } from './memory-session-store.ts';

/** How long a new moment of use waits to be written: then one writing serves all that came meanwhile. */
const soonMs = 30_000;

export interface FileSessionStoreOptions {
  /** Must exist, and belong to this process. */
  directory: string;
  log: Log;
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/** One JSON file, so that a restart signs nobody out. One that cannot be understood signs everybody out: nobody comes in by it. */
export async function openFileSessionStore(
  options: FileSessionStoreOptions,
): Promise<SessionStore> {
  const { directory, log, replaceFile: replace = replaceFile } = options;
  const path = join(directory, 'sessions.json');
  const inTurn = createWorkQueue();
  let latest: readonly Session[] = [];
  let timer: NodeJS.Timeout | undefined;

  const write = () =>
    inTurn(async () => {
      clearTimeout(timer);
      timer = undefined;
      await replace(path, `${JSON.stringify({ schemaVersion: 1, sessions: latest })}\n`);
    });
  const store = createMemorySessionStore(
    async (sessions, how) => {
      latest = sessions;
      if (how === 'durable') return write();
      timer ??= setTimeout(() => {
        write().catch((err) => log.warn({ err }, 'last use of sessions could not be written'));
      }, soonMs).unref();
    },
    await readSessions(path, log),
  );
  return {
    ...store,
    async close() {
      if (timer) await write();
    },
  };
}

async function readSessions(path: string, log: Log): Promise<Session[]> {
  try {
    const { sessions } = JSON.parse(await readFile(path, 'utf8')) as { sessions?: unknown };
    if (Array.isArray(sessions) && sessions.length <= mostSessions && sessions.every(isSession))
      return sessions;
    log.error({}, 'sessions.json could not be understood: everybody has to sign in again');
  } catch (err) {
    if (!hasCode(err, 'ENOENT'))
      log.error({ err }, 'sessions.json could not be read: everybody has to sign in again');
  }
  return [];
}

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const { key, userId, epoch, startedAtMs, usedAtMs } = value as Record<string, unknown>;
  return (
    typeof key === 'string' &&
    /^[0-9a-f]{64}$/.test(key) &&
    typeof userId === 'string' &&
    [epoch, startedAtMs, usedAtMs].every(Number.isSafeInteger)
  );
}

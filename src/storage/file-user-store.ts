import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mostUsers, parseUser, type User } from '../console/user-record.ts';
import type { UserStore } from '../console/user-store.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { lockDirectory } from './data-lock.ts';
import { replaceFile } from './file-commit.ts';
import { damaged } from './journal-recovery.ts';
import { withUsers } from './memory-user-store.ts';

/** The server and `npm run user` change the same file; either is done within milliseconds. */
const lockTries = 40;
const lockWaitMs = 50;

export interface FileUserStoreOptions {
  /** Of its own; must exist. */
  directory: string;
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/**
 * One JSON file of all users, read again whenever it changed: what `npm run user` does counts at the next request. Locked
 * only while it is changed. Rejects with STORE_DAMAGED rather than take a file that cannot be understood for nobody.
 */
export async function openFileUserStore(options: FileUserStoreOptions): Promise<UserStore> {
  const { directory, replaceFile: replace = replaceFile } = options;
  const path = join(directory, 'users.json');
  const inTurn = createWorkQueue();
  let seen: { mark: string; users: readonly User[] } | undefined;

  async function users(): Promise<readonly User[]> {
    const mark = await markOf(path);
    if (seen?.mark === mark) return seen.users;
    const read = mark === '' ? [] : usersIn(await readFile(path, 'utf8'));
    seen = { mark, users: read };
    return read;
  }

  await users();
  return {
    find: async (id) => (await users()).find((one) => one.id === id),
    findByLogin: async (login) => (await users()).find((one) => one.login === login),
    list: users,
    change: (decide) =>
      inTurn(async () => {
        const unlock = await locked(directory);
        try {
          const before = await users();
          const { put = [], answer } = decide(before);
          if (put.length > 0) {
            const text = textOf(withUsers(before, put));
            await replace(path, text);
            seen = { mark: await markOf(path), users: usersIn(text) };
          }
          return answer;
        } finally {
          await unlock();
        }
      }),
    close: () => inTurn(async () => undefined),
  };
}

async function locked(directory: string): Promise<() => Promise<void>> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await lockDirectory(directory);
    } catch (error) {
      if (!hasCode(error, 'STORE_LOCKED') || tried >= lockTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, lockWaitMs));
    }
  }
}

/** Another mark is another file; empty when there is none. */
async function markOf(path: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

function textOf(users: readonly User[]): string {
  if (users.length > mostUsers || users.some((one) => !parseUser(one)))
    throw new CodedError('STORE_WRITE_FAILED', 'what was to be written are not users');
  return `${JSON.stringify({ schemaVersion: 1, users }, null, 2)}\n`;
}

function usersIn(text: string): User[] {
  const users = arrayIn(text)?.map(parseUser);
  const isWhole = users?.every((user) => user !== undefined);
  if (!users || !isWhole) throw damaged('users.json', 'it holds something that is no user');
  return users as User[];
}

function arrayIn(text: string): unknown[] | undefined {
  try {
    const { schemaVersion, users } = JSON.parse(text) as Record<string, unknown>;
    return schemaVersion === 1 && Array.isArray(users) ? users : undefined;
  } catch {
    return undefined;
  }
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mostUsers, parseUser, type User } from '../console/user-record.ts';
import type { UserNote, UserStore } from '../console/user-store.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { lockDirectory } from './data-lock.ts';
import { replaceFile } from './file-commit.ts';
import { damaged } from './journal-recovery.ts';
import { withUsers } from './memory-user-store.ts';

/** The server and `npm run user` change the same file; either is done within milliseconds. */
const lockTries = 40;
const lockWaitMs = 50;
/** Notes of a terminal that no server has read: more are not written by hand. The oldest are dropped. */
const mostNotes = 1_000;

export interface FileUserStoreOptions {
  /** Of its own; must exist. */
  directory: string;
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

interface Content {
  users: readonly User[];
  notes: readonly UserNote[];
}

/**
 * One JSON file of all users, read again whenever it changed: what `npm run user` does counts at the next request. Locked
 * only while it is changed. Rejects with STORE_DAMAGED rather than take a file that cannot be understood for nobody.
 */
export async function openFileUserStore(options: FileUserStoreOptions): Promise<UserStore> {
  const { directory, replaceFile: replace = replaceFile } = options;
  const path = join(directory, 'users.json');
  const inTurn = createWorkQueue();
  let seen: { mark: string; content: Content } | undefined;

  async function content(): Promise<Content> {
    const mark = await markOf(path);
    if (seen?.mark === mark) return seen.content;
    const read = mark === '' ? nobody : contentIn(await readFile(path, 'utf8'));
    seen = { mark, content: read };
    return read;
  }
  /** @param decide what is to stand there; nothing when it may stay as it is */
  const rewrite = <Answer>(decide: (now: Content) => { after?: Content; answer: Answer }) =>
    inTurn(async () => {
      const unlock = await locked(directory);
      try {
        const { after, answer } = decide(await content());
        if (after) await replace(path, textOf(after));
        return answer;
      } finally {
        await unlock();
      }
    });

  await content();
  return {
    find: async (id) => (await content()).users.find((one) => one.id === id),
    findByLogin: async (login) => (await content()).users.find((one) => one.login === login),
    list: async () => (await content()).users,
    change: (decide) =>
      rewrite(({ users, notes }) => {
        const { put = [], note, answer } = decide(users);
        if (put.length === 0 && !note) return { answer };
        const kept = [...notes, ...(note ? [note] : [])].slice(-mostNotes);
        return { after: { users: withUsers(users, put), notes: kept }, answer };
      }),
    notes: async () => (await content()).notes,
    forgetNotes: (ids) =>
      rewrite(({ users, notes }) => ({
        after: { users, notes: notes.filter(({ id }) => !ids.includes(id)) },
        answer: undefined,
      })),
    close: () => inTurn(async () => undefined),
  };
}

const nobody: Content = { users: [], notes: [] };

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

function textOf({ users, notes }: Content): string {
  if (users.length > mostUsers || users.some((one) => !parseUser(one)))
    throw new CodedError('STORE_WRITE_FAILED', 'what was to be written are not users');
  return `${JSON.stringify({ schemaVersion: 1, users, notes }, null, 2)}\n`;
}

function contentIn(text: string): Content {
  try {
    const { schemaVersion, users, notes } = JSON.parse(text) as Record<string, unknown>;
    if (schemaVersion === 1 && Array.isArray(users) && Array.isArray(notes)) {
      const read = users.map(parseUser);
      if (read.every((user) => user !== undefined) && notes.every(isNote))
        return { users: read as User[], notes };
    }
  } catch {
    // Said below.
  }
  throw damaged('users.json', 'it holds something that is no user');
}

function isNote(value: unknown): value is UserNote {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at, action, object, by } = value as Record<string, unknown>;
  return [id, at, action, object, by].every((one) => typeof one === 'string');
}

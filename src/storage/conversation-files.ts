import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Conversation, parseConversation } from '../messaging/conversation-record.ts';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './file-commit.ts';
import type { JournalDisk } from './journal-disk.ts';

const fileName = /^(?<id>[a-z2-7]{26})\.json$/;
/** Files written or read at once: the threads that Node has for them. */
const atOnce = 4;

/** One JSON file a conversation. */
export interface ConversationFiles {
  ids(): Promise<string[]>;
  /** A file that cannot be understood is left as it is and skipped: that one conversation begins anew. */
  read(id: string): Promise<Conversation | undefined>;
  readAll(ids: readonly string[]): Promise<Conversation[]>;
  /** Each durable, whole or as it was before. */
  writeAll(conversations: readonly Conversation[]): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createConversationFiles(
  directory: string,
  disk: JournalDisk,
  log: Log,
): ConversationFiles {
  const pathOf = (id: string) => join(directory, `${id}.json`);

  async function read(id: string): Promise<Conversation | undefined> {
    try {
      const bytes = await disk.readFile(pathOf(id));
      const parsed = parseConversation(JSON.parse(bytes.toString('utf8')));
      if (parsed?.id === id) return parsed;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (!(error instanceof SyntaxError)) throw error;
    }
    log.error({ conversationId: id }, 'a conversation could not be understood and is skipped');
    return undefined;
  }

  return {
    read,
    async ids() {
      const names = await readdir(directory);
      return names.flatMap((name) => fileName.exec(name)?.groups?.id ?? []);
    },
    async readAll(ids) {
      const found: Conversation[] = [];
      for (const some of inParts(ids))
        found.push(...(await Promise.all(some.map(read))).flatMap((one) => one ?? []));
      return found;
    },
    async writeAll(conversations) {
      for (const some of inParts(conversations))
        await Promise.all(
          some.map((one) => replaceFile(pathOf(one.id), JSON.stringify(one), disk)),
        );
    },
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}

function* inParts<Item>(all: readonly Item[]): Generator<readonly Item[]> {
  for (let at = 0; at < all.length; at += atOnce) yield all.slice(at, at + atOnce);
}

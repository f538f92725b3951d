import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Conversation, parseConversation } from '../messaging/conversation-record.ts';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { replaceFiles } from './file-commit.ts';
import type { JournalDisk } from './journal-disk.ts';

const fileName = /^(?<id>[a-z2-7]{26})\.json$/;
const nameOf = (id: string) => `${id}.json`;
/** Files read at once, at a start: the threads that Node has for them. */
const readAtOnce = 4;

/** Between two files that nobody waits for, ms: a webhook's line gets to the disk at once. */
const breathMs = 2;

/** One JSON file a conversation. */
export interface ConversationFiles {
  ids(): Promise<string[]>;
  /** A file that cannot be understood is left as it is and skipped: that one conversation begins anew. */
  read(id: string): Promise<Conversation | undefined>;
  readAll(ids: readonly string[]): Promise<Conversation[]>;
  /**
   * One after another, each whole or as it was before; all durable when it resolves. Between two the disk is left to
   * others, unless there is a hurry.
   */
  writeAll(conversations: readonly Conversation[], isHurried: () => boolean): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createConversationFiles(
  directory: string,
  disk: JournalDisk,
  log: Log,
): ConversationFiles {
  const pathOf = (id: string) => join(directory, nameOf(id));

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
      for (let at = 0; at < ids.length; at += readAtOnce) {
        const some = await Promise.all(ids.slice(at, at + readAtOnce).map(read));
        found.push(...some.flatMap((one) => one ?? []));
      }
      return found;
    },
    writeAll: (conversations, isHurried) =>
      replaceFiles(directory, textsOf(conversations, isHurried), disk),
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}

/** One text at a time: some hundred of them are long. */
async function* textsOf(
  conversations: readonly Conversation[],
  isHurried: () => boolean,
): AsyncGenerator<[string, string]> {
  for (const one of conversations) {
    yield [nameOf(one.id), JSON.stringify(one)];
    if (!isHurried()) await new Promise((resolve) => setTimeout(resolve, breathMs));
  }
}

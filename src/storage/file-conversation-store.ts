import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Conversation,
  type ConversationHead,
  headOf,
  parseConversation,
} from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createIndexedConversations } from './conversation-index.ts';
import { lockDirectory } from './data-lock.ts';
import { removeStaleTemporaries, replaceFile } from './file-commit.ts';

const fileName = /^(?<id>[a-z2-7]{26})\.json$/;
/** Conversations held in memory, those used last; of some 20 KB each. */
const mostCached = 500;
/** Files read at once at start-up. */
const readsAtOnce = 32;

export interface FileConversationOptions {
  /** Of its own; must exist. */
  directory: string;
  log: Log;
  /** Durable, atomic write of a whole file. */
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/**
 * One JSON file a conversation, of this process alone (STORE_LOCKED). A file that cannot be understood is left as it is
 * and skipped: that one conversation begins anew.
 */
export async function openFileConversationStore(
  options: FileConversationOptions,
): Promise<ConversationStore> {
  const { directory, log, replaceFile: write = replaceFile } = options;
  const unlock = await lockDirectory(directory);
  const cache = new Map<string, Conversation>();
  const pathOf = (id: string) => join(directory, `${id}.json`);

  function remember(conversation: Conversation): Conversation {
    cache.delete(conversation.id);
    cache.set(conversation.id, conversation);
    const [oldest] = cache.keys();
    if (cache.size > mostCached && oldest !== undefined) cache.delete(oldest);
    return conversation;
  }
  async function readFromDisk(id: string): Promise<Conversation | undefined> {
    try {
      const parsed = parseConversation(JSON.parse(await readFile(pathOf(id), 'utf8')));
      if (parsed?.id === id) return parsed;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (!(error instanceof SyntaxError)) throw error;
    }
    log.error({ conversationId: id }, 'a conversation could not be understood and is skipped');
    return undefined;
  }

  try {
    await removeStaleTemporaries(directory);
    const ids = (await readdir(directory)).flatMap((name) => fileName.exec(name)?.groups?.id ?? []);
    const heads: ConversationHead[] = [];
    for (let at = 0; at < ids.length; at += readsAtOnce) {
      const read = await Promise.all(ids.slice(at, at + readsAtOnce).map(readFromDisk));
      heads.push(...read.flatMap((one) => (one ? headOf(one) : [])));
    }
    return createIndexedConversations(
      {
        async read(id) {
          const known = cache.get(id) ?? (await readFromDisk(id));
          return known && remember(known);
        },
        async write(conversation) {
          cache.delete(conversation.id);
          await write(pathOf(conversation.id), JSON.stringify(conversation)).catch(failWrite);
          remember(conversation);
        },
        async remove(id) {
          cache.delete(id);
          await rm(pathOf(id), { force: true });
        },
        close: unlock,
      },
      heads,
    );
  } catch (error) {
    await unlock();
    throw error;
  }
}

function failWrite(cause: unknown): never {
  if (hasCode(cause, 'STORE_WRITE_FAILED')) throw cause;
  throw new CodedError('STORE_WRITE_FAILED', 'a conversation could not be written', { cause });
}

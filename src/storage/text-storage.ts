import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatVisitStore } from '../messaging/chat-visit-store.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { JobQueue } from '../messaging/job-store.ts';
import type { TurnLeases } from '../messaging/turn-leases.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { openFileChatVisitStore } from './file-chat-visit-store.ts';
import { openFileConversationStore } from './file-conversation-store.ts';
import { openFileJobQueue } from './file-job-queue.ts';
import { createMemoryChatVisitStore } from './memory-chat-visit-store.ts';
import { createMemoryConversationStore } from './memory-conversation-store.ts';
import { createMemoryJobQueue } from './memory-job-queue.ts';
import { createMemoryTurnLeases } from './memory-turn-leases.ts';

export interface TextStorageOptions {
  kind: 'memory' | 'files';
  dataDirectory: string;
  /** With it, all of it is in Redis and may be shared by several servers. */
  redisUrl: string | undefined;
  redisPrefix: string;
  /** After so long without a message a visit of the web chat is over. */
  visitMs: number;
  clock: Clock;
  log: Log;
}

/** What text channels keep. */
export interface TextStorage {
  conversations: ConversationStore;
  visits: ChatVisitStore;
  jobs: JobQueue;
  leases: TurnLeases;
  /** Why nothing can be kept at the moment, if so. */
  trouble(): string | undefined;
  /** The queue first: what it runs writes to the conversations. */
  close(): Promise<void>;
}

/** Opens all of it; what was opened is closed again when something fails. Rejects with QUEUE_UNUSABLE without a Redis. */
export async function openTextStorage(options: TextStorageOptions): Promise<TextStorage> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const closing = <One extends { close(): Promise<void> }>(one: One): One => {
    closers.push(() => one.close());
    return one;
  };
  try {
    // The packages are loaded by who uses them.
    if (options.redisUrl) {
      const { openRedisTexts } = await import('./redis-texts.ts');
      return {
        ...(await openRedisTexts(
          { ...options, url: options.redisUrl, prefix: options.redisPrefix },
          closing,
        )),
        close,
      };
    }
    const kept =
      options.kind === 'memory' ? openInMemory(options) : await openInFiles(options, closing);
    return { ...kept, leases: createMemoryTurnLeases(), trouble: () => undefined, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Kept = Pick<TextStorage, 'conversations' | 'visits' | 'jobs'>;

function openInMemory(options: TextStorageOptions): Kept {
  return {
    conversations: createMemoryConversationStore(),
    visits: createMemoryChatVisitStore(),
    jobs: createMemoryJobQueue(options),
  };
}

/** In directories of their own below the data directory. */
async function openInFiles(
  { dataDirectory, clock, log }: TextStorageOptions,
  closing: <One extends { close(): Promise<void> }>(one: One) => One,
): Promise<Kept> {
  const placeFor = async (name: string, mode?: number) => {
    const directory = join(dataDirectory, name);
    await mkdir(directory, { recursive: true, ...(mode === undefined ? {} : { mode }) });
    return { directory, log };
  };
  const conversations = closing(await openFileConversationStore(await placeFor('conversations')));
  const visits = closing(await openFileChatVisitStore(await placeFor('chats', 0o700)));
  const jobs = closing(await openFileJobQueue({ ...(await placeFor('jobs')), clock }));
  return { conversations, visits, jobs };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { JobQueue } from '../messaging/job-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { openFileConversationStore } from './file-conversation-store.ts';
import { openFileJobQueue } from './file-job-queue.ts';
import { createMemoryConversationStore } from './memory-conversation-store.ts';
import { createMemoryJobQueue } from './memory-job-queue.ts';

export interface TextStorageOptions {
  kind: 'memory' | 'files';
  dataDirectory: string;
  /** With it, jobs wait in Redis. */
  redisUrl: string | undefined;
  clock: Clock;
  log: Log;
}

/** What text channels keep. */
export interface TextStorage {
  conversations: ConversationStore;
  jobs: JobQueue;
  /** The queue first: what it runs writes to the conversations. */
  close(): Promise<void>;
}

/** Opens both, in directories of their own below the data directory; what was opened is closed again when one fails. */
export async function openTextStorage(options: TextStorageOptions): Promise<TextStorage> {
  const conversations = await openConversations(options);
  try {
    const jobs = await openJobs(options);
    return {
      conversations,
      jobs,
      async close() {
        await jobs.close();
        await conversations.close();
      },
    };
  } catch (error) {
    await conversations.close();
    throw error;
  }
}

async function openConversations(options: TextStorageOptions): Promise<ConversationStore> {
  if (options.kind === 'memory') return createMemoryConversationStore();
  const directory = join(options.dataDirectory, 'conversations');
  await mkdir(directory, { recursive: true });
  return openFileConversationStore({ directory, log: options.log });
}

async function openJobs({ kind, dataDirectory, redisUrl, ...parts }: TextStorageOptions) {
  if (redisUrl) {
    // The package is loaded by who uses it.
    const { openRedisJobQueue } = await import('./redis-job-queue.ts');
    return openRedisJobQueue({ ...parts, url: redisUrl });
  }
  if (kind === 'memory') return createMemoryJobQueue(parts);
  const directory = join(dataDirectory, 'jobs');
  await mkdir(directory, { recursive: true });
  return openFileJobQueue({ ...parts, directory });
}

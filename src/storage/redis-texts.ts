import type { ChatVisitStore } from '../messaging/chat-visit-store.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { JobQueue } from '../messaging/job-store.ts';
import type { TurnLeases } from '../messaging/turn-leases.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { createRedisChatVisitStore } from './redis-chat-visit-store.ts';
import { openRedis } from './redis-connection.ts';
import { createRedisConversationStore } from './redis-conversation-store.ts';
import { doubtsOf } from './redis-doubts.ts';
import { openRedisJobQueue } from './redis-job-queue.ts';
import { createRedisTurnLeases } from './redis-turn-leases.ts';

export interface RedisTextOptions {
  url: string;
  prefix: string;
  visitMs: number;
  clock: Clock;
  log: Log;
}

interface RedisTexts {
  conversations: ConversationStore;
  visits: ChatVisitStore;
  leases: TurnLeases;
  jobs: JobQueue;
  trouble(): string | undefined;
}

/**
 * What text channels keep, for several servers on one Redis. Rejects with QUEUE_UNUSABLE.
 * @param closing is given what has to be closed, in the order it was opened
 */
export async function openRedisTexts(
  { url, prefix, visitMs, clock, log }: RedisTextOptions,
  closing: <One extends { close(): Promise<void> }>(one: One) => One,
): Promise<RedisTexts> {
  const redis = await openRedis(url, log);
  closing({ close: async () => redis.disconnect() });
  const place = { redis, prefix };
  const doubts = doubtsOf(await redis.info().catch(() => ''));
  if (doubts.length > 0)
    log.warn({ doubts }, 'Redis may lose conversations; see “What Redis must be” in docs/jobs.md');
  const jobs = closing(await openRedisJobQueue({ url, prefix, clock, log }));
  return {
    conversations: createRedisConversationStore({ ...place, log }),
    visits: createRedisChatVisitStore({ ...place, lifeMs: visitMs }),
    leases: createRedisTurnLeases(place),
    jobs,
    trouble: () => (redis.status === 'ready' ? undefined : 'redis-unreachable'),
  };
}

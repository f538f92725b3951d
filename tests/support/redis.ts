import { Redis } from 'ioredis';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openRedis, type RedisPlace } from '../../src/storage/redis-connection.ts';

/** A Redis whose keys may be written and removed. Without it the suites are skipped by name. */
export const redisUrl = process.env.TEST_REDIS_URL ?? '';

/** Keys of one test alone, over any number of connections. */
export interface RedisCorner {
  prefix: string;
  /** One more server. */
  connect(): Promise<RedisPlace>;
  /** Removes what was written. */
  close(): Promise<void>;
}

export async function openRedisCorner(): Promise<RedisCorner> {
  const prefix = `test-${createId()}`;
  const opened: Redis[] = [];
  return {
    prefix,
    async connect() {
      const redis = await openRedis(redisUrl, createLog('silent'));
      opened.push(redis);
      return { redis, prefix };
    },
    async close() {
      for (const redis of opened) redis.disconnect();
      await removeKeys(prefix);
    },
  };
}

export async function removeKeys(prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(keys);
  redis.disconnect();
}

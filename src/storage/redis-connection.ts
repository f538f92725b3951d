import { Redis } from 'ioredis';
import { reasonOf } from '../messaging/job-store.ts';
import { withDeadline } from '../platform/deadline.ts';
import { CodedError, type ErrorCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';

/** A request to Redis; a webhook must be answered within Twilio's 15 s. */
export const longestRequestMs = 5_000;
const longestPauseMs = 5_000;

/** Where a driver finds its keys. */
export interface RedisPlace {
  redis: Redis;
  prefix: string;
}

/**
 * A connection that comes back by itself, after pauses of at most 5 s.
 * @param options.waits a worker waits for Redis to come back; whoever asks for something is told at once
 */
export function connectRedis(url: string, log: Log, options: { waits: boolean }): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: options.waits ? null : 1,
    enableOfflineQueue: options.waits,
    lazyConnect: false,
    retryStrategy: (times) => Math.min(times * 200, longestPauseMs),
  });
  let isTold = false;
  redis.on('error', (error) => {
    if (!isTold) log.warn({ reason: reasonOf(error) }, 'Redis cannot be reached');
    isTold = true;
  });
  redis.on('ready', () => {
    if (isTold) log.info('Redis can be reached again');
    isTold = false;
  });
  return redis;
}

/** For everything but the queue, which has its own. Rejects with QUEUE_UNUSABLE when Redis cannot be reached. */
export async function openRedis(url: string, log: Log): Promise<Redis> {
  const redis = connectRedis(url, log, { waits: false });
  try {
    await withDeadline(whenReady(redis), longestRequestMs, 'the connection to Redis');
    return redis;
  } catch (cause) {
    redis.disconnect();
    throw new CodedError(
      'QUEUE_UNUSABLE',
      'Redis cannot be reached; check REDIS_URL and that Redis runs',
      { cause },
    );
  }
}

function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    redis.once('ready', resolve);
    redis.once('error', reject);
  });
}

/** A request with a limit; its failure has a code and none of the words that were to be kept. */
export async function askRedis<T>(
  request: () => Promise<T>,
  code: ErrorCode = 'STORE_WRITE_FAILED',
): Promise<T> {
  try {
    return await withDeadline(request(), longestRequestMs, 'a request to Redis');
  } catch (error) {
    throw new CodedError(code, `Redis did not do what was asked (${reasonOf(error)})`);
  }
}

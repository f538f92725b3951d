import { Redis } from 'ioredis';
import { reasonOf } from '../messaging/job-store.ts';
import { withDeadline } from '../platform/deadline.ts';
import { CodedError, type ErrorCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';

/** A request to Redis; a webhook must be answered within Twilio's 15 s. */
export const longestRequestMs = 5_000;
const longestPauseMs = 5_000;
const pingMs = 5_000;
/** BullMQ lets Redis wait at most 10 s for a job. */
const longestWorkWaitMs = 30_000;

/** Where a driver finds its keys. */
export interface RedisPlace {
  redis: Redis;
  prefix: string;
}

/**
 * What a connection is for. `asks`: told at once when Redis is away. `hears` and `works` wait until it comes back; `works`
 * is BullMQ's own, on which Redis lets it wait for jobs.
 */
export type RedisUse = 'asks' | 'hears' | 'works';

/** A connection that comes back by itself, after pauses of at most 5 s. */
export function connectRedis(url: string, log: Log, use: RedisUse): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: use === 'asks' ? 1 : null,
    enableOfflineQueue: use !== 'asks',
    lazyConnect: false,
    connectTimeout: longestRequestMs,
    retryStrategy: (times) => Math.min(times * 200, longestPauseMs),
    // Of a line on which nothing passes any more and which nobody has closed.
    socketTimeout: use === 'works' ? longestWorkWaitMs : longestRequestMs,
  });
  if (use !== 'works') lookAfter(redis);
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

/** So that a dead line is noticed also while nothing is asked. */
function lookAfter(redis: Redis): void {
  const timer = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, pingMs);
  timer.unref();
  redis.once('end', () => clearInterval(timer));
}

/** For everything but the queue, which has its own. Rejects with QUEUE_UNUSABLE when Redis cannot be reached. */
export async function openRedis(url: string, log: Log): Promise<Redis> {
  const redis = connectRedis(url, log, 'asks');
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

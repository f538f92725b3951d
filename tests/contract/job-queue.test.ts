import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileJobQueue } from '../../src/storage/file-job-queue.ts';
import { createMemoryJobQueue } from '../../src/storage/memory-job-queue.ts';
import { openRedisJobQueue } from '../../src/storage/redis-job-queue.ts';
import { describeJobQueue, quickRules } from './job-queue.ts';

const parts = { clock: createClock(), log: createLog('silent'), rules: quickRules };

describeJobQueue('memory', async () => {
  const queue = createMemoryJobQueue(parts);
  return { queue, close: () => queue.close() };
});

describeJobQueue('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'jobs-'));
  const queue = await openFileJobQueue({ ...parts, directory });
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await queue.close();
    isClosed = true;
  };
  return {
    queue: { ...queue, close },
    reopen: () => openFileJobQueue({ ...parts, directory }),
    async close() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
});

/** A Redis whose keys may be written and removed. Without it the suite is skipped by name. */
const redisUrl = process.env.TEST_REDIS_URL ?? '';

describe.skipIf(!redisUrl)('with a Redis (TEST_REDIS_URL)', () => {
  describeJobQueue('BullMQ on Redis', async () => {
    const prefix = `test-${createId()}`;
    const options = { ...parts, url: redisUrl, prefix };
    const queue = await openRedisJobQueue(options);
    return {
      queue,
      reopen: () => openRedisJobQueue(options),
      async close() {
        await queue.close().catch(() => undefined);
        const redis = new Redis(redisUrl);
        const keys = await redis.keys(`${prefix}:*`);
        if (keys.length > 0) await redis.del(keys);
        redis.disconnect();
      },
    };
  });

  it('a server that is not there is told at once', async () => {
    const options = { ...parts, url: 'redis://127.0.0.1:1', prefix: 'test' };
    await expect(openRedisJobQueue(options)).rejects.toMatchObject({ code: 'QUEUE_UNUSABLE' });
  });
});

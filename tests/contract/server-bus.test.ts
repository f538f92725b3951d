import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServerBus, type ServerBus } from '../../src/platform/server-bus.ts';
import { openRedisBusWire } from '../../src/storage/redis-bus-wire.ts';
import { createBusHub } from '../support/memory-bus.ts';
import { redisUrl } from '../support/redis.ts';
import { describeServerBus } from './server-bus.ts';

const log = createLog('silent');

describeServerBus('memory (for tests)', async () => {
  const hub = createBusHub();
  return { join: async () => hub.join(), close: async () => undefined };
});

describe.skipIf(!redisUrl)('with a Redis (TEST_REDIS_URL)', () => {
  describeServerBus('Redis', async () => {
    const prefix = `test-${createId()}`;
    const opened: ServerBus[] = [];
    return {
      async join() {
        const bus = createServerBus(await openRedisBusWire(redisUrl, log, prefix));
        opened.push(bus);
        return bus;
      },
      async close() {
        for (const bus of opened) await bus.close();
      },
    };
  });

  it('a Redis that is not there is told at once', async () => {
    await expect(openRedisBusWire('redis://127.0.0.1:1', log, 'test')).rejects.toMatchObject({
      code: 'QUEUE_UNUSABLE',
    });
  });
});

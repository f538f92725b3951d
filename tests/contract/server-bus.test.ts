import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createServerBus, type ServerBus } from '../../src/platform/server-bus.ts';
import { openRedisBusWire } from '../../src/storage/redis-bus-wire.ts';
import { createBusHub } from '../support/memory-bus.ts';
import { redisUrl } from '../support/redis.ts';
import { until } from '../support/stage.ts';
import { startToxicProxy } from '../support/toxic-proxy.ts';
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

  it('after the line was cut servers hear each other again, without being told to listen anew', async () => {
    const prefix = `test-${createId()}`;
    const line = await startToxicProxy(redisUrl);
    const open = async () =>
      createServerBus(await openRedisBusWire(line.through(redisUrl), log, prefix));
    const [a, b] = [await open(), await open()];
    const heard = new Set<unknown>();
    b.listen('news', (message) => heard.add(message));
    b.answer('double', (question) => Number(question) * 2);
    await until(() => {
      a.tell('news', 'before');
      return heard.has('before');
    }, 'it is heard');
    line.reset();
    await until(
      () => {
        a.tell('news', 'after');
        return heard.has('after');
      },
      'it is heard again',
      20_000,
    );
    const answer = () => a.ask(b.server, 'double', 21, 500).catch(() => undefined);
    await until(async () => (await answer()) === 42, 'it is answered again', 20_000);
    for (const bus of [a, b]) await bus.close();
    await line.close();
  });

  it('a Redis that is not there is told at once', async () => {
    await expect(openRedisBusWire('redis://127.0.0.1:1', log, 'test')).rejects.toMatchObject({
      code: 'QUEUE_UNUSABLE',
    });
  });
});

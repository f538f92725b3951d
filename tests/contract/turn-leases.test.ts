import { describe, expect, it } from 'vitest';
import type { TurnLeases } from '../../src/messaging/turn-leases.ts';
import { createMemoryTurnLeases } from '../../src/storage/memory-turn-leases.ts';
import { createRedisTurnLeases } from '../../src/storage/redis-turn-leases.ts';
import { openRedisCorner, type RedisCorner, redisUrl } from '../support/redis.ts';
import { until } from '../support/stage.ts';
import { describeTurnLeases } from './turn-leases.ts';

describeTurnLeases('memory', async () => ({
  leases: createMemoryTurnLeases(),
  close: async () => undefined,
}));

describe.skipIf(!redisUrl)('with a Redis (TEST_REDIS_URL)', () => {
  describeTurnLeases('Redis', async () => {
    const corner = await openRedisCorner();
    const leases = createRedisTurnLeases(await corner.connect());
    return { leases, close: corner.close };
  });

  /** Two servers on one Redis. */
  async function withServers(
    play: (a: TurnLeases, b: TurnLeases, corner: RedisCorner) => Promise<void>,
    lifeMs?: number,
  ): Promise<void> {
    const corner = await openRedisCorner();
    const open = async () =>
      createRedisTurnLeases({ ...(await corner.connect()), ...(lifeMs ? { lifeMs } : {}) });
    try {
      await play(await open(), await open(), corner);
    } finally {
      await corner.close();
    }
  }

  it('who comes from another server meanwhile is told so at once, or waits as long as they say', () =>
    withServers(async (a, b) => {
      let isFree: () => void = () => {};
      const freed = new Promise<void>((resolve) => {
        isFree = resolve;
      });
      let began = false;
      const first = a.hold('turn-1', async () => {
        began = true;
        await freed;
      });
      await until(() => began, 'the first holds it');
      expect(await b.hold('turn-1', async () => 'never')).toEqual({ outcome: 'elsewhere' });
      expect(await b.hold('turn-1', async () => 'never', 120)).toEqual({ outcome: 'elsewhere' });
      const waiting = b.hold('turn-1', async () => 'mine', 10_000);
      isFree();
      expect(await waiting).toEqual({ outcome: 'done', result: 'mine' });
      await first;
    }));

  it('two hundred pieces of work from two servers never overlap', () =>
    withServers(async (a, b) => {
      let atOnce = 0;
      let most = 0;
      let done = 0;
      const fences: number[] = [];
      const work = async ({ fence }: { fence: number | null }) => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        fences.push(fence ?? 0);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        done += 1;
      };
      const each = (leases: TurnLeases) =>
        Promise.all(Array.from({ length: 100 }, () => leases.hold('turn-1', work, 30_000)));
      const ends = (await Promise.all([each(a), each(b)])).flat();
      expect(ends.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
      expect({ most, done }).toEqual({ most: 1, done: 200 });
      expect(fences).toEqual([...fences].sort((x, y) => x - y));
    }));

  it('a lease is renewed while its work goes on, and one whose holder died ends by itself', () =>
    withServers(async (a, b, corner) => {
      const { redis, prefix } = await corner.connect();
      await a.hold('turn-1', async () => {
        const begunMs = performance.now();
        // Three lives long.
        await until(() => performance.now() - begunMs > 900, 'time passes');
        expect(await b.hold('turn-1', async () => 'never')).toEqual({ outcome: 'elsewhere' });
      });
      await redis.set(`${prefix}:lease:turn-2`, 'of a process that was killed', 'PX', 300);
      const ours = await b.hold('turn-2', async () => 'ours', 5_000);
      expect(ours).toEqual({ outcome: 'done', result: 'ours' });
    }, 300));

  it('who was silent for too long does not take it away from the next', () =>
    withServers(async (a, b, corner) => {
      const { redis, prefix } = await corner.connect();
      await a.hold('turn-1', async () => {
        // As after a pause of the whole process: the lease has ended.
        await redis.del(`${prefix}:lease:turn-1`);
        const holder = () => redis.get(`${prefix}:lease:turn-1`);
        const next = b.hold('turn-1', async () => {
          const begunMs = performance.now();
          const before = await holder();
          await until(() => performance.now() - begunMs > 300, 'the first would have renewed');
          return { before, after: await holder() };
        });
        const held = await next;
        if (held.outcome !== 'done') throw new Error('the next did not get it');
        expect(held.result.before).toBeTruthy();
        expect(held.result.after).toBe(held.result.before);
      });
    }, 300));

  it('without Redis it is not known who works on it: nobody does', () =>
    withServers(async (_, __, corner) => {
      const { redis, prefix } = await corner.connect();
      const cut = createRedisTurnLeases({ redis, prefix });
      redis.disconnect();
      await expect(cut.hold('turn-1', async () => 1)).rejects.toMatchObject({
        code: 'QUEUE_UNUSABLE',
      });
    }));
});

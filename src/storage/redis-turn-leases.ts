import type { TurnLeases } from '../messaging/turn-leases.ts';
import { createId } from '../platform/id.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import { askRedis, type RedisPlace } from './redis-connection.ts';
import { redisScript } from './redis-script.ts';

export interface RedisLeaseOptions extends RedisPlace {
  /** A holder that is silent for so long has lost it; a process that was killed is waited for as long. */
  lifeMs?: number;
}

const usualLifeMs = 10_000;
/** Renewals within a life: two may fail. */
const renewals = 3;
/** Between two looks of one who waits. */
const lookMs = 50;

/** KEYS: the lease, the counter of all. ARGV: token, lifeMs. @returns the fence; false when somebody else has it */
const takeScript = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
return redis.call('INCR', KEYS[2])
`;
/** Nobody took it since it ended: it is still ours. Whoever had it in between has written their fence. */
const renewScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;
const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** Leases among several servers: a key that ends by itself, renewed while the work goes on. The connection stays its owner's. */
export function createRedisTurnLeases(options: RedisLeaseOptions): TurnLeases {
  const { redis, prefix, lifeMs = usualLifeMs } = options;
  const take = redisScript(redis, 'aloTakeLease', takeScript);
  const renew = redisScript(redis, 'aloRenewLease', renewScript);
  const release = redisScript(redis, 'aloReleaseLease', releaseScript);
  const inTurn = createKeyedQueue();
  const counter = `${prefix}:fence`;

  async function taken(lease: string, token: string, waitMs: number): Promise<number | undefined> {
    const looks = Math.floor(waitMs / lookMs);
    for (let look = 0; ; look += 1) {
      const fence = await askRedis(() => take([lease, counter], [token, lifeMs]), 'QUEUE_UNUSABLE');
      if (typeof fence === 'number') return fence;
      if (look >= looks) return undefined;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  return {
    hold: (key, work, waitMs = 0) =>
      inTurn(key, async () => {
        const lease = `${prefix}:lease:${key}`;
        const token = createId();
        const fence = await taken(lease, token, waitMs);
        if (fence === undefined) return { outcome: 'elsewhere' };
        // A renewal that fails is made up for by the next one, or the fence speaks.
        const timer = setInterval(
          () => void renew([lease], [token, lifeMs]).catch(() => undefined),
          lifeMs / renewals,
        );
        try {
          return { outcome: 'done', result: await work({ fence }) };
        } finally {
          clearInterval(timer);
          // Not released, it ends by itself.
          await askRedis(() => release([lease], [token])).catch(() => undefined);
        }
      }),
  };
}

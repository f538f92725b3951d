import { type ChatVisit, parseChatVisit } from '../messaging/chat-visit-record.ts';
import { type ChatVisitStore, mostChatVisits } from '../messaging/chat-visit-store.ts';
import { CodedError } from '../platform/errors.ts';
import { askRedis, type RedisPlace } from './redis-connection.ts';
import { redisScript } from './redis-script.ts';

/** Visits forgotten in one go. */
const forgottenAtOnce = 500;

/**
 * Below `<prefix>:chat:` — visit:<id> a hash (`data` the JSON, `key`, `conversation`), key:<hash> and conversation:<id> the
 * visit's id, seen a sorted set of ids by when they were last seen.
 */
const removeLua = `
local function drop(base, id)
  local known = redis.call('HMGET', base .. 'visit:' .. id, 'key', 'conversation')
  if known[1] then redis.call('DEL', base .. 'key:' .. known[1]) end
  if known[2] and redis.call('GET', base .. 'conversation:' .. known[2]) == id then
    redis.call('DEL', base .. 'conversation:' .. known[2])
  end
  redis.call('DEL', base .. 'visit:' .. id)
  return redis.call('ZREM', base .. 'seen', id)
end
`;
/** ARGV: base, id, data, key, conversation, seenAtMs, lifeMs, most. */
const saveScript = `${removeLua}
local base, id, life = ARGV[1], ARGV[2], ARGV[7]
drop(base, id)
local visit = base .. 'visit:' .. id
redis.call('HSET', visit, 'data', ARGV[3], 'key', ARGV[4])
redis.call('SET', base .. 'key:' .. ARGV[4], id, 'PX', life)
if ARGV[5] ~= '' then
  redis.call('HSET', visit, 'conversation', ARGV[5])
  redis.call('SET', base .. 'conversation:' .. ARGV[5], id, 'PX', life)
end
redis.call('PEXPIRE', visit, life)
redis.call('ZADD', base .. 'seen', ARGV[6], id)
local beyond = redis.call('ZCARD', base .. 'seen') - tonumber(ARGV[8])
if beyond > 0 then
  for _, old in ipairs(redis.call('ZRANGE', base .. 'seen', 0, math.min(beyond, 10) - 1)) do drop(base, old) end
end
return 1
`;
/** ARGV: base, id, seenBeforeMs or '' for whenever it was seen. @returns how many */
const dropScript = `${removeLua}
local at = redis.call('ZSCORE', ARGV[1] .. 'seen', ARGV[2])
if not at or (ARGV[3] ~= '' and tonumber(at) >= tonumber(ARGV[3])) then return 0 end
return drop(ARGV[1], ARGV[2])
`;

/**
 * Visits of the chat that several servers share; each ends by itself after `lifeMs` without being saved. What cannot be
 * understood is no visit. The connection stays its owner's.
 */
export function createRedisChatVisitStore({
  redis,
  prefix,
  lifeMs,
}: RedisPlace & { lifeMs: number }): ChatVisitStore {
  const base = `${prefix}:chat:`;
  const save = redisScript(redis, 'aloSaveVisit', saveScript);
  const drop = redisScript(redis, 'aloDropVisit', dropScript);

  async function findBy(pointer: string): Promise<ChatVisit | undefined> {
    const id = await askRedis(() => redis.get(`${base}${pointer}`));
    if (id === null) return undefined;
    const data = await askRedis(() => redis.hget(`${base}visit:${id}`, 'data'));
    return data === null ? undefined : understood(data);
  }

  return {
    findByKey: (keyHash) => findBy(`key:${keyHash}`),
    findByConversation: (id) => findBy(`conversation:${id}`),
    async save(given) {
      const visit = parseChatVisit(given);
      if (!visit) throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no visit');
      const { id, keyHash, conversationId, seenAtMs } = visit;
      await askRedis(() =>
        save(
          [],
          [
            ...[base, id, JSON.stringify(visit), keyHash, conversationId ?? ''],
            ...[seenAtMs, Math.ceil(lifeMs), mostChatVisits],
          ],
        ),
      );
    },
    async forget(seenBeforeMs) {
      let forgotten = 0;
      for (;;) {
        const ids = await askRedis(() =>
          redis.zrangebyscore(
            ...([`${base}seen`, '-inf', `(${seenBeforeMs}`, 'LIMIT', 0, forgottenAtOnce] as const),
          ),
        );
        let gone = 0;
        for (const id of ids)
          gone += Number(await askRedis(() => drop([], [base, id, seenBeforeMs])));
        forgotten += gone;
        if (gone === 0 || ids.length < forgottenAtOnce) return forgotten;
      }
    },
    remove: async (id) => void (await askRedis(() => drop([], [base, id, '']))),
    close: async () => undefined,
  };
}

function understood(data: string): ChatVisit | undefined {
  try {
    return parseChatVisit(JSON.parse(data));
  } catch {
    return undefined;
  }
}

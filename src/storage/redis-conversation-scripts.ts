/**
 * What stands in Redis, below `<prefix>:texts:`
 *
 * conversation:<id>   hash: `data` the JSON, `v` its version, `w` who wrote it last; `clinic`, `sender`, `person` for the lists
 * open:<sender>       id of the sender's open conversation; closed:<sender> sorted set of the others
 * heads               hash: id → the head as JSON
 * all, status:<s>, pending, clinic:<id>, person:<p>   sorted sets of ids by the moment of the last change
 *
 * Senders and persons are hashes: no name of a key tells who wrote.
 */

/**
 * Creates (version '') or replaces one conversation and moves it in every list.
 * KEYS: the conversation. ARGV: base, id, version, writer, data, head, updatedAtMs, clinic, sender, person, status, pending, ignored.
 */
export const writeScript = `
local key = KEYS[1]
local base, id, version, writer = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local clinic, sender, person = ARGV[8], ARGV[9], ARGV[10]
local standing = redis.call('HGET', key, 'v')
-- A request that was sent again after a break of the connection: it was done the first time.
if standing and redis.call('HGET', key, 'w') == writer then return {'done'} end
if version == '' then
  if standing then return {'exists', id} end
  local open = redis.call('GET', base .. 'open:' .. sender)
  if open and open ~= ARGV[13] and redis.call('EXISTS', base .. 'conversation:' .. open) == 1 then
    return {'exists', open}
  end
elseif not standing then
  return {'gone'}
elseif standing ~= version then
  return {'changed'}
end
redis.call('HSET', key, 'v', (tonumber(standing) or 0) + 1, 'w', writer, 'data', ARGV[5],
  'clinic', clinic, 'sender', sender, 'person', person)
redis.call('HSET', base .. 'heads', id, ARGV[6])
local at = ARGV[7]
for _, name in ipairs({'all', 'clinic:' .. clinic, 'person:' .. person, 'status:' .. ARGV[11]}) do
  redis.call('ZADD', base .. name, at, id)
end
local openKey = base .. 'open:' .. sender
if ARGV[11] == 'open' then
  redis.call('SET', openKey, id)
else
  redis.call('ZREM', base .. 'status:open', id)
  redis.call('ZADD', base .. 'closed:' .. sender, at, id)
  if redis.call('GET', openKey) == id then redis.call('DEL', openKey) end
end
if ARGV[12] == '1' then redis.call('ZADD', base .. 'pending', at, id)
else redis.call('ZREM', base .. 'pending', id) end
return {'done'}
`;

/** Forgets one that is closed and did not change since. KEYS: the conversation. ARGV: base, id, beforeMs. Returns how many. */
export const forgetScript = `
local key, base, id = KEYS[1], ARGV[1], ARGV[2]
local at = redis.call('ZSCORE', base .. 'status:closed', id)
if not at or tonumber(at) >= tonumber(ARGV[3]) then return 0 end
local known = redis.call('HMGET', key, 'clinic', 'sender', 'person')
for _, name in ipairs({'all', 'status:closed', 'pending', 'clinic:' .. (known[1] or ''),
  'closed:' .. (known[2] or ''), 'person:' .. (known[3] or '')}) do
  redis.call('ZREM', base .. name, id)
end
redis.call('HDEL', base .. 'heads', id)
redis.call('DEL', key)
return 1
`;

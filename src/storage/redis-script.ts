import type { Redis } from 'ioredis';

/** @returns what the script returns: Lua's tables as lists, its false as null */
export type RedisScript = (keys: string[], args: (string | number)[]) => Promise<unknown>;

/** A script that Redis runs as one step: nobody sees the half of it. It is sent once and then called by its hash. */
export function redisScript(redis: Redis, name: string, lua: string): RedisScript {
  redis.defineCommand(name, { lua });
  const commands = redis as unknown as Record<
    string,
    (count: number, ...rest: (string | number)[]) => Promise<unknown>
  >;
  return async (keys, args) => commands[name]?.(keys.length, ...keys, ...args);
}

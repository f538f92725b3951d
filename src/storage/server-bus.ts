import type { Log } from '../platform/log.ts';
import { createServerBus, type ServerBus } from '../platform/server-bus.ts';

/** Where several servers share a Redis; nothing for a server that is alone. Rejects with QUEUE_UNUSABLE. */
export async function openServerBus(
  redisUrl: string | undefined,
  log: Log,
): Promise<ServerBus | undefined> {
  if (!redisUrl) return undefined;
  // The package is loaded by who uses it.
  const { openRedisBusWire } = await import('./redis-bus-wire.ts');
  return createServerBus(await openRedisBusWire(redisUrl, log));
}

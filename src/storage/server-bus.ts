import type { Log } from '../platform/log.ts';
import { createServerBus, type ServerBus } from '../platform/server-bus.ts';

/** Where several servers share a Redis; nothing for a server that is alone. Rejects with QUEUE_UNUSABLE. */
export async function openServerBus(
  redis: { url: string | undefined; prefix: string },
  log: Log,
): Promise<ServerBus | undefined> {
  const { url, prefix } = redis;
  if (!url) return undefined;
  // The package is loaded by who uses it.
  const { openRedisBusWire } = await import('./redis-bus-wire.ts');
  return createServerBus(await openRedisBusWire(url, log, prefix));
}

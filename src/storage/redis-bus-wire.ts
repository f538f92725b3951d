import type { Redis } from 'ioredis';
import type { Log } from '../platform/log.ts';
import type { BusWire } from '../platform/server-bus.ts';
import { connectRedis, openRedis } from './redis-connection.ts';

/** Messages on their way to Redis; further ones are dropped: Redis is slow or away. */
const mostUnderway = 2_000;

/** Pub/sub of Redis: nothing of it is kept there. Rejects with QUEUE_UNUSABLE when Redis cannot be reached. */
export async function openRedisBusWire(url: string, log: Log, prefix: string): Promise<BusWire> {
  const publisher = await openRedis(url, log);
  // Subscriptions are made anew by the client when the connection comes back.
  const subscriber = connectRedis(url, log, 'hears');
  // Channels know nothing of the numbers of databases.
  const database = publisher.options.db ?? 0;
  return createWire(publisher, subscriber, `${prefix}:${database}:bus:`);
}

function createWire(publisher: Redis, subscriber: Redis, base: string): BusWire {
  const listeners = new Map<string, Set<(text: string) => void>>();
  let underway = 0;
  subscriber.on('message', (channel: string, text: string) => {
    for (const hear of [...(listeners.get(channel) ?? [])]) hear(text);
  });
  return {
    publish(name, text) {
      if (underway >= mostUnderway || publisher.status !== 'ready') return;
      underway += 1;
      const ended = () => {
        underway -= 1;
      };
      publisher.publish(`${base}${name}`, text).then(ended, ended);
    },
    subscribe(name, hear) {
      const channel = `${base}${name}`;
      const among = listeners.get(channel) ?? new Set();
      listeners.set(channel, among.add(hear));
      if (among.size === 1) subscriber.subscribe(channel).catch(() => undefined);
      return () => {
        if (!among.delete(hear) || among.size > 0 || listeners.get(channel) !== among) return;
        listeners.delete(channel);
        subscriber.unsubscribe(channel).catch(() => undefined);
      };
    },
    async close() {
      listeners.clear();
      subscriber.disconnect();
      publisher.disconnect();
    },
  };
}

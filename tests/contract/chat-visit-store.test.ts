import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileChatVisitStore } from '../../src/storage/file-chat-visit-store.ts';
import { createMemoryChatVisitStore } from '../../src/storage/memory-chat-visit-store.ts';
import { createRedisChatVisitStore } from '../../src/storage/redis-chat-visit-store.ts';
import { chatVisit } from '../support/chat-fixtures.ts';
import { openRedisCorner, redisUrl } from '../support/redis.ts';
import { until } from '../support/stage.ts';
import { describeChatVisitStore } from './chat-visit-store.ts';

const log = createLog('silent');

describeChatVisitStore('memory', async () => ({
  store: createMemoryChatVisitStore(),
  close: async () => undefined,
}));

describeChatVisitStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chats-'));
  const store = await openFileChatVisitStore({ directory, log });
  return {
    store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('visits kept in files', () => {
  it('are there after a restart, from the journal and from a snapshot', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'chats-'));
    const open = () => openFileChatVisitStore({ directory, log, snapshotEvery: 4 });
    let store = await open();
    const visits = Array.from({ length: 11 }, (_, i) => chatVisit({ seenAtMs: i }));
    for (const visit of visits) await store.save(visit);
    await store.forget(3);
    await store.close();
    store = await open();
    for (const visit of visits)
      expect(await store.findByKey(visit.keyHash)).toEqual(visit.seenAtMs < 3 ? undefined : visit);
    await store.close();
    await rm(directory, { recursive: true });
  });
});

describe.skipIf(!redisUrl)('with a Redis (TEST_REDIS_URL)', () => {
  describeChatVisitStore('Redis', async () => {
    const corner = await openRedisCorner();
    const store = createRedisChatVisitStore({ ...(await corner.connect()), lifeMs: 60_000 });
    return { store, close: corner.close };
  });

  it('what one server saved the other finds; whoever does not come back is forgotten by Redis itself', async () => {
    const corner = await openRedisCorner();
    try {
      const open = async () =>
        createRedisChatVisitStore({ ...(await corner.connect()), lifeMs: 200 });
      const [a, b] = [await open(), await open()];
      const visit = chatVisit({ conversationId: 'c1' });
      await a.save(visit);
      expect(await b.findByKey(visit.keyHash)).toEqual(visit);
      expect(await b.findByConversation('c1')).toEqual(visit);
      await until(async () => !(await b.findByKey(visit.keyHash)), 'its life is over');
      expect(await a.findByConversation('c1')).toBeUndefined();
    } finally {
      await corner.close();
    }
  });
});

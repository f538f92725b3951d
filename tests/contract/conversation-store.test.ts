import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closed, received } from '../../src/messaging/conversation-steps.ts';
import type { ConversationStore } from '../../src/messaging/conversation-store.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createRedisConversationStore } from '../../src/storage/redis-conversation-store.ts';
import { openRedisCorner, type RedisCorner, redisUrl } from '../support/redis.ts';
import { ana, conversationOf, describeConversationStore } from './conversation-store.ts';

const log = createLog('silent');
const newDirectory = () => mkdtemp(join(tmpdir(), 'conversations-'));

describeConversationStore('memory', async () => ({
  store: createMemoryConversationStore(),
  close: async () => undefined,
}));

describeConversationStore('files', async () => {
  const directory = await newDirectory();
  const store = await openFileConversationStore({ directory, log });
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await store.close();
    isClosed = true;
  };
  return {
    store: { ...store, close },
    reopen: () => openFileConversationStore({ directory, log }),
    async close() {
      await close();
      await rm(directory, { recursive: true });
    },
  };
});

describe.skipIf(!redisUrl)('with a Redis (TEST_REDIS_URL)', () => {
  describeConversationStore('Redis', async () => {
    const corner = await openRedisCorner();
    const open = async () => createRedisConversationStore({ ...(await corner.connect()), log });
    return { store: await open(), reopen: open, close: corner.close };
  });

  /** Two servers on one Redis. */
  async function withServers(
    play: (a: ConversationStore, b: ConversationStore, corner: RedisCorner) => Promise<void>,
  ): Promise<void> {
    const corner = await openRedisCorner();
    const open = async () => createRedisConversationStore({ ...(await corner.connect()), log });
    try {
      await play(await open(), await open(), corner);
    } finally {
      await corner.close();
    }
  }

  it('forty changes at once from two servers are all kept, each once', () =>
    withServers(async (a, b) => {
      const { id } = conversationOf(ana, 0);
      await a.create({ ...conversationOf(ana, 0), id });
      const names = Array.from({ length: 40 }, (_, n) => `SM${n}`);
      await Promise.all(
        names.map((name, n) =>
          (n % 2 === 0 ? a : b).update(id, (one) =>
            received(one, { id: name, atMs: 1_000 + n, kind: 'text', text: name, unheard: false }),
          ),
        ),
      );
      const kept = await b.find(id);
      expect(kept?.inbox.map((one) => one.id).sort()).toEqual([...names].sort());
      const [head] = await a.list({ isPending: true, limit: 5 });
      expect(head).toMatchObject({ id, updatedAtMs: kept?.updatedAtMs });
    }));

  it('a sender who writes to both servers at once has one open conversation', () =>
    withServers(async (a, b) => {
      const many = Array.from({ length: 20 }, () => conversationOf(ana, 1_000));
      const answers = await Promise.all(many.map((one, n) => (n % 2 === 0 ? a : b).create(one)));
      expect(answers.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
      const standing = await a.findOpen(ana);
      for (const answer of answers)
        if (answer.outcome === 'exists') expect(answer.conversation.id).toBe(standing?.id);
      expect(await b.list({ limit: 50 })).toHaveLength(1);
    }));

  it('what the other server closed is closed here, and forgotten once', () =>
    withServers(async (a, b) => {
      const conversation = conversationOf(ana, 1_000);
      await a.create(conversation);
      const end = { because: 'staff', summary: null, nowMs: 2_000 } as const;
      await b.update(conversation.id, (one) => closed(one, end));
      expect(await a.findOpen(ana)).toBeUndefined();
      const forgotten = await Promise.all([a.forgetClosed(9_000), b.forgetClosed(9_000)]);
      expect(forgotten[0] + forgotten[1]).toBe(1);
      expect(await a.list({ limit: 5 })).toEqual([]);
    }));

  it('what is not understood is left as it is and skipped: its sender begins anew', () =>
    withServers(async (a, b, corner) => {
      const old = conversationOf(ana, 1_000);
      await a.create(old);
      const { redis, prefix } = await corner.connect();
      const key = `${prefix}:texts:conversation:${old.id}`;
      await redis.hset(key, 'data', '{"schemaVersion": 99}');
      await redis.hset(`${prefix}:texts:heads`, old.id, 'no JSON');
      expect(await b.find(old.id)).toBeUndefined();
      expect(await b.findOpen(ana)).toBeUndefined();
      expect(await b.update(old.id, (one) => ({ ...one, senderTurns: 7 }))).toBeUndefined();
      expect(await b.list({ limit: 5 })).toEqual([]);
      const fresh = conversationOf(ana, 2_000);
      expect(await b.create(fresh)).toEqual({ outcome: 'created' });
      expect((await a.findOpen(ana))?.id).toBe(fresh.id);
      expect(await redis.hget(key, 'data')).toBe('{"schemaVersion": 99}');
    }));

  it('a head that another version wrote is read from its conversation', () =>
    withServers(async (a, b, corner) => {
      const conversation = conversationOf(ana, 1_000);
      await a.create(conversation);
      const [head] = await a.list({ limit: 5 });
      const { redis, prefix } = await corner.connect();
      await redis.hset(`${prefix}:texts:heads`, conversation.id, '{"id": "of before"}');
      expect(await b.list({ status: 'open', limit: 5 })).toEqual([head]);
    }));

  it('no name of a key tells who wrote', () =>
    withServers(async (a, _, corner) => {
      await a.create(conversationOf(ana, 1_000));
      const { redis, prefix } = await corner.connect();
      const keys = await redis.keys(`${prefix}:*`);
      expect(keys.length).toBeGreaterThan(5);
      expect(keys.join()).not.toContain('99999');
    }));

  it('a Redis that is gone: nothing is acknowledged', () =>
    withServers(async (a, b, corner) => {
      const conversation = conversationOf(ana, 1_000);
      await b.create(conversation);
      const { redis, prefix } = await corner.connect();
      const cut = createRedisConversationStore({ redis, prefix, log });
      redis.disconnect();
      const change = cut.update(conversation.id, (one) => ({ ...one, senderTurns: 9 }));
      await expect(change).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await a.find(conversation.id)).toEqual(conversation);
    }));
});

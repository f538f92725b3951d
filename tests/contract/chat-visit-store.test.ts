import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileChatVisitStore } from '../../src/storage/file-chat-visit-store.ts';
import { createMemoryChatVisitStore } from '../../src/storage/memory-chat-visit-store.ts';
import { chatVisit } from '../support/chat-fixtures.ts';
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

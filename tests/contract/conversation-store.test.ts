import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
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

it('a disk that does not take a change: it is not acknowledged, and what stood before stands', async () => {
  const directory = await newDirectory();
  let isFull = false;
  const store = await openFileConversationStore({
    directory,
    log,
    async replaceFile(path, data) {
      if (isFull) throw new Error('ENOSPC');
      await writeFile(path, data);
    },
  });
  const conversation = conversationOf(ana, 1_000);
  await store.create(conversation);
  isFull = true;
  const change = store.update(conversation.id, (one) => ({ ...one, senderTurns: 9 }));
  await expect(change).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  expect(await store.find(conversation.id)).toEqual(conversation);
  await store.close();
  await rm(directory, { recursive: true });
});

it('a second process is refused, and a file that is not understood is left as it is', async () => {
  const directory = await newDirectory();
  const foreign = `${createId()}.json`;
  await writeFile(join(directory, foreign), '{"half": ');
  const store = await openFileConversationStore({ directory, log });
  await expect(openFileConversationStore({ directory, log })).rejects.toMatchObject({
    code: 'STORE_LOCKED',
  });
  expect(await store.list({ limit: 10 })).toEqual([]);
  expect(await readdir(directory)).toContain(foreign);
  await store.close();
  await rm(directory, { recursive: true });
});

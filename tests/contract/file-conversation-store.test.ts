import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import { closed, received } from '../../src/messaging/conversation-steps.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';
import { createFailingDisk, noSpace } from '../support/failing-disk.ts';
import { ana, conversationOf, describeConversationStore } from './conversation-store.ts';

const log = createLog('silent');
const newDirectory = () => mkdtemp(join(tmpdir(), 'conversations-'));

describeConversationStore('files, each change followed by a checkpoint', async () => {
  const directory = await newDirectory();
  const open = () => openFileConversationStore({ directory, log, snapshotEvery: 1 });
  const store = await open();
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await store.close();
    isClosed = true;
  };
  return {
    store: { ...store, close },
    reopen: open,
    async close() {
      await close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('conversations in files', () => {
  const inDirectory = async (test: (directory: string) => Promise<void>) => {
    const directory = await newDirectory();
    try {
      await test(directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  };
  const named = (directory: string, start: string) =>
    readdir(directory).then((names) => names.filter((name) => name.startsWith(start)));

  it('a disk that does not take a change: it is not acknowledged, and what stood before stands', () =>
    inDirectory(async (directory) => {
      const disk = createFailingDisk();
      const store = await openFileConversationStore({ directory, log, disk });
      const conversation = conversationOf(ana, 1_000);
      await store.create(conversation);
      disk.trouble = (step) => {
        if (step === 'write') throw noSpace();
      };
      const change = store.update(conversation.id, (one) => ({ ...one, senderTurns: 9 }));
      await expect(change).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await store.find(conversation.id)).toEqual(conversation);
      disk.trouble = () => undefined;
      await store.update(conversation.id, (one) => ({ ...one, senderTurns: 2 }));
      await store.close();
      const again = await openFileConversationStore({ directory, log });
      expect(await again.find(conversation.id)).toMatchObject({ senderTurns: 2 });
      await again.close();
    }));

  it('many who write at once share their syncs of the disk', () =>
    inDirectory(async (directory) => {
      const disk = createFailingDisk(Number.POSITIVE_INFINITY);
      const store = await openFileConversationStore({ directory, log, disk });
      const from = disk.steps.length;
      const senders = Array.from({ length: 200 }, (_, n) => ({ ...ana, senderKey: `+55${n}` }));
      await Promise.all(senders.map((sender) => store.create(conversationOf(sender, 1_000))));
      const syncs = disk.steps.slice(from).filter((step) => step === 'datasync');
      expect(syncs.length).toBeLessThan(20);
      await store.close();
    }));

  it('a second process is refused, and a file that is not understood is left as it is', () =>
    inDirectory(async (directory) => {
      const foreign = `${createId()}.json`;
      await writeFile(join(directory, foreign), '{"half": ');
      const store = await openFileConversationStore({ directory, log });
      await expect(openFileConversationStore({ directory, log })).rejects.toMatchObject({
        code: 'STORE_LOCKED',
      });
      expect(await store.list({ limit: 10 })).toEqual([]);
      expect(await readdir(directory)).toContain(foreign);
      await store.close();
    }));

  it('a directory of files alone, from before there was a journal, is taken over', () =>
    inDirectory(async (directory) => {
      const conversation = conversationOf(ana, 1_000);
      await writeFile(join(directory, `${conversation.id}.json`), JSON.stringify(conversation));
      for (const round of [1, 2]) {
        const store = await openFileConversationStore({ directory, log });
        expect(await store.findOpen(ana)).toEqual({ ...conversation, senderTurns: round - 1 });
        await store.update(conversation.id, (one) => ({ ...one, senderTurns: round }));
        await store.close();
      }
    }));

  it('a file that somebody took away while nothing ran is gone for good', () =>
    inDirectory(async (directory) => {
      const conversation = conversationOf(ana, 1_000);
      const store = await openFileConversationStore({ directory, log });
      await store.create(conversation);
      await store.close();
      await rm(join(directory, `${conversation.id}.json`));
      const again = await openFileConversationStore({ directory, log });
      expect(await again.findOpen(ana)).toBeUndefined();
      expect(await again.list({ limit: 10 })).toEqual([]);
      await again.close();
    }));

  it('what was forgotten is in no file any more after a day of sweeps', () =>
    inDirectory(async (directory) => {
      const store = await openFileConversationStore({ directory, log });
      const conversation = conversationOf(ana, 1_000);
      await store.create(conversation);
      await store.update(conversation.id, (one) => received(one, secret));
      await store.update(conversation.id, (one) => closed(one, goodbye));
      const hourMs = 3_600_000;
      for (let hour = 1; hour <= 25; hour += 1) await store.forgetClosed(hour * hourMs);
      for (const name of await readdir(directory))
        expect(await readFile(join(directory, name), 'utf8'), name).not.toContain('alergia');
      expect(await named(directory, 'snapshot-')).toHaveLength(2);
      await store.close();
    }));
});

it('what changes while a checkpoint is made stands after a death that follows it', async () => {
  const directory = await newDirectory();
  const copy = await newDirectory();
  const disk = createFailingDisk(Number.POSITIVE_INFINITY);
  const store = await openFileConversationStore({ directory, log, disk, snapshotEvery: 2 });
  const [first, second] = [conversationOf(ana, 1_000), conversationOf(bruno, 1_000)];
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((release) => {
    goOn = release;
  });
  let isReached = false;
  disk.trouble = (step) => {
    if (step !== 'rename') return;
    isReached = true;
    return gate;
  };
  await store.create(first);
  // The second line: the checkpoint begins, and waits in the middle of its files.
  await store.create(second);
  while (!isReached) await new Promise(setImmediate);
  for (const { id } of [first, second])
    await store.update(id, (one) => received(one, { ...secret, id: 'SM9' }));
  goOn();
  while (!(await readdir(directory)).includes('journal-000002.jsonl'))
    await new Promise(setImmediate);
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') });
  await store.close();
  const again = await openFileConversationStore({ directory: copy, log });
  for (const { id } of [first, second]) expect((await again.find(id))?.inbox).toHaveLength(1);
  expect(await again.list({ isPending: true, limit: 5 })).toHaveLength(2);
  await again.close();
  for (const one of [directory, copy]) await rm(one, { recursive: true });
});

it('the list knows the very change after which a checkpoint was made', async () => {
  const directory = await newDirectory();
  const copy = await newDirectory();
  const store = await openFileConversationStore({ directory, log, snapshotEvery: 2 });
  const conversation = conversationOf(ana, 1_000);
  await store.create(conversation);
  await store.update(conversation.id, (one) => received(one, secret));
  while (!(await readdir(directory)).includes('journal-000002.jsonl'))
    await new Promise(setImmediate);
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') });
  await store.close();
  const again = await openFileConversationStore({ directory: copy, log });
  expect(await again.list({ isPending: true, limit: 5 })).toHaveLength(1);
  await again.close();
  for (const one of [directory, copy]) await rm(one, { recursive: true });
});

const bruno = { ...ana, senderKey: '+5588999990002' };
const secret = { id: 'SM1', atMs: 1_000, kind: 'text', text: 'alergia', unheard: false } as const;
const goodbye = { because: 'agent-goodbye', summary: null, nowMs: 2_000 } as const;

describe('a disk that is gone for good at any step', { timeout: 60_000 }, () => {
  it('holds every change that was acknowledged', async () => {
    let steps = Number.POSITIVE_INFINITY;
    for (let lastStep = 1; lastStep <= steps; lastStep += 3) {
      const directory = await newDirectory();
      const disk = createFailingDisk(3_000);
      disk.trouble = (_step, count) => {
        if (count >= lastStep) throw noSpace();
      };
      const acknowledged = new Map<string, number>();
      const life = async () => {
        const store = await openFileConversationStore({ directory, log, disk, snapshotEvery: 4 });
        for (let turn = 1; turn <= 6; turn += 1)
          await Promise.all(
            people.map(async (one) => {
              if (turn === 1) await store.create(one).catch(notTaken);
              else await store.update(one.id, withTurns(turn)).catch(notTaken);
              if (disk.steps.length < lastStep) acknowledged.set(one.id, turn);
            }),
          );
        await store.close();
        if (disk.steps.length < lastStep) steps = lastStep;
      };
      await life().catch(notTaken);
      const again = await openFileConversationStore({ directory, log });
      for (const [id, turn] of acknowledged) {
        const kept = await again.find(id);
        expect(Math.max(1, kept?.senderTurns ?? 0), `${lastStep}: ${id}`).toBeGreaterThanOrEqual(
          turn,
        );
      }
      await again.close();
      await rm(directory, { recursive: true });
    }
    expect(steps).toBeGreaterThan(30);
  });
});

const people = Array.from({ length: 3 }, (_, n) =>
  conversationOf({ ...ana, senderKey: `+558899999000${n}` }, 1_000),
);

const withTurns = (senderTurns: number) => (one: Conversation) => ({ ...one, senderTurns });

function notTaken(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/STORE_WRITE_FAILED|ENOSPC/) });
}

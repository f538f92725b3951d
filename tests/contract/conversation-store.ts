import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import { closed, newConversation, received } from '../../src/messaging/conversation-steps.ts';
import type { ConversationStore, SenderAt } from '../../src/messaging/conversation-store.ts';
import { createId } from '../../src/platform/id.ts';

export interface OpenedConversations {
  store: ConversationStore;
  /** The same in a new store, after the first was closed. Absent: the driver forgets. */
  reopen?(): Promise<ConversationStore>;
  close(): Promise<void>;
}

export const ana: SenderAt = { clinic: 'aurora', channel: 'whatsapp', senderKey: '+5588999990001' };

export function conversationOf(sender: SenderAt, nowMs: number): Conversation {
  const { clinic, channel, senderKey } = sender;
  return newConversation({
    ...{ clinic, channel, senderKey },
    id: createId(),
    protocol: '12345678',
    senderName: null,
    nowMs,
  });
}

const inbound = (id: string, text: string, atMs = 1_000) =>
  ({ id, atMs, kind: 'text', text, unheard: false }) as const;

/** What every store of conversations does, whatever keeps it. */
export function describeConversationStore(
  name: string,
  open: () => Promise<OpenedConversations>,
): void {
  describe(`${name} as a store of conversations`, () => {
    const withStore = async (test: (opened: OpenedConversations) => Promise<void>) => {
      const opened = await open();
      try {
        await test(opened);
      } finally {
        await opened.close();
      }
    };

    it('what was created is found by its id and as its sender’s open one', () =>
      withStore(async ({ store }) => {
        const conversation = conversationOf(ana, 1_000);
        expect(await store.create(conversation)).toEqual({ outcome: 'created' });
        expect(await store.find(conversation.id)).toEqual(conversation);
        expect(await store.findOpen(ana)).toEqual(conversation);
        expect(await store.findOpen({ ...ana, clinic: 'estrategia' })).toBeUndefined();
        expect(await store.findOpen({ ...ana, channel: 'web-chat' })).toBeUndefined();
        expect(await store.find(createId())).toBeUndefined();
      }));

    it('a sender has one open conversation, however many are opened at once', () =>
      withStore(async ({ store }) => {
        const many = Array.from({ length: 20 }, () => conversationOf(ana, 1_000));
        const answers = await Promise.all(many.map((one) => store.create(one)));
        expect(answers.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        const standing = await store.findOpen(ana);
        for (const answer of answers)
          if (answer.outcome === 'exists') expect(answer.conversation.id).toBe(standing?.id);
      }));

    it('thirty changes at once are all kept, each on the one before', () =>
      withStore(async ({ store }) => {
        const { id } = conversationOf(ana, 0);
        await store.create({ ...conversationOf(ana, 0), id });
        await Promise.all(
          Array.from({ length: 30 }, (_, n) =>
            store.update(id, (one) => received(one, inbound(`SM${n}`, `parte ${n}`))),
          ),
        );
        const kept = await store.find(id);
        expect(kept?.inbox.map((one) => one.id)).toEqual(
          Array.from({ length: 30 }, (_, n) => `SM${n}`),
        );
      }));

    it('what a change throws is handed on, and nothing was changed', () =>
      withStore(async ({ store }) => {
        const conversation = conversationOf(ana, 0);
        await store.create(conversation);
        const change = store.update(conversation.id, () => {
          throw new Error('no');
        });
        await expect(change).rejects.toThrow('no');
        expect(await store.find(conversation.id)).toEqual(conversation);
        expect(await store.update(createId(), (one) => one)).toBeUndefined();
      }));

    it('what is no conversation is not written', () =>
      withStore(async ({ store }) => {
        const conversation = conversationOf(ana, 0);
        await store.create(conversation);
        const change = store.update(conversation.id, (one) => ({ ...one, protocol: 'none' }));
        await expect(change).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
        expect(await store.find(conversation.id)).toEqual(conversation);
      }));

    it('a closed one is the last closed one, and another may be opened', () =>
      withStore(async ({ store }) => {
        const first = conversationOf(ana, 1_000);
        await store.create(first);
        const end = { because: 'agent-goodbye', summary: 'Marcado.', nowMs: 2_000 } as const;
        await store.update(first.id, (one) => closed(one, end));
        expect(await store.findOpen(ana)).toBeUndefined();
        expect(await store.findLastClosed(ana)).toMatchObject({
          id: first.id,
          summary: 'Marcado.',
        });
        expect(await store.create(conversationOf(ana, 3_000))).toEqual({ outcome: 'created' });
      }));

    it('lists by clinic, sender, status and by whether something is to be done; newest change first', () =>
      withStore(async ({ store }) => {
        const bruno = { ...ana, senderKey: '+5588999990002' };
        const other = { ...ana, clinic: 'estrategia' };
        const [a, b, c] = [
          conversationOf(ana, 1_000),
          conversationOf(bruno, 2_000),
          conversationOf(other, 3_000),
        ];
        for (const one of [a, b, c]) await store.create(one);
        await store.update(a.id, (one) => received(one, inbound('SM1', 'oi', 9_000)));
        const ids = async (query: Parameters<ConversationStore['list']>[0]) =>
          (await store.list(query)).map(({ id }) => id);
        expect(await ids({ limit: 10 })).toEqual([a.id, c.id, b.id]);
        expect(await ids({ limit: 1 })).toEqual([a.id]);
        expect(await ids({ clinics: ['aurora'], limit: 10 })).toEqual([a.id, b.id]);
        expect(await ids({ clinics: [], limit: 10 })).toEqual([]);
        expect(await ids({ senderKey: bruno.senderKey, limit: 10 })).toEqual([b.id]);
        expect(await ids({ isPending: true, limit: 10 })).toEqual([a.id]);
        expect(await ids({ status: 'closed', limit: 10 })).toEqual([]);
      }));

    it('closed ones that are old are forgotten, open ones never', () =>
      withStore(async ({ store }) => {
        const [old, open_] = [
          conversationOf(ana, 1_000),
          conversationOf({ ...ana, clinic: 'estrategia' }, 1_000),
        ];
        await store.create(old);
        await store.create(open_);
        const end = { because: 'expired', summary: null, nowMs: 1_500 } as const;
        await store.update(old.id, (one) => closed(one, end));
        expect(await store.forgetClosed(1_500)).toBe(0);
        expect(await store.forgetClosed(5_000)).toBe(1);
        expect(await store.find(old.id)).toBeUndefined();
        expect(await store.findLastClosed(ana)).toBeUndefined();
        expect(await store.find(open_.id)).toBeDefined();
      }));

    it('goes on after a restart where it was', () =>
      withStore(async ({ store, reopen }) => {
        if (!reopen) return;
        const conversation = conversationOf(ana, 1_000);
        await store.create(conversation);
        await store.update(conversation.id, (one) => received(one, inbound('SM1', 'olá, bom dia')));
        await store.close();
        const next = await reopen();
        expect(await next.findOpen(ana)).toMatchObject({
          id: conversation.id,
          inbox: [{ text: 'olá, bom dia' }],
        });
        expect(await next.list({ isPending: true, limit: 10 })).toHaveLength(1);
        await next.close();
      }));
  });
}

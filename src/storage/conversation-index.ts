import {
  type Conversation,
  type ConversationHead,
  headOf,
  parseChanged,
  parseConversation,
} from '../messaging/conversation-record.ts';
import type {
  ConversationQuery,
  ConversationStore,
  SenderAt,
} from '../messaging/conversation-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';

/** Where whole conversations are kept. */
export interface ConversationKeeper {
  read(id: string): Promise<Conversation | undefined>;
  /** Durable when it resolves. */
  write(conversation: Conversation): Promise<void>;
  remove(id: string): Promise<void>;
  /** All that was closed before this moment is removed. */
  swept?(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * What is known of all conversations at once, over whatever keeps them.
 * @param heads of what stands there, by id; kept up to date from now on
 */
export function createIndexedConversations(
  keeper: ConversationKeeper,
  heads = new Map<string, ConversationHead>(),
): ConversationStore {
  /** Ids of a sender's conversations. */
  const bySender = new Map<string, Set<string>>();
  const inTurn = createKeyedQueue();

  function learn(head: ConversationHead): void {
    heads.set(head.id, head);
    const key = keyOf(head);
    bySender.set(key, (bySender.get(key) ?? new Set()).add(head.id));
  }
  function forget(head: ConversationHead): void {
    heads.delete(head.id);
    const ids = bySender.get(keyOf(head));
    ids?.delete(head.id);
    if (ids?.size === 0) bySender.delete(keyOf(head));
  }
  function newest(sender: SenderAt, status: Conversation['status']): ConversationHead | undefined {
    const ids = [...(bySender.get(keyOf(sender)) ?? [])];
    return ids
      .flatMap((id) => heads.get(id) ?? [])
      .filter((head) => head.status === status)
      .sort(newestFirst)[0];
  }
  /** Of one person at named clinics nobody else's heads are looked at. */
  function theirs({ clinics, channel, senderKey }: ConversationQuery) {
    if (!clinics || !channel || !senderKey) return undefined;
    const keys = clinics.map((clinic) => keyOf({ clinic, channel, senderKey }));
    return keys
      .flatMap((key) => [...(bySender.get(key) ?? [])])
      .flatMap((id) => heads.get(id) ?? []);
  }
  async function write(conversation: Conversation, before?: Conversation): Promise<Conversation> {
    const checked = before ? parseChanged(before, conversation) : parseConversation(conversation);
    if (!checked)
      throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no conversation');
    await keeper.write(checked);
    learn(headOf(checked));
    return checked;
  }
  const read = async (head: ConversationHead | undefined) =>
    head === undefined ? undefined : keeper.read(head.id);

  for (const head of heads.values()) learn(head);
  return {
    create: (conversation) =>
      inTurn(keyOf(conversation), async () => {
        const standing = heads.get(conversation.id) ?? newest(conversation, 'open');
        const existing = await read(standing);
        if (existing) return { outcome: 'exists', conversation: existing };
        await write(conversation);
        return { outcome: 'created' };
      }),
    find: (id) => read(heads.get(id)),
    findOpen: (sender) => read(newest(sender, 'open')),
    findLastClosed: (sender) => read(newest(sender, 'closed')),
    update: (id, change) =>
      inTurn(id, async () => {
        const before = await read(heads.get(id));
        if (!before) return undefined;
        const after = change(before);
        return after === before ? before : write({ ...after, id }, before);
      }),
    async list(query) {
      const { clinics, channel, senderKey, status, isPending, limit } = query;
      const found = (theirs(query) ?? [...heads.values()]).filter(
        (head) =>
          (!clinics || clinics.includes(head.clinic)) &&
          (!channel || head.channel === channel) &&
          (!senderKey || head.senderKey === senderKey) &&
          (!status || head.status === status) &&
          (isPending === undefined || head.isPending === isPending),
      );
      return found.sort(newestFirst).slice(0, limit);
    },
    async forgetClosed(beforeMs) {
      const old = [...heads.values()].filter(
        ({ status, updatedAtMs }) => status === 'closed' && updatedAtMs < beforeMs,
      );
      for (const head of old)
        await inTurn(head.id, async () => {
          await keeper.remove(head.id);
          forget(head);
        });
      await keeper.swept?.(beforeMs);
      return old.length;
    },
    close: () => keeper.close(),
  };
}

function keyOf({ clinic, channel, senderKey }: SenderAt): string {
  return JSON.stringify([clinic, channel, senderKey]);
}

function newestFirst(a: ConversationHead, b: ConversationHead): number {
  return b.updatedAtMs - a.updatedAtMs || b.openedAtMs - a.openedAtMs || (a.id < b.id ? -1 : 1);
}

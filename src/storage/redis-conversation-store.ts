import { createHash } from 'node:crypto';
import {
  type Conversation,
  type ConversationHead,
  conversationHeadSchema,
  headOf,
  parseConversation,
} from '../messaging/conversation-record.ts';
import type { ConversationStore, SenderAt } from '../messaging/conversation-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import { askRedis, type RedisPlace } from './redis-connection.ts';
import { listConversations } from './redis-conversation-list.ts';
import { forgetScript, writeScript } from './redis-conversation-scripts.ts';
import { redisScript } from './redis-script.ts';

/** Changes by other servers between our look and our write, until we give up. */
const mostTries = 40;
/** Before the next look, at most; drawn anew each time, so that two servers do not go on meeting. */
const longestPauseMs = 20;
/** Closed conversations forgotten in one go. */
const forgottenAtOnce = 500;
/** Closed conversations of one sender looked at, when the newest cannot be understood. */
const closedLookedAt = 5;

/**
 * Conversations that several servers share. One write is one step of Redis, and counts only when nobody wrote since
 * the look it was made from; otherwise `change` runs again. What cannot be understood is left as it is and skipped.
 * The connection stays its owner's.
 */
export function createRedisConversationStore({
  redis,
  prefix,
  log,
}: RedisPlace & { log: Log }): ConversationStore {
  const base = `${prefix}:texts:`;
  const keyOf = (id: string) => `${base}conversation:${id}`;
  const write = redisScript(redis, 'aloWriteConversation', writeScript);
  const forget = redisScript(redis, 'aloForgetConversation', forgetScript);
  const inTurn = createKeyedQueue();

  function understood(id: string, data: string | null | undefined): Conversation | undefined {
    if (data === null || data === undefined) return undefined;
    const conversation = parseConversation(jsonOf(data));
    if (conversation?.id === id) return conversation;
    log.error({ conversationId: id }, 'a conversation could not be understood and is skipped');
    return undefined;
  }
  async function find(id: string): Promise<Conversation | undefined> {
    return understood(id, await askRedis(() => redis.hget(keyOf(id), 'data')));
  }
  async function readHead(id: string): Promise<ConversationHead | undefined> {
    const conversation = await find(id);
    return conversation && headOf(conversation);
  }
  /** @param version of what it replaces; empty: creates @param ignored an open one that stands in nobody's way */
  async function put(
    given: Conversation,
    version: string,
    ignored = '',
  ): Promise<{ said: string; id: string; conversation: Conversation }> {
    const conversation = parseConversation(given);
    if (!conversation)
      throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no conversation');
    const head = headOf(conversation);
    const { id, clinic, status, updatedAtMs } = head;
    const answer = await askRedis(() =>
      write(
        [keyOf(id)],
        [
          ...[base, id, version, createId(), JSON.stringify(conversation), JSON.stringify(head)],
          ...[updatedAtMs, clinic, senderHash(conversation), personHash(conversation.senderKey)],
          ...[status, head.isPending ? 1 : 0, ignored],
        ],
      ),
    );
    const [said = '', which = ''] = answer as string[];
    return { said, id: which, conversation };
  }

  async function create(conversation: Conversation): ReturnType<ConversationStore['create']> {
    let ignored = '';
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { said, id } = await put(conversation, '', ignored);
      if (said === 'done') return { outcome: 'created' };
      const standing = await find(id);
      if (standing) return { outcome: 'exists', conversation: standing };
      // Forgotten since, or not understood: then the sender begins anew.
      ignored = id;
    }
    throw new CodedError('STORE_WRITE_FAILED', 'a conversation could not be opened');
  }

  async function update(
    id: string,
    change: (conversation: Conversation) => Conversation,
  ): Promise<Conversation | undefined> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const [version, data] = await askRedis(() => redis.hmget(keyOf(id), 'v', 'data'));
      const before = understood(id, data);
      if (!before || !version) return undefined;
      const after = change(before);
      if (after === before) return before;
      const { said, conversation } = await put({ ...after, id }, version);
      if (said === 'done') return conversation;
      if (said === 'gone') return undefined;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs));
    }
    throw new CodedError('STORE_WRITE_FAILED', 'others change this conversation without end');
  }

  return {
    create,
    find,
    async findOpen(sender) {
      const id = await askRedis(() => redis.get(`${base}open:${senderHash(sender)}`));
      const found = id === null ? undefined : await find(id);
      return found?.status === 'open' ? found : undefined;
    },
    async findLastClosed(sender) {
      const key = `${base}closed:${senderHash(sender)}`;
      const ids = await askRedis(() => redis.zrevrange(key, 0, closedLookedAt - 1));
      for (const id of ids) {
        const found = await find(id);
        if (found) return found;
      }
      return undefined;
    },
    // In this process one after another: they would only get in each other's way.
    update: (id, change) => inTurn(id, () => update(id, change)),
    list: (query) => listConversations({ redis, base, personHash, parseHead, readHead }, query),
    async forgetClosed(beforeMs) {
      let forgotten = 0;
      for (;;) {
        const ids = await askRedis(() =>
          redis.zrangebyscore(
            ...([
              `${base}status:closed`,
              '-inf',
              `(${beforeMs}`,
              'LIMIT',
              0,
              forgottenAtOnce,
            ] as const),
          ),
        );
        let gone = 0;
        for (const id of ids)
          gone += Number(await askRedis(() => forget([keyOf(id)], [base, id, beforeMs])));
        forgotten += gone;
        // None: another server is at it, too.
        if (gone === 0 || ids.length < forgottenAtOnce) return forgotten;
      }
    },
    close: async () => undefined,
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 32);
const personHash = (senderKey: string) => digest(senderKey);
const senderHash = ({ clinic, channel, senderKey }: SenderAt) =>
  digest(JSON.stringify([clinic, channel, senderKey]));

const parseHead = (data: string) => conversationHeadSchema.safeParse(jsonOf(data)).data;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

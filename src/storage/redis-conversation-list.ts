import type { Redis } from 'ioredis';
import type { ConversationHead } from '../messaging/conversation-record.ts';
import type { ConversationQuery } from '../messaging/conversation-store.ts';
import { askRedis } from './redis-connection.ts';

/** Heads fetched at once. */
const pageSize = 500;

interface ListParts {
  redis: Redis;
  base: string;
  personHash(senderKey: string): string;
  parseHead(data: string): ConversationHead | undefined;
  /** Of a head that another version of this program wrote. */
  readHead(id: string): Promise<ConversationHead | undefined>;
}

/** Walks the shortest list that holds all that is asked for, newest change first, until enough was found. */
export async function listConversations(
  { redis, base, personHash, parseHead, readHead }: ListParts,
  query: ConversationQuery,
): Promise<ConversationHead[]> {
  const { limit } = query;
  const found = new Map<string, ConversationHead>();
  const list = `${base}${listFor(query, personHash)}`;
  for (let at = 0; found.size < limit; at += pageSize) {
    const ids = await askRedis(() => redis.zrevrange(list, at, at + pageSize - 1));
    const heads = ids.length > 0 ? await askRedis(() => redis.hmget(`${base}heads`, ...ids)) : [];
    for (const [index, id] of ids.entries()) {
      const data = heads[index];
      if (!data) continue;
      const head = parseHead(data) ?? (await readHead(id));
      if (head && matches(head, query)) found.set(head.id, head);
    }
    if (ids.length < pageSize) break;
  }
  return [...found.values()].sort(newestFirst).slice(0, limit);
}

function listFor(
  { clinics, senderKey, status, isPending }: ConversationQuery,
  personHash: ListParts['personHash'],
): string {
  if (senderKey) return `person:${personHash(senderKey)}`;
  if (isPending) return 'pending';
  if (status === 'open') return 'status:open';
  if (clinics?.length === 1) return `clinic:${clinics[0]}`;
  return status ? `status:${status}` : 'all';
}

function matches(
  head: ConversationHead,
  { clinics, channel, senderKey, status, isPending }: ConversationQuery,
): boolean {
  return (
    (!clinics || clinics.includes(head.clinic)) &&
    (!channel || head.channel === channel) &&
    (!senderKey || head.senderKey === senderKey) &&
    (!status || head.status === status) &&
    (isPending === undefined || head.isPending === isPending)
  );
}

function newestFirst(a: ConversationHead, b: ConversationHead): number {
  return b.updatedAtMs - a.updatedAtMs || b.openedAtMs - a.openedAtMs || (a.id < b.id ? -1 : 1);
}

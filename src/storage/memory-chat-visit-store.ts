import { type ChatVisit, parseChatVisit } from '../messaging/chat-visit-record.ts';
import { type ChatVisitStore, mostChatVisits } from '../messaging/chat-visit-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

export type ChatVisitStep = { op: 'save'; visit: ChatVisit } | { op: 'remove'; id: string };

/** Makes steps durable before they count. @param all what stands now, for a copy of everything */
export type KeepChatVisit = (steps: ChatVisitStep[], all: () => ChatVisit[]) => Promise<void>;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found */
export function createMemoryChatVisitStore(
  keep: KeepChatVisit = async () => undefined,
  kept: readonly ChatVisit[] = [],
): ChatVisitStore {
  // In the order in which they were last saved.
  const visits = new Map<string, ChatVisit>();
  const byKey = new Map<string, string>();
  const byConversation = new Map<string, string>();
  const inTurn = createWorkQueue();

  function put(visit: ChatVisit): void {
    drop(visit.id);
    visits.set(visit.id, visit);
    byKey.set(visit.keyHash, visit.id);
    if (visit.conversationId) byConversation.set(visit.conversationId, visit.id);
  }
  function drop(id: string): void {
    const before = visits.get(id);
    if (!before) return;
    visits.delete(id);
    byKey.delete(before.keyHash);
    if (before.conversationId) byConversation.delete(before.conversationId);
  }
  const all = () => [...visits.values()];
  const found = (id: string | undefined) =>
    id === undefined ? undefined : structuredClone(visits.get(id));
  const removeAll = async (ids: string[]) => {
    if (ids.length === 0) return 0;
    await keep(
      ids.map((id) => ({ op: 'remove', id })),
      all,
    );
    for (const id of ids) drop(id);
    return ids.length;
  };

  for (const visit of [...kept].sort((a, b) => a.seenAtMs - b.seenAtMs)) put(visit);
  return {
    findByKey: async (keyHash) => found(byKey.get(keyHash)),
    findByConversation: async (id) => found(byConversation.get(id)),
    save: (given) =>
      inTurn(async () => {
        const visit = parseChatVisit(given);
        if (!visit)
          throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no visit');
        await keep([{ op: 'save', visit }], all);
        put(visit);
        const [oldest] = visits.keys();
        if (visits.size > mostChatVisits && oldest !== undefined) await removeAll([oldest]);
      }),
    forget: (seenBeforeMs) =>
      inTurn(() =>
        removeAll(all().flatMap(({ id, seenAtMs }) => (seenAtMs < seenBeforeMs ? [id] : []))),
      ),
    remove: (id) => inTurn(async () => void (await removeAll(visits.has(id) ? [id] : []))),
    close: () => inTurn(async () => undefined),
  };
}

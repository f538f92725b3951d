import type { Conversation } from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import { createIndexedConversations } from './conversation-index.ts';

/** Forgets everything at exit. */
export function createMemoryConversationStore(): ConversationStore {
  const kept = new Map<string, Conversation>();
  return createIndexedConversations({
    read: async (id) => kept.get(id),
    write: async (conversation) => void kept.set(conversation.id, conversation),
    remove: async (id) => void kept.delete(id),
    close: async () => undefined,
  });
}

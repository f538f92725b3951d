import type { ChatVisit } from './chat-visit-record.ts';

/** People kept at most; beyond them whoever was silent longest is forgotten. */
export const mostChatVisits = 50_000;

/** Who is at the chat of the page. What is handed out is not to be changed. */
export interface ChatVisitStore {
  findByKey(keyHash: string): Promise<ChatVisit | undefined>;
  findByConversation(conversationId: string): Promise<ChatVisit | undefined>;
  /** Creates or replaces. Durable when it resolves. Rejects with STORE_WRITE_FAILED. */
  save(visit: ChatVisit): Promise<void>;
  /** Forgets those not seen since; returns how many. */
  forget(seenBeforeMs: number): Promise<number>;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

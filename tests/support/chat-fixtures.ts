import { createHash } from 'node:crypto';
import type { ChatVisit } from '../../src/messaging/chat-visit-record.ts';
import { createId } from '../../src/platform/id.ts';

/** Somebody who just said their name. */
export function chatVisit(more: Partial<ChatVisit> = {}): ChatVisit {
  const id = createId();
  return {
    ...{ schemaVersion: 1, id, keyHash: createHash('sha256').update(id).digest('hex') },
    ...{ clinic: 'aurora', name: 'Ana Lima', createdAtMs: 0, seenAtMs: 0, conversationId: null },
    ...{ said: [], misses: 0, chosen: null, run: null, requestId: null, emergencyAtMs: null },
    ...more,
  };
}

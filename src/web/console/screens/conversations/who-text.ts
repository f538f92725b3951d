import type { ConversationRow } from '../../../../console/conversation-view.ts';
import { words } from './words.ts';

/** What a conversation is called. */
export function whoText({ name, number, channel }: ConversationRow): string {
  const w = words();
  return name ?? number ?? (channel === 'web-chat' ? w.visitor : w.unnamed);
}

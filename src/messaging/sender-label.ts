import { createHash } from 'node:crypto';
import type { Conversation } from './conversation-record.ts';

/** A pseudonym that stays the same: for logs and for the model's abuse watch. */
export function senderLabel({
  clinic,
  senderKey,
}: Pick<Conversation, 'clinic' | 'senderKey'>): string {
  return createHash('sha256').update(`${clinic}:${senderKey}`).digest('hex');
}

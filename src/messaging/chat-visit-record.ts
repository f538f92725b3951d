import { z } from 'zod';
import { scriptThreadSchema } from './script-thread-record.ts';

const earlier = scriptThreadSchema.shape;

export const chatVisitSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Public within the conversation; names the sender of its messages. Opens nothing. */
  id: z.string().regex(/^[a-z2-7]{26}$/),
  /** SHA-256 of what the browser's cookie holds, hexadecimal. */
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  clinic: z.string().min(1).max(100),
  name: z.string().min(1).max(120),
  createdAtMs: z.int().min(0),
  seenAtMs: z.int().min(0),
  conversationId: z.string().max(100).nullable(),
  /** Written by versions before the conversation itself kept its script, which takes these over. */
  said: earlier.said.exactOptional(),
  misses: earlier.misses.exactOptional(),
  chosen: earlier.chosen.exactOptional(),
  run: earlier.run.exactOptional(),
  requestId: earlier.requestId.exactOptional(),
  emergencyAtMs: z.int().min(0).nullable(),
});
/** One person at the chat of the page, from their name to the cookie's end. */
export type ChatVisit = z.output<typeof chatVisitSchema>;

export function parseChatVisit(value: unknown): ChatVisit | undefined {
  return chatVisitSchema.safeParse(value).data;
}

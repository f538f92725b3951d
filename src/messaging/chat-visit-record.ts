import { z } from 'zod';
import { scriptRunSchema } from '../agent/script-run.ts';

/** First messages that are joined until one of them names a demand, and characters of each. */
export const mostSaid = 4;
export const longestSaid = 1_000;

const matchSchema = z.strictObject({
  scriptId: z.string().max(100),
  score: z.number().min(0).max(1),
  by: z.enum(['words', 'meaning']),
  words: z.array(z.string().max(100)).max(10),
  example: z.string().max(400),
  /** Null: nobody but the matching itself. Otherwise the user's id of whoever of the staff chose it. */
  chosenBy: z.string().max(100).nullable(),
});
/** Which script serves a conversation, and why. */
export type ChosenScript = z.output<typeof matchSchema>;

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
  said: z.array(z.string().max(longestSaid)).max(mostSaid),
  /** Messages in a row that asked for nothing we know. */
  misses: z.int().min(0),
  chosen: matchSchema.nullable(),
  run: scriptRunSchema.nullable(),
  /** Of the request for staff that the run becomes; made before it, so that it is made once. */
  requestId: z.string().max(100).nullable(),
  emergencyAtMs: z.int().min(0).nullable(),
});
/** One person at the chat of the page, from their name to the cookie's end. */
export type ChatVisit = z.output<typeof chatVisitSchema>;

export function parseChatVisit(value: unknown): ChatVisit | undefined {
  return chatVisitSchema.safeParse(value).data;
}

import { z } from 'zod';
import { deedReferenceSchema } from '../agent/deed-reference.ts';

const count = z.number().int().min(0);

/** What came from the person called, as far as it settles anything. */
export const settledEvents = ['accepted', 'declined', 'voicemail', 'no-answer'] as const;

const pendingSchema = z.object({
  id: z.string().min(16).max(64),
  callSid: z.string().regex(/^[A-Za-z0-9]+$/),
  /** Our id of the call that was left. */
  callId: z.string(),
  clinicId: z.string(),
  destinationId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string(),
  to: z.string(),
  purpose: z.string().exactOptional(),
  row: z.object({ listId: z.string(), line: count }).exactOptional(),
  failedBefore: count,
  /** How often other destinations were rung in vain. */
  failedTransfers: z.array(z.tuple([z.string(), count])),
  deeds: z.array(deedReferenceSchema),
  staffAsked: count,
  settled: z.enum(settledEvents).exactOptional(),
  /** Good for the next request of the carrier, on the wall clock. */
  token: z.object({ value: z.string(), expiresAtMs: z.number() }).exactOptional(),
  startedAtMs: z.number(),
});
/**
 * A caller who is being put through, as far as a later process must know to take them back. Holds numbers and perhaps a
 * reason, and nothing that was said.
 */
export type PendingTransfer = z.output<typeof pendingSchema>;

/** The carrier lets no call last longer: whatever is older is over, and its end was never told. */
const longestMs = 5 * 3_600_000;

/** @returns nothing when it is not one */
export function parsePendingTransfer(value: unknown): PendingTransfer | undefined {
  return pendingSchema.safeParse(value).data;
}

export function isForgottenTransfer({ startedAtMs }: PendingTransfer, nowMs: number): boolean {
  return nowMs - startedAtMs > longestMs;
}

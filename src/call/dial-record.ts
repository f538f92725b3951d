import { z } from 'zod';

/** Twilio's words for how far a telephone call has come; `canceled` is written `cancelled`. */
const callStatus = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'cancelled',
]);
const count = z.number().int().min(0);

const progressSchema = z.object({
  status: callStatus,
  sequence: count.exactOptional(),
  durationS: count.exactOptional(),
  sipCode: count.exactOptional(),
});
/** What the carrier reported of the call. */
export type DialProgress = z.output<typeof progressSchema>;

/** Who or what took the call. */
export const answerers = ['human', 'machine', 'fax', 'unknown'] as const;
export type Answerer = (typeof answerers)[number];

/**
 * intent: accepted, nothing was sent · sent: a request may have left · known: the carrier has the call · failed: certainly
 * nothing rings · unknown: it may be ringing, and is never dialled again.
 */
export const dialStates = ['intent', 'sent', 'known', 'failed', 'unknown'] as const;
export type DialState = (typeof dialStates)[number];

const dialSchema = z.object({
  id: z.string().regex(/^[a-z2-7]{26}$/),
  to: z.string().regex(/^\+[1-9]\d{6,14}$/),
  clinicId: z.string(),
  /** Why we call; the agent opens with it. */
  purpose: z.string().exactOptional(),
  /** Said to a machine after its tone. */
  voicemail: z.string().exactOptional(),
  /** Longest conversation, seconds. */
  timeLimitS: count,
  /** The row of the list it was asked for by. */
  row: z.object({ listId: z.string(), line: count }).exactOptional(),
  /** Which API key asked for it. */
  keyId: z.string(),
  idempotency: z.object({ key: z.string(), fingerprint: z.string() }).exactOptional(),
  createdAtMs: z.number(),
  /** Rings still to come when nobody answers. */
  retriesLeft: count,
  /** 1 is the first; everything below is about this attempt. */
  attempt: count,
  state: z.enum(dialStates),
  /** Not before; while it is an intent. */
  dueAtMs: z.number(),
  /** When the request left. */
  sentAtMs: z.number().exactOptional(),
  /** Times the carrier said “later”. */
  refusals: count,
  /** Times the carrier was asked what became of it. */
  lookups: count,
  callSid: z.string().exactOptional(),
  progress: progressSchema.exactOptional(),
  answeredBy: z.enum(answerers).exactOptional(),
  /** Written before it is done, so that a machine hears it once at most. */
  messageLeft: z.boolean().exactOptional(),
  /** Why it failed, as it was answered. */
  refusal: z.object({ httpStatus: count, code: z.string(), message: z.string() }).exactOptional(),
  /** Attempts before this one, oldest first. */
  earlier: z.array(
    z.object({
      sentAtMs: z.number(),
      callSid: z.string().exactOptional(),
      status: callStatus.exactOptional(),
    }),
  ),
});
/** One wish to ring somebody, with all that became of it. Holds a number and perhaps a reason: never logged. */
export type Dial = z.output<typeof dialSchema>;

/** Settled dials are forgotten after this. Longer than any limit looks back, and than anybody repeats a request. */
const keptMs = 7 * 86_400_000;

/** @returns nothing when it is not one */
export function parseDial(value: unknown): Dial | undefined {
  return dialSchema.safeParse(value).data;
}

export function isForgotten(dial: Dial, nowMs: number): boolean {
  const lastMs = Math.max(dial.createdAtMs, dial.dueAtMs, dial.sentAtMs ?? 0);
  return dial.state !== 'intent' && dial.state !== 'sent' && nowMs - lastMs > keptMs;
}

/** What the business key of a dial is: the same key of two API keys means two things. */
export function businessKeyOf(keyId: string, idempotencyKey: string): string {
  return `${keyId} ${idempotencyKey}`;
}

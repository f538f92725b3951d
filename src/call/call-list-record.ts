import { z } from 'zod';
import { contactAnswers, contactKinds } from '../agent/outbound-contact.ts';

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);
const count = z.number().int().min(0);
const text = (most: number) => z.string().min(1).max(most);

/** Spoken at the start of the call; as much of a purpose as the agent says. */
export const longestMessage = 300;
export const longestName = 120;
/** A file with more is no list of patients of one day. */
export const mostRows = 5_000;
/** Starts in a minute: the carrier takes one a second, and a clinic's people talk to whoever is put through. */
export const fastestPerMinute = 60;

/** With the first ring: what a person is rung at most in a day. */
export const mostRetries = 2;

const rowSchema = z.object({
  /** Of the file, or counted from 1. */
  line: count.min(1),
  to: e164,
  name: text(longestName).exactOptional(),
  message: text(longestMessage).exactOptional(),
  appointmentId: z
    .string()
    .regex(/^[a-z2-7]{26}$/)
    .exactOptional(),
  /** Of that appointment, in the clinic's zone. */
  visit: z.object({ day: z.iso.date(), time: z.string() }).exactOptional(),
  /** What the call is about, as a business key: two rows with the same are one wish. */
  key: text(300),
  state: z.enum(['waiting', 'dialled', 'ended', 'skipped']),
  /** Not before; while it waits. */
  dueAtMs: z.number().exactOptional(),
  dialId: z.string().exactOptional(),
  /** When the carrier was asked. */
  dialledAtMs: z.number().exactOptional(),
  result: z
    .enum(['answered', 'machine', 'busy', 'no-answer', 'cancelled', 'failed', 'unknown'])
    .exactOptional(),
  /** Why nobody was rung. `message`: pt-BR. */
  reason: z.object({ code: z.string(), message: z.string() }).exactOptional(),
  answer: z
    .object({ answer: z.enum(contactAnswers), atMs: z.number(), callId: z.string() })
    .exactOptional(),
});
/** waiting → dialled → ended; skipped: nobody was rung, and nobody will be. Holds a number and a name: never logged. */
export type CallListRow = z.output<typeof rowSchema>;

const headSchema = z.object({
  id: z.string().regex(/^[a-z2-7]{26}$/),
  clinicId: z.string(),
  name: text(longestName),
  kind: z.enum(contactKinds),
  perMinute: count.min(1).max(fastestPerMinute),
  /** Further rings of who is busy or does not answer. Not in lists of earlier versions: none. */
  retries: count.max(mostRetries).exactOptional(),
  /** Which API key asked for it. */
  keyId: z.string(),
  createdAtMs: z.number(),
  state: z.enum(['ready', 'running', 'paused', 'stopped', 'done']),
  /** Why it paused or stopped by itself. */
  because: z.enum(['failures', 'few-answers', 'expired']).exactOptional(),
  /** What went wrong before is not held against it. */
  runningSinceMs: z.number().exactOptional(),
  /** Lines that were not understood or not accepted. `reason`: pt-BR. */
  problems: z.array(z.object({ line: count, reason: z.string() })),
});
export type CallListHead = z.output<typeof headSchema>;

/** People to be rung one after another. ready → running ⇄ paused → stopped or done, which are final. */
export interface CallList extends CallListHead {
  rows: readonly CallListRow[];
}

/** Finished lists are forgotten after this. */
const keptMs = 30 * 86_400_000;
/** A list that is older calls nobody any more: shorter than the ledger remembers who was rung. */
export const listLifeMs = 6 * 86_400_000;

/** @returns nothing when it is not one */
export function parseListHead(value: unknown): CallListHead | undefined {
  return headSchema.safeParse(value).data;
}

/** @returns nothing when it is not one */
export function parseListRow(value: unknown): CallListRow | undefined {
  return rowSchema.safeParse(value).data;
}

export function isFinal({ state }: Pick<CallListHead, 'state'>): boolean {
  return state === 'stopped' || state === 'done';
}

export function isListForgotten(list: CallListHead, nowMs: number): boolean {
  return isFinal(list) && nowMs - list.createdAtMs > keptMs;
}

/** Whether another list may not have this row's wish: somebody was rung for it, or still will be. */
export function holdsKey(list: Pick<CallListHead, 'state'>, { state }: CallListRow): boolean {
  if (state === 'dialled' || state === 'ended') return true;
  return state === 'waiting' && !isFinal(list);
}

import { createHash } from 'node:crypto';
import type { Dial } from './dial-record.ts';

/** Somebody asks us to ring a person. */
export interface DialWish {
  to: string;
  clinicId: string;
  /** Why we call, as given by staff; the agent opens with it. */
  purpose?: string;
  /** Said to a machine after its tone, once. Without it a machine is hung up on. */
  voicemail?: string;
  /** Further rings when it is busy or nobody answers. */
  retries?: number;
  timeLimitS: number;
  /** The row of the list that asks. */
  row?: { listId: string; line: number };
  /** Which API key asks. */
  keyId: string;
  /** The same key and the same wish are one dial, however often it is asked for. */
  idempotencyKey?: string;
}

export type PlacedCall =
  | { outcome: 'placed'; id: string; callSid: string }
  /** Accepted; it rings later. */
  | { outcome: 'queued'; id: string }
  | { outcome: 'unknown'; id: string }
  | {
      outcome: 'refused';
      httpStatus: number;
      code: string;
      message: string;
      retryAfterS?: number;
      nextAllowedMs?: number;
    };

/** What is answered to whoever asks for a dial that stands in the ledger, now or again later. */
export function answerOf(dial: Dial): PlacedCall {
  const { id, state, callSid, refusal } = dial;
  if (state === 'failed' && refusal) return { outcome: 'refused', ...refusal };
  if (callSid !== undefined) return { outcome: 'placed', id, callSid };
  return state === 'intent' ? { outcome: 'queued', id } : { outcome: 'unknown', id };
}

export function newDial(wish: DialWish, id: string, nowMs: number): Dial {
  const { to, clinicId, purpose, voicemail, retries = 0, row } = wish;
  const { timeLimitS, keyId, idempotencyKey } = wish;
  const idempotency = { key: idempotencyKey ?? '', fingerprint: fingerprintOf(wish) };
  return {
    id,
    to,
    clinicId,
    ...(purpose === undefined ? {} : { purpose }),
    ...(voicemail === undefined ? {} : { voicemail }),
    timeLimitS,
    ...(row === undefined ? {} : { row }),
    keyId,
    ...(idempotencyKey === undefined ? {} : { idempotency }),
    createdAtMs: nowMs,
    retriesLeft: retries,
    attempt: 1,
    state: 'intent',
    dueAtMs: nowMs,
    refusals: 0,
    lookups: 0,
    earlier: [],
  };
}

/** Two requests that ask for the same thing have the same. Limits of the clinic's file are no part of it: they may change. */
export function fingerprintOf(wish: DialWish): string {
  const { to, clinicId, purpose = null, voicemail = null, retries = 0 } = wish;
  const text = JSON.stringify([to, clinicId, purpose, voicemail, retries]);
  return createHash('sha256').update(text).digest('hex');
}

/** What staff and their programs may see of a dial: never the number or the reason. */
export function dialView(dial: Dial) {
  const { id, state, callSid, progress, answeredBy, attempt, messageLeft, dueAtMs } = dial;
  return {
    id,
    status: statusOf(dial),
    ...(callSid === undefined ? {} : { callSid }),
    attempt,
    ...(state === 'intent' ? { dueAt: new Date(dueAtMs).toISOString() } : {}),
    ...(progress?.durationS === undefined ? {} : { durationS: progress.durationS }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(messageLeft === undefined ? {} : { messageLeft }),
    ...(dial.refusal ? { error: dial.refusal } : {}),
    createdAt: new Date(dial.createdAtMs).toISOString(),
    earlier: dial.earlier.map(({ sentAtMs, status }) => ({
      at: new Date(sentAtMs).toISOString(),
      ...(status === undefined ? {} : { status }),
    })),
  };
}

function statusOf({ state, progress }: Dial): string {
  if (state === 'known') return progress?.status ?? 'queued';
  return state === 'intent' || state === 'sent' ? 'queued' : state;
}

/** How far a telephone call has come. Twilio writes `canceled`. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'cancelled';

export interface StatusCallback {
  callSid: string;
  status: CallStatus;
  /** 0, 1, 2 … per call; callbacks are separate requests and may arrive in any order. Absent in some old callbacks. */
  sequence?: number;
  /** Seconds of conversation; only when the call is over. */
  durationS?: number;
  /** Last SIP answer of the called side, like 404 or 486. */
  sipCode?: number;
}

/** What is remembered of the callbacks of one call. */
export interface CallProgress {
  status: CallStatus;
  sequence?: number;
  durationS?: number;
  sipCode?: number;
}

const statuses: ReadonlyMap<string, CallStatus> = new Map([
  ['queued', 'queued'],
  ['initiated', 'initiated'],
  ['ringing', 'ringing'],
  ['in-progress', 'in-progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['failed', 'failed'],
  ['no-answer', 'no-answer'],
  ['canceled', 'cancelled'],
]);

/** Order in which a call passes through its states; everything after `in-progress` is an end. */
const ranks: Record<CallStatus, number> = {
  queued: 0,
  initiated: 1,
  ringing: 2,
  'in-progress': 3,
  completed: 4,
  busy: 4,
  failed: 4,
  'no-answer': 4,
  cancelled: 4,
};
const endRank = 4;

/** Checked fields of a call status callback (twilio.com/docs/voice/api/call-resource); nothing when it is not one. */
export function parseStatusCallback(params: Record<string, unknown>): StatusCallback | undefined {
  const { CallSid: callSid, CallStatus: wireStatus } = params;
  if (typeof callSid !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(callSid)) return undefined;
  const status = toCallStatus(wireStatus);
  if (status === undefined) return undefined;
  const sequence = toCount(params.SequenceNumber);
  const durationS = toCount(params.CallDuration);
  const sipCode = toCount(params.SipResponseCode);
  return {
    callSid,
    status,
    ...(sequence === undefined ? {} : { sequence }),
    ...(durationS === undefined ? {} : { durationS }),
    ...(sipCode === undefined ? {} : { sipCode }),
  };
}

/** Nothing when it is a word of the future. */
export function toCallStatus(wireStatus: unknown): CallStatus | undefined {
  return typeof wireStatus === 'string' ? statuses.get(wireStatus) : undefined;
}

export interface MachineCallback {
  callSid: string;
  answeredBy: 'human' | 'machine' | 'fax' | 'unknown';
}

/** Who took a call, from the callback of asynchronous machine detection; nothing when it is not one. */
export function parseMachineCallback(params: Record<string, unknown>): MachineCallback | undefined {
  const { CallSid: callSid, AnsweredBy: answeredBy } = params;
  if (typeof callSid !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(callSid)) return undefined;
  if (typeof answeredBy !== 'string') return undefined;
  if (answeredBy === 'human' || answeredBy === 'fax') return { callSid, answeredBy };
  const isMachine = /^machine_(start|end_(beep|silence|other))$/.test(answeredBy);
  return { callSid, answeredBy: isMachine ? 'machine' : 'unknown' };
}

/** Which dial and which of its attempts an address of ours was made for; nothing of what is not so. */
export function parseDialReference(query: Record<string, unknown>): {
  id?: string;
  attempt?: number;
} {
  const { outbound: id, attempt } = query;
  const isId = typeof id === 'string' && /^[a-z2-7]{26}$/.test(id);
  const isAttempt = typeof attempt === 'string' && /^[1-9]$/.test(attempt);
  return { ...(isId ? { id } : {}), ...(isAttempt ? { attempt: Number(attempt) } : {}) };
}

/** No status follows this one. */
export function isOver(status: CallStatus): boolean {
  return ranks[status] === endRank;
}

/**
 * What is known after one more callback. Gives `current` itself when the callback is a duplicate, late or older, so
 * that the caller can compare by identity.
 */
export function nextCallStatus(
  current: CallProgress | undefined,
  incoming: StatusCallback,
): CallProgress {
  if (current !== undefined && !isNews(current, incoming)) return current;
  const { callSid: _, ...progress } = incoming;
  return progress;
}

function isNews(current: CallProgress, incoming: StatusCallback): boolean {
  if (isOver(current.status)) return isOver(incoming.status) && isLater(current, incoming);
  return isOver(incoming.status) || isLater(current, incoming);
}

/** By sequence number where both have one, else by the order of states; an end never becomes another end without it. */
function isLater(current: CallProgress, incoming: StatusCallback): boolean {
  if (current.sequence !== undefined && incoming.sequence !== undefined) {
    return incoming.sequence > current.sequence;
  }
  return ranks[incoming.status] > ranks[current.status];
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

import type { Answerer, Dial, DialProgress } from './dial-record.ts';

/** Waits before the carrier is asked again after “later”, ms; each is shortened at random by up to a half. */
const refusalWaitsMs = [1_000, 2_000, 5_000, 10_000];

/** When the carrier is asked what became of a request without an answer, ms after it left. Its list lags by seconds. */
const lookupsAfterMs = [3_000, 30_000, 120_000, 600_000];

/** How long until the same person is rung again, ms. Longer than the pause that every number is given. */
const retryAfterMs = { busy: 15 * 60_000, 'no-answer': 60 * 60_000 };

/** A wish that could not be fulfilled for so long is not what was asked for any more, ms. */
const wishLifeMs = 10 * 60_000;
/** The same for a further attempt: the day after, hours were found or never. */
const retryLifeMs = 72 * 3_600_000;

/** Seconds that setting up and reporting a call may take beyond ringing and talking. */
const slackS = 60;

export type CallAnswer =
  | { outcome: 'placed'; callSid: string }
  | { outcome: 'refused'; code: number; reason: 'client' | 'config' | 'retry'; message: string }
  | { outcome: 'unknown' };

/** A call as the carrier lists it. */
export interface ListedCall {
  callSid: string;
  status: DialProgress['status'];
  createdAtMs: number;
}

const httpStatusOf = { client: 422, config: 502, retry: 503 } as const;
const ends: ReadonlySet<string> = new Set([
  'completed',
  'busy',
  'failed',
  'no-answer',
  'cancelled',
]);

export function sent(dial: Dial, nowMs: number): Dial {
  return { ...dial, state: 'sent', sentAtMs: nowMs };
}

/** What the carrier said to the request. A report that came first has the last word. @param chance 0 to 1 */
export function answered(dial: Dial, answer: CallAnswer, nowMs: number, chance: number): Dial {
  if (dial.state !== 'sent') return dial;
  if (answer.outcome === 'placed') return { ...dial, state: 'known', callSid: answer.callSid };
  if (answer.outcome === 'unknown') return { ...dial, state: 'unknown' };
  const waitMs = answer.reason === 'retry' ? refusalWaitsMs[dial.refusals] : undefined;
  if (waitMs !== undefined) {
    const { sentAtMs: _, ...rest } = dial;
    const dueAtMs = nowMs + waitMs * (1 - chance / 2);
    return { ...rest, state: 'intent', refusals: dial.refusals + 1, dueAtMs };
  }
  const httpStatus = httpStatusOf[answer.reason];
  const refusal = { httpStatus, code: `carrier-${answer.code}`, message: answer.message };
  return { ...dial, state: 'failed', refusal };
}

/** A process died after the request may have left: nobody knows whether it did. */
export function orphaned(dial: Dial): Dial {
  return dial.state === 'sent' ? { ...dial, state: 'unknown' } : dial;
}

/** Which call of which attempt a report is about. Without an attempt the call must be known already. */
export interface DialReport {
  callSid: string;
  attempt?: number;
}

/**
 * The carrier reported something. Reports come in any order and again; `next` is the rule that says what is known after
 * one more. One of another attempt, or of another call, changes nothing.
 */
export function reported(
  dial: Dial,
  { callSid, attempt }: DialReport,
  next: (known: DialProgress | undefined) => DialProgress,
): Dial {
  if (!isAbout(dial, callSid, attempt)) return dial;
  const progress = next(dial.progress);
  if (progress === dial.progress && dial.callSid === callSid) return dial;
  const { refusal: _, ...rest } = dial;
  return { ...rest, state: 'known', callSid, progress };
}

/** Who took the call; the first opinion stays. */
export function heardBy(dial: Dial, { callSid, attempt }: DialReport, by: Answerer): Dial {
  if (!isAbout(dial, callSid, attempt) || dial.answeredBy !== undefined) return dial;
  return { ...dial, state: 'known', callSid, answeredBy: by };
}

function isAbout(dial: Dial, callSid: string, attempt: number | undefined): boolean {
  if (dial.sentAtMs === undefined) return false;
  if (attempt !== undefined && attempt !== dial.attempt) return false;
  return dial.callSid === undefined ? attempt !== undefined : dial.callSid === callSid;
}

/** Whether another attempt follows, and that attempt. */
export function tryAgain(dial: Dial, nowMs: number): Dial {
  const status = dial.progress?.status;
  const isLost = status === 'busy' || status === 'no-answer';
  if (!isLost || dial.retriesLeft === 0 || dial.sentAtMs === undefined) return dial;
  const { callSid, progress: _p, answeredBy: _a, sentAtMs, ...rest } = dial;
  const before = { sentAtMs, status, ...(callSid === undefined ? {} : { callSid }) };
  return {
    ...rest,
    state: 'intent',
    attempt: dial.attempt + 1,
    retriesLeft: dial.retriesLeft - 1,
    dueAtMs: nowMs + retryAfterMs[status],
    refusals: 0,
    lookups: 0,
    earlier: [...dial.earlier, before],
  };
}

/** Nobody would want it any more. */
export function isStale(dial: Dial, nowMs: number): boolean {
  if (dial.state !== 'intent') return false;
  return dial.attempt === 1
    ? nowMs > dial.createdAtMs + wishLifeMs
    : nowMs > (dial.earlier.at(-1)?.sentAtMs ?? 0) + retryLifeMs;
}

/** Its call rings or goes on, as far as is known. @param ringS longest ringing */
export function isLive(dial: Dial, ringS: number, nowMs: number): boolean {
  if (dial.state === 'intent') return dial.attempt === 1;
  if (dial.state === 'failed' || dial.sentAtMs === undefined || isEnded(dial)) return false;
  return nowMs < dial.sentAtMs + (ringS + dial.timeLimitS + slackS) * 1_000;
}

function isEnded({ progress }: Dial): boolean {
  return progress !== undefined && ends.has(progress.status);
}

/** Whether the carrier is to be asked now: an answer is missing, or the end of a ring was never reported. */
export function wantsLookup(dial: Dial, ringS: number, nowMs: number): boolean {
  const afterMs = lookupsAfterMs[dial.lookups];
  if (afterMs === undefined || dial.sentAtMs === undefined) return false;
  const ageMs = nowMs - dial.sentAtMs;
  if (dial.state === 'unknown') return ageMs >= afterMs;
  const status = dial.progress?.status;
  const isUnheard = dial.state === 'known' && status !== 'in-progress' && !isEnded(dial);
  return isUnheard && ageMs >= (ringS + slackS) * 1_000 + afterMs;
}

/** How far before our own moment of sending the carrier's clock may put a call: clocks differ, and it counts whole seconds. */
const earliestMs = -30_000;
const latestMs = 15 * 60_000;

/**
 * What the carrier's list of calls to this number says. @param isTaken the call belongs to another dial
 */
export function lookedUp(
  dial: Dial,
  calls: readonly ListedCall[],
  isTaken: (callSid: string) => boolean,
): Dial {
  const asked = { ...dial, lookups: dial.lookups + 1 };
  const { sentAtMs, callSid } = dial;
  if (sentAtMs === undefined || (dial.state !== 'unknown' && dial.state !== 'known')) return dial;
  const mine = calls
    .filter((call) =>
      callSid === undefined
        ? !isTaken(call.callSid) &&
          call.createdAtMs >= sentAtMs + earliestMs &&
          call.createdAtMs <= sentAtMs + latestMs
        : call.callSid === callSid,
    )
    .sort((a, b) => Math.abs(a.createdAtMs - sentAtMs) - Math.abs(b.createdAtMs - sentAtMs))[0];
  if (!mine) return asked;
  const isNews = dial.progress === undefined || ends.has(mine.status);
  return {
    ...asked,
    state: 'known',
    callSid: mine.callSid,
    ...(isNews ? { progress: { ...dial.progress, status: mine.status } } : {}),
  };
}

/** Nothing further will be asked, and it is still not known whether anybody was rung. */
export function isGivenUp(dial: Dial): boolean {
  return dial.state === 'unknown' && dial.lookups >= lookupsAfterMs.length;
}

import {
  type CallList,
  type CallListHead,
  type CallListRow,
  isFinal,
  listLifeMs,
} from './call-list-record.ts';
import type { PlacedCall } from './dial-answer.ts';
import { ringS } from './dial-parts.ts';
import type { Dial } from './dial-record.ts';

/** So many calls in a row that could not be made mean trouble with the line, not with the people. */
const mostFailures = 5;
/** An answer rate is judged from so many calls on. */
const leastToJudge = 20;
/** Below this share of answered calls something is wrong: the hour, the file, or how our number is shown. */
const leastAnswered = 0.15;
/** How long after a call's longest end its row waits for a report of it, ms. */
const reportGraceMs = 20 * 60_000;
/** A server that cannot ring now is asked again after this, ms. */
const notReadyMs = 60_000;

export type ListMove =
  | { do: 'wait' }
  | { do: 'dial'; row: CallListRow }
  | { do: 'change'; head: Pick<CallListHead, 'state'> & Pick<Partial<CallListHead>, 'because'> };

/** What comes next of a list. @param restUntilMs all of it rests until then */
export function nextMove(list: CallList, nowMs: number, restUntilMs = 0): ListMove {
  if (list.state !== 'running') return { do: 'wait' };
  const because = troubleOf(list);
  if (because) return { do: 'change', head: { state: 'paused', because } };
  const waiting = list.rows.filter(({ state }) => state === 'waiting');
  const isOver = list.rows.every(({ state }) => state === 'ended' || state === 'skipped');
  if (isOver) return { do: 'change', head: { state: 'done' } };
  if (waiting.length > 0 && nowMs > list.createdAtMs + listLifeMs)
    return { do: 'change', head: { state: 'stopped', because: 'expired' } };
  const lastMs = Math.max(...list.rows.map(({ dialledAtMs }) => dialledAtMs ?? 0));
  if (nowMs < restUntilMs || nowMs < lastMs + 60_000 / list.perMinute) return { do: 'wait' };
  const row = waiting.find(({ dueAtMs = 0 }) => dueAtMs <= nowMs);
  return row ? { do: 'dial', row } : { do: 'wait' };
}

/** Why a list must not go on as it is. */
function troubleOf({ rows, runningSinceMs = 0 }: CallList): CallListHead['because'] | undefined {
  const judged = rows
    .filter(({ result, dialledAtMs = 0 }) => result !== undefined && dialledAtMs >= runningSinceMs)
    .sort((a, b) => (a.dialledAtMs ?? 0) - (b.dialledAtMs ?? 0));
  const latest = judged.slice(-mostFailures);
  const isLost = ({ result }: CallListRow) => result === 'failed' || result === 'unknown';
  if (latest.length === mostFailures && latest.every(isLost)) return 'failures';
  const ended = judged.filter(({ state }) => state === 'ended');
  const answered = ended.filter(({ result }) => result === 'answered').length;
  const isDeaf = ended.length >= leastToJudge && answered < ended.length * leastAnswered;
  return isDeaf ? 'few-answers' : undefined;
}

/** Refusals that are about one number. Others of their kind are about the line or the key, and the whole list rests. */
const aboutNumber: ReadonlySet<string> = new Set([
  'number-called-recently',
  'number-called-too-often',
  'prefix-limit',
]);

export type AfterPlace =
  | { row: (row: CallListRow) => CallListRow }
  | { restUntilMs: number }
  | { pause: 'failures' };

type Refused = Pick<
  Extract<PlacedCall, { outcome: 'refused' }>,
  'httpStatus' | 'code' | 'message'
> & {
  retryAfterS?: number;
  nextAllowedMs?: number;
};

/** What becomes of a row whose call was placed. @param nowMs after the carrier was asked */
export function afterPlace(placed: PlacedCall, nowMs: number): AfterPlace {
  if (placed.outcome === 'refused') return afterRefusal(placed, nowMs);
  const { id: dialId } = placed;
  // Whether it rang is found out within half an hour: too late to notice that the line is dead.
  const doubt = placed.outcome === 'unknown' ? ({ result: 'unknown' } as const) : {};
  return whileWaiting({ state: 'dialled', dialId, dialledAtMs: nowMs, ...doubt });
}

/** What becomes of a row that may not be rung, for now or at all. */
export function afterRefusal(refused: Refused, nowMs: number): AfterPlace {
  const { httpStatus, code, message, retryAfterS, nextAllowedMs } = refused;
  if (nextAllowedMs !== undefined) return whileWaiting({ dueAtMs: nextAllowedMs });
  if (httpStatus === 429) {
    const freeMs = nowMs + (retryAfterS ?? notReadyMs / 1_000) * 1_000;
    return aboutNumber.has(code) ? whileWaiting({ dueAtMs: freeMs }) : { restUntilMs: freeMs };
  }
  if (code === 'not-ready') return { restUntilMs: nowMs + notReadyMs };
  if (code === 'no-caller-number') return { pause: 'failures' };
  const reason = { code, message };
  if (httpStatus < 500 && !code.startsWith('carrier-'))
    return whileWaiting({ state: 'skipped', reason });
  return whileWaiting({ state: 'ended', result: 'failed', reason, dialledAtMs: nowMs });
}

function whileWaiting(change: Partial<CallListRow>): AfterPlace {
  return { row: (row) => (row.state === 'waiting' ? { ...row, ...change } : row) };
}

/** How the call of a row ended; nothing while it goes on, or may. */
export function resultOf(
  dial: Dial | undefined,
  nowMs: number,
): Pick<CallListRow, 'result' | 'reason'> | undefined {
  if (!dial) return { result: 'unknown' };
  const { state, refusal, sentAtMs, timeLimitS, progress, answeredBy } = dial;
  if (state === 'failed') {
    // Rung before, and not any more: what came of the last ring is what came of it.
    const last = dial.earlier.at(-1)?.status;
    if (last === 'busy' || last === 'no-answer') return { result: last };
    const reason = refusal && { code: refusal.code, message: refusal.message };
    return { result: 'failed', ...(reason ? { reason } : {}) };
  }
  switch (progress?.status) {
    case 'completed':
      return { result: answeredBy === 'machine' || answeredBy === 'fax' ? 'machine' : 'answered' };
    case 'busy':
    case 'no-answer':
    case 'cancelled':
    case 'failed':
      return { result: progress.status };
  }
  const latestMs = (sentAtMs ?? nowMs) + (ringS + timeLimitS) * 1_000 + reportGraceMs;
  return nowMs > latestMs ? { result: 'unknown' } : undefined;
}

/** What staff ask for; the same head when it is so already, nothing when it cannot be any more. */
export function asked(
  head: CallListHead,
  wish: 'pause' | 'resume' | 'stop',
  nowMs: number,
): CallListHead | undefined {
  const state = ({ pause: 'paused', resume: 'running', stop: 'stopped' } as const)[wish];
  if (head.state === state) return head;
  if (isFinal(head) || (wish === 'pause' && head.state !== 'running')) return undefined;
  const { because: _, ...rest } = head;
  return { ...rest, state, ...(wish === 'resume' ? { runningSinceMs: nowMs } : {}) };
}

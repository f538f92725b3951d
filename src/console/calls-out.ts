import type { CallList, CallListRow } from '../call/call-list-record.ts';
import type { CallStore } from '../call/call-record.ts';
import { dialView } from '../call/dial-answer.ts';
import type { Dial } from '../call/dial-record.ts';
import type { CallListLine, CallListPerson, CallListView, DialOutView } from './calls-out-view.ts';

/** Calls looked through for one that we made: those of a busy day. */
const callsPerPage = 50;
const mostPages = 6;
/** Calls whose id is remembered, oldest forgotten first; two ids each. */
const mostKnown = 5_000;
/** The carrier may begin the call a little before we write that we asked for it, ms. */
const clockSlackMs = 60_000;

const ends: ReadonlySet<string> = new Set([
  'completed',
  'busy',
  'no-answer',
  'failed',
  'cancelled',
  'unknown',
]);

/** Whose calls these are in ledgers and limits: a member of staff is a holder like an API key. */
export function holderOf(userId: string): string {
  return `user-${userId}`;
}

/** Pure. @param me the holder whose page it is @param callId our call, when it is known */
export function dialOutView(dial: Dial, me: string, callId: string | null): DialOutView {
  const { id, clinicId, to, purpose, answeredBy, messageLeft, attempt, retriesLeft } = dial;
  const view = dialView(dial);
  const status = view.status as DialOutView['status'];
  return {
    id,
    clinic: clinicId,
    to,
    purpose: purpose ?? null,
    status,
    isOver: ends.has(status) && dial.state !== 'intent',
    answeredBy: answeredBy ?? null,
    messageLeft: messageLeft ?? false,
    attempt,
    retriesLeft,
    durationS: dial.progress?.durationS ?? null,
    refusal: dial.refusal ? { code: dial.refusal.code, message: dial.refusal.message } : null,
    createdAt: view.createdAt,
    dueAt: view.dueAt ?? null,
    mine: dial.keyId === me,
    listId: dial.row?.listId ?? null,
    callId,
  };
}

/** Finds our call that a dial became, by the carrier's name for it. */
export function createCallFinder(
  calls: Pick<CallStore, 'list'>,
): (dial: Pick<Dial, 'callSid' | 'sentAtMs' | 'progress'>) => Promise<string | null> {
  const known = new Map<string, string>();
  return async ({ callSid, sentAtMs = 0, progress }) => {
    const wasAnswered = progress?.status === 'in-progress' || progress?.status === 'completed';
    if (callSid === undefined || !wasAnswered) return null;
    let before: string | undefined;
    for (let page = 0; page < mostPages && !known.has(callSid); page += 1) {
      const found = await calls.list({ limit: callsPerPage, ...(before ? { before } : {}) });
      for (const call of found.calls) remember(call.callSid, call.id);
      const last = found.calls.at(-1);
      before = found.nextBefore;
      if (!before || !last || Date.parse(last.startedAt) < sentAtMs - clockSlackMs) break;
    }
    return known.get(callSid) ?? null;
  };

  function remember(callSid: string, id: string): void {
    known.set(callSid, id);
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  }
}

/** Pure: a list without its people. */
export function callListLine(list: CallList): CallListLine {
  const { id, clinicId, name, kind, state, because, perMinute, createdAtMs, rows } = list;
  const inState = (wanted: CallListRow['state']) =>
    rows.filter((row) => row.state === wanted).length;
  return {
    id,
    clinic: clinicId,
    name,
    kind,
    state,
    because: because ?? null,
    perMinute,
    createdAt: new Date(createdAtMs).toISOString(),
    rows: {
      all: rows.length,
      waiting: inState('waiting'),
      dialled: inState('dialled'),
      ended: inState('ended'),
      skipped: inState('skipped'),
    },
    results: tally(rows.flatMap(({ result }) => result ?? [])),
    answers: tally(rows.flatMap(({ answer }) => answer?.answer ?? [])),
    problems: list.problems.length,
  };
}

/** Pure: with its people, for the clinic that rings them. */
export function callListView(list: CallList): CallListView {
  return {
    ...callListLine(list),
    problemLines: [...list.problems],
    people: list.rows.map(personOf),
  };
}

function personOf(row: CallListRow): CallListPerson {
  const { line, name, to, visit, appointmentId, state, result, reason, dueAtMs, answer } = row;
  const waits = state === 'waiting' && dueAtMs !== undefined;
  return {
    line,
    name: name ?? null,
    to,
    visit: visit ?? null,
    appointmentId: appointmentId ?? null,
    state,
    result: result ?? null,
    reason: reason?.message ?? null,
    dueAt: waits ? new Date(dueAtMs).toISOString() : null,
    answer: answer?.answer ?? null,
    callId: answer?.callId ?? null,
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

import type { CallList, CallListRow } from './call-list-record.ts';

/** A list without its rows. */
export function callListSummary(list: CallList) {
  const { id, clinicId, name, kind, perMinute, state, because, createdAtMs, rows, problems } = list;
  const { retries = 0 } = list;
  return {
    id,
    clinic: clinicId,
    name,
    kind,
    perMinute,
    retries,
    state,
    ...(because === undefined ? {} : { because }),
    createdAt: new Date(createdAtMs).toISOString(),
    rows: { all: rows.length, ...tally(rows.map((row) => row.state)) },
    results: tally(rows.flatMap(({ result }) => result ?? [])),
    answers: tally(rows.flatMap(({ answer }) => answer?.answer ?? [])),
    problems: problems.length,
  };
}

/** With its rows by line: never a number, a name or a message; whoever sent the file has them. */
export function callListView(list: CallList) {
  return { ...callListSummary(list), problems: list.problems, rows: list.rows.map(rowView) };
}

function rowView(row: CallListRow) {
  const { line, state, appointmentId, dialId, dialledAtMs, dueAtMs, result, reason, answer } = row;
  return {
    line,
    state,
    ...(appointmentId === undefined ? {} : { appointmentId }),
    ...(dialId === undefined ? {} : { dialId }),
    ...(dialledAtMs === undefined ? {} : { dialledAt: new Date(dialledAtMs).toISOString() }),
    ...(state === 'waiting' && dueAtMs !== undefined
      ? { dueAt: new Date(dueAtMs).toISOString() }
      : {}),
    ...(result === undefined ? {} : { result }),
    ...(reason === undefined ? {} : { reason }),
    ...(answer === undefined
      ? {}
      : { answer: answer.answer, answeredAt: new Date(answer.atMs).toISOString() }),
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

import type { ContactVisit, ContactVisits } from '../../src/agent/contact-visits.ts';
import type { CallList, CallListRow } from '../../src/call/call-list-record.ts';
import { createId } from '../../src/platform/id.ts';

export function listRow(line: number, more: Partial<CallListRow> = {}): CallListRow {
  const to = `+55889999${String(10_000 + line)}`;
  return { line, to, message: 'Olá.', key: `aurora confirm ${to}`, state: 'waiting', ...more };
}

export function callList(rows: readonly CallListRow[], more: Partial<CallList> = {}): CallList {
  return {
    id: createId(),
    clinicId: 'aurora',
    name: 'Amanhã',
    kind: 'confirm',
    perMinute: 30,
    keyId: 'main',
    createdAtMs: 1_000,
    state: 'ready',
    problems: [],
    ...more,
    rows,
  };
}

export function visitsOf(...visits: ContactVisit[]): ContactVisits {
  return {
    find: async (id) => visits.find(({ appointmentId }) => appointmentId === id),
    ofDay: async (clinic, day) =>
      visits.filter((one) => one.clinicId === clinic && one.day === day),
  };
}

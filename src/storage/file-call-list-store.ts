import {
  type CallList,
  type CallListHead,
  type CallListRow,
  parseListHead,
  parseListRow,
} from '../call/call-list-record.ts';
import type { CallListStore } from '../call/call-list-store.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import { type CallListStep, createMemoryCallListStore } from './memory-call-list-store.ts';

/** Lines after which everything is written anew: a long list, each row of it changed three times. */
const linesPerSnapshot = 20_000;

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED rather than forget who was rung.
 */
export function openFileCallListStore(options: JournalStoreOptions): Promise<CallListStore> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const written = entries.map(({ op, id, data }) => ({ op, listId: id, data }));
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the call lists' });
    return createMemoryCallListStore(
      (steps, all) =>
        append(
          steps.map(({ op, listId, data }) => ({ op, id: listId, idem: '', data })),
          all,
        ),
      assembled([...values, ...written].map(toStep)),
    );
  });
}

/** Rows without a head are of a list whose writing was cut off: nobody was told that it is there. */
function assembled(steps: readonly CallListStep[]): CallList[] {
  const heads = new Map<string, CallListHead>();
  const rows = new Map<string, Map<number, CallListRow>>();
  for (const step of steps) {
    if (step.op === 'list') heads.set(step.listId, step.data);
    else {
      const known = rows.get(step.listId) ?? new Map<number, CallListRow>();
      rows.set(step.listId, known.set(step.data.line, step.data));
    }
  }
  return [...heads.values()].map((head) => ({
    ...head,
    rows: [...(rows.get(head.id)?.values() ?? [])].sort((a, b) => a.line - b.line),
  }));
}

function toStep(value: unknown): CallListStep {
  const { op, listId, data } = value as { op?: unknown; listId?: unknown; data?: unknown };
  if (typeof listId === 'string') {
    const head = op === 'list' ? parseListHead(data) : undefined;
    if (head) return { op: 'list', listId, data: head };
    const row = op === 'row' ? parseListRow(data) : undefined;
    if (row) return { op: 'row', listId, data: row };
  }
  throw damaged('the call lists', 'it holds something that is no list of calls');
}

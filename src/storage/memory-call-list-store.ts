import {
  type CallList,
  type CallListHead,
  type CallListRow,
  holdsKey,
  isListForgotten,
  parseListHead,
  parseListRow,
} from '../call/call-list-record.ts';
import type { CallListStore } from '../call/call-list-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

/** One thing that was written. Rows of a new list come before its head: without one they count for nothing. */
export type CallListStep =
  | { op: 'row'; listId: string; data: CallListRow }
  | { op: 'list'; listId: string; data: CallListHead };

/** Makes steps durable before they count. @param all what stands now, for a copy of everything */
export type KeepCallList = (steps: CallListStep[], all: () => CallListStep[]) => Promise<void>;

const alreadyListed = {
  code: 'already-listed',
  message: 'Já está em outra lista de hoje: ninguém é chamado duas vezes.',
};

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found */
export function createMemoryCallListStore(
  keep: KeepCallList = async () => undefined,
  kept: readonly CallList[] = [],
): CallListStore {
  const lists = new Map(kept.map((list) => [list.id, list]));
  const inTurn = createWorkQueue();
  const write = (steps: CallListStep[]) => keep(steps, () => [...lists.values()].flatMap(stepsOf));

  return {
    create: (list) =>
      inTurn(async () => {
        for (const old of lists.values())
          if (isListForgotten(old, list.createdAtMs)) lists.delete(old.id);
        const taken = new Set([...lists.values()].flatMap(keysHeldBy));
        const rows = list.rows.map((row) =>
          checkedRow(
            taken.has(row.key) ? { ...row, state: 'skipped', reason: alreadyListed } : row,
          ),
        );
        const created = { ...checkedHead(list), rows };
        await write(stepsOf(created));
        lists.set(created.id, created);
        return created;
      }),
    change: (id, change) =>
      inTurn(async () => {
        const before = lists.get(id);
        if (!before) return undefined;
        const { rows, ...head } = before;
        const after = change(head);
        if (after === head) return before;
        const changed = checkedHead({ ...after, id });
        await write([{ op: 'list', listId: id, data: changed }]);
        const list = { ...changed, rows };
        lists.set(id, list);
        return list;
      }),
    changeRow: (id, line, change) =>
      inTurn(async () => {
        const list = lists.get(id);
        const before = list?.rows.find((row) => row.line === line);
        if (!list || !before) return undefined;
        const after = change(before);
        if (after === before) return before;
        const row = checkedRow({ ...after, line });
        await write([{ op: 'row', listId: id, data: row }]);
        lists.set(id, { ...list, rows: list.rows.map((one) => (one === before ? row : one)) });
        return row;
      }),
    find: (id) => lists.get(id),
    all: () => [...lists.values()].sort((a, b) => a.createdAtMs - b.createdAtMs),
    close: () => inTurn(async () => undefined),
  };
}

function keysHeldBy(list: CallList): string[] {
  return list.rows.filter((row) => holdsKey(list, row)).map(({ key }) => key);
}

function stepsOf({ rows, ...head }: CallList): CallListStep[] {
  const { id: listId } = head;
  return [
    ...rows.map((data) => ({ op: 'row' as const, listId, data })),
    { op: 'list' as const, listId, data: head },
  ];
}

function checkedHead(head: CallListHead): CallListHead {
  return parseListHead(head) ?? refuse();
}

function checkedRow(row: CallListRow): CallListRow {
  return parseListRow(row) ?? refuse();
}

function refuse(): never {
  throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no list of calls');
}

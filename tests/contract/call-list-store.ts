import { describe, expect, it } from 'vitest';
import type { CallListStore } from '../../src/call/call-list-store.ts';
import { createId } from '../../src/platform/id.ts';
import { callList, listRow } from '../support/call-list-fixtures.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeCallListStore(
  driver: string,
  open: () => Promise<{ store: CallListStore; close(): Promise<void> }>,
): void {
  describe(`lists of calls kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;

    it('are found as they were made and changed, oldest first', async () => {
      const store = await fresh();
      const late = callList([listRow(1)], { createdAtMs: 2_000 });
      const list = callList([listRow(2), listRow(3)]);
      expect(await store.create(late)).toEqual(late);
      expect(await store.create(list)).toEqual(list);
      await store.change(list.id, (head) => ({ ...head, state: 'running' }));
      const ended = { ...listRow(3), state: 'ended' as const, result: 'busy' as const };
      expect(await store.changeRow(list.id, 3, () => ended)).toEqual(ended);
      const now = { ...list, state: 'running', rows: [listRow(2), ended] };
      expect(store.find(list.id)).toEqual(now);
      expect(store.all()).toEqual([now, late]);
    });

    it('of the same people at once: each person is in one of them', async () => {
      const store = await fresh();
      const rows = [1, 2, 3].map((line) => listRow(line));
      const made = await Promise.all(
        Array.from({ length: 10 }, () => store.create(callList(rows))),
      );
      const states = made.flatMap((list) => list.rows.map(({ state }) => state));
      expect(states.filter((state) => state === 'waiting')).toHaveLength(3);
      expect(states.filter((state) => state === 'skipped')).toHaveLength(27);
      expect(made.at(-1)?.rows[0]?.reason?.code).toBe('already-listed');
    });

    it('that were stopped give their people back, but for those who were rung', async () => {
      const store = await fresh();
      const { id } = await store.create(callList([listRow(1), listRow(2), listRow(3)]));
      await store.changeRow(id, 1, (row) => ({ ...row, state: 'dialled', dialId: createId() }));
      await store.changeRow(id, 2, (row) => ({ ...row, state: 'skipped' }));
      await store.change(id, (head) => ({ ...head, state: 'stopped' }));
      const again = await store.create(callList([listRow(1), listRow(2), listRow(3)]));
      expect(again.rows.map(({ state }) => state)).toEqual(['skipped', 'waiting', 'waiting']);
    });

    it('are changed one after another: nothing is lost between two that come together', async () => {
      const store = await fresh();
      const { id } = await store.create(callList([listRow(1)]));
      await Promise.all(
        Array.from({ length: 30 }, () =>
          store.changeRow(id, 1, (row) => ({ ...row, dueAtMs: (row.dueAtMs ?? 0) + 1 })),
        ),
      );
      expect(store.find(id)?.rows[0]?.dueAtMs).toBe(30);
    });

    it('that nobody has are not changed', async () => {
      const store = await fresh();
      const { id } = await store.create(callList([listRow(1)]));
      expect(await store.change(createId(), (head) => head)).toBeUndefined();
      expect(await store.changeRow(createId(), 1, (row) => row)).toBeUndefined();
      expect(await store.changeRow(id, 9, (row) => row)).toBeUndefined();
    });

    it('stand as before when a change makes no list of them', async () => {
      const store = await fresh();
      const list = await store.create(callList([listRow(1)]));
      const refusal = { code: 'STORE_WRITE_FAILED' };
      await expect(
        store.changeRow(list.id, 1, (row) => ({ ...row, to: 'x' })),
      ).rejects.toMatchObject(refusal);
      await expect(
        store.change(list.id, (head) => ({ ...head, perMinute: 0 })),
      ).rejects.toMatchObject(refusal);
      await expect(store.create(callList([listRow(1, { to: 'x' })]))).rejects.toMatchObject(
        refusal,
      );
      expect(store.all()).toEqual([list]);
    });

    it('are forgotten a month after they were made, once they are over', async () => {
      const store = await fresh();
      const month = 30 * 86_400_000;
      const over = await store.create(callList([listRow(1)]));
      const open = await store.create(callList([listRow(2)]));
      await store.change(over.id, (head) => ({ ...head, state: 'done' }));
      await store.create(callList([listRow(3)], { createdAtMs: 1_000 + month }));
      expect(store.find(over.id)).toBeDefined();
      await store.create(callList([listRow(4)], { createdAtMs: 1_001 + month }));
      expect(store.find(over.id)).toBeUndefined();
      expect(store.find(open.id)).toBeDefined();
    });
  });
}

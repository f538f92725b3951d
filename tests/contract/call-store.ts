import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallRecord, CallStore } from '../../src/call/call-record.ts';
import { createId } from '../../src/platform/id.ts';
import { callRecord } from '../support/call-record.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeCallStore(
  driver: string,
  open: () => Promise<{ store: CallStore; close(): Promise<void> }>,
): void {
  describe(`calls kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;

    it('are found again as they were saved', async () => {
      const store = await fresh();
      const call = callRecord({ purpose: 'confirmação de horário', appointments: ['a1'] });
      await store.save(call);
      expect(await store.find(call.id)).toEqual(call);
    });

    it('are not found under an id that nobody has', async () => {
      const store = await fresh();
      await store.save(callRecord());
      expect(await store.find(createId())).toBeUndefined();
      expect(await store.find('../../etc/passwd')).toBeUndefined();
      expect(await store.find('__proto__')).toBeUndefined();
    });

    it('are replaced as a whole by the next save', async () => {
      const store = await fresh();
      const live = callRecord({ state: 'live', purpose: 'retorno' });
      const { purpose, ...rest } = live;
      await store.save(live);
      await store.save({ ...rest, state: 'ended' });
      expect(await store.find(live.id)).toEqual({ ...rest, state: 'ended' });
      expect((await store.list({ limit: 10 })).calls).toHaveLength(1);
    });

    it('are as they were when saved, whatever becomes of the object afterwards', async () => {
      const store = await fresh();
      const call = callRecord();
      const saving = store.save(call);
      call.transcript.length = 0;
      await saving;
      const found = await store.find(call.id);
      expect(found?.transcript).toHaveLength(2);
      found?.transcript.pop();
      expect((await store.find(call.id))?.transcript).toHaveLength(2);
    });

    it('saved many times at once are kept as last saved', async () => {
      const store = await fresh();
      const call = callRecord({ state: 'live' });
      const saves = Array.from({ length: 30 }, (_, durationMs) =>
        store.save({ ...call, durationMs }),
      );
      saves.push(store.save({ ...call, durationMs: 99, state: 'ended' }));
      await Promise.all(saves);
      expect(await store.find(call.id)).toMatchObject({ durationMs: 99, state: 'ended' });
      expect(await store.unfinished()).toEqual([]);
      expect((await store.list({ limit: 10 })).calls).toHaveLength(1);
    });

    it('of one number in one second are two calls', async () => {
      const store = await fresh();
      const [one, two] = [callRecord({ callSid: 'CA1' }), callRecord({ callSid: 'CA1' })];
      await Promise.all([store.save(one), store.save(two)]);
      expect(await store.find(one.id)).toEqual(one);
      expect(await store.find(two.id)).toEqual(two);
    });

    it('that never ended are told apart', async () => {
      const store = await fresh();
      const live = callRecord({ state: 'live' });
      for (const call of [callRecord(), live, callRecord({ state: 'interrupted' })]) {
        await store.save(call);
      }
      expect(await store.unfinished()).toEqual([live]);
    });

    it('are listed newest first, page by page, each once, even when calls begin together', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          async (seconds, limit) => {
            const store = await fresh();
            for (const second of seconds) {
              await store.save(callRecord({ startedAt: `2026-11-21T10:15:0${second}.000Z` }));
            }
            const pages: CallRecord[][] = [];
            let before: string | undefined;
            do {
              const page = await store.list({ limit, ...(before ? { before } : {}) });
              pages.push(page.calls);
              before = page.nextBefore;
            } while (before !== undefined && pages.length <= seconds.length);
            const calls = pages.flat();
            expect(calls.map(({ startedAt }) => Number(startedAt[18]))).toEqual(
              seconds.toSorted((a, b) => b - a),
            );
            expect(new Set(calls.map(({ id }) => id)).size).toBe(seconds.length);
            expect(pages).toHaveLength(Math.max(1, Math.ceil(seconds.length / limit)));
          },
        ),
        { numRuns: 15 },
      );
    });

    it('that begin while someone pages through the list do not shift it', async () => {
      const store = await fresh();
      const starts = ['01', '02', '03'].map((second) => `2026-11-21T10:15:${second}.000Z`);
      for (const startedAt of starts) await store.save(callRecord({ startedAt }));
      const first = await store.list({ limit: 2 });
      await store.save(callRecord({ startedAt: '2026-11-21T10:15:09.000Z' }));
      const second = await store.list({ limit: 2, before: first.nextBefore ?? '' });
      expect(second.calls.map(({ startedAt }) => startedAt)).toEqual([starts[0]]);
      expect(second.nextBefore).toBeUndefined();
    });
  });
}

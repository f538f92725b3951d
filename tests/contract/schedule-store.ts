import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import {
  before,
  book,
  claim,
  clashesIn,
  monday,
  reserveRequest,
  seen,
} from '../support/schedule-fixtures.ts';

const resources = ['practitioner:ana', 'practitioner:bia', 'room:1'];

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeScheduleStore(
  driver: string,
  open: () => Promise<{ store: ScheduleStore; close(): Promise<void> }>,
): void {
  describe(`a schedule kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;
    const busyAt = (store: ScheduleStore, nowMs: number, ignoring?: string) =>
      store.busy({
        resources,
        startMs: monday - 86_400_000,
        endMs: monday + 86_400_000,
        nowMs,
        ...(ignoring === undefined ? {} : { ignoring }),
      });

    it('holds a place, books it, gives it up, counting versions', async () => {
      const store = await fresh();
      const held = await store.reserve(reserveRequest());
      expect(held).toMatchObject({
        outcome: 'done',
        reservation: { status: 'pending', version: 1 },
      });
      if (held.outcome !== 'done') return;
      const booked = await store.confirm(seen(held.reservation, 'confirm'));
      expect(booked).toMatchObject({
        outcome: 'done',
        reservation: { status: 'booked', version: 2 },
      });
      expect(await store.find(held.reservation.id)).toMatchObject({ status: 'booked' });
      expect(await busyAt(store, monday)).toEqual([claim()]);
      const gone = await store.release(seen({ id: held.reservation.id, version: 2 }, 'release'));
      expect(gone).toMatchObject({
        reservation: { status: 'cancelled', endedBecause: 'released' },
      });
      expect(await busyAt(store, before)).toEqual([]);
      expect((await store.reserve(reserveRequest())).outcome).toBe('done');
    });

    it('tells whose the taken places are: booked and held, not what lapsed or was given up', async () => {
      const store = await fresh();
      const within = (nowMs: number, ignoring?: string) =>
        store.within({
          resources,
          startMs: monday - 86_400_000,
          endMs: monday + 86_400_000,
          nowMs,
          ...(ignoring === undefined ? {} : { ignoring }),
        });
      const { id } = await book(store, { claims: [claim(), claim(0, 30, { resource: 'room:1' })] });
      const held = await store.reserve(reserveRequest({ claims: [claim(40, 70)] }));
      if (held.outcome !== 'done') throw new Error('not held');
      const both = await within(before);
      expect(both.map((one) => [one.id, one.status])).toEqual([
        [id, 'booked'],
        [held.reservation.id, 'pending'],
      ]);
      expect(await within(before, id)).toHaveLength(1);
      expect((await within(held.reservation.holdExpiresAtMs)).map((one) => one.id)).toEqual([id]);
      const { version } = both[0] as Reservation;
      await store.release(seen({ id, version }, 'release'));
      expect((await within(before)).map((one) => one.id)).toEqual([held.reservation.id]);
    });

    it('gives a place to one, touching ones to others, and a part of it to nobody', async () => {
      const store = await fresh();
      await book(store);
      for (const [from, until, outcome] of [
        [0, 30, 'taken'],
        [10, 20, 'taken'],
        [-10, 1, 'taken'],
        [29, 90, 'taken'],
        [30, 60, 'done'],
        [-30, 0, 'done'],
      ] as const) {
        const answer = await store.reserve(reserveRequest({ claims: [claim(from, until)] }));
        expect(answer.outcome, `${from}–${until}`).toBe(outcome);
      }
    });

    it('takes all resources of a visit or none', async () => {
      const store = await fresh();
      await book(store, { claims: [claim(0, 30, { resource: 'room:1' })] });
      const both = [claim(), claim(0, 30, { resource: 'room:1' })];
      expect(await store.reserve(reserveRequest({ claims: both }))).toEqual({
        outcome: 'taken',
        claim: claim(0, 30, { resource: 'room:1' }),
      });
      expect(await busyAt(store, before)).toHaveLength(1);
      const twice = [claim(40, 70), claim(60, 90)];
      expect((await store.reserve(reserveRequest({ claims: twice }))).outcome).toBe('taken');
    });

    it('lets as many share a place as it takes, and nobody with who wants it alone', async () => {
      const store = await fresh();
      const shared = [claim(0, 30, { capacity: 3 })];
      for (let i = 0; i < 3; i += 1) await book(store, { claims: shared });
      expect((await store.reserve(reserveRequest({ claims: shared }))).outcome).toBe('taken');
      const alone = [claim(30, 60)];
      await book(store, { claims: alone });
      const over = reserveRequest({ claims: [claim(30, 60, { capacity: 9 })] });
      expect((await store.reserve(over)).outcome).toBe('taken');
    });

    it('of fifty who want one place at once gives it to one', async () => {
      const store = await fresh();
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => store.reserve(reserveRequest())),
      );
      expect(answers.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      expect(answers.filter(({ outcome }) => outcome === 'taken')).toHaveLength(49);
    });

    it('keeps a hold to its last millisecond and not one longer', async () => {
      const store = await fresh();
      for (const [lateMs, outcome] of [
        [-5, 'done'],
        [-1, 'done'],
        [0, 'hold-expired'],
        [5, 'hold-expired'],
      ] as const) {
        const request = reserveRequest({ claims: [claim(lateMs * 60, lateMs * 60 + 30)] });
        await store.reserve(request);
        const nowMs = request.holdExpiresAtMs + lateMs;
        const confirm = { ...seen({ id: request.id, version: 1 }, 'confirm'), nowMs };
        expect((await store.confirm(confirm)).outcome, `${lateMs} ms`).toBe(outcome);
      }
    });

    it('gives the place of an expired hold away for good, even if the clock is set back after', async () => {
      const store = await fresh();
      const first = reserveRequest();
      await store.reserve(first);
      expect(
        (await store.reserve(reserveRequest({ nowMs: first.holdExpiresAtMs - 1 }))).outcome,
      ).toBe('taken');
      expect(await busyAt(store, first.holdExpiresAtMs)).toEqual([]);
      const nowMs = first.holdExpiresAtMs;
      const second = await store.reserve(reserveRequest({ nowMs, holdExpiresAtMs: nowMs + 1_000 }));
      expect(second.outcome).toBe('done');
      const late = { ...seen({ id: first.id, version: 1 }, 'confirm'), nowMs: before };
      expect(await store.confirm(late)).toEqual({ outcome: 'hold-expired' });
      expect(await store.find(first.id)).toMatchObject({ endedBecause: 'lapsed' });
    });

    it('answers the same request under the same key the same, and changes nothing', async () => {
      const store = await fresh();
      const request = reserveRequest();
      const first = await store.reserve(request);
      const again = { ...request, id: createId(), nowMs: before + 9, holdExpiresAtMs: before + 99 };
      expect(await store.reserve(again)).toEqual(first);
      const confirm = seen({ id: request.id, version: 1 }, 'confirm');
      const booked = await store.confirm(confirm);
      expect(await store.confirm({ ...confirm, nowMs: monday })).toEqual(booked);
      expect(await store.reserve(request)).toEqual(first);
      expect(await store.recall(request.key)).toEqual(
        first.outcome === 'done' && first.reservation,
      );
      expect(await store.find(again.id)).toBeUndefined();
      expect((await store.find(request.id))?.version).toBe(2);
    });

    it('refuses a key that was used for something else', async () => {
      const store = await fresh();
      const request = reserveRequest();
      await store.reserve(request);
      const other = { ...request, id: createId(), holder: 'call-2' };
      expect(await store.reserve(other)).toEqual({ outcome: 'key-reused' });
      const confirm = { ...seen({ id: request.id, version: 1 }, 'confirm'), key: request.key };
      expect(await store.confirm(confirm)).toEqual({ outcome: 'key-reused' });
    });

    it('forgets what was refused: asked again under its key it may succeed', async () => {
      const store = await fresh();
      const first = await book(store);
      const request = reserveRequest();
      expect((await store.reserve(request)).outcome).toBe('taken');
      await store.release(seen(first, 'release'));
      expect((await store.reserve(request)).outcome).toBe('done');
    });

    it('changes nothing for who saw an older version, or what is not there', async () => {
      const store = await fresh();
      const booked = await book(store);
      const stale = { id: booked.id, version: 1 };
      expect(await store.release(seen(stale, 'release'))).toEqual({ outcome: 'changed' });
      expect(await store.confirm(seen(stale, 'again'))).toEqual({ outcome: 'changed' });
      expect((await store.find(booked.id))?.status).toBe('booked');
      const nobody = { id: createId(), version: 1 };
      for (const op of ['confirm', 'release', 'swap'] as const)
        expect(await store[op](seen(nobody, op))).toEqual({ outcome: 'not-found' });
      await store.release(seen(booked, 'release'));
      const twice = { ...seen({ id: booked.id, version: 3 }, 'release') };
      expect(await store.release(twice)).toEqual({ outcome: 'changed' });
    });

    it('moves a booking by half its length in one step: both places until then, one after', async () => {
      const store = await fresh();
      const old = await book(store);
      const hold = reserveRequest({
        claims: [claim(15, 45)],
        replaces: { id: old.id, version: 2 },
      });
      expect((await store.reserve(hold)).outcome).toBe('done');
      expect((await store.reserve(reserveRequest({ claims: [claim(40, 50)] }))).outcome).toBe(
        'taken',
      );
      expect(await busyAt(store, before, old.id)).toEqual([claim(15, 45)]);
      // Without the swap both would stand.
      expect(await store.confirm(seen({ id: hold.id, version: 1 }, 'confirm'))).toEqual({
        outcome: 'changed',
      });
      const moved = await store.swap(seen({ id: hold.id, version: 1 }, 'swap'));
      expect(moved).toMatchObject({
        outcome: 'done',
        reservation: { id: hold.id, status: 'booked' },
      });
      expect(await store.find(old.id)).toMatchObject({
        status: 'cancelled',
        endedBecause: 'replaced',
      });
      expect(await busyAt(store, before)).toEqual([claim(15, 45)]);
    });

    it('does not move what somebody else cancelled or moved meanwhile', async () => {
      const store = await fresh();
      const old = await book(store);
      const replaces = { id: old.id, version: 2 };
      const [a, b] = [
        reserveRequest({ claims: [claim(60, 90)], replaces }),
        reserveRequest({ claims: [claim(90, 120)], replaces }),
      ];
      await store.reserve(a);
      await store.reserve(b);
      const answers = await Promise.all(
        [a, b].map(({ id }) => store.swap(seen({ id, version: 1 }, 'swap'))),
      );
      expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['changed', 'done']);
      const third = reserveRequest({ claims: [claim(200, 210)], replaces });
      expect((await store.reserve(third)).outcome).toBe('changed');
    });

    it('refuses whole what is no reservation, and cannot be changed from outside', async () => {
      const store = await fresh();
      for (const claims of [[], [claim(30, 0)], [claim(0, 30, { capacity: 0 })], [claim(0, 1_500)]])
        await expect(store.reserve(reserveRequest({ claims }))).rejects.toMatchObject({
          code: 'STORE_WRITE_FAILED',
        });
      const request = reserveRequest();
      const asked = store.reserve(request);
      const [handedIn] = request.claims;
      if (handedIn) handedIn.endMs += 60_000;
      await asked;
      expect(await busyAt(store, before)).toEqual([claim()]);
      const [handedOut] = await busyAt(store, before);
      if (handedOut) handedOut.endMs = 0;
      const found = await store.find(request.id);
      if (found?.claims[0]) found.claims[0].resource = 'room:9';
      expect(await busyAt(store, before)).toEqual([claim()]);
    });

    it('never has two in one place, whatever is asked at once and in whatever order', {
      timeout: 60_000,
    }, async () => {
      const minute = fc.integer({ min: 0, max: 6 }).map((n) => n * 10);
      const wanted = fc.record({
        resource: fc.constantFrom(...resources),
        from: minute,
        length: fc.constantFrom(10, 20, 30),
        capacity: fc.constantFrom(1, 1, 2),
        lateMs: fc.constantFrom(0, 0, 1_000, 200_000),
        next: fc.constantFrom('confirm', 'release', 'move', 'leave'),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(wanted, { minLength: 1, maxLength: 8 }), {
            minLength: 1,
            maxLength: 6,
          }),
          fc.scheduler(),
          async (rounds, s) => {
            const store = await fresh();
            const ids: string[] = [];
            const acknowledged = new Map<string, Reservation>();
            const note = (answer: { outcome: string; reservation?: Reservation }) => {
              if (answer.outcome === 'done' && answer.reservation)
                acknowledged.set(answer.reservation.id, answer.reservation);
            };
            let nowMs = before;
            for (const round of rounds) {
              const jobs = round.map(async (one) => {
                const own = claim(one.from, one.from + one.length, {
                  resource: one.resource,
                  capacity: one.capacity,
                });
                const request = reserveRequest({
                  claims: [own],
                  nowMs,
                  holdExpiresAtMs: nowMs + 100_000,
                });
                ids.push(request.id);
                await s.schedule(Promise.resolve());
                const held = await store.reserve(request);
                if (held.outcome !== 'done') return;
                const at = nowMs + one.lateMs;
                await s.schedule(Promise.resolve());
                if (one.next === 'leave') return;
                const change = { ...seen(held.reservation, one.next), nowMs: at };
                if (one.next === 'release') return note(await store.release(change));
                const booked = await store.confirm(change);
                note(booked);
                if (booked.outcome !== 'done' || one.next === 'confirm') return;
                const { id, version } = booked.reservation;
                const later = claim(one.from + 10, one.from + 10 + one.length, {
                  resource: one.resource,
                });
                const move = reserveRequest({
                  claims: [later],
                  nowMs: at,
                  holdExpiresAtMs: at + 100_000,
                  replaces: { id, version },
                });
                ids.push(move.id);
                await s.schedule(Promise.resolve());
                const moving = await store.reserve(move);
                if (moving.outcome !== 'done') return;
                const swapped = await store.swap({
                  ...seen(moving.reservation, 'swap'),
                  nowMs: at,
                });
                note(swapped);
                if (swapped.outcome === 'done') acknowledged.delete(id);
              });
              await s.waitFor(Promise.all(jobs));
              nowMs += 50_000;
            }
            const all = await Promise.all(ids.map((id) => store.find(id)));
            const kept = all.filter((one) => one !== undefined);
            expect(clashesIn(kept)).toEqual([]);
            for (const [id, { status, version }] of acknowledged)
              expect(await store.find(id)).toMatchObject({ status, version });
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

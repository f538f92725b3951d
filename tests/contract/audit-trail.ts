import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeRow, firstHash, type NewAuditRow } from '../../src/console/audit-record.ts';
import type { AuditFilter, AuditTrail } from '../../src/console/audit-store.ts';

export function someRow(more: Partial<NewAuditRow> = {}): NewAuditRow {
  return {
    at: '2026-11-21T12:00:00.000Z',
    user: 'u1',
    login: 'ana',
    role: 'staff',
    ip: '203.0.113.7',
    action: 'recording.play',
    ...more,
  };
}

/** What every driver of the trail does. */
export function describeAuditTrail(
  name: string,
  open: () => Promise<{ trail: AuditTrail; close(): Promise<void> }>,
): void {
  describe(`the audit trail in ${name}`, () => {
    let trail: AuditTrail;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ trail, close } = await open());
    });
    afterEach(async () => {
      await trail.close();
      await close();
    });
    const seqs = async (filter: AuditFilter, limit = 50) =>
      (await trail.page(filter, { limit })).rows.map(({ seq }) => seq);

    it('begins empty', async () => {
      expect(trail.head()).toEqual({ seq: 0, hash: firstHash });
      expect(await trail.page({}, { limit: 10 })).toEqual({ rows: [] });
    });

    it('numbers rows and chains each to the one before it', async () => {
      const first = await trail.append(someRow());
      const second = await trail.append(
        someRow({ detail: { reason: 'pedido', isLate: true, count: 2 } }),
      );
      expect(first).toMatchObject({ seq: 1, prev: firstHash });
      expect(second).toMatchObject({ seq: 2, prev: encodeRow(first).hash });
      expect(trail.head()).toEqual({ seq: 2, hash: encodeRow(second).hash });
      expect((await trail.page({}, { limit: 10 })).rows).toEqual([second, first]);
    });

    it('keeps many that come at once, each once and in an unbroken chain', async () => {
      const rows = await Promise.all(
        Array.from({ length: 60 }, (_, n) => trail.append(someRow({ object: `call-${n}` }))),
      );
      const inOrder = rows.toSorted((a, b) => a.seq - b.seq);
      expect(inOrder.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
      for (const [at, row] of inOrder.entries()) {
        const before = inOrder[at - 1];
        expect(row.prev).toBe(before ? encodeRow(before).hash : firstHash);
      }
    });

    it('is read by day, user, object, patient, action and clinic', async () => {
      const days = ['21T23:59:59.999Z', '22T00:00:00.000Z', '22T23:59:59.999Z', '23T00:00:00.000Z'];
      for (const day of days) await trail.append(someRow({ at: `2026-11-${day}` }));
      await trail.append(
        someRow({
          at: '2026-11-24T00:00:00.000Z',
          user: 'u2',
          object: 'c1',
          patient: 'p1',
          action: 'x',
          clinicId: 'bela',
        }),
      );
      const day = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' };
      expect(await seqs(day)).toEqual([3, 2]);
      expect(await seqs({ from: '2026-11-23T00:00:00.000Z' })).toEqual([5, 4]);
      for (const filter of [
        { user: 'u2' },
        { object: 'c1' },
        { patient: 'p1' },
        { action: 'x' },
        { clinics: ['aurora', 'bela'] },
      ])
        expect(await seqs(filter)).toEqual([5]);
      expect(await seqs({ user: 'u2', object: 'c2' })).toEqual([]);
      expect(await seqs({ clinics: [] })).toEqual([]);
    });

    it('takes what people write for text, whatever it looks like', async () => {
      const odd = '","hash":"x"}\n{"seq":99} \u2028 \ud83d ção';
      await trail.append(someRow({ detail: { reason: odd } }));
      await trail.append(someRow({ object: odd.replace('\ud83d', '') }));
      expect(await seqs({ object: odd.replace('\ud83d', '') })).toEqual([2]);
      expect(await seqs({})).toEqual([2, 1]);
    });

    it('is read in pages, newest first, and as a whole, oldest first', async () => {
      for (let n = 0; n < 25; n += 1)
        await trail.append(
          someRow({
            at: `2026-11-${21 + (n % 3 === 2 ? 1 : 0)}T12:00:00.000Z`,
            object: `o${n % 2}`,
          }),
        );
      const seen: number[] = [];
      let before: number | undefined;
      do {
        const page = await trail.page(
          { object: 'o0' },
          { limit: 4, ...(before === undefined ? {} : { before }) },
        );
        seen.push(...page.rows.map(({ seq }) => seq));
        before = page.nextBefore;
      } while (before !== undefined);
      const odd = Array.from({ length: 13 }, (_, n) => 2 * n + 1);
      expect(seen).toEqual(odd.toReversed());
      const all: number[] = [];
      for await (const { seq } of trail.rows({ object: 'o0' })) all.push(seq);
      expect(all).toEqual(odd);
    });
  });
}

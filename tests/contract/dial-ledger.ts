import { describe, expect, it } from 'vitest';
import type { DialLedger } from '../../src/call/dial-ledger.ts';
import { createId } from '../../src/platform/id.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { dial } from '../support/dial-fixtures.ts';

/** What every driver must do. `open` gives an empty ledger; `close` removes what it left. */
export function describeDialLedger(
  driver: string,
  open: () => Promise<{ ledger: DialLedger; close(): Promise<void> }>,
): void {
  describe(`dials kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).ledger;
    const keyed = (key: string, keyId = 'main') =>
      dial({ id: createId(), keyId, idempotency: { key, fingerprint: 'f' } });

    it('are found by id, by key and by call, as they were begun and changed', async () => {
      const ledger = await fresh();
      const one = keyed('a');
      expect(await ledger.begin(one)).toEqual({ outcome: 'begun' });
      expect(ledger.find(one.id)).toEqual(one);
      expect(ledger.findByKey('main', 'a')).toEqual(one);
      const known = { ...one, state: 'known' as const, sentAtMs: 5, callSid: 'CA1' };
      expect(await ledger.change(one.id, () => known)).toEqual(known);
      expect(ledger.findByCall('CA1')).toEqual(known);
      expect([...ledger.all()]).toEqual([known]);
    });

    it('of one key are one, however often and at once it is asked', async () => {
      const ledger = await fresh();
      const wishes = Array.from({ length: 50 }, () => keyed('same'));
      const answers = await Promise.all(wishes.map((one) => ledger.begin(one)));
      expect(answers.filter(({ outcome }) => outcome === 'begun')).toHaveLength(1);
      expect([...ledger.all()]).toHaveLength(1);
      const standing = ledger.findByKey('main', 'same');
      for (const answer of answers)
        if (answer.outcome === 'exists') expect(answer.dial).toEqual(standing);
    });

    it('of the same key of another API key are others; so are those without one', async () => {
      const ledger = await fresh();
      for (const one of [
        keyed('a'),
        keyed('a', 'other'),
        dial({ id: createId() }),
        dial({ id: createId() }),
      ])
        expect(await ledger.begin(one)).toEqual({ outcome: 'begun' });
      expect(ledger.findByKey('main', 'b')).toBeUndefined();
    });

    it('are changed one after another: nothing is lost between two that come together', async () => {
      const ledger = await fresh();
      const one = dial({ id: createId() });
      await ledger.begin(one);
      await Promise.all(
        Array.from({ length: 30 }, () =>
          ledger.change(one.id, (now) => ({ ...now, lookups: now.lookups + 1 })),
        ),
      );
      expect(ledger.find(one.id)?.lookups).toBe(30);
    });

    it('that nobody has are not changed', async () => {
      const ledger = await fresh();
      expect(await ledger.change(createId(), (now) => now)).toBeUndefined();
    });

    it('stand as before when a change is no dial, or throws', async () => {
      const ledger = await fresh();
      const one = dial({ id: createId() });
      await ledger.begin(one);
      await expect(ledger.change(one.id, (now) => ({ ...now, to: 'x' }))).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
      });
      await expect(
        ledger.change(one.id, () => {
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      expect(ledger.find(one.id)).toEqual(one);
    });

    it('are forgotten a week after they were settled; those that wait are not', async () => {
      const ledger = await fresh();
      const week = 7 * 86_400_000;
      const settled = { ...keyed('old'), state: 'known' as const, sentAtMs: 2_000, callSid: 'CA9' };
      const waiting = dial({ id: createId(), attempt: 2 });
      await ledger.begin(settled);
      await ledger.begin(waiting);
      await ledger.begin(
        dial({ id: createId(), createdAtMs: 2_000 + week, dueAtMs: 2_000 + week }),
      );
      expect(ledger.find(settled.id)).toBeDefined();
      await ledger.begin(
        dial({ id: createId(), createdAtMs: 2_001 + week, dueAtMs: 2_001 + week }),
      );
      expect(ledger.find(settled.id)).toBeUndefined();
      expect(ledger.findByKey('main', 'old')).toBeUndefined();
      expect(ledger.findByCall('CA9')).toBeUndefined();
      expect(ledger.find(waiting.id)).toEqual(waiting);
    });
  });
}

import { describe, expect, it } from 'vitest';
import type { TurnLeases } from '../../src/messaging/turn-leases.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do, in one process. */
export function describeTurnLeases(
  driver: string,
  open: () => Promise<{ leases: TurnLeases; close(): Promise<void> }>,
): void {
  describe(`leases kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).leases;

    it('of one key are held one after another, in the order they were asked for', async () => {
      const leases = await fresh();
      const told: string[] = [];
      await Promise.all(
        ['a', 'b', 'c'].map((name) =>
          leases.hold('turn-1', async () => {
            told.push(`${name} begins`);
            await new Promise((resolve) => setImmediate(resolve));
            told.push(`${name} ends`);
          }),
        ),
      );
      expect(told).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    });

    it('of different keys do not wait for each other', async () => {
      const leases = await fresh();
      const held = await leases.hold('turn-1', () => leases.hold('send-1', async () => 'both'));
      expect(held).toEqual({ outcome: 'done', result: { outcome: 'done', result: 'both' } });
    });

    it('are free again after work that failed, and its failure is handed on', async () => {
      const leases = await fresh();
      const failing = leases.hold('turn-1', async () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await leases.hold('turn-1', async () => 7)).toEqual({ outcome: 'done', result: 7 });
    });

    it('have fences that grow, or none', async () => {
      const leases = await fresh();
      const fences: (number | null)[] = [];
      for (const key of ['turn-1', 'turn-2', 'turn-1'])
        await leases.hold(key, async ({ fence }) => void fences.push(fence));
      if (fences[0] === null) expect(fences).toEqual([null, null, null]);
      else expect(fences.map(Number)).toEqual([...fences.map(Number)].sort((a, b) => a - b));
      expect(new Set(fences).size).toBe(fences[0] === null ? 1 : 3);
    });
  });
}

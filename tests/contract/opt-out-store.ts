import { describe, expect, it } from 'vitest';
import type { OptOutStore } from '../../src/agent/opt-out-store.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';

/** What every driver must do. `open` gives an empty list; `close` removes what it left. */
export function describeOptOutStore(
  driver: string,
  open: () => Promise<{ store: OptOutStore; close(): Promise<void> }>,
): void {
  describe(`people who are not to be contacted, kept in ${driver}`, () => {
    const opened = closedAfterEach(open);
    const fresh = async () => (await opened()).store;
    const entry = (e164: string, atMs = 1) => ({ e164, atMs, channel: 'voice' as const });

    it('are on the list from the moment they asked, and nobody else is', async () => {
      const store = await fresh();
      expect(store.has('+5588999990002')).toBe(false);
      expect(await store.add(entry('+5588999990002'))).toBe('changed');
      expect(store.has('+5588999990002')).toBe(true);
      expect(store.has('+5588999990003')).toBe(false);
      expect(store.has('+558899999000')).toBe(false);
      expect(store.has('')).toBe(false);
    });

    it('are found with and without the ninth digit', async () => {
      const store = await fresh();
      await store.add({ ...entry('+558899990002'), channel: 'whatsapp' });
      expect(store.has('+5588999990002')).toBe(true);
      expect(store.has('+558899990002')).toBe(true);
      expect(store.list()).toEqual([{ e164: '+5588999990002', atMs: 1, channel: 'whatsapp' }]);
    });

    it('asking twice are there since the first time', async () => {
      const store = await fresh();
      await store.add(entry('+5588999990002', 1));
      expect(await store.add(entry('+5588999990002', 2))).toBe('unchanged');
      expect(store.list()).toEqual([entry('+5588999990002', 1)]);
    });

    it('leave it when they ask to be contacted again, and may come back', async () => {
      const store = await fresh();
      expect(await store.remove(entry('+5588999990002'))).toBe('unchanged');
      await store.add(entry('+5588999990002', 1));
      expect(await store.remove({ ...entry('+5588999990002', 2), channel: 'staff' })).toBe(
        'changed',
      );
      expect(store.has('+5588999990002')).toBe(false);
      await store.add(entry('+5588999990002', 3));
      expect(store.list()).toEqual([entry('+5588999990002', 3)]);
    });

    it('asking fifty times at once are there once', async () => {
      const store = await fresh();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => store.add(entry('+5588999990002', i))),
      );
      expect(answers.filter((answer) => answer === 'changed')).toHaveLength(1);
      expect(store.list()).toHaveLength(1);
    });

    it('are numbers: anything else is refused', async () => {
      const store = await fresh();
      for (const e164 of ['', '88999990002', '+55 88 99999-0002', '../x'])
        await expect(store.add(entry(e164))).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(store.list()).toEqual([]);
    });
  });
}

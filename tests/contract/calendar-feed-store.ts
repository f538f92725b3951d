import { describe, expect, it } from 'vitest';
import type { CalendarFeed } from '../../src/console/calendar-feed-record.ts';
import type { CalendarFeedStore } from '../../src/console/calendar-feed-store.ts';
import { createId } from '../../src/platform/id.ts';

export const feed = (rest: Partial<CalendarFeed> = {}): CalendarFeed => ({
  id: createId(),
  sha256: 'a'.repeat(64),
  clinicId: 'aurora',
  practitionerId: null,
  details: 'initials',
  label: 'Recepção',
  by: 'u1',
  createdAtMs: 1,
  ...rest,
});

/** What every driver must do. `open` gives an empty store. */
export function describeCalendarFeedStore(
  driver: string,
  open: () => Promise<CalendarFeedStore>,
): void {
  describe(`calendar addresses kept in ${driver}`, () => {
    it('are found by their hash until they are closed', async () => {
      const store = await open();
      const [one, two] = [feed(), feed({ sha256: 'b'.repeat(64), practitionerId: 'ana' })];
      await store.add(one);
      await store.add(two);
      expect(store.all()).toEqual([one, two]);
      expect(store.findByHash(two.sha256)).toEqual(two);
      expect(await store.remove(one.id)).toBe(true);
      expect(await store.remove(one.id)).toBe(false);
      expect(store.findByHash(one.sha256)).toBeUndefined();
      await store.close();
    });

    it('are refused when they are none', async () => {
      const store = await open();
      await expect(store.add(feed({ sha256: 'x' }))).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
      });
      expect(store.all()).toEqual([]);
      await store.close();
    });
  });
}

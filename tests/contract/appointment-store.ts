import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import type { AppointmentStore } from '../../src/scheduling/appointment-store.ts';
import { appointment } from '../support/agent-fixtures.ts';

/** What every driver must do. `open` gives an empty store; `close` removes what it left. */
export function describeAppointmentStore(
  driver: string,
  open: () => Promise<{ store: AppointmentStore; close(): Promise<void> }>,
): void {
  describe(`appointments kept in ${driver}`, () => {
    const opened: { close(): Promise<void> }[] = [];
    const fresh = async () => {
      const one = await open();
      opened.push(one);
      return one.store;
    };
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    it('are found again as they were saved', async () => {
      const store = await fresh();
      const saved = appointment({
        id: createId(),
        notes: 'alergia a látex “grave”',
        email: 'a@b.co',
      });
      expect((await store.save(saved)).outcome).toBe('saved');
      expect(await store.find(saved.id)).toEqual(saved);
    });

    it('are not found under an id that nobody has', async () => {
      const store = await fresh();
      await store.save(appointment({ id: createId() }));
      expect(await store.find(createId())).toBeUndefined();
      expect(await store.find('../../etc/passwd')).toBeUndefined();
    });

    it('are created once: a second save of the id changes nothing', async () => {
      const store = await fresh();
      const first = appointment({ id: createId() });
      const { file } = await store.save(first);
      const moved = { ...first, day: '2027-01-05', clientName: 'Outra Pessoa' };
      expect(await store.save(moved)).toEqual({ outcome: 'exists', file });
      expect(await store.find(first.id)).toEqual(first);
      expect(await store.list({ from: '2027-01-01', to: '2027-01-31' })).toEqual([]);
    });

    it('saved ten times at once under one id are there once', async () => {
      const store = await fresh();
      const id = createId();
      const times = Array.from({ length: 10 }, (_, i) => `${10 + i}:00`);
      const answers = await Promise.all(times.map((time) => store.save(appointment({ id, time }))));
      expect(answers.filter(({ outcome }) => outcome === 'saved')).toHaveLength(1);
      expect(await store.list({ from: '2026-11-30', to: '2026-11-30' })).toHaveLength(1);
    });

    it('are listed by day, time and id, with the first and the last day included', async () => {
      const store = await fresh();
      const day = fc
        .integer({ min: 1, max: 28 })
        .map((n) => `2026-12-${String(n).padStart(2, '0')}`);
      const time = fc.integer({ min: 0, max: 23 }).map((n) => `${String(n).padStart(2, '0')}:30`);
      const moments = fc.sample(fc.record({ day, time }), 40);
      const all = moments.map((moment) => appointment({ ...moment, id: createId() }));
      for (const one of all) await store.save(one);
      const key = (one: { day: string; time: string; id: string }) =>
        `${one.day}${one.time}${one.id}`;
      const expected = all
        .filter((one) => one.day >= '2026-12-05' && one.day <= '2026-12-20')
        .map(key)
        .sort();
      const listed = await store.list({ from: '2026-12-05', to: '2026-12-20' });
      expect(listed.map(key)).toEqual(expected);
    });

    it('are refused whole when they are not appointments', async () => {
      const store = await fresh();
      const broken = appointment({ id: createId(), day: '2026-02-30' });
      await expect(store.save(broken)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await store.find(broken.id)).toBeUndefined();
      expect(await store.list({ from: '2026-01-01', to: '2026-12-31' })).toEqual([]);
    });

    it('cannot be changed from outside once they are handed over or handed out', async () => {
      const store = await fresh();
      const saved = appointment({ id: createId(), notes: 'original' });
      await store.save(saved);
      saved.notes = 'mudado';
      const read = await store.find(saved.id);
      if (read) read.notes = 'mudado também';
      expect((await store.find(saved.id))?.notes).toBe('original');
    });
  });
}

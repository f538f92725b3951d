import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mostSessions, type Session, type SessionStore } from '../../src/console/session-store.ts';

export function someSession(more: Partial<Session> = {}): Session {
  const key = createHash('sha256').update(randomBytes(32)).digest('hex');
  return { key, userId: 'ana', epoch: 0, startedAtMs: 1_000, usedAtMs: 1_000, ...more };
}

/** What every driver of the sessions does. */
export function describeSessionStore(
  name: string,
  open: () => Promise<{ store: SessionStore; close(): Promise<void> }>,
): void {
  describe(`sessions kept in ${name}`, () => {
    let store: SessionStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(async () => {
      await store.close();
      await close();
    });
    const areThere = async (...sessions: Session[]) =>
      Promise.all(sessions.map(async ({ key }) => (await store.find(key)) !== undefined));

    it('are found by their key, until they are removed', async () => {
      const one = someSession();
      expect(await store.find(one.key)).toBeUndefined();
      await store.add(one);
      expect(await store.find(one.key)).toEqual(one);
      await store.remove(one.key);
      await store.remove(one.key);
      expect(await store.find(one.key)).toBeUndefined();
    });

    it('know when they were last used', async () => {
      const one = someSession();
      await store.add(one);
      await store.touch(one.key, 5_000);
      expect(await store.find(one.key)).toEqual({ ...one, usedAtMs: 5_000 });
      await store.remove(one.key);
      await store.touch(one.key, 6_000);
      expect(await store.find(one.key)).toBeUndefined();
    });

    it('of one person end together, but for the one that is kept', async () => {
      const [here, there, other] = [someSession(), someSession(), someSession({ userId: 'bia' })];
      for (const one of [here, there, other]) await store.add(one);
      await store.removeOf('ana', here.key);
      expect(await areThere(here, there, other)).toEqual([true, false, true]);
      await store.removeOf('ana');
      expect(await areThere(here, other)).toEqual([false, true]);
    });

    it('are forgotten by age and by last use', async () => {
      const [old, idle, good] = [
        someSession({ startedAtMs: 10, usedAtMs: 900 }),
        someSession({ startedAtMs: 500, usedAtMs: 500 }),
        someSession({ startedAtMs: 500, usedAtMs: 900 }),
      ];
      for (const one of [old, idle, good]) await store.add(one);
      await store.forget({ startedAtMs: 100, usedAtMs: 600 });
      expect(await areThere(old, idle, good)).toEqual([false, false, true]);
    });
  });
}

/** For drivers that are quick enough for so many. */
export function describeManySessions(name: string, open: () => SessionStore): void {
  it(`of sessions in ${name} the one unused longest makes room`, async () => {
    const store = open();
    const unused = someSession({ usedAtMs: 1 });
    await store.add(unused);
    for (let n = 1; n <= mostSessions; n += 1) await store.add(someSession({ usedAtMs: 1 + n }));
    expect(await store.find(unused.key)).toBeUndefined();
  });
}

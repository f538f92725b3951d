import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../src/console/user-record.ts';
import type { UserNote, UserStore } from '../../src/console/user-store.ts';
import { createId } from '../../src/platform/id.ts';

const at = '2026-11-23T12:00:00.000Z';

export function someUser(more: Partial<User> = {}): User {
  const id = createId();
  return {
    id,
    login: `login-${id}`,
    name: 'Ana Souza',
    role: 'staff',
    clinics: ['aurora'],
    password: {
      hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
      origin: 'chosen',
      changedAt: at,
    },
    createdAt: at,
    epoch: 0,
    ...more,
  };
}

const note = (): UserNote => ({
  id: createId(),
  at,
  action: 'user.create',
  object: createId(),
  by: 'root',
});

/** What every driver of the users does. */
export function describeUserStore(
  name: string,
  open: () => Promise<{ store: UserStore; close(): Promise<void> }>,
): void {
  describe(`users kept in ${name}`, () => {
    let store: UserStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(async () => {
      await store.close();
      await close();
    });
    const put = (...users: User[]) => store.change(() => ({ put: users, answer: undefined }));

    it('are nobody at first', async () => {
      expect(await store.list()).toEqual([]);
      expect(await store.find(createId())).toBeUndefined();
      expect(await store.findByLogin('ana')).toBeUndefined();
    });

    it('are found by id and by login, and listed in the order they came', async () => {
      const [ana, bia] = [someUser({ login: 'ana' }), someUser({ login: 'bia', clinics: 'all' })];
      await put(ana);
      await put(bia);
      expect(await store.find(ana.id)).toEqual(ana);
      expect(await store.findByLogin('bia')).toEqual(bia);
      expect(await store.findByLogin('Bia')).toBeUndefined();
      expect(await store.list()).toEqual([ana, bia]);
    });

    it('are replaced by what has their id, in their place', async () => {
      const [ana, bia] = [someUser(), someUser()];
      await put(ana, bia);
      const after = { ...ana, name: 'Ana Lima', disabledAt: at, epoch: 1 };
      await put(after);
      expect(await store.list()).toEqual([after, bia]);
    });

    it('stay as they are when nothing is put, and when the decision fails', async () => {
      const ana = someUser();
      await put(ana);
      expect(await store.change((users) => ({ answer: users.length }))).toBe(1);
      const failing = store.change(() => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.list()).toEqual([ana]);
    });

    it('are decided on one after another, never two at once', async () => {
      const claim = (user: User) =>
        store.change((users) =>
          users.some(({ login }) => login === user.login)
            ? { answer: 'taken' }
            : { put: [user], answer: 'made' },
        );
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => claim(someUser({ login: 'ana' }))),
      );
      expect(answers.filter((one) => one === 'made')).toHaveLength(1);
      expect(await store.list()).toHaveLength(1);
    });

    it('remember what was done at a terminal until it is in the trail', async () => {
      const notes = [note(), note()];
      for (const one of notes)
        await store.change(() => ({ put: [someUser()], note: one, answer: undefined }));
      expect(await store.notes()).toEqual(notes);
      await store.forgetNotes([notes[0]?.id ?? '']);
      expect(await store.notes()).toEqual(notes.slice(1));
      expect(await store.list()).toHaveLength(2);
    });
  });
}

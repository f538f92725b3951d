import type { User } from '../console/user-record.ts';
import type { UserNote, UserStore } from '../console/user-store.ts';

/** Forgets everything at exit. */
export function createMemoryUserStore(): UserStore {
  let users: readonly User[] = [];
  let notes: readonly UserNote[] = [];
  return {
    find: async (id) => users.find((one) => one.id === id),
    findByLogin: async (login) => users.find((one) => one.login === login),
    list: async () => users,
    async change(decide) {
      const { put = [], note, answer } = decide(users);
      users = withUsers(users, put);
      if (note) notes = [...notes, note];
      return answer;
    },
    notes: async () => notes,
    async forgetNotes(ids) {
      notes = notes.filter(({ id }) => !ids.includes(id));
    },
    close: async () => undefined,
  };
}

export function withUsers(users: readonly User[], put: readonly User[]): User[] {
  const changed = new Map(put.map((user) => [user.id, user]));
  const kept = users.map((user) => changed.get(user.id) ?? user);
  const known = new Set(users.map(({ id }) => id));
  return [...kept, ...put.filter(({ id }) => !known.has(id))];
}

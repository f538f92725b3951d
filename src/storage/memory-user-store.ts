import type { User } from '../console/user-record.ts';
import type { UserStore } from '../console/user-store.ts';

/** Forgets everything at exit. */
export function createMemoryUserStore(): UserStore {
  let users: readonly User[] = [];
  return {
    find: async (id) => users.find((one) => one.id === id),
    findByLogin: async (login) => users.find((one) => one.login === login),
    list: async () => users,
    async change(decide) {
      const { put = [], answer } = decide(users);
      users = withUsers(users, put);
      return answer;
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

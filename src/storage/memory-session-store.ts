import { mostSessions, type Session, type SessionStore } from '../console/session-store.ts';

/** What drivers that keep more do with a change: `durable` ones are kept before they are told. */
export type KeepSessions = (sessions: readonly Session[], how: 'durable' | 'soon') => Promise<void>;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what they kept */
export function createMemorySessionStore(
  keep: KeepSessions = async () => undefined,
  kept: readonly Session[] = [],
): SessionStore {
  const sessions = new Map(kept.map((one) => [one.key, one]));

  /** What ended is over at once, also when it could not be written down. */
  const end = async (isOver: (session: Session) => boolean) => {
    const over = [...sessions.values()].filter(isOver);
    for (const { key } of over) sessions.delete(key);
    if (over.length > 0) await keep([...sessions.values()], 'durable');
  };
  const makeRoom = () => {
    while (sessions.size >= mostSessions) {
      const [oldest] = [...sessions.values()].sort((a, b) => a.usedAtMs - b.usedAtMs);
      if (oldest) sessions.delete(oldest.key);
    }
  };
  return {
    find: async (key) => sessions.get(key),
    async add(session) {
      makeRoom();
      sessions.set(session.key, session);
      try {
        await keep([...sessions.values()], 'durable');
      } catch (error) {
        sessions.delete(session.key);
        throw error;
      }
    },
    async touch(key, usedAtMs) {
      const session = sessions.get(key);
      if (!session) return;
      sessions.set(key, { ...session, usedAtMs });
      await keep([...sessions.values()], 'soon');
    },
    remove: (key) => end((one) => one.key === key),
    removeOf: (userId, keptKey) => end((one) => one.userId === userId && one.key !== keptKey),
    forget: ({ startedAtMs, usedAtMs }) =>
      end((one) => one.startedAtMs < startedAtMs || one.usedAtMs < usedAtMs),
    close: async () => undefined,
  };
}

import { mostSessions, type Session, type SessionStore } from '../console/session-store.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

/**
 * Asked anew at every request: whoever signs out at one server, or is signed out, is out on all of them. Does not close the
 * database.
 */
export function createPostgresSessionStore({ database }: { database: Database }): SessionStore {
  const change = async (sql: string, values: unknown[]) => {
    await write(database, (run) => run(sql, values), true);
  };
  return {
    async find(key) {
      const [found] = await read<Session>(
        database,
        `select key, user_id as "userId", epoch, started_at_ms as "startedAtMs",
           used_at_ms as "usedAtMs" from sessions where key = $1`,
        [key],
      );
      return found;
    },
    add: ({ key, userId, epoch, startedAtMs, usedAtMs }) =>
      write(
        database,
        async (run) => {
          await run(
            `insert into sessions (key, user_id, epoch, started_at_ms, used_at_ms)
             values ($1, $2, $3, $4, $5) on conflict (key) do nothing`,
            [key, userId, epoch, startedAtMs, usedAtMs],
          );
          await run(
            `delete from sessions where key in (select key from sessions where key <> $1
               order by used_at_ms desc offset ${mostSessions - 1})`,
            [key],
          );
        },
        true,
      ),
    // Of two servers the later use counts.
    touch: (key, usedAtMs) =>
      change('update sessions set used_at_ms = $2 where key = $1 and used_at_ms < $2', [
        key,
        usedAtMs,
      ]),
    remove: (key) => change('delete from sessions where key = $1', [key]),
    removeOf: (userId, keptKey) =>
      change('delete from sessions where user_id = $1 and key is distinct from $2', [
        userId,
        keptKey ?? null,
      ]),
    forget: ({ startedAtMs, usedAtMs }) =>
      change('delete from sessions where started_at_ms < $1 or used_at_ms < $2', [
        Math.floor(startedAtMs),
        Math.floor(usedAtMs),
      ]),
    close: async () => undefined,
  };
}

import { mostUsers, parseUser, type User } from '../console/user-record.ts';
import type { UserNote, UserStore } from '../console/user-store.ts';
import { CodedError } from '../platform/errors.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

/** Notes of a terminal that no server has read: more are not written by hand. The oldest are dropped. */
const mostNotes = 1_000;

type Row = { record: unknown };

/**
 * Asked anew at every request: what one server, or `npm run user`, changes counts at once on all of them. Rejects with
 * STORE_DAMAGED rather than take a row that cannot be understood for nobody. Does not close the database.
 */
export function createPostgresUserStore({ database }: { database: Database }): UserStore {
  const all = 'select record from users order by position';
  const find = async (sql: string, value: string) => {
    const rows = await read<Row>(database, sql, [value.replaceAll('\0', '')]);
    return rows.map(userIn)[0];
  };
  return {
    find: (id) => find('select record from users where id = $1', id),
    findByLogin: (login) => find('select record from users where login = $1', login),
    list: async () => (await read<Row>(database, all, [])).map(userIn),
    change: (decide) =>
      write(database, async (run) => {
        // Reading goes on meanwhile; changes follow each other.
        await run('lock table users in share row exclusive mode');
        const { put = [], note, answer } = decide((await run<Row>(all)).map(userIn));
        for (const user of put) await putUser(run, user);
        if (note) await keepNote(run, note);
        return answer;
      }),
    async notes() {
      const rows = await read<{ record: UserNote }>(
        database,
        'select record from user_notes order by position',
        [],
      );
      return rows.map(({ record }) => record);
    },
    async forgetNotes(ids) {
      await write(
        database,
        (run) => run('delete from user_notes where id = any($1)', [[...ids]]),
        true,
      );
    },
    close: async () => undefined,
  };
}

async function putUser(run: RunSql, user: User): Promise<void> {
  const [{ others = 0 } = {}] = await run<{ others: number }>(
    'select count(*) as others from users where id <> $1',
    [user.id],
  );
  if (!parseUser(user) || others >= mostUsers)
    throw new CodedError('STORE_WRITE_FAILED', 'what was to be written are not users');
  await run(
    `insert into users (id, login, record) values ($1, $2, $3)
     on conflict (id) do update set login = excluded.login, record = excluded.record`,
    [user.id, user.login, JSON.stringify(user)],
  );
}

async function keepNote(run: RunSql, note: UserNote): Promise<void> {
  await run('insert into user_notes (id, record) values ($1, $2)', [note.id, JSON.stringify(note)]);
  await run(
    `delete from user_notes where position <=
       (select position from user_notes order by position desc offset ${mostNotes} limit 1)`,
  );
}

function userIn({ record }: Row): User {
  const user = parseUser(record);
  if (user) return user;
  throw new CodedError('STORE_DAMAGED', 'the database holds something that is no user');
}

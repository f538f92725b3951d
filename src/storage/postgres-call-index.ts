import type { CallGist } from '../call/call-gist-record.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import { callCursor } from './call-page.ts';
import { andBehind, conditionOf, type SqlCondition } from './postgres-call-query.ts';
import { indexCall } from './postgres-call-rows.ts';
import type { Database } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

/** Gists read at once for sums, 1 KB each: a few milliseconds, then calls get their turn. */
const gistsAtOnce = 500;

type Row = { gist: CallGist };

/** May be shared by any number of servers; a search asks the database. Does not close it. */
export function createPostgresCallIndex({ database }: { database: Database }): CallIndex {
  const select = async ({ sql, values }: SqlCondition, order: 'asc' | 'desc', limit: number) =>
    (
      await read<Row>(
        database,
        `select gist from call_index where ${sql}
         order by started_at ${order}, id ${order} limit ${limit}`,
        values,
      )
    ).map(({ gist }) => gist);

  return {
    put: (record) => {
      const copy = structuredClone(record);
      return write(database, (run) => indexCall(run, copy), true);
    },
    async remove(id) {
      await write(database, (run) => run('delete from call_index where id = $1', [id]), true);
    },
    async search(query, { limit, before }) {
      const wanted = conditionOf(query);
      if (!wanted) return { calls: [], total: 0, unread: 0 };
      const [found, counted] = await Promise.all([
        select(andBehind(wanted, before, '<'), 'desc', limit + 1),
        read<{ total: number }>(
          database,
          `select count(*) as total from call_index where ${wanted.sql}`,
          wanted.values,
        ),
      ]);
      const calls = found.slice(0, limit);
      const last = calls.at(-1);
      return {
        calls,
        total: counted[0]?.total ?? 0,
        unread: 0,
        ...(last && found.length > limit ? { nextBefore: callCursor(last) } : {}),
      };
    },
    async all(query) {
      const wanted = conditionOf(query);
      const all: CallGist[] = [];
      if (!wanted) return all;
      for (;;) {
        const last = all.at(-1);
        const behind = andBehind(wanted, last && callCursor(last), '>');
        const found = await select(behind, 'asc', gistsAtOnce);
        all.push(...found);
        if (found.length < gistsAtOnce) return all;
      }
    },
  };
}

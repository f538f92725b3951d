import type { CallGist } from '../call/call-gist-record.ts';
import type { CallGistPage, CallIndex } from '../call/call-index-store.ts';
import { callCursor } from './call-page.ts';
import { andBehind, conditionOf, type SqlCondition } from './postgres-call-query.ts';
import { indexCall } from './postgres-call-rows.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { read, readTogether, write } from './postgres-work.ts';

/** Gists read at once for sums, 1 KB each: a few milliseconds, then calls get their turn. */
const gistsAtOnce = 500;

type Row = { gist: CallGist };

/**
 * Up to so many calls that were found are all looked at and sorted. More are met soon enough on the way from the newest call
 * back.
 */
const fewFound = 5_000;

/** May be shared by any number of servers; a search asks the database. Does not close it. */
export function createPostgresCallIndex({ database }: { database: Database }): CallIndex {
  return {
    put: (record) => {
      const copy = structuredClone(record);
      return write(database, (run) => indexCall(run, copy), true);
    },
    async remove(id) {
      await write(database, (run) => run('delete from call_index where id = $1', [id]), true);
    },
    search: async (query, page) => {
      const wanted = conditionOf(query);
      if (!wanted) return { calls: [], total: 0, unread: 0 };
      return readTogether(database, (run) => searchPage(run, wanted, page));
    },
    async all(query) {
      const wanted = conditionOf(query);
      const all: CallGist[] = [];
      if (!wanted) return all;
      for (;;) {
        const last = all.at(-1);
        const { sql, values } = andBehind(wanted, last && callCursor(last), '>');
        const found = await read<Row>(
          database,
          `select gist from call_index where ${sql}
           order by started_at, id limit ${gistsAtOnce}`,
          values,
        );
        all.push(...found.map(({ gist }) => gist));
        if (found.length < gistsAtOnce) return all;
      }
    },
  };
}

async function searchPage(
  run: RunSql,
  wanted: SqlCondition,
  { limit, before }: { limit: number; before?: string },
): Promise<CallGistPage> {
  // Whoever plans this takes reading every call's words for cheap; it is not, they lie outside of the rows.
  if (wanted.hasWords) await run('set local enable_seqscan = off');
  const [{ total = 0 } = {}] = await run<{ total: number }>(
    `select count(*) as total from call_index where ${wanted.sql}`,
    wanted.values,
  );
  const isFew = wanted.hasWords && total <= fewFound;
  const { sql, values } = andBehind(wanted, before, '<');
  const found = await run<Row>(
    `with found as ${isFew ? 'materialized' : 'not materialized'} (
       select started_at, id, gist from call_index where ${sql})
     select gist from found order by started_at desc, id desc limit ${limit + 1}`,
    values,
  );
  const calls = found.slice(0, limit).map(({ gist }) => gist);
  const last = calls.at(-1);
  const nextBefore = last && found.length > limit ? { nextBefore: callCursor(last) } : {};
  return { calls, total, unread: 0, ...nextBefore };
}

import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createPostgresCallIndex } from '../../src/storage/postgres-call-index.ts';
import { indexCall } from '../../src/storage/postgres-call-rows.ts';
import { openDatabase } from '../../src/storage/postgres-database.ts';
import { spreadsOf } from '../spreads.ts';
import { loadNow } from './load-now.ts';
import { callsOfClinic, commonWord, manyCalls, rareWord } from './many-calls.ts';

/*
 * The same searches as measure-search.ts, in PostgreSQL, without the route. Prints one JSON line.
 * `TEST_DATABASE_URL=… node --import tsx bench/recordings/measure-postgres.ts`
 */

const callsAtOnce = 500;

async function measure(url: string) {
  const schema = `bench_${createId()}`;
  const database = await openDatabase({ url, schema, log: createLog('silent') });
  try {
    const calls = [...callsOfClinic()];
    for (let at = 0; at < calls.length; at += callsAtOnce)
      await database.transaction(async (run) => {
        for (const call of calls.slice(at, at + callsAtOnce)) await indexCall(run, call);
      });
    await database.transaction(async (run) => {
      await run('set local statement_timeout = 60000');
      await run('analyze call_index');
    });
    const index = createPostgresCallIndex({ database });
    const clinics = 'all' as const;
    const list = (query: object) => index.search({ clinics, ...query }, { limit: 50 });
    const { nextBefore = '' } = await list({});
    const month = { from: '2026-05-01T03:00:00.000Z', until: '2026-06-01T03:00:00.000Z' };
    const spreads = await spreadsOf({
      firstPageMs: () => list({}),
      nextPageMs: () => index.search({ clinics }, { limit: 50, before: nextBefore }),
      filteredMs: () => list({ outcome: 'appointment', direction: 'outbound', ...month }),
      rareWordMs: () => list({ text: rareWord }),
      commonWordMs: () => list({ text: commonWord }),
      prefixMs: () => list({ text: 'con' }),
      threeWordsMs: () => list({ text: `${rareWord} ${commonWord} de` }),
      numberMs: () => list({ text: '99912' }),
      nothingMs: () => list({ text: 'inexistente' }),
      monthMs: () => index.all({ clinics, ...month }),
    });
    return { bench: 'recordings-search-postgres', calls: manyCalls, ...spreads, load: loadNow() };
  } finally {
    await database.transaction(async (run) => {
      await run('set local statement_timeout = 60000');
      await run(`drop schema ${schema} cascade`);
    });
    await database.close();
  }
}

console.log(JSON.stringify(await measure(process.env.TEST_DATABASE_URL ?? '')));

import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { checkDatabase } from '../../src/storage/postgres-check.ts';
import { openDatabase } from '../../src/storage/postgres-database.ts';
import { databaseUrl, dropSchema, freshSchema, withClient } from '../support/postgres.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';

it('npm run doctor says of a database that is not there what to look at', async () => {
  const [finding] = await checkDatabase('postgres://x@127.0.0.1:1/x');
  expect(finding).toMatchObject({ grade: 'fail', about: 'database' });
  expect(finding?.text).toMatch(/^DATABASE_URL: .*ECONNREFUSED/);
});

describe.skipIf(databaseUrl === '')('npm run doctor, on PostgreSQL', () => {
  const schema = freshSchema();
  const url = () => {
    const named = new URL(databaseUrl);
    named.searchParams.set('schema', schema);
    return named.href;
  };
  afterEach(() => dropSchema(schema));

  it('finds a database that can be used, makes nothing in it, and sees its tables when they are made', async () => {
    const [empty] = await checkDatabase(url());
    expect(empty).toMatchObject({ grade: 'ok', text: expect.stringContaining('next start') });
    const there = await withClient((client) =>
      client.query('select from pg_namespace where nspname = $1', [schema]),
    );
    expect(there.rowCount).toBe(0);
    await (await openDatabase({ url: url(), log: createLog('silent') })).close();
    const [whole] = await checkDatabase(url());
    expect(whole).toMatchObject({ grade: 'ok', text: expect.stringContaining('as this program') });
    await withClient((client) =>
      client.query(`insert into ${schema}.schema_migrations (number) values (999)`),
    );
    const [newer] = await checkDatabase(url());
    expect(newer).toMatchObject({ grade: 'fail', text: expect.stringContaining('newer') });
  });

  it('does not wait for ever for one that stands still', async () => {
    const proxy = await startPostgresProxy(url());
    try {
      proxy.stall();
      expect(await checkDatabase(proxy.url)).toMatchObject([{ grade: 'fail' }]);
    } finally {
      proxy.resume();
      await proxy.close();
    }
  }, 20_000);
});

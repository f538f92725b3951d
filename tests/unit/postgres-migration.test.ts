import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { type Migration, migrate, migrations } from '../../src/storage/postgres-migration.ts';
import { openPostgresProfile, type PostgresProfile } from '../../src/storage/postgres-profile.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { databaseUrl, dropSchema, freshSchema, withClient } from '../support/postgres.ts';

const log = createLog('silent');

it('migrations are numbered from one, without a gap', () => {
  expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, i) => i + 1));
});

it('a database that is not there, or has no such schema name, is refused in words', async () => {
  const nobody = openPostgresProfile({ url: 'postgres://x@127.0.0.1:1/x', log });
  await expect(nobody).rejects.toMatchObject({
    code: 'DATABASE_UNUSABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  const named = openPostgresProfile({ url: 'postgres://x@127.0.0.1:1/x', log, schema: 'a; drop' });
  await expect(named).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE' });
});

describe.skipIf(databaseUrl === '')('a database of PostgreSQL', () => {
  let schema = '';
  const opened: PostgresProfile[] = [];
  const open = async () => {
    const agenda = await openPostgresProfile({ url: databaseUrl, log, schema });
    opened.push(agenda);
    return agenda;
  };
  const numbers = () =>
    withClient(async (client) => {
      const { rows } = await client.query<{ number: number }>(
        `select number from ${schema}.schema_migrations order by number`,
      );
      return rows.map(({ number }) => number);
    });
  const upTo = (known: readonly Migration[]) =>
    withClient((client) => migrate(client, schema, known));

  beforeEach(() => {
    schema = freshSchema();
  });
  afterEach(async () => {
    for (const agenda of opened.splice(0)) await agenda.close();
    await dropSchema(schema);
  });

  it('that is empty gets its tables once, from however many servers that start together', async () => {
    await Promise.all([open(), open(), open(), open()]);
    expect(await numbers()).toEqual(migrations.map(({ number }) => number));
  });

  it('that is older gets what is new, and keeps what it has', async () => {
    const saved = appointment();
    await (await open()).appointments.save(saved);
    const next = migrations.length + 1;
    const sql = 'create table extra (id text)';
    await upTo([...migrations, { number: next, sql }]);
    expect(await numbers()).toEqual([...migrations.map(({ number }) => number), next]);
    expect(await opened[0]?.appointments.find(saved.id)).toEqual(saved);
  });

  it('that is newer than the program is refused, and left as it is', async () => {
    await upTo([...migrations, { number: migrations.length + 1, sql: 'select 1' }]);
    await expect(open()).rejects.toMatchObject({
      code: 'DATABASE_UNUSABLE',
      message: expect.stringContaining('newer'),
    });
    expect(await numbers()).toHaveLength(migrations.length + 1);
  });

  it('whose migration breaks off is as it was before', async () => {
    const breaking = [
      { number: 1, sql: 'create table first (id text)' },
      { number: 2, sql: 'create table' },
    ];
    await expect(upTo(breaking)).rejects.toMatchObject({ code: '42601' });
    const schemas = await withClient((client) =>
      client.query('select from pg_namespace where nspname = $1', [schema]),
    );
    expect(schemas.rowCount).toBe(0);
  });
});

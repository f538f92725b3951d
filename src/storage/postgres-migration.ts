import type { ClientBase } from 'pg';
import { CodedError } from '../platform/errors.ts';
import { agendaTables } from './migrations/0001-agenda.ts';
import { scriptTables } from './migrations/0002-scripts.ts';
import { callTables } from './migrations/0003-calls.ts';
import { accessTables } from './migrations/0004-access.ts';
import { clinicTables } from './migrations/0005-clinics.ts';

export interface Migration {
  /** Counts from 1 without a gap. What has been released is never edited: a correction is the next number. */
  number: number;
  sql: string;
}

export const migrations: readonly Migration[] = [
  { number: 1, sql: agendaTables },
  { number: 2, sql: scriptTables },
  { number: 3, sql: callTables },
  { number: 4, sql: accessTables },
  { number: 5, sql: clinicTables },
];

/** One lock for the whole database: extensions belong to all schemas. */
const migrationLock = 7_253_104_418_002_611n;

/**
 * Brings a schema to this program's tables, wholly or not at all. Of servers that start together one does it, the others
 * wait. Rejects with DATABASE_UNUSABLE when the tables are newer than this program.
 * @param schema a checked identifier
 */
export async function migrate(
  client: ClientBase,
  schema: string,
  known: readonly Migration[] = migrations,
): Promise<void> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    // Asked first: who may not make schemas may still use one that was made for them.
    const there = await client.query('select from pg_namespace where nspname = $1', [schema]);
    if (there.rowCount === 0) await client.query(`create schema ${schema}`);
    await client.query(`set local search_path = ${schema}`);
    await client.query('create extension if not exists btree_gist with schema public');
    await client.query(
      `create table if not exists schema_migrations
         (number integer primary key, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ number: number }>('select number from schema_migrations');
    for (const { number, sql } of missing(rows, known)) {
      await client.query(sql);
      await client.query('insert into schema_migrations (number) values ($1)', [number]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function missing(
  applied: readonly { number: number }[],
  known: readonly Migration[],
): readonly Migration[] {
  const latest = Math.max(0, ...applied.map(({ number }) => number));
  if (latest > known.length)
    throw new CodedError(
      'DATABASE_UNUSABLE',
      `the database has tables of version ${latest}, this program knows ${known.length}: start the newer program`,
    );
  return known.slice(latest);
}

import { Client } from 'pg';
import { afterAll } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog, type Log } from '../../src/platform/log.ts';
import { openDatabase } from '../../src/storage/postgres-database.ts';
import { openPostgresProfile } from '../../src/storage/postgres-profile.ts';

/** A database in which schemas may be made. Without it the suites that need one are skipped by name. */
export const databaseUrl = process.env.TEST_DATABASE_URL ?? '';

export const freshSchema = () => `test_${createId()}`;

/** Asks past the program. */
export async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const dropSchema = (schema: string) =>
  withClient((client) => client.query(`drop schema if exists ${schema} cascade`));

/** All but which servers are alive. */
const emptied = [
  ['reservations', 'answers', 'appointments', 'staff_requests', 'scripts', 'calls', 'call_index'],
  ['users', 'user_notes', 'sessions', 'audit_rows', 'clinic_versions', 'clinic_drafts'],
  ['calendar_feeds', 'opt_out_steps'],
].flat();

async function empty(schema: string): Promise<void> {
  const head = `update ${schema}.audit_head set seq = 0, hash = repeat('0', 64)`;
  const sql = [...emptied.map((table) => `delete from ${schema}.${table}`), head].join('; ');
  await withClient((client) => client.query(sql));
}

/** One for a whole suite, in a schema of its own; emptied each time it is asked for. */
function forSuite<Opened extends { close(): Promise<void> }>(
  open: (options: { url: string; log: Log; schema: string }) => Promise<Opened>,
): () => Promise<Opened> {
  const schema = freshSchema();
  let opening: Promise<Opened> | undefined;
  afterAll(async () => {
    await (await opening)?.close();
    await dropSchema(schema);
  });
  return async () => {
    opening ??= open({ url: databaseUrl, log: createLog('silent'), schema });
    const opened = await opening;
    await empty(schema);
    return opened;
  };
}

export const profileForSuite = () => forSuite(openPostgresProfile);
export const databaseForSuite = () => forSuite(openDatabase);

/** Nobody else changes anything. */
export const unwatched = { watch: () => undefined };

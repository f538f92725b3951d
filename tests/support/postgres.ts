import { Client } from 'pg';
import { afterAll } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openPostgresAgenda, type PostgresAgenda } from '../../src/storage/postgres-agenda.ts';

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

/** One agenda for a whole suite, in a schema of its own; emptied each time it is asked for. */
export function agendaForSuite(): () => Promise<PostgresAgenda> {
  const schema = freshSchema();
  let opening: Promise<PostgresAgenda> | undefined;
  afterAll(async () => {
    await (await opening)?.close();
    await dropSchema(schema);
  });
  return async () => {
    opening ??= openPostgresAgenda({ url: databaseUrl, log: createLog('silent'), schema });
    const agenda = await opening;
    await withClient((client) =>
      client.query(
        ['reservations', 'answers', 'appointments', 'staff_requests', 'scripts']
          .map((table) => `delete from ${schema}.${table};`)
          .join(' '),
      ),
    );
    return agenda;
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openPostgresProfile, type PostgresProfile } from '../../src/storage/postgres-profile.ts';
import { databaseUrl, dropSchema, freshSchema, withClient } from './postgres.ts';

/** Servers that share a database, for one test at a time. */
export interface PostgresServers {
  /** Another server, or the same one again when it is given its directory. */
  open(options?: { url?: string; directory?: string | undefined }): Promise<PostgresProfile>;
  directory(): Promise<string>;
  schema(): string;
  /** Asks past the program. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Everybody was silent for an hour until the next beat. */
  silence(): Promise<unknown>;
  logged: string[];
}

/** Called within `describe`; all that was opened is closed and removed after each test. */
export function postgresServers(): PostgresServers {
  let schema = freshSchema();
  const opened: PostgresProfile[] = [];
  const directories: string[] = [];
  const logged: string[] = [];
  const log = createLog('info', { write: (line: string) => void logged.push(line) });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    for (const one of directories.splice(0)) await rm(one, { recursive: true });
    await dropSchema(schema);
    schema = freshSchema();
    logged.length = 0;
  });
  const sql: PostgresServers['sql'] = (text, values = []) =>
    withClient(async (client) => {
      await client.query(`set search_path = ${schema}`);
      return (await client.query(text, values)).rows;
    });
  return {
    sql,
    logged,
    schema: () => schema,
    async open({ url = databaseUrl, directory } = {}) {
      const profile = await openPostgresProfile({ url, log, schema, directory });
      opened.push(profile);
      return profile;
    },
    async directory() {
      const made = await mkdtemp(join(tmpdir(), 'pg-server-'));
      directories.push(made);
      return made;
    },
    silence: () => sql("update servers set beat_at = now() - interval '1 hour'"),
  };
}

import { Client } from 'pg';
import { errorSummary } from '../platform/errors.ts';
import { type Finding, fail, ok } from '../platform/finding.ts';
import { connectionTo, schemaIn } from './postgres-database.ts';
import { migrations } from './postgres-migration.ts';
import { PostgresSockets } from './postgres-sockets.ts';

const about = 'database';
const oldestVersion = 14;
/** For any one answer, ms. */
const answerLimitMs = 5_000;

interface Facts {
  version: number;
  /** The role may make a schema in this database, and extensions that are allowed to it. */
  mayCreate: boolean;
  hasSchema: boolean;
  hasExtension: boolean;
  isExtensionThere: boolean;
}

/** Whether a server could use the database of `DATABASE_URL`. Changes nothing in it. */
export async function checkDatabase(url: string): Promise<Finding[]> {
  const sockets = new PostgresSockets();
  const client = new Client({ ...connectionTo(url, sockets), query_timeout: answerLimitMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const schema = schemaIn(url);
    const { rows } = await client.query<Facts>(asking, [schema]);
    const [facts] = rows;
    if (!facts) return [fail(about, 'DATABASE_URL: the database says nothing about itself.')];
    const trouble = troubleIn(facts);
    if (trouble !== undefined) return [fail(about, `DATABASE_URL: ${trouble}`)];
    const tables = facts.hasSchema ? await tablesIn(client, schema) : 0;
    if (tables > migrations.length)
      return [
        fail(about, `its tables (${tables}) are newer than this program: start the newer one.`),
      ];
    return [ok(about, textOf(facts.version, tables))];
  } catch (error) {
    const { code = '', message } = errorSummary(error);
    return [fail(about, `DATABASE_URL: it cannot be reached: ${message || code}`)];
  } finally {
    await sockets.end(client.end());
  }
}

const asking = `select current_setting('server_version_num')::int / 10000 as version,
  has_database_privilege(current_database(), 'create') as "mayCreate",
  exists (select from pg_namespace where nspname = $1) as "hasSchema",
  exists (select from pg_extension where extname = 'btree_gist') as "hasExtension",
  exists (select from pg_available_extensions where name = 'btree_gist') as "isExtensionThere"`;

function troubleIn(facts: Facts): string | undefined {
  const { version, mayCreate, hasSchema, hasExtension, isExtensionThere } = facts;
  if (version < oldestVersion)
    return `PostgreSQL ${version} is too old; ${oldestVersion} is needed.`;
  if (!hasExtension && !isExtensionThere)
    return 'the extension btree_gist is not installed on its machine (postgresql-contrib).';
  if (!hasExtension && !mayCreate)
    return 'the role may not make the extension: as a superuser, once: CREATE EXTENSION btree_gist.';
  if (!hasSchema && !mayCreate) return 'the role may not make a schema: GRANT CREATE ON DATABASE.';
  return undefined;
}

/** How many of our migrations were made there. */
async function tablesIn(client: Client, schema: string): Promise<number> {
  const { rows } = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [`${schema}.schema_migrations`],
  );
  if (!rows[0]?.there) return 0;
  const made = await client.query<{ number: number }>(
    `select coalesce(max(number), 0) as number from ${schema}.schema_migrations`,
  );
  return made.rows[0]?.number ?? 0;
}

function textOf(version: number, tables: number): string {
  const left = migrations.length - tables;
  const state =
    left === 0
      ? 'its tables are as this program wants them'
      : `${left} of its tables are made at the next start`;
  return `PostgreSQL ${version}: ${state}`;
}

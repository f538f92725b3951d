import {
  Client,
  type ClientConfig,
  DatabaseError,
  Pool,
  type PoolClient,
  type QueryResultRow,
  types,
} from 'pg';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { migrate } from './postgres-migration.ts';
import { PostgresSockets } from './postgres-sockets.ts';
import { ConnectionLost, troubleOf } from './postgres-trouble.ts';

/** Where the tables are when nothing else is said. */
const usualSchema = 'alo_clinica';

/** Connections of one server. A booking needs one for a few milliseconds; PostgreSQL has 100 in all as it is delivered. */
const mostConnections = 10;
/** Waiting for a connection at most; more wait in vain while somebody is on the telephone. */
const mostWaiting = 1_000;
/** To be connected, or to be given a connection that others use. */
const connectLimitMs = 2_000;
/** A statement with all its waiting for locks. What takes longer is ended by the server. */
const statementLimitMs = 2_000;
/** The same at our end: a server that stands still ends nothing. */
const answerLimitMs = 3_000;
/** A transaction whose process stands still must not keep others from booking. */
const idleLimitMs = 5_000;
/** Tables are built once, of a large database perhaps slowly. */
const migrationLimitMs = 60_000;
/** While nobody answers, whether somebody does is asked this often. */
const probeEveryMs = 2_000;

const int8 = 20;
const parserOf: typeof types.getTypeParser = types.getTypeParser;
const schemaName = /^[a-z_][a-z0-9_]{0,62}$/;

export type RunSql = <Row extends QueryResultRow>(
  sql: string,
  values?: unknown[],
) => Promise<Row[]>;

/** One PostgreSQL database, read-committed. Rejects with what PostgreSQL says, or ConnectionLost. */
export interface Database {
  schema: string;
  query: RunSql;
  /** Commits when `work` resolves; when it rejects nothing of it was kept, unless it is in doubt. */
  transaction<T>(work: (run: RunSql) => Promise<T>): Promise<T>;
  /** False from a lost connection until one is there again. */
  isReachable(): boolean;
  close(): Promise<void>;
}

/**
 * Builds what is missing first. Rejects with DATABASE_UNUSABLE when the database cannot be reached, is newer than this
 * program, or does not let us.
 */
export async function openDatabase(options: {
  url: string;
  log: Log;
  schema?: string;
}): Promise<Database> {
  const { url, log } = options;
  const schema = options.schema === undefined ? schemaIn(url) : checkedSchema(options.schema);
  await prepare(url, schema);
  return new PooledDatabase(url, schema, log);
}

/**
 * Named in the address, as `?schema=…`: several clinics' servers can share a database by it.
 * @throws DATABASE_UNUSABLE when it is no name
 */
export function schemaIn(url: string): string {
  const named = URL.canParse(url) ? new URL(url).searchParams.get('schema') : null;
  return checkedSchema(named ?? usualSchema);
}

function checkedSchema(schema: string): string {
  if (schemaName.test(schema)) return schema;
  throw new CodedError('DATABASE_UNUSABLE', 'the schema has a name that is not allowed');
}

/** How each connection is made. */
export function connectionTo(url: string, sockets: PostgresSockets): ClientConfig {
  return {
    connectionString: url,
    stream: sockets.make,
    application_name: 'alo-clinica',
    connectionTimeoutMillis: connectLimitMs,
    keepAlive: true,
  };
}

/** An answer is given when it would survive, whatever this server's usual setting is. */
const sessionOf = (schema: string) =>
  `set search_path = ${schema}; set synchronous_commit = on; set default_transaction_isolation = 'read committed'`;

async function prepare(url: string, schema: string): Promise<void> {
  const sockets = new PostgresSockets();
  const client = new Client({
    ...connectionTo(url, sockets),
    statement_timeout: migrationLimitMs,
    query_timeout: migrationLimitMs,
  });
  // Ends what is waiting as well; an event that nobody hears would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await migrate(client, schema);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const why = cause instanceof Error ? cause.message : 'no connection';
    throw new CodedError('DATABASE_UNUSABLE', `the database cannot be used: ${why}`, { cause });
  } finally {
    await sockets.end(client.end());
  }
}

class PooledDatabase implements Database {
  readonly schema: string;
  readonly #pool: Pool;
  readonly #sockets = new PostgresSockets();
  readonly #log: Log;
  #probe: NodeJS.Timeout | undefined;

  constructor(url: string, schema: string, log: Log) {
    this.schema = schema;
    this.#log = log;
    this.#pool = new Pool({
      ...connectionTo(url, this.#sockets),
      max: mostConnections,
      statement_timeout: statementLimitMs,
      query_timeout: answerLimitMs,
      idle_in_transaction_session_timeout: idleLimitMs,
      // Milliseconds are far below the integers that a number holds.
      types: { getTypeParser: (oid, format) => (oid === int8 ? Number : parserOf(oid, format)) },
      onConnect: (client) => client.query(sessionOf(schema)),
    });
    this.#pool.on('error', (error) => this.#lost(error));
    // In use it also rejects what it was asked.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  query: RunSql = (sql, values) => this.#borrow((run) => run(sql, values));

  transaction<T>(work: (run: RunSql) => Promise<T>): Promise<T> {
    return this.#borrow(async (run) => {
      await run('begin');
      try {
        const result = await work(run);
        await commit(run);
        return result;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) await run('rollback');
        throw error;
      }
    });
  }

  isReachable(): boolean {
    return this.#probe === undefined;
  }

  async close(): Promise<void> {
    clearTimeout(this.#probe);
    await this.#sockets.end(this.#pool.end());
  }

  /** A connection on which something was lost is not used again. */
  async #borrow<T>(work: (run: RunSql) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let isLost = false;
    const run: RunSql = async <Row extends QueryResultRow>(sql: string, values?: unknown[]) => {
      try {
        return (await client.query<Row>(sql, values)).rows;
      } catch (error) {
        const named = nameTrouble(error);
        isLost ||= troubleOf(named) === 'lost';
        throw named;
      }
    };
    try {
      const result = await work(run);
      this.#found();
      return result;
    } catch (error) {
      if (isLost) this.#lost(error);
      throw error;
    } finally {
      client.release(isLost);
    }
  }

  async #connect(): Promise<PoolClient> {
    if (this.#pool.ending || this.#pool.waitingCount >= mostWaiting) {
      const why = this.#pool.ending ? 'the database is closed' : 'too much waits for the database';
      throw new CodedError('STORE_WRITE_FAILED', why);
    }
    try {
      return await this.#pool.connect();
    } catch (error) {
      const named = nameTrouble(error);
      this.#lost(named);
      throw named;
    }
  }

  #lost(error: unknown): void {
    if (this.#probe || this.#pool.ending) return;
    this.#log.error({ err: error }, 'the database does not answer');
    this.#probe = this.#probeLater();
  }

  #found(): void {
    if (!this.#probe) return;
    clearTimeout(this.#probe);
    this.#probe = undefined;
    this.#log.info('the database answers again');
  }

  #probeLater(): NodeJS.Timeout {
    const probe = () =>
      this.query('select 1').catch(() => {
        if (this.#probe && !this.#pool.ending) this.#probe = this.#probeLater();
      });
    return setTimeout(() => void probe(), probeEveryMs).unref();
  }
}

async function commit(run: RunSql): Promise<void> {
  try {
    await run('commit');
  } catch (error) {
    throw troubleOf(error) === 'lost' ? new ConnectionLost(error, true) : error;
  }
}

/** What the server did not say itself is the connection's trouble. */
function nameTrouble(error: unknown): unknown {
  return error instanceof DatabaseError ? error : new ConnectionLost(error);
}

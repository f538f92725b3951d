import { Client } from 'pg';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { connectionTo, type RunSql } from './postgres-database.ts';
import { PostgresSockets } from './postgres-sockets.ts';

/** What servers keep a copy of, and read again when another one changed it. */
export type ChangeTopic = 'scripts' | 'clinics' | 'opt-outs' | 'calendar-feeds';

/** After the connection was lost, ms. */
const reconnectAfterMs = 2_000;
/** What no notice came of is noticed after this, ms: the connection may be dead without saying so. */
const lookEveryMs = 30_000;
/** To be answered on the connection that listens, ms. */
const answerLimitMs = 3_000;

export interface Changes {
  /** `read` is called after each change of the topic at any server, when nothing was heard for a while, and now and then. */
  watch(topic: ChangeTopic, read: () => Promise<void>): void;
  close(): Promise<void>;
}

/** Told to all servers when the transaction is committed. */
export async function tellChange(run: RunSql, schema: string, topic: ChangeTopic): Promise<void> {
  await run('select pg_notify($1, $2)', [schema, topic]);
}

/** One connection beside the others, which only listens. Never rejects: without it changes are read now and then. */
export async function listenForChanges(options: {
  url: string;
  schema: string;
  log: Log;
}): Promise<Changes> {
  const listening = new Listening(options);
  await listening.connect();
  return listening;
}

/** One reading under way and at most one waiting for it. */
interface Watcher {
  read: () => Promise<void>;
  isReading: boolean;
  isWanted: boolean;
}

class Listening implements Changes {
  readonly #url: string;
  readonly #schema: string;
  readonly #log: Log;
  readonly #sockets = new PostgresSockets();
  readonly #watchers = new Map<ChangeTopic, Watcher[]>();
  readonly #looking: NodeJS.Timeout;
  #client: Client | undefined;
  #reconnecting: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ url, schema, log }: { url: string; schema: string; log: Log }) {
    this.#url = url;
    this.#schema = schema;
    this.#log = log;
    this.#looking = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  watch(topic: ChangeTopic, read: () => Promise<void>): void {
    const watchers = this.#watchers.get(topic) ?? [];
    const watcher = { read, isReading: false, isWanted: false };
    this.#watchers.set(topic, [...watchers, watcher]);
    // What was changed since they read it first.
    void this.#read(topic, watcher);
  }

  async connect(): Promise<void> {
    const client = new Client({
      ...connectionTo(this.#url, this.#sockets),
      query_timeout: answerLimitMs,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => this.#readAll(payload));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${this.#schema}`);
      // What was changed while nobody listened.
      this.#readAll();
    } catch {
      this.#lost(client);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#looking);
    clearTimeout(this.#reconnecting);
    if (this.#client) await this.#sockets.end(this.#client.end());
  }

  #look(): void {
    const client = this.#client;
    client?.query('select 1').catch(() => this.#lost(client));
    this.#readAll();
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#isClosed) return;
    this.#client = undefined;
    void this.#sockets.end(client.end());
    this.#reconnecting = setTimeout(() => void this.connect(), reconnectAfterMs).unref();
  }

  /** @param topic all of them when it is left out */
  #readAll(topic?: string): void {
    for (const [name, watchers] of this.#watchers)
      if (topic === undefined || topic === name)
        for (const watcher of watchers) void this.#read(name, watcher);
  }

  async #read(topic: ChangeTopic, watcher: Watcher): Promise<void> {
    watcher.isWanted = true;
    if (watcher.isReading) return;
    watcher.isReading = true;
    while (watcher.isWanted && !this.#isClosed) {
      watcher.isWanted = false;
      await watcher.read().catch((error: unknown) => {
        const { code } = errorSummary(error);
        this.#log.warn({ topic, code }, 'what another server changed could not be read yet');
      });
    }
    watcher.isReading = false;
  }
}

import { interruptedRecord } from '../call/interrupted-record.ts';
import type { Log } from '../platform/log.ts';
import { indexCall, writeCall } from './postgres-call-rows.ts';
import { type Row, understoodCalls } from './postgres-call-store.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { write } from './postgres-work.ts';

/** How often a server says that it lives, ms. */
const beatEveryMs = 5_000;
/** Who was silent for so long is dead: a database that restarts is back before. */
const deadAfterMs = 45_000;
/** Beats in a row before others are judged: when the database was away for everybody, the living are heard again first. */
const beatsBeforeJudging = 3;
/** Calls closed in one step. */
const mostClosed = 50;
/** Silent servers are remembered for this long; only the calls they left matter, and those are closed by then. */
const forgottenAfterDays = 30;

export interface ServerWatch {
  /** One beat, and what follows from it. Never rejects. */
  beat(): Promise<void>;
  /** Tells nobody any more, and that this server went in good order. */
  close(): Promise<void>;
}

/**
 * Says that this server lives, and closes the records of calls whose server is dead, as `process-died`. A server that was
 * only away goes on saving its calls: what it writes counts.
 */
export async function watchServers(options: {
  database: Database;
  server: string;
  log: Log;
}): Promise<ServerWatch> {
  const { database, server, log } = options;
  let beats = 0;
  let beating: Promise<void> | undefined;

  async function step(): Promise<void> {
    try {
      await write(database, (run) => run(sayAlive, [server]), true);
      beats += 1;
      if (beats < beatsBeforeJudging) return;
      const calls = await write(database, (run) => closeLost(run, server, log), true);
      if (calls > 0) log.warn({ calls }, 'calls of a server that died were closed');
    } catch (err) {
      // Said by the database once; here it only means that nothing is known of the others.
      if (beats > 0) log.warn({ err }, 'this server could not say that it lives');
      beats = 0;
    }
  }
  const beat = () => {
    beating ??= step().finally(() => {
      beating = undefined;
    });
    return beating;
  };

  await beat();
  const timer = setInterval(() => void beat(), beatEveryMs).unref();
  return {
    beat,
    async close() {
      clearInterval(timer);
      await beating;
      if (!database.isReachable()) return;
      await write(database, (run) => run('delete from servers where id = $1', [server]), true)
        // Then it is taken for dead in a while, with nothing left to close.
        .catch(() => undefined);
    },
  };
}

const sayAlive = `insert into servers (id, beat_at) values ($1, now())
  on conflict (id) do update set beat_at = excluded.beat_at`;

async function closeLost(run: RunSql, server: string, log: Log): Promise<number> {
  const rows = await run<Row & { server: string }>(
    `select c.id, c.server, c.record from calls c left join servers s on s.id = c.server
     where c.state = 'live' and c.server <> $1
       and (s.id is null or s.beat_at < now() - $2 * interval '1 ms')
     order by c.id limit ${mostClosed} for update of c skip locked`,
    [server, deadAfterMs],
  );
  const holders = new Map(rows.map((row) => [row.id, row.server]));
  const lost = understoodCalls(rows, log).map((record) => interruptedRecord(record));
  for (const record of lost) {
    await writeCall(run, record, holders.get(record.id) ?? server);
    await indexCall(run, record);
  }
  await run("delete from servers where beat_at < now() - $1 * interval '1 day'", [
    forgottenAfterDays,
  ]);
  return lost.length;
}

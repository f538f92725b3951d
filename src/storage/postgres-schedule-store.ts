import type { Log } from '../platform/log.ts';
import { type Claim, longestClaimMs, type Reservation } from '../scheduling/reservation-record.ts';
import { type BusyQuery, keyMemoryMs, type ScheduleStore } from '../scheduling/schedule-store.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { loadLedger, lockFor, reservationIn, writeStep } from './postgres-schedule-rows.ts';
import { troubleOf } from './postgres-trouble.ts';
import { read, write } from './postgres-work.ts';
import { type Answer, type Command, decide } from './schedule-decision.ts';
import { checkStep } from './schedule-driver.ts';

/** Changes of this server after which what is old is forgotten: the tables stay small, and hardly anybody waits for it. */
const changesBetweenPrunings = 1_000;
/** Rows forgotten at once, so that it takes a few milliseconds. More are left for the next time. */
const mostPruned = 5_000;

/**
 * May be shared by any number of servers. The decision is `decide`, made from the rows involved while they are locked;
 * for places that are taken alone a constraint of the database judges again. Does not close the database.
 */
export function createPostgresScheduleStore(options: {
  database: Database;
  log: Log;
}): ScheduleStore {
  const { database, log } = options;
  let changes = 0;
  let pruning: Promise<unknown> = Promise.resolve();

  function pruneNowAndThen(): void {
    changes += 1;
    if (changes % changesBetweenPrunings !== 0) return;
    pruning = pruneSchedule(database).catch((error) =>
      log.error({ err: error }, 'old reservations could not be forgotten'),
    );
  }

  const run = async <Expected extends Answer>(command: Command) => {
    // Taken now: the caller may change what it handed over.
    const asked = structuredClone(command);
    try {
      // Whatever became of the try before: the same key gives the same answer.
      const { answer, step } = await write(database, work, true);
      if (step) pruneNowAndThen();
      return answer as Expected;
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (troubleOf(cause) === 'occupied') return occupied(asked) as Expected;
      log.error({ err: cause ?? error }, 'the schedule could not be written');
      throw error;
    }

    async function work(sql: RunSql) {
      await lockFor(sql, database.schema, asked);
      const decided = decide(await loadLedger(sql, asked), asked);
      if (decided.step) await writeStep(sql, checkStep(decided.step));
      return decided;
    }
  };

  return {
    reserve: (request) => run({ op: 'reserve', ...request }),
    confirm: (request) => run({ op: 'confirm', ...request }),
    release: (request) => run({ op: 'release', ...request }),
    swap: (request) => run({ op: 'swap', ...request }),
    find: (id) => first(database, 'select record from reservations where id = $1', id),
    recall: (key) =>
      first(database, 'select reservation as record from answers where key = $1', key),
    busy: (query) => busy(database, query),
    within: (query) => within(database, query),
    close: async () => {
      await pruning;
    },
  };
}

/** The constraint, asked again and again, says no to what we found free: somebody writes past this program. */
function occupied(command: Command): Answer {
  const [claim] = command.op === 'reserve' ? command.claims : [];
  return claim ? { outcome: 'taken', claim: { ...claim } } : { outcome: 'changed' };
}

async function first(
  database: Database,
  sql: string,
  name: string,
): Promise<Reservation | undefined> {
  const [found] = await read<{ record: unknown }>(database, sql, [name]);
  return found && reservationIn(found.record);
}

/** Which ones count is `countsAt`, said in SQL: a month of all practitioners is not read whole for it. */
function busy(database: Database, query: BusyQuery): Promise<Claim[]> {
  const { resources, startMs, endMs, nowMs, ignoring = '' } = query;
  return read<{ resource: string; startMs: number; endMs: number; capacity: number }>(
    database,
    `select c.resource, c.start_ms as "startMs", c.end_ms as "endMs", c.capacity
     from claims c join reservations r on r.id = c.reservation_id
     where c.resource = any($1) and c.start_ms > $2::bigint - ${longestClaimMs}
       and c.start_ms < $3 and c.end_ms > $2
       and (r.status = 'booked' or r.hold_expires_ms > $4) and r.id <> $5
     order by c.start_ms, r.id, c.position`,
    // Whole milliseconds, as claims have them.
    [resources, Math.floor(startMs), Math.ceil(endMs), Math.floor(nowMs), ignoring],
  );
}

async function within(database: Database, query: BusyQuery): Promise<Reservation[]> {
  const { resources, startMs, endMs, nowMs, ignoring = '' } = query;
  const rows = await read<{ record: unknown }>(
    database,
    `select r.record from reservations r
     join (select reservation_id, min(start_ms) as start_ms from claims
       where resource = any($1) and start_ms > $2::bigint - ${longestClaimMs}
         and start_ms < $3 and end_ms > $2 group by reservation_id) c on c.reservation_id = r.id
     where (r.status = 'booked' or r.hold_expires_ms > $4) and r.id <> $5
     order by c.start_ms, r.id`,
    [resources, Math.floor(startMs), Math.ceil(endMs), Math.floor(nowMs), ignoring],
  );
  return rows.map(({ record }) => reservationIn(record));
}

/** Forgets old keys and what was cancelled long ago, counted from the newest change: no clock is looked at. */
export async function pruneSchedule({ query }: Database): Promise<void> {
  const [newest] = await query<{ at_ms: number | null }>('select max(at_ms) as at_ms from answers');
  const oldestMs = (newest?.at_ms ?? 0) - keyMemoryMs;
  await query(
    `delete from answers where key in
       (select key from answers where at_ms < $1 order by at_ms limit ${mostPruned})`,
    [oldestMs],
  );
  await query(
    `delete from reservations where id in (
       select id from reservations where status = 'cancelled' and changed_at_ms < $1
       order by changed_at_ms limit ${mostPruned})`,
    [oldestMs],
  );
}

import { createHash } from 'node:crypto';
import { CodedError } from '../platform/errors.ts';
import {
  longestClaimMs,
  parseReservation,
  type Reservation,
} from '../scheduling/reservation-record.ts';
import type { ReserveRequest } from '../scheduling/schedule-store.ts';
import type { RunSql } from './postgres-database.ts';
import type { Command, Step } from './schedule-decision.ts';
import { type LedgerEntry, ScheduleLedger } from './schedule-ledger.ts';

/**
 * Waits until nobody else decides about the same key or the same places. Locks are taken in one order by everybody, and
 * rows after them in the order of their ids, so that nobody waits in a circle.
 */
export async function lockFor(run: RunSql, schema: string, command: Command): Promise<void> {
  const places = command.op === 'reserve' ? command.claims.map(({ resource }) => resource) : [];
  const names = [`key ${command.key}`, ...places.map((resource) => `place ${resource}`)];
  const locks = [...new Set(names.map((name) => lockNumber(`${schema} ${name}`)))];
  await run('select pg_advisory_xact_lock(number) from unnest($1::bigint[]) as number', [
    locks.sort((a, b) => (a < b ? -1 : 1)),
  ]);
}

/** Locks have numbers. Two names with one number only wait for each other. */
function lockNumber(name: string): bigint {
  return createHash('sha256').update(name).digest().readBigInt64BE();
}

/** What the decision about a command is made from, kept as it is until the transaction ends. After `lockFor`. */
export async function loadLedger(run: RunSql, command: Command): Promise<ScheduleLedger> {
  const ledger = new ScheduleLedger();
  const [known] = await run<{ fingerprint: string; at_ms: number; reservation: unknown }>(
    'select fingerprint, at_ms, reservation from answers where key = $1',
    [command.key],
  );
  if (known) {
    const { fingerprint, at_ms: atMs } = known;
    const reservation = reservationIn(known.reservation);
    ledger.restore({ kind: 'answer', key: command.key, fingerprint, atMs, reservation });
    return ledger;
  }
  const rows = await (command.op === 'reserve' ? lockNear(run, command) : lockHold(run, command));
  for (const { record } of rows)
    ledger.restore({ kind: 'reservation', reservation: reservationIn(record) });
  return ledger;
}

/** The reservation that is replaced, and those that are in the way or would be if they had not run out. */
function lockNear(run: RunSql, { id, replaces, claims }: ReserveRequest) {
  return run<{ record: unknown }>(
    `select r.record from reservations r join (
       select unnest($1::text[]) as id
       union
       select c.reservation_id from unnest($2::text[], $3::bigint[], $4::bigint[])
         as wanted (resource, start_ms, end_ms)
       join claims c on c.resource = wanted.resource
         and c.start_ms > wanted.start_ms - ${longestClaimMs}
         and c.start_ms < wanted.end_ms and c.end_ms > wanted.start_ms
     ) involved using (id)
     order by r.id for update of r`,
    [
      replaces ? [id, replaces.id] : [id],
      claims.map(({ resource }) => resource),
      claims.map(({ startMs }) => startMs),
      claims.map(({ endMs }) => endMs),
    ],
  );
}

/** The reservation itself and the one it replaces. */
function lockHold(run: RunSql, { id }: { id: string }) {
  return run<{ record: unknown }>(
    `select record from reservations
     where id = $1 or id = (select replaces_id from reservations where id = $1)
     order by id for update`,
    [id],
  );
}

export async function writeStep(run: RunSql, step: Step): Promise<void> {
  // Places are given up before they are taken: the constraint looks at each row as it comes.
  for (const one of step.changed.toReversed())
    await (one.version === 1 ? insert(run, one) : update(run, one));
  await run('insert into answers (key, fingerprint, at_ms, reservation) values ($1, $2, $3, $4)', [
    step.key,
    step.fingerprint,
    step.nowMs,
    JSON.stringify(step.changed[0]),
  ]);
}

async function insert(run: RunSql, one: Reservation): Promise<void> {
  await insertRow(run, one);
  await insertClaims(run, one);
}

/** As it stands in another store of ours. */
export async function restoreEntry(run: RunSql, entry: LedgerEntry): Promise<void> {
  if (entry.kind === 'answer') {
    await run(
      'insert into answers (key, fingerprint, at_ms, reservation) values ($1, $2, $3, $4)',
      [entry.key, entry.fingerprint, entry.atMs, JSON.stringify(entry.reservation)],
    );
    return;
  }
  await insertRow(run, entry.reservation);
  if (entry.reservation.status !== 'cancelled') await insertClaims(run, entry.reservation);
}

async function insertRow(run: RunSql, one: Reservation): Promise<void> {
  await run(
    `insert into reservations
       (id, version, status, hold_expires_ms, replaces_id, changed_at_ms, record)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [...columnsOf(one), JSON.stringify(one)],
  );
}

async function insertClaims(run: RunSql, one: Reservation): Promise<void> {
  await run(
    `insert into claims
       (reservation_id, position, resource, start_ms, end_ms, capacity, is_exclusive)
     select $1, position, resource, start_ms, end_ms, capacity, capacity = 1 and $6
     from unnest($2::text[], $3::bigint[], $4::bigint[], $5::integer[])
       with ordinality as claim (resource, start_ms, end_ms, capacity, position)`,
    [
      one.id,
      one.claims.map(({ resource }) => resource),
      one.claims.map(({ startMs }) => startMs),
      one.claims.map(({ endMs }) => endMs),
      one.claims.map(({ capacity }) => capacity),
      mayBeJudged(one),
    ],
  );
}

async function update(run: RunSql, one: Reservation): Promise<void> {
  await run(
    `update reservations set version = $2, status = $3, hold_expires_ms = $4, replaces_id = $5,
       changed_at_ms = $6, record = $7
     where id = $1`,
    [...columnsOf(one), JSON.stringify(one)],
  );
  if (one.status === 'cancelled')
    await run('delete from claims where reservation_id = $1', [one.id]);
  else if (one.replaces)
    await run('update claims set is_exclusive = capacity = 1 and $2 where reservation_id = $1', [
      one.id,
      mayBeJudged(one),
    ]);
}

function columnsOf(one: Reservation) {
  const { id, version, status, holdExpiresAtMs, replaces, changedAtMs } = one;
  return [id, version, status, holdExpiresAtMs, replaces?.id ?? null, changedAtMs];
}

/** Until it takes the place of another booking, a hold may lie across it. */
function mayBeJudged({ status, replaces }: Reservation): boolean {
  return status === 'booked' || replaces === null;
}

export function reservationIn(record: unknown): Reservation {
  const reservation = parseReservation(record);
  if (reservation) return reservation;
  throw new CodedError('STORE_DAMAGED', 'the database holds something that is no reservation');
}

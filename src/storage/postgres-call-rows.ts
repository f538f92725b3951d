import { gistOf, searchTextOf } from '../call/call-gist-record.ts';
import type { CallRecord } from '../call/call-record.ts';
import { personOf } from './call-person.ts';
import { wordsOf } from './call-words.ts';
import type { RunSql } from './postgres-database.ts';

/** Fewer digits of a number are not searched for. */
const leastDigits = 4;

/** The record as it is now. @param server who holds the call */
export async function writeCall(run: RunSql, record: CallRecord, server: string): Promise<void> {
  const { id, startedAt, state } = record;
  await run(
    `insert into calls (id, started_at, state, server, record) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set started_at = excluded.started_at, state = excluded.state,
       server = excluded.server, record = excluded.record`,
    [id, startedAt, state, server, JSON.stringify(record)],
  );
}

/** What finds it. Of a call that goes on the numbers and the gist; its words come when it is over. */
export async function indexCall(run: RunSql, record: CallRecord): Promise<void> {
  const gist = gistOf(record);
  const words = record.state === 'live' ? [] : [...wordsOf(searchTextOf(record))];
  await run(
    `insert into call_index (id, started_at, clinic, direction, outcome, duration_ms,
       is_booked, is_transferred, is_emergency, is_recorded, person, words, gist)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, array_to_tsvector($12::text[]), $13)
     on conflict (id) do update set started_at = excluded.started_at, clinic = excluded.clinic,
       direction = excluded.direction, outcome = excluded.outcome,
       duration_ms = excluded.duration_ms, is_booked = excluded.is_booked,
       is_transferred = excluded.is_transferred, is_emergency = excluded.is_emergency,
       is_recorded = excluded.is_recorded, person = excluded.person,
       words = excluded.words, gist = excluded.gist`,
    [
      gist.id,
      gist.startedAt,
      gist.clinic,
      gist.direction,
      gist.outcome ?? null,
      gist.durationMs,
      gist.booked > 0,
      gist.transfer !== undefined,
      gist.emergencies > 0,
      gist.isRecorded,
      personOf(gist),
      [...words, ...numberEnds(gist.from), ...numberEnds(gist.to)],
      JSON.stringify(gist),
    ],
  );
}

/** `+5588999990001` → `+5588999990001`, `+588999990001` … `+0001`: what is asked for is the beginning of one of them. */
function numberEnds(e164: string): string[] {
  const digits = e164.replace(/\D/g, '');
  const ends = Math.max(0, digits.length - leastDigits + 1);
  return Array.from({ length: ends }, (_, at) => `+${digits.slice(at)}`);
}

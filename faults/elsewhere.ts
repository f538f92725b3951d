export interface Elsewhere {
  row: string;
  fault: string;
  why: string;
}

const row = (name: string, fault: string, why: string): Elsewhere => ({ row: name, fault, why });

/** Rows of the table of faults that no case plays, with the test that does it in another way or the reason why none does. */
export const elsewhere: readonly Elsewhere[] = [
  row(
    'F-02',
    'the carrier reconnects with a new stream',
    'does not apply: our TwiML opens one stream, and what follows it is the way out',
  ),
  row(
    'F-10',
    'the carrier does not read',
    'tests/unit/media-stream.test.ts. Here the buffers of the kernel (megabytes on loopback) hide it from the process',
  ),
  row(
    'F-14',
    'the status callback never comes',
    'does not apply to inbound calls: a call ends with its stream. For outbound calls not played',
  ),
  row('F-15', 'stream-error callbacks', 'not handled: no such callback is asked for'),
  row(
    'F-35',
    'a tool hangs, throws, answers 5 MB',
    'tests/unit/toolbox.test.ts; a slow disk under a booking is F-53',
  ),
  row(
    'F-38',
    'barge-in while a tool works',
    'tests/scenario/barge-in.test.ts, tests/scenario/turns.test.ts',
  ),
  row(
    'F-40',
    'Twilio REST answers 429',
    'tests/unit/outbound-calls.test.ts, tests/scenario/dialling.test.ts',
  ),
  row(
    'F-41',
    'Twilio REST answers 500 after it dialled',
    'tests/scenario/dialling.test.ts, tests/scenario/dialling-killed.test.ts',
  ),
  row(
    'F-42',
    'Twilio REST is silent after it dialled',
    'tests/scenario/dialling.test.ts, tests/scenario/dialling-killed.test.ts',
  ),
  row('F-43', 'Twilio REST cannot be reached', 'tests/unit/rest-client.test.ts'),
  row(
    'F-44',
    'killed between ledger and REST',
    'tests/scenario/dialling-killed.test.ts, at every step',
  ),
  row('F-45', 'one Idempotency-Key many times', 'tests/scenario/dialling.test.ts'),
  row('F-46', 'busy, no answer, a machine', 'tests/scenario/dialling.test.ts'),
  row(
    'F-47',
    'answered while our webhook is down',
    'not played: the fallback address is set at the carrier',
  ),
  row(
    'F-48',
    'WhatsApp: twice, out of order, in parts, files that are late, sending refused',
    'tests/scenario/text-faults.test.ts, tests/scenario/whatsapp.test.ts, tests/scenario/whatsapp-killed.test.ts, tests/unit/conversation-steps.test.ts',
  ),
  row(
    'F-57',
    'SIGKILL at every step of a booking',
    'tests/scenario/booking-crash.test.ts (`BOOKING_KILLS=200`), tests/unit/booking-failures.test.ts',
  ),
  row(
    'F-58',
    'power loss, torn writes',
    'tests/unit/journal.test.ts: cut at any byte, unsynced ends gone, any step failing',
  ),
  row(
    'F-62',
    'callers race for one time',
    'tests/scenario/agenda-races.test.ts, tests/scenario/agenda-races-postgres.test.ts',
  ),
  row(
    'F-63',
    'overlaps that are not equal',
    'tests/contract/schedule-store.ts, run by every driver',
  ),
  row(
    'F-64',
    'a hold lapses while it is confirmed',
    'tests/contract/schedule-store.ts, tests/scenario/agenda-races.test.ts',
  ),
  row(
    'F-65',
    'PostgreSQL is down, slow, cut in a commit',
    'tests/unit/postgres-agenda.test.ts, tests/unit/postgres-trouble.test.ts, tests/scenario/agenda-races-postgres.test.ts, tests/scenario/database-away-postgres.test.ts, tests/scenario/two-servers.test.ts',
  ),
  row('F-66', 'Redis is down, silent, gone for a while', 'tests/scenario/redis-down.test.ts'),
  row(
    'F-69',
    'leaks over 24 h',
    'not played: every case here ends with a leak check, minutes and not a day',
  ),
  row('F-70', 'the heap limit is reached', 'not played'),
  row('F-71', 'thousands of half-open sockets', 'tests/scenario/limits.test.ts, with hundreds'),
  row(
    'F-73',
    'send after close, double close',
    'tests/unit/media-stream.test.ts, tests/unit/realtime-session.test.ts',
  ),
  row(
    'F-74',
    'data of another version',
    'tests/unit/journal.test.ts: newer data is left alone; there is no older version yet',
  ),
  row(
    'F-75',
    'deletion while a recording is written',
    'does not apply: nothing deletes recordings yet',
  ),
  row('F-76', 'encryption keys', 'does not apply: recordings are not encrypted by the process'),
  row('F-77', 'a backup taken while running', 'not played'),
  row('F-78', 'a worker crashes', 'does not apply: one process'),
  row('F-79', 'the host reboots', 'not played: starting on what a killed process left is F-56'),
];

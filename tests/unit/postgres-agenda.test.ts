import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { keyMemoryMs } from '../../src/scheduling/schedule-store.ts';
import { openDatabase, type RunSql } from '../../src/storage/postgres-database.ts';
import { openPostgresProfile, type PostgresProfile } from '../../src/storage/postgres-profile.ts';
import { writeStep } from '../../src/storage/postgres-schedule-rows.ts';
import { pruneSchedule } from '../../src/storage/postgres-schedule-store.ts';
import { decide } from '../../src/storage/schedule-decision.ts';
import { ScheduleLedger } from '../../src/storage/schedule-ledger.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { databaseUrl, dropSchema, freshSchema, withClient } from '../support/postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts';
import { before, book, claim, reserveRequest, seen } from '../support/schedule-fixtures.ts';

describe.skipIf(databaseUrl === '')('an agenda in PostgreSQL', () => {
  let schema = '';
  let proxy: PostgresProxy;
  let agenda: PostgresProfile;

  beforeEach(async () => {
    schema = freshSchema();
    proxy = await startPostgresProxy(databaseUrl);
    agenda = await openPostgresProfile({ url: proxy.url, log: createLog('silent'), schema });
  });
  afterEach(async () => {
    proxy.resume();
    await agenda.close();
    await proxy.close();
    await dropSchema(schema);
  });
  const sql = (text: string, values: unknown[] = []) =>
    withClient(async (client) => {
      await client.query(`set search_path = ${schema}`);
      return (await client.query(text, values)).rows;
    });

  it('whose line is cut while it books answers as if nothing had been: the booking is there, once', async () => {
    const request = reserveRequest();
    proxy.cutNextCommit();
    const held = await agenda.schedule.reserve(request);
    expect(held).toMatchObject({ outcome: 'done', reservation: { id: request.id, version: 1 } });
    proxy.cutNextCommit();
    const booked = await agenda.schedule.confirm(seen({ id: request.id, version: 1 }, 'confirm'));
    expect(booked).toMatchObject({
      outcome: 'done',
      reservation: { status: 'booked', version: 2 },
    });
    expect(await agenda.schedule.find(request.id)).toMatchObject({ status: 'booked', version: 2 });
    expect(await sql('select from claims')).toHaveLength(1);
  });

  it('whose line is cut while it writes an appointment does not claim that it is written', async () => {
    const written = appointment({ id: createId() });
    proxy.cutNextCommit();
    await expect(agenda.appointments.save(written)).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
    expect((await agenda.appointments.save(written)).outcome).toBe('exists');
    expect(await agenda.appointments.find(written.id)).toEqual(written);
  });

  it('whose connections are all closed by the server goes on with new ones', async () => {
    const request = reserveRequest();
    await agenda.schedule.reserve(request);
    await Promise.all([1, 2, 3].map(() => agenda.schedule.find(request.id)));
    const ended = await sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where client_port = any($1)',
      [proxy.ports()],
    );
    expect(ended.length).toBeGreaterThan(0);
    expect((await agenda.schedule.find(request.id))?.status).toBe('pending');
    expect((await agenda.appointments.save(appointment())).outcome).toBe('saved');
    expect(agenda.trouble()).toBeUndefined();
  });

  it('whose server stands still says so in seconds, and is well again when the server is', async () => {
    const request = reserveRequest();
    await agenda.schedule.reserve(request);
    proxy.stall();
    const [confirming, reading] = await Promise.allSettled([
      agenda.schedule.confirm(seen({ id: request.id, version: 1 }, 'confirm')),
      agenda.schedule.find(request.id),
    ]);
    expect(confirming).toMatchObject({ reason: { code: 'STORE_WRITE_FAILED' } });
    expect(reading).toMatchObject({ reason: { code: 'DATABASE_UNUSABLE' } });
    expect(agenda.trouble()).toBe('database-not-reachable');
    proxy.resume();
    // Asked again under the same key.
    const confirmed = await agenda.schedule.confirm(
      seen({ id: request.id, version: 1 }, 'confirm'),
    );
    expect(confirmed).toMatchObject({ outcome: 'done', reservation: { version: 2 } });
    expect(agenda.trouble()).toBeUndefined();
  }, 30_000);

  it.each([
    ['commit', 'taken'],
    ['rollback', 'done'],
  ])(
    'waits for somebody who writes past its locks: after a %s the place is %s',
    async (end, outcome) => {
      await withClient(async (stranger) => {
        await stranger.query(`set search_path = ${schema}; begin`);
        const { step } = decide(new ScheduleLedger(), { op: 'reserve', ...reserveRequest() });
        const run: RunSql = async (text, values) => (await stranger.query(text, values)).rows;
        if (step) await writeStep(run, step);
        const asking = agenda.schedule.reserve(reserveRequest());
        const waiting = () =>
          stranger.query(
            'select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid))',
          );
        await expect.poll(async () => (await waiting()).rowCount, { timeout: 1_500 }).not.toBe(0);
        await stranger.query(end);
        expect((await asking).outcome).toBe(outcome);
      });
    },
  );

  it('gives nobody a place that its database refuses every time', async () => {
    await book(agenda.schedule);
    // The program looks at the record, which is where it was; the database at the columns.
    await sql('update claims set start_ms = start_ms + 1800000, end_ms = end_ms + 1800000');
    const asked = reserveRequest({ claims: [claim(30, 60)] });
    expect(await agenda.schedule.reserve(asked)).toEqual({
      outcome: 'taken',
      claim: claim(30, 60),
    });
    expect(await agenda.schedule.find(asked.id)).toBeUndefined();
  });

  it('keeps words with any character, and finds them again', async () => {
    const odd = appointment({ id: createId(), notes: 'a\u0000b \ud83d 😀 "\\' });
    await agenda.appointments.save(odd);
    expect(await agenda.appointments.find(odd.id)).toEqual(odd);
  });

  it('skips an appointment that is none, and refuses to guess about such a reservation', async () => {
    const [whole, broken] = [appointment({ id: createId() }), appointment({ id: createId() })];
    await agenda.appointments.save(whole);
    await agenda.appointments.save(broken);
    await sql(`update appointments set record = '{"id": 1}' where id = $1`, [broken.id]);
    expect(await agenda.appointments.list({ from: whole.day, to: whole.day })).toEqual([whole]);
    expect(await agenda.appointments.find(broken.id)).toBeUndefined();
    const request = reserveRequest();
    await agenda.schedule.reserve(request);
    await sql("update reservations set record = '{}'");
    await expect(agenda.schedule.find(request.id)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await expect(agenda.schedule.reserve(reserveRequest())).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
    });
  });

  it('forgets keys and cancelled holds after a week, and never a booking', async () => {
    const { schedule } = agenda;
    const booked = await book(schedule);
    const gone = await book(schedule, { claims: [claim(30, 60)] });
    await schedule.release(seen(gone, 'release'));
    const nowMs = before + keyMemoryMs;
    const request = reserveRequest({ claims: [claim(60, 90)], nowMs, holdExpiresAtMs: nowMs + 9 });
    const late = { ...request, version: 1 };
    await schedule.reserve(request);
    const database = await openDatabase({ url: databaseUrl, schema, log: createLog('silent') });
    await pruneSchedule(database);
    expect(await schedule.recall(`reserve/${gone.id}`)).toBeDefined();
    await schedule.confirm({ ...seen(late, 'confirm'), nowMs: nowMs + 2 });
    await pruneSchedule(database);
    await database.close();
    expect(await schedule.recall(`reserve/${gone.id}`)).toBeUndefined();
    expect(await schedule.find(gone.id)).toBeUndefined();
    expect(await schedule.find(booked.id)).toMatchObject({ status: 'booked' });
    expect(await schedule.recall(late.key)).toBeDefined();
  });
});

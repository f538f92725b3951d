import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openStorage } from '../../src/storage/storage-profile.ts';
import { someRow } from '../contract/audit-trail.ts';
import { feed } from '../contract/calendar-feed-store.ts';
import { clinicVersion } from '../contract/clinic-version-store.ts';
import { someUser } from '../contract/user-store.ts';
import { appointment, clinicsDirectory, staffRequest } from '../support/agent-fixtures.ts';
import { callRecord } from '../support/call-record.ts';
import { databaseUrl } from '../support/postgres.ts';
import { postgresServers } from '../support/postgres-servers.ts';
import { book, claim, reserveRequest, seen } from '../support/schedule-fixtures.ts';
import { scriptHead, scriptVersion } from '../support/script-fixtures.ts';

const main = new URL('../../src/import-files.ts', import.meta.url).pathname;

describe.skipIf(databaseUrl === '')('npm run import-files, into PostgreSQL', () => {
  const servers = postgresServers();
  const address = () => {
    const url = new URL(databaseUrl);
    url.searchParams.set('schema', servers.schema());
    return url.href;
  };
  const placesIn = (directory: string) => ({
    recordingsDirectory: join(directory, 'recordings'),
    appointmentsDirectory: join(directory, 'appointments'),
    dataDirectory: join(directory, 'data'),
  });
  const storageIn = (directory: string, more: { url?: string; lines?: string[] } = {}) =>
    openStorage({
      kind: 'files',
      ...placesIn(directory),
      databaseUrl: more.url,
      log: createLog('warn', { write: (line: string) => void more.lines?.push(line) }),
    });
  const importIn = (directory: string, url = address()) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const { recordingsDirectory, appointmentsDirectory, dataDirectory } = placesIn(directory);
      const env = {
        DATABASE_URL: url,
        RECORDINGS_DIR: recordingsDirectory,
        APPOINTMENTS_DIR: appointmentsDirectory,
        DATA_DIR: dataDirectory,
        CLINICS_DIR: clinicsDirectory,
      };
      execFile(execPath, ['--import', 'tsx', main], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });

  /** A clinic that worked on one machine. */
  async function fill(directory: string) {
    const files = await storageIn(directory);
    const booked = await book(files.schedule);
    const given = await book(files.schedule, { claims: [claim(30, 60)] });
    await files.schedule.release(seen(given, 'release'));
    const kept = {
      booked,
      visit: appointment(),
      request: staffRequest(),
      calls: Array.from({ length: 105 }, (_, n) =>
        callRecord({ startedAt: new Date(1_700_000_000_000 + n * 60_000).toISOString() }),
      ),
      user: someUser({ login: 'ana' }),
      feed: feed(),
      script: scriptHead('um', { by: 'ana' }),
    };
    await files.appointments.save(kept.visit);
    await files.requests.save(kept.request);
    for (const call of kept.calls) await files.calls.save(call);
    await files.users.change(() => ({ put: [kept.user], answer: undefined }));
    await files.optOuts.add({ e164: '+5588999990002', atMs: 1, channel: 'voice' });
    await files.calendarFeeds.add(kept.feed);
    await files.scripts.save(kept.script, scriptVersion());
    await files.clinicVersions.append(clinicVersion(1));
    await files.audit.append(someRow());
    await files.close();
    return kept;
  }

  it('brings all that one machine kept, once, and the server stops asking for it', async () => {
    const directory = await servers.directory();
    const kept = await fill(directory);
    const before: string[] = [];
    await (await storageIn(directory, { url: address(), lines: before })).close();
    expect(before.join()).toMatch(/not in the database: npm run import-files/);
    expect(before.join()).toContain('"calls"');

    const first = await importIn(directory);
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toContain('1 consultas, 2 horários ocupados');
    expect(first.out).toContain('ligações: 105');
    const there = await servers.open();
    expect(await there.schedule.find(kept.booked.id)).toEqual(kept.booked);
    const asked = reserveRequest({ claims: [claim()] });
    expect((await there.schedule.reserve(asked)).outcome).toBe('taken');
    expect((await book(there.schedule, { claims: [claim(30, 60)] })).status).toBe('booked');
    expect(await there.appointments.find(kept.visit.id)).toEqual(kept.visit);
    expect(await there.requests.find(kept.request.id)).toEqual(kept.request);
    for (const call of kept.calls) expect(await there.calls.find(call.id)).toEqual(call);
    const search = { clinics: 'all', text: 'avaliação' } as const;
    expect((await there.callIndex.search(search, { limit: 5 })).total).toBe(105);
    expect(await there.users.findByLogin('ana')).toEqual(kept.user);
    expect(there.optOuts.has('+5588999990002')).toBe(true);
    expect(there.calendarFeeds.all()).toEqual([kept.feed]);
    expect(await there.scripts.head('um')).toEqual(kept.script);
    expect(await there.scripts.versions('um')).toEqual([scriptVersion()]);
    expect(await there.clinicVersions.versions('aurora')).toEqual([clinicVersion(1)]);

    const again = await importIn(directory);
    expect(again.out).toContain('duas não podem virar uma só');
    expect(again.out).toContain('ligações: 0');
    expect((await there.callIndex.search(search, { limit: 5 })).total).toBe(105);
    const after: string[] = [];
    const server = await storageIn(directory, { url: address(), lines: after });
    expect(await server.madeHere(kept.calls[0]?.id ?? '')).toBe(true);
    await server.close();
    expect(after).toEqual([]);
  }, 60_000);

  it('does not mix two agendas: the one of the database stays, the other in its files', async () => {
    const there = await servers.open();
    const theirs = await book(there.schedule);
    const directory = await servers.directory();
    const { visit, booked, calls } = await fill(directory);
    const { code, out } = await importIn(directory);
    expect(code).toBe(0);
    expect(out).toContain('duas não podem virar uma só');
    expect(await there.schedule.find(theirs.id)).toEqual(theirs);
    expect(await there.schedule.find(booked.id)).toBeUndefined();
    expect(await there.appointments.find(visit.id)).toBeUndefined();
    expect((await there.calls.list({ limit: 200 })).calls).toHaveLength(calls.length);
  }, 60_000);

  it('leaves everything while a server runs on these files, or no database is named', async () => {
    const directory = await servers.directory();
    await mkdir(join(directory, 'data'), { recursive: true });
    const server = await storageIn(directory);
    const running = await importIn(directory);
    expect(running).toMatchObject({ code: 1, err: expect.stringContaining('STORE_LOCKED') });
    await server.close();
    const unnamed = await importIn(directory, '');
    expect(unnamed).toMatchObject({ code: 1, err: expect.stringContaining('CONFIG_INVALID') });
  }, 60_000);
});

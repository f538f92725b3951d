import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClinicDirectory } from '../../src/agent/clinic-directory.ts';
import { loadClinicTexts } from '../../src/agent/clinic-loader.ts';
import { openScriptCatalogue } from '../../src/agent/script-catalogue.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import type { PostgresProfile } from '../../src/storage/postgres-profile.ts';
import { feed } from '../contract/calendar-feed-store.ts';
import { someSession } from '../contract/session-store.ts';
import { someUser } from '../contract/user-store.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { databaseUrl } from '../support/postgres.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { postgresServers } from '../support/postgres-servers.ts';
import { scriptBody } from '../support/script-fixtures.ts';
import { until } from '../support/stage.ts';

const log = createLog('silent');
const entry = (e164: string) => ({ e164, atMs: 1, channel: 'voice' as const });

async function clinicsOf({ clinicVersions, changes }: PostgresProfile) {
  const shipped = await loadClinicTexts(clinicsDirectory);
  const directory = await createClinicDirectory({
    directory: clinicsDirectory,
    shipped,
    versions: clinicVersions,
    log,
  });
  changes.watch('clinics', directory.refresh);
  return directory;
}

async function scriptsOf({ scripts, changes }: PostgresProfile) {
  const catalogue = await openScriptCatalogue({
    store: scripts,
    shipped: [],
    clock: createClock(),
    log,
  });
  changes.watch('scripts', catalogue.refresh);
  return catalogue;
}

describe.skipIf(databaseUrl === '')('what one server changes in PostgreSQL', () => {
  const servers = postgresServers();
  const two = async () => [await servers.open(), await servers.open()] as const;

  it('of those who are not to be contacted counts at the other', async () => {
    const [a, b] = await two();
    await a.optOuts.add(entry('+5588999990002'));
    await until(() => b.optOuts.has('+5588999990002'), 'the other knows');
    expect(await b.optOuts.add(entry('+5588999990002'))).toBe('unchanged');
    expect(await b.optOuts.remove({ ...entry('+5588999990002'), channel: 'staff' })).toBe(
      'changed',
    );
    await until(() => !a.optOuts.has('+5588999990002'), 'and back');
    const changes = await Promise.all(
      [a, b, a, b].map(({ optOuts }) => optOuts.add(entry('+5588999990003'))),
    );
    expect(changes.filter((one) => one === 'changed')).toHaveLength(1);
    expect((await servers.open()).optOuts.list()).toEqual([entry('+5588999990003')]);
  });

  it('of calendar addresses counts at the other', async () => {
    const [a, b] = await two();
    const one = feed();
    await a.calendarFeeds.add(one);
    await until(() => b.calendarFeeds.findByHash(one.sha256), 'it is open at the other');
    expect(await b.calendarFeeds.remove(one.id)).toBe(true);
    await until(() => !a.calendarFeeds.findByHash(one.sha256), 'it is closed at both');
  });

  it('of a clinic is what callers of the other meet, and the slower of two who publish is told', async () => {
    const [a, b] = await two();
    const [first, second] = [await clinicsOf(a), await clinicsOf(b)];
    const text = await readFile(join(clinicsDirectory, 'aurora.yaml'), 'utf8');
    const wish = { base: 0, by: 'Ana', note: '', at: '2026-11-21T17:00:00.000Z' };
    const publish = (to: typeof first, name: string) =>
      to.publish('aurora', { ...wish, text: text.replaceAll('Lia', name) });
    const both = await Promise.all([publish(first, 'Cida'), publish(second, 'Rita')]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['published', 'stale']);
    const winner = both[0]?.outcome === 'published' ? 'Cida' : 'Rita';
    const nameIn = ({ all }: typeof first) =>
      all.find(({ id }) => id === 'aurora')?.persona.agentName;
    await until(
      () => nameIn(first) === winner && nameIn(second) === winner,
      'both answer with the version that was published',
    );
    expect(second.published('aurora')?.version).toBe(1);
  });

  it('of a script is matched at the other', async () => {
    const [a, b] = await two();
    const [first, second] = [await scriptsOf(a), await scriptsOf(b)];
    const scope = { clinic: 'aurora' };
    const created = { type: 'create', clinic: null, body: scriptBody(), publish: true } as const;
    expect(await first.change('consulta', created, 'ana')).toMatchObject({ outcome: 'done' });
    await until(
      () => second.match('quero marcar uma consulta', scope)[0]?.id === 'consulta',
      'it is matched at the other',
    );
  });

  it('of users and sessions counts at the next request at the other', async () => {
    const [a, b] = await two();
    const ana = someUser({ login: 'ana' });
    await a.users.change(() => ({ put: [ana], answer: undefined }));
    expect(await b.users.findByLogin('ana')).toEqual(ana);
    const session = someSession({ userId: ana.id });
    await b.sessions.add(session);
    expect(await a.sessions.find(session.key)).toEqual(session);
    await a.users.change(() => ({ put: [{ ...ana, epoch: 1 }], answer: undefined }));
    expect((await b.users.find(ana.id))?.epoch).toBe(1);
    await a.sessions.remove(session.key);
    expect(await b.sessions.find(session.key)).toBeUndefined();
    const claims = [a, b, a, b].map(({ users }) =>
      users.change((all) =>
        all.some(({ login }) => login === 'bia')
          ? { answer: 'taken' }
          : { put: [someUser({ login: 'bia' })], answer: 'made' },
      ),
    );
    expect((await Promise.all(claims)).sort()).toEqual(['made', 'taken', 'taken', 'taken']);
  });

  it('while the other could not listen is read when it can again', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    try {
      const a = await servers.open();
      const b = await servers.open({ url: proxy.url });
      await servers.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where client_port = any($1)',
        [proxy.ports()],
      );
      await a.optOuts.add(entry('+5588999990002'));
      await until(() => b.optOuts.has('+5588999990002'), 'it listens again', 10_000);
      await b.close();
    } finally {
      await proxy.close();
    }
  }, 20_000);
});

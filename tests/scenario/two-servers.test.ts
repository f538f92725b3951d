import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChainCheck } from '../../src/console/audit-chain.ts';
import type { ClinicView } from '../../src/console/clinic-view.ts';
import type { CallDetailView, CallListView } from '../../src/console/recordings-view.ts';
import { createLog } from '../../src/platform/log.ts';
import { verifyDatabaseTrail } from '../../src/storage/postgres-audit-verification.ts';
import { openDatabase } from '../../src/storage/postgres-database.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { databaseUrl, dropSchema, freshSchema, withClient } from '../support/postgres.ts';
import { openProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { scriptBody } from '../support/script-fixtures.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { apiKey, greeting, until } from '../support/stage.ts';

const password = 'quatro-palavras-sem-sentido';
/** Two servers of one clinic, each with files of its own, as processes of their own. */
const schema = freshSchema();

interface Person {
  cookie: string;
  /** @param path below `/console/api` */
  ask<Answer>(stage: ProcessStage, path: string, init?: RequestInit): Promise<Answer>;
  status(stage: ProcessStage, path: string, init?: RequestInit): Promise<number>;
}

async function signIn({ line }: ProcessStage): Promise<Person> {
  const headers = { 'content-type': 'application/json', 'x-alo-console': '1' };
  const answer = await fetch(`${line.url}/console/api/session`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ login: 'admin', password }),
  });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const send = (stage: ProcessStage, path: string, init: RequestInit = {}) =>
    fetch(`${stage.line.url}/console/api${path}`, {
      ...init,
      headers: init.body === undefined ? { cookie, 'x-alo-console': '1' } : { ...headers, cookie },
    });
  return {
    cookie,
    ask: async <Answer>(stage: ProcessStage, path: string, init?: RequestInit) =>
      (await (await send(stage, path, init)).json()) as Answer,
    status: async (stage, path, init) => (await send(stage, path, init)).status,
  };
}

const post = (body: object) => ({ method: 'POST', body: JSON.stringify(body) });

describe.skipIf(databaseUrl === '')('two servers on one PostgreSQL', () => {
  let a: ProcessStage;
  let b: ProcessStage;
  let serverA: ServerProcess;
  beforeAll(async () => {
    const url = new URL(databaseUrl);
    url.searchParams.set('schema', schema);
    const env = { DATABASE_URL: url.href };
    [a, b] = await Promise.all([openProcessStage(), openProcessStage()]);
    serverA = await a.start({ ...env, ADMIN_PASSWORD: password });
    await b.start(env);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([a.close(), b.close()]);
    await dropSchema(schema);
  });

  it('who was made at one signs in at the other; who leaves one has left both', async () => {
    const admin = await signIn(b);
    expect(await admin.status(a, '/session')).toBe(200);
    expect(await admin.status(a, '/session', { method: 'DELETE' })).toBeLessThan(300);
    expect(await admin.status(b, '/session')).toBe(401);
  });

  it('a call at one is found at the other with what was said, and where its recording is', async () => {
    const { call } = await a.greeted();
    await call.say(markedAudio(201, 400));
    await call.hangUp();
    const admin = await signIn(b);
    const found = await until(async () => {
      const list = await admin.ask<CallListView>(b, '/calls?text=gravada');
      return list.calls.find(({ state }) => state === 'ended');
    }, 'it is in the list of the other');
    const path = `/calls/${found.id}`;
    const there = await admin.ask<CallDetailView>(b, path);
    expect(there.lines.map(({ text }) => text)).toContain(greeting.text);
    expect(there.recording).toEqual({ state: 'elsewhere' });
    expect(await admin.status(b, `${path}/plays`, post({ reason: 'conferir' }))).toBe(404);
    const here = await admin.ask<CallDetailView>(a, path);
    expect(here.recording).toMatchObject({ state: 'playable' });
  }, 40_000);

  it('a clinic that is published at one answers the next call of the other', async () => {
    const admin = await signIn(a);
    const path = '/clinics/aurora';
    const view = await admin.ask<ClinicView>(a, path);
    const text = view.text.replaceAll('Lia', 'Cida');
    const draft = { method: 'PUT', body: JSON.stringify({ revision: 0, text }) };
    expect(await admin.status(a, `${path}/draft`, draft)).toBe(200);
    expect(await admin.status(a, `${path}/publish`, post({ revision: 1, note: '' }))).toBe(200);
    await until(
      async () => (await admin.ask<ClinicView>(b, path)).version === 1,
      'the other has read it',
    );
    const { call, model } = await b.greeted();
    const [update] = model.of('session.update');
    expect(JSON.stringify(update?.event)).toContain('Cida');
    await call.hangUp();
  }, 40_000);

  it('a script that is published at one is matched at the other', async () => {
    const name = 'Segunda via do girassol';
    const body = scriptBody({ name, examples: ['quero a segunda via do girassol'] });
    const answer = await fetch(`${a.line.url}/api/v1/script`, {
      ...post({ args: body }),
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(201);
    const admin = await signIn(b);
    const trial = post({ text: 'quero a segunda via do girassol' });
    await until(
      async () => JSON.stringify(await admin.ask(b, '/scripts/try', trial)).includes(name),
      'the other matches it',
    );
  });

  it('who asked one not to be rung is not rung by the other', async () => {
    const put = await fetch(
      `${a.line.url}/api/v1/opt-outs/${encodeURIComponent('+5588999990077')}`,
      {
        method: 'PUT',
        headers: { authorization: `Bearer ${apiKey}` },
      },
    );
    expect(put.status).toBeLessThan(300);
    const admin = await signIn(b);
    await until(
      async () => JSON.stringify(await admin.ask(b, '/opt-outs')).includes('0077'),
      'the other knows',
    );
  });

  it('one is killed in the middle of a call: the other closes its record', async () => {
    const { call } = await a.greeted();
    const admin = await signIn(b);
    const live = await until(async () => {
      const { calls } = await admin.ask<CallListView>(b, '/calls');
      const [one] = calls.filter(({ state }) => state === 'live');
      const { lines = [] } = one ? await admin.ask<CallDetailView>(b, `/calls/${one.id}`) : {};
      return lines.length > 0 && one;
    }, 'the call that goes on is at the other, with what was said');
    serverA.kill('SIGKILL');
    await serverA.exited;
    await call.ended;
    // As if it had been silent for longer than the living ever are.
    await withClient((client) =>
      client.query(
        `update ${schema}.servers set beat_at = now() - interval '1 hour' where id =
           (select server from ${schema}.calls where id = $1)`,
        [live.id],
      ),
    );
    const closed = await until(
      async () => {
        const one = await admin.ask<CallDetailView>(b, `/calls/${live.id}`);
        return one.state === 'live' ? undefined : one;
      },
      'its record is closed',
      30_000,
    );
    expect(closed).toMatchObject({ state: 'interrupted', ending: 'process-died' });
    expect(closed.lines.map(({ text }) => text)).toContain(greeting.text);
  }, 60_000);

  it('what was seen and done at both is one chain', async () => {
    const log = createLog('silent');
    const database = await openDatabase({ url: databaseUrl, schema, log });
    try {
      const verdict = await verifyDatabaseTrail(database, `${a.directory}/none`, createChainCheck);
      expect(verdict.fault ?? verdict.missing).toBeUndefined();
      expect(verdict.head.seq).toBeGreaterThan(20);
    } finally {
      await database.close();
    }
  });
});

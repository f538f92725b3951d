import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { openScriptCatalogue, shippedAuthor } from '../../src/agent/script-catalogue.ts';
import { scriptApiRoutes, scriptConsoleRoutes } from '../../src/console/script-routes.ts';
import type { ScriptTrialView, ScriptView } from '../../src/console/script-view.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryScriptStore } from '../../src/storage/memory-script-store.ts';
import { createFakeAccess } from '../support/console-access.ts';
import { scriptBody } from '../support/script-fixtures.ts';

const parts = { clock: createClock(), log: createLog('silent') };
const shipped = [
  { id: 'marcar', clinic: null, body: scriptBody() },
  {
    ...{ id: 'so-litoral', clinic: 'litoral' },
    body: scriptBody({ name: 'Vacina', examples: ['vacina de gripe'], when: 'Vacinas.' }),
  },
];

async function open(store = createMemoryScriptStore()) {
  const catalogue = await openScriptCatalogue({ ...parts, store, shipped });
  const access = createFakeAccess();
  const server = fastify();
  const holder = ({ headers }: { headers: { authorization?: string | undefined } }) =>
    headers.authorization === 'Bearer right' ? 'chave' : undefined;
  scriptApiRoutes(server, { catalogue, holder, defaultClinic: 'aurora' });
  scriptConsoleRoutes(server, { catalogue, access, defaultClinic: 'aurora' });
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) => {
    const headers = url.startsWith('/api/') ? { authorization: 'Bearer right' } : {};
    const answer = await server.inject({
      method,
      url,
      headers,
      ...(body ? { payload: body } : {}),
    });
    return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() };
  };
  return { server, catalogue, access, ask, store };
}
const args = { ...scriptBody({ name: 'Segunda via', examples: ['perdi o boleto'] }) };

describe('/api/v1/script', () => {
  it('lists all scripts and takes a new one, as is documented', async () => {
    const { ask } = await open();
    const listed = await ask('GET', '/api/v1/script');
    expect(listed.status).toBe(200);
    const scripts = (listed.body as { scripts: ScriptView[] }).scripts;
    expect(scripts.map(({ id }) => id)).toEqual(['marcar', 'so-litoral']);
    expect(scripts[0]).toMatchObject({ name: 'Marcar consulta', version: 1, status: 'live' });
    const added = await ask('POST', '/api/v1/script', { args });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      script: { id: 'segunda-via', version: 1, updatedBy: 'chave' },
    });
    const asText = await ask('POST', '/api/v1/script', {
      args: JSON.stringify({ ...args, id: 'outra-via' }),
    });
    expect(asText).toMatchObject({ status: 201, body: { script: { id: 'outra-via' } } });
    expect((await ask('GET', '/api/v1/script/outra-via')).status).toBe(200);
  });

  it('changes a script, keeps what it was, and brings that back', async () => {
    const { ask } = await open();
    const changed = await ask('PUT', '/api/v1/script/marcar', {
      args: { ...args, name: 'Marcar já' },
      note: 'nome novo',
      revision: 1,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { script: { name: 'Marcar já', version: 2 } },
    });
    const late = await ask('PUT', '/api/v1/script/marcar', { args, revision: 1 });
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'stale' } } });
    const back = await ask('POST', '/api/v1/script/marcar/roll-back', { version: 1 });
    expect(back).toMatchObject({
      status: 200,
      body: { script: { name: 'Marcar consulta', version: 3 } },
    });
    const { body } = await ask('GET', '/api/v1/script/marcar/versions');
    expect(body).toMatchObject({
      versions: [
        { version: 3, isLive: true, note: 'volta à versão 1' },
        { version: 2, isLive: false, note: 'nome novo', by: 'chave' },
        { version: 1, by: shippedAuthor },
      ],
    });
  });

  it('removes a script, which can be brought back, and is not shipped again', async () => {
    const { ask, store } = await open();
    expect((await ask('DELETE', '/api/v1/script/marcar')).status).toBe(204);
    expect((await ask('GET', '/api/v1/script/marcar')).status).toBe(404);
    const later = await open(store);
    expect(later.catalogue.match('quero marcar uma consulta', { clinic: 'aurora' })).toEqual([]);
    expect(
      (await later.ask('POST', '/api/v1/script/marcar/roll-back', { version: 1 })).status,
    ).toBe(200);
    expect(later.catalogue.match('quero marcar uma consulta', { clinic: 'aurora' })).toHaveLength(
      1,
    );
  });

  it('refuses without a key, and what is no script, in words', async () => {
    const { server, ask } = await open();
    for (const method of ['GET', 'POST'] as const)
      expect((await server.inject({ method, url: '/api/v1/script' })).statusCode).toBe(401);
    for (const body of [
      {},
      { args: 1 },
      { args: '{' },
      { args: {} },
      { args: { ...args, examples: [] } },
      { args: { ...args, id: '../x' } },
      { args, cor: 1 },
    ]) {
      const answer = await ask('POST', '/api/v1/script', body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid-script' } } });
    }
    expect(await ask('POST', '/api/v1/script', { args: { ...args, id: 'marcar' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'exists' } },
    });
    for (const id of ['nenhum', '__proto__', 'constructor', '..%2F..%2Fetc'])
      expect((await ask('GET', `/api/v1/script/${id}`)).status).toBe(404);
  });
});

describe('the scripts of the console', () => {
  const url = '/console/api/scripts';

  it('are drafted, tried, published and dropped without anybody being served the draft', async () => {
    const { ask, catalogue, access } = await open();
    const draft = { ...scriptBody({ examples: ['febre amarela'] }) };
    await ask('PUT', `${url}/marcar/draft`, { args: draft, revision: 1 });
    const scope = { clinic: 'aurora' };
    expect(catalogue.match('febre amarela', scope)).toEqual([]);
    const tried = await ask('POST', `${url}/try`, { text: 'febre amarela', draft: true });
    expect((tried.body as ScriptTrialView).chosen).toBe('marcar');
    expect((tried.body as ScriptTrialView).matches[0]).toMatchObject({
      name: 'Marcar consulta',
      words: ['febre', 'amarela'],
      example: 'febre amarela',
    });
    const published = await ask('POST', `${url}/marcar/publish`, { note: 'vacinas' });
    expect(published).toMatchObject({ status: 200, body: { script: { version: 2, draft: null } } });
    expect(catalogue.match('febre amarela', scope)[0]?.id).toBe('marcar');
    expect((await ask('POST', `${url}/marcar/publish`)).status).toBe(409);
    expect((await ask('DELETE', `${url}/marcar/draft`)).status).toBe(409);
    expect(access.entries.slice(0, 2).map(({ action, object }) => [action, object])).toEqual([
      ['script.draft', 'marcar'],
      ['script.publish', 'marcar'],
    ]);
  });

  it('are read by staff and auditors and changed by admins only', async () => {
    for (const role of ['staff', 'auditor'] as const) {
      const { server, access } = await open();
      access.person = { userId: 'u', name: 'Ana', role, clinics: 'all' };
      expect((await server.inject({ method: 'GET', url })).statusCode).toBe(200);
      for (const [method, path] of [
        ['POST', url],
        ['PUT', `${url}/marcar`],
        ['DELETE', `${url}/marcar`],
        ['POST', `${url}/marcar/roll-back`],
      ] as const)
        expect((await server.inject({ method, url: path, payload: { args } })).statusCode).toBe(
          403,
        );
      access.person = undefined;
      expect((await server.inject({ method: 'GET', url })).statusCode).toBe(401);
    }
  });

  it('of another clinic are not there; those of all clinics are seen and not changed', async () => {
    const { ask, access } = await open();
    access.person = { userId: 'u', name: 'Ana', role: 'admin', clinics: ['aurora'] };
    const listed = (await ask('GET', url)).body as { scripts: ScriptView[] };
    expect(listed.scripts.map(({ id }) => id)).toEqual(['marcar']);
    const foreign = await ask('GET', `${url}/so-litoral`);
    expect(foreign).toEqual(await ask('GET', `${url}/nenhum`));
    expect((await ask('DELETE', `${url}/so-litoral`)).status).toBe(404);
    expect((await ask('DELETE', `${url}/marcar`)).body).toMatchObject({
      error: { code: 'shared-script' },
    });
    expect((await ask('POST', `${url}/try`, { text: 'vacina', clinic: 'litoral' })).status).toBe(
      404,
    );
    const tried = (await ask('POST', `${url}/try`, { text: 'vacina de gripe' })).body;
    expect(tried).toMatchObject({ matches: [], chosen: null });
    expect((await ask('POST', url, { args: { ...args, clinic: 'aurora' } })).status).toBe(201);
    expect(
      (await ask('POST', url, { args: { ...args, id: 'x1', clinic: 'litoral' } })).status,
    ).toBe(403);
  });

  it('stay as they are when nothing can be written down about the change', async () => {
    const { ask, access, catalogue } = await open();
    access.isTrailBroken = true;
    expect((await ask('DELETE', `${url}/marcar`)).status).toBe(503);
    expect(catalogue.find('marcar')).toBeDefined();
  });
});

describe('shipped scripts', () => {
  it('are brought up to date where nobody changed them, and left alone where somebody did', async () => {
    const store = createMemoryScriptStore();
    await open(store);
    const newer = shipped.map((one) => ({
      ...one,
      body: { ...one.body, finalMessage: 'Novo fim.' },
    }));
    const first = await openScriptCatalogue({ ...parts, store, shipped });
    await first.change(
      'marcar',
      { type: 'replace', body: scriptBody({ name: 'Nosso' }), note: '' },
      'ana',
    );
    const after = await openScriptCatalogue({ ...parts, store, shipped: newer });
    expect(after.find('marcar')?.live?.body.name).toBe('Nosso');
    expect(after.find('so-litoral')?.live).toMatchObject({
      version: 2,
      body: { finalMessage: 'Novo fim.' },
    });
    const again = await openScriptCatalogue({ ...parts, store, shipped: newer });
    expect(again.find('so-litoral')?.revision).toBe(2);
  });
});

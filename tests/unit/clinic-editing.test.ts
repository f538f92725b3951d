import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createClinicDirectory } from '../../src/agent/clinic-directory.ts';
import { loadClinicTexts } from '../../src/agent/clinic-loader.ts';
import { createClinicEditing } from '../../src/console/clinic-editing.ts';
import { clinicRoutes } from '../../src/console/clinic-routes.ts';
import type { ClinicView } from '../../src/console/clinic-view.ts';
import type { Role } from '../../src/console/roles.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryClinicVersionStore } from '../../src/storage/memory-clinic-version-store.ts';
import { createServer } from '../../src/web-server.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { createFakeAccess } from '../support/console-access.ts';

const shipped = readFileSync(join(clinicsDirectory, 'aurora.yaml'), 'utf8');
const path = '/console/api/clinics/aurora';
const nowMs = Date.parse('2026-11-21T12:00:00Z');
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface OfficeOptions {
  role?: Role;
  clinics?: 'all' | string[];
  directory?: string;
  versions?: ReturnType<typeof createMemoryClinicVersionStore>;
}

/** The routes over a folder of clinic files, and somebody who is signed in. */
async function openOffice(options: OfficeOptions = {}) {
  const { directory = clinicsDirectory, versions = createMemoryClinicVersionStore() } = options;
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const shippedTexts = await loadClinicTexts(directory);
  const parts = { directory, shipped: shippedTexts, versions, log };
  const clinics = await createClinicDirectory(parts);
  const access = createFakeAccess(options.role, options.clinics);
  const server = createServer();
  closing.push(() => server.close());
  const editing = createClinicEditing({ directory: clinics, store: versions, nowMs: () => nowMs });
  clinicRoutes(server, { access, directory: clinics, editing });
  const ask = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object) => {
    const reply = await server.inject({ method, url, ...(body ? { payload: body } : {}) });
    return { status: reply.statusCode, body: reply.json() };
  };
  const agentNow = () => clinics.all.find(({ id }) => id === 'aurora')?.persona.agentName;
  return { ask, access, clinics, agentNow, lines, versions };
}

const renamed = (name: string) => shipped.replace('agentName: Lia', `agentName: ${name}`);

async function publishAs(office: Awaited<ReturnType<typeof openOffice>>, text: string) {
  const { body: view } = await office.ask('GET', path);
  const revision = (view as ClinicView).draft?.revision ?? 0;
  await office.ask('PUT', `${path}/draft`, { revision, text });
  return office.ask('POST', `${path}/publish`, { revision: revision + 1, note: 'nome novo' });
}

describe('a draft', () => {
  it('is kept, and no caller hears of it', async () => {
    const office = await openOffice();
    const { status, body } = await office.ask('PUT', `${path}/draft`, {
      revision: 0,
      text: renamed('Bia'),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 0, draft: { revision: 1, base: 0, problems: [] } });
    expect(office.agentNow()).toBe('Lia');
  });

  it('with a mistake is kept too, and the mistake told by its line', async () => {
    const office = await openOffice();
    const text = shipped.replace('to: "13:00"', 'to: "06:00"');
    const line = text.split('\n').findIndex((one) => one.includes('to: "06:00"')) + 1;
    const { body } = await office.ask('PUT', `${path}/draft`, { revision: 0, text });
    expect(body.draft.problems).toEqual([{ line, text: 'openingHours[1].to: depois de “from”' }]);
    expect(body.form).toBeUndefined();
    const { status, body: refused } = await office.ask('POST', `${path}/publish`, {
      revision: 1,
      note: '',
    });
    expect(status).toBe(422);
    expect(refused).toMatchObject({ error: { code: 'invalid' }, problems: [{ line }] });
    expect(office.agentNow()).toBe('Lia');
  });

  it('of somebody who has not seen the last one is refused', async () => {
    const { ask } = await openOffice();
    await ask('PUT', `${path}/draft`, { revision: 0, text: renamed('Bia') });
    const { status, body } = await ask('PUT', `${path}/draft`, {
      revision: 0,
      text: renamed('Ana'),
    });
    expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'stale' });
    expect((await ask('GET', path)).body.draft.text).toBe(renamed('Bia'));
  });

  it('begins by a change of the form, and its preview shows it', async () => {
    const { ask } = await openOffice();
    const value = [{ from: '2026-11-23', to: '2026-12-20', closed: true, note: 'reforma' }];
    const { body } = await ask('POST', `${path}/edit`, {
      revision: 0,
      edit: { field: 'exceptions', value },
    });
    expect(body.form.exceptions).toEqual(value);
    const preview = await ask('GET', `${path}/preview`);
    expect(preview.body.isDraft).toBe(true);
    expect(preview.body.text).toContain('reforma');
  });

  it('is thrown away', async () => {
    const { ask } = await openOffice();
    await ask('PUT', `${path}/draft`, { revision: 0, text: renamed('Bia') });
    expect((await ask('DELETE', `${path}/draft`)).body.draft).toBeUndefined();
  });

  it.each([
    ['another clinic’s id', shipped.replace('id: aurora', 'id: outra'), /^id: precisa continuar/],
    [
      'another clinic’s number',
      shipped.replace('+558835430000', '+551155550100'),
      /já é de Estratégia Investimentos/,
    ],
    ['no YAML', 'id: [', /recuo/],
  ])('with %s cannot be published', async (_what, text, reason) => {
    const office = await openOffice();
    const { status, body } = await publishAs(office, text);
    expect(status).toBe(422);
    expect(body.problems[0].text).toMatch(reason);
  });
});

describe('a publication', () => {
  it('is in force at once; who holds the old profile keeps it', async () => {
    const office = await openOffice();
    const old = office.clinics.all.find(({ id }) => id === 'aurora');
    const { status, body } = await publishAs(office, renamed('Bia'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 1, text: renamed('Bia') });
    expect(body.draft).toBeUndefined();
    expect(office.agentNow()).toBe('Bia');
    expect(old?.persona.agentName).toBe('Lia');
    expect(office.clinics.all.map(({ id }) => id)).toEqual(['aurora', 'estrategia']);
  });

  it('is in force after a restart too, which the log says, until the file is published again', async () => {
    const { versions, ...office } = await openOffice();
    await publishAs({ versions, ...office }, renamed('Bia'));
    const after = await openOffice({ versions });
    expect(after.agentNow()).toBe('Bia');
    expect(after.lines.join()).toContain('wins over the file');
    expect((await after.ask('GET', path)).body.hasShippedChanged).toBe(false);
  });

  it('is remembered with who and when, compared, and taken back', async () => {
    const office = await openOffice();
    await publishAs(office, renamed('Bia'));
    await publishAs(office, renamed('Cida'));
    const changes = await office.ask('GET', `${path}/changes?from=1&to=2`);
    const lines = changes.body.parts.flatMap(
      (part: { lines: { kind: string; text: string }[] }) => part.lines,
    );
    expect(lines.filter(({ kind }: { kind: string }) => kind !== 'same')).toEqual([
      { kind: 'gone', text: '  agentName: Bia' },
      { kind: 'added', text: '  agentName: Cida' },
    ]);
    expect(
      (await office.ask('POST', `${path}/restore`, { version: 0, note: 'engano' })).status,
    ).toBe(200);
    expect(office.agentNow()).toBe('Lia');
    const { body } = await office.ask('GET', `${path}/versions`);
    expect(body.versions).toMatchObject([
      { number: 3, restored: 0, note: 'engano', by: 'Ana Recepção', isCurrent: true },
      { number: 2, at: '2026-11-21T12:00:00.000Z', isCurrent: false },
      { number: 1, note: 'nome novo' },
      { number: 0 },
    ]);
    expect(office.access.entries.map(({ action }) => action)).toEqual([
      'clinic.draft',
      'clinic.publish',
      'clinic.draft',
      'clinic.publish',
      'clinic.restore',
    ]);
  });

  it('of a draft that began before another publication is refused', async () => {
    const { ask, agentNow } = await openOffice();
    await ask('PUT', `${path}/draft`, { revision: 0, text: renamed('Bia') });
    await ask('POST', `${path}/restore`, { version: 0, note: '' });
    const { status } = await ask('POST', `${path}/publish`, { revision: 1, note: '' });
    expect(status).toBe(409);
    expect(agentNow()).toBe('Lia');
  });

  it('does not happen when it cannot be written down', async () => {
    const office = await openOffice();
    await office.ask('PUT', `${path}/draft`, { revision: 0, text: renamed('Bia') });
    office.access.isTrailBroken = true;
    expect((await office.ask('POST', `${path}/publish`, { revision: 1, note: '' })).status).toBe(
      503,
    );
    expect(office.agentNow()).toBe('Lia');
  });

  it('that this program cannot read any more gives way to the one before it, loudly', async () => {
    const { versions } = await openOffice();
    const version = {
      clinic: 'aurora',
      at: '2026-11-21T12:00:00Z',
      by: 'Ana',
      note: '',
      shipped: '',
    };
    await versions.append({ ...version, number: 1, text: renamed('Bia') });
    await versions.append({ ...version, number: 2, text: 'id: aurora\nold: field\n' });
    const { agentNow, lines, clinics } = await openOffice({ versions });
    expect(agentNow()).toBe('Bia');
    expect(lines.join()).toContain('cannot be read any more');
    expect(clinics.published('aurora')?.hasShippedChanged).toBe(true);
  });
});

describe('who may', () => {
  it('an auditor reads and changes nothing; the front desk sees nothing', async () => {
    const auditor = await openOffice({ role: 'auditor' });
    expect((await auditor.ask('GET', path)).status).toBe(200);
    expect((await auditor.ask('PUT', `${path}/draft`, { revision: 0, text: '' })).status).toBe(403);
    expect((await auditor.ask('POST', `${path}/restore`, { version: 0, note: '' })).status).toBe(
      403,
    );
    const staff = await openOffice({ role: 'staff' });
    expect((await staff.ask('GET', path)).status).toBe(403);
  });

  it.each([
    ['GET', ''],
    ['GET', '/preview'],
    ['GET', '/versions'],
    ['GET', '/changes?from=0&to=0'],
    ['PUT', '/draft'],
    ['DELETE', '/draft'],
    ['POST', '/edit'],
    ['POST', '/publish'],
    ['POST', '/restore'],
  ] as const)(
    'another clinic’s admin meets the same answer as for no clinic: %s %s',
    async (method, rest) => {
      const { ask, access } = await openOffice({ clinics: ['estrategia'] });
      const body = method === 'GET' || method === 'DELETE' ? undefined : { revision: 0, text: '' };
      const foreign = await ask(method, `/console/api/clinics/aurora${rest}`, body);
      const missing = await ask(method, `/console/api/clinics/nowhere${rest}`, body);
      expect(foreign).toEqual(missing);
      expect(foreign.status).toBe(404);
      expect(access.entries).toEqual([]);
    },
  );

  it.each([
    { revision: -1, text: '' },
    { revision: 0 },
    { revision: 0, text: 'x', more: 1 },
    { revision: 0, edit: { field: 'price', path: ['__proto__'], value: 1 } },
    { revision: 0, edit: { field: 'voice', value: [] } },
  ])('a body that is not understood is refused: %j', async (body) => {
    const { ask } = await openOffice();
    const url = 'edit' in body ? `${path}/edit` : `${path}/draft`;
    expect([400, 422]).toContain((await ask('edit' in body ? 'POST' : 'PUT', url, body)).status);
  });
});

describe('the folder of clinic files', () => {
  it('read again brings clinics that were added, with no restart; a mistake in one changes nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'clinic-files-'));
    closing.push(() => rm(directory, { recursive: true }));
    await cp(clinicsDirectory, directory, { recursive: true });
    const office = await openOffice({ directory });
    const added = shipped.replace('id: aurora', 'id: nova').replaceAll('+55883543', '+55883544');
    await writeFile(join(directory, 'nova.yaml'), 'id: nova\n');
    expect((await office.ask('POST', '/console/api/clinic-files/read')).status).toBe(422);
    await writeFile(join(directory, 'nova.yaml'), added);
    const { body } = await office.ask('POST', '/console/api/clinic-files/read');
    expect(body).toEqual({ clinics: ['nova'] });
    expect(office.clinics.all.map(({ id }) => id)).toEqual(['aurora', 'estrategia', 'nova']);
  });
});

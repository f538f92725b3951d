import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFirstUser } from '../../src/console/first-user.ts';
import { isPassword } from '../../src/console/password.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMemoryAuditTrail } from '../../src/storage/memory-audit-trail.ts';
import { createMemoryUserStore } from '../../src/storage/memory-user-store.ts';
import { type ConsoleDesk, openConsoleDesk, type Person } from '../support/console-desk.ts';

const path = '/console/api/users';
const wish = { login: 'Eva@Clinica.com', name: 'Eva Souza', role: 'staff', clinics: ['aurora'] };

describe('users', () => {
  let desk: ConsoleDesk;
  let admin: Person;
  beforeEach(async () => {
    desk = await openConsoleDesk();
    await desk.add('chefe', 'admin');
    admin = await desk.as('chefe');
  });
  afterEach(() => desk.server.close());

  const rows = async (action: string) => (await desk.trail.page({ action }, { limit: 50 })).rows;

  it('are made with a password for once, which is shown once and written down nowhere', async () => {
    const made = await admin.ask('POST', path, wish);
    expect(made.statusCode).toBe(201);
    const { user, password } = made.json();
    expect(user).toMatchObject({
      login: 'eva@clinica.com',
      role: 'staff',
      hasOneTimePassword: true,
    });
    expect(JSON.stringify(await desk.users.list())).not.toContain(password);
    expect((await admin.ask('GET', path)).body).not.toContain('argon2');
    const entered = await desk.enter('eva@clinica.com', password);
    expect(entered.json()).toMatchObject({ mustChangePassword: true, role: 'staff' });
    const [row] = await rows('user.create');
    expect(row).toMatchObject({ login: 'chefe', object: user.id, detail: { role: 'staff' } });
    expect(JSON.stringify(row)).not.toContain(password);
  });

  it('have a login of their own', async () => {
    await admin.ask('POST', path, wish);
    const again = await admin.ask('POST', path, { ...wish, login: 'eva@clinica.com ' });
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'login-taken']);
  });

  it.each([
    ['a login with spaces', { login: 'eva souza' }],
    ['no name', { name: ' ' }],
    ['a name of control characters', { name: 'Eva\u0000' }],
    ['a role that does not exist', { role: 'owner' }],
    ['a clinic that does not exist', { clinics: ['aurora', 'outra'] }],
    ['no clinic', { clinics: [] }],
  ])('are not made with %s', async (_what, part) => {
    const answer = await admin.ask('POST', path, { ...wish, ...part });
    expect(answer.statusCode).toBe(400);
    expect(await rows('user.create')).toEqual([]);
  });

  it.each([
    ['a new role', { role: 'auditor' }, 401],
    ['other clinics', { clinics: ['bela'] }, 401],
    ['disabling', { isDisabled: true }, 401],
    ['a new name', { name: 'Eva Lima' }, 200],
  ])('are signed out by %s, and only by such', async (_what, change, status) => {
    const user = await desk.add('eva', 'staff', { clinics: ['aurora'] });
    const eva = await desk.as('eva');
    const changed = await admin.ask('PATCH', `${path}/${user.id}`, change);
    expect(changed.statusCode).toBe(200);
    expect((await eva.ask('GET', '/console/api/session')).statusCode).toBe(status);
    expect(await rows('user.change')).toMatchObject([{ login: 'chefe', object: user.id }]);
  });

  it('that are disabled do not come in until they are enabled again', async () => {
    const { id } = await desk.add('eva');
    await admin.ask('PATCH', `${path}/${id}`, { isDisabled: true });
    expect((await desk.enter('eva')).statusCode).toBe(401);
    await admin.ask('PATCH', `${path}/${id}`, { isDisabled: false });
    expect((await desk.enter('eva')).statusCode).toBe(200);
  });

  it('get a new password for once from an administrator; the old one is over', async () => {
    const { id } = await desk.add('eva');
    const eva = await desk.as('eva');
    const { password } = (await admin.ask('POST', `${path}/${id}/password`)).json();
    expect((await eva.ask('GET', '/console/api/session')).statusCode).toBe(401);
    expect((await desk.enter('eva')).statusCode).toBe(401);
    expect((await desk.enter('eva', password)).json()).toMatchObject({ mustChangePassword: true });
  });

  it('always hold somebody who administers all clinics', async () => {
    const [{ id } = { id: '' }] = await desk.users.list();
    await desk.add('regional', 'admin', { clinics: ['aurora'] });
    for (const change of [{ isDisabled: true }, { role: 'staff' }, { clinics: ['aurora'] }]) {
      const answer = await admin.ask('PATCH', `${path}/${id}`, change);
      expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'last-admin']);
    }
    await desk.add('vice', 'admin');
    expect((await admin.ask('PATCH', `${path}/${id}`, { isDisabled: true })).statusCode).toBe(200);
  });

  it('are read by auditors, changed by administrators, and hidden from the front desk', async () => {
    const { id } = await desk.add('olga', 'auditor');
    await desk.add('ana', 'staff');
    const [olga, ana] = [await desk.as('olga'), await desk.as('ana')];
    expect((await olga.ask('GET', path)).statusCode).toBe(200);
    expect((await ana.ask('GET', path)).statusCode).toBe(403);
    for (const person of [olga, ana]) {
      expect((await person.ask('POST', path, wish)).statusCode).toBe(403);
      expect((await person.ask('PATCH', `${path}/${id}`, { role: 'admin' })).statusCode).toBe(403);
      expect((await person.ask('POST', `${path}/${id}/password`)).statusCode).toBe(403);
    }
  });

  it('of another clinic are not there for an administrator of one', async () => {
    const everywhere = await desk.add('geral', 'staff');
    const other = await desk.add('bruna', 'staff', { clinics: ['bela'] });
    const own = await desk.add('aldo', 'staff', { clinics: ['aurora'] });
    await desk.add('regional', 'admin', { clinics: ['aurora'] });
    const regional = await desk.as('regional');
    const listed = (await regional.ask('GET', path)).json().users;
    expect(listed.map(({ login }: { login: string }) => login).sort()).toEqual([
      'aldo',
      'regional',
    ]);
    const missing = await regional.ask('PATCH', `${path}/aaaaaaaaaaaaaaaaaaaaaaaaaa`, {
      name: 'X',
    });
    for (const { id } of [everywhere, other]) {
      const answer = await regional.ask('PATCH', `${path}/${id}`, { name: 'X' });
      expect([answer.statusCode, answer.body]).toEqual([404, missing.body]);
      expect((await regional.ask('POST', `${path}/${id}/password`)).statusCode).toBe(404);
    }
    for (const clinics of ['all', ['bela'], ['aurora', 'bela']]) {
      const answer = await regional.ask('PATCH', `${path}/${own.id}`, { clinics });
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'unknown-clinic']);
      expect((await regional.ask('POST', path, { ...wish, clinics })).statusCode).toBe(400);
    }
  });

  it('do not change while the trail cannot be written', async () => {
    const { id } = await desk.add('eva');
    desk.trail.append = () => Promise.reject(new Error('full'));
    expect((await admin.ask('PATCH', `${path}/${id}`, { role: 'admin' })).statusCode).toBe(503);
    expect((await admin.ask('POST', path, wish)).statusCode).toBe(503);
    expect(await desk.users.find(id)).toMatchObject({ role: 'staff' });
    expect(await desk.users.list()).toHaveLength(2);
  });
});

describe('the trail over HTTP', () => {
  let desk: ConsoleDesk;
  beforeEach(async () => {
    desk = await openConsoleDesk();
    await desk.add('olga', 'auditor');
    await desk.add('regional', 'auditor', { clinics: ['aurora'] });
    const row = { user: 'u1', login: 'ana', role: 'staff', ip: '203.0.113.7' };
    for (const [at, clinicId, patient] of [
      ['2026-11-21T12:00:00.000Z', 'aurora', 'p1'],
      ['2026-11-22T12:00:00.000Z', 'bela', 'p1'],
      ['2026-11-22T13:00:00.000Z', 'aurora', 'p2'],
    ] as const)
      await desk.trail.append({
        ...row,
        at,
        action: 'recording.play',
        clinicId,
        patient,
        object: `call-${patient}`,
      });
  });
  afterEach(() => desk.server.close());

  const plays = async (login: string, query: string) => {
    const person = await desk.as(login);
    const { rows } = (await person.ask('GET', `/console/api/audit?${query}`)).json();
    return rows
      .filter(({ action }: { action: string }) => action === 'recording.play')
      .map(
        ({ at, clinicId, patient }: Record<string, string>) =>
          `${at?.slice(8, 13)} ${clinicId} ${patient}`,
      );
  };

  it('is read by patient, object, user and day', async () => {
    expect(await plays('olga', 'patient=p1')).toEqual(['22T12 bela p1', '21T12 aurora p1']);
    expect(await plays('olga', 'object=call-p2')).toEqual(['22T13 aurora p2']);
    expect(await plays('olga', 'user=u1&action=recording.play')).toHaveLength(3);
    expect(await plays('olga', 'user=u2')).toEqual([]);
    const day = 'from=2026-11-22T00:00:00-03:00&to=2026-11-23T00:00:00-03:00';
    expect(await plays('olga', day)).toEqual(['22T13 aurora p2', '22T12 bela p1']);
  });

  it('is read in pages', async () => {
    const olga = await desk.as('olga');
    const query = '/console/api/audit?action=recording.play&limit=2';
    const first = (await olga.ask('GET', query)).json();
    const second = (await olga.ask('GET', `${query}&before=${first.nextBefore}`)).json();
    const seen = [...first.rows, ...second.rows].map(({ seq }: { seq: number }) => seq);
    expect(seen).toEqual([3, 2, 1]);
    expect(second.nextBefore).toBeUndefined();
  });

  it('shows only what was done with one’s own clinics', async () => {
    expect(await plays('regional', '')).toEqual(['22T13 aurora p2', '21T12 aurora p1']);
    const regional = await desk.as('regional');
    const file = await regional.ask('GET', '/console/api/audit.csv');
    expect(file.body).not.toContain('bela');
  });

  it('is closed to the front desk', async () => {
    await desk.add('ana', 'staff');
    const ana = await desk.as('ana');
    for (const url of ['/console/api/audit', '/console/api/audit.csv'])
      expect((await ana.ask('GET', url)).statusCode).toBe(403);
  });

  it('holds a row of each look at it, with what was looked for', async () => {
    await plays('olga', 'patient=p1');
    const { rows } = await desk.trail.page({ action: 'audit.view' }, { limit: 1 });
    expect(rows).toMatchObject([{ login: 'olga', detail: { patient: 'p1' } }]);
  });

  it('is exported as a file that no spreadsheet computes', async () => {
    const row = { user: 'u', role: 'staff', ip: '203.0.113.7', at: '2026-11-22T14:00:00.000Z' };
    const texts = ['=1+1', '+55 88', '-2', '@sum(a1)', '\t=1', ' =1', '＝1', 'a,"b"\r\nc'];
    for (const login of texts) await desk.trail.append({ ...row, login, action: 'x' });
    const olga = await desk.as('olga');
    const file = await olga.ask('GET', '/console/api/audit.csv?action=x');
    expect(file.headers['content-disposition']).toBe('attachment; filename="auditoria.csv"');
    for (const text of texts.slice(0, 7)) expect(file.body).toContain(`;"'${text}";`);
    expect(file.body).toContain(';"a,""b""\r\nc";');
    expect((await desk.trail.page({ action: 'audit.export' }, { limit: 1 })).rows).toHaveLength(1);
  });

  it.each(['limit=0', 'limit=201', 'from=ontem', 'x=1', 'before=-1', 'user='])(
    'refuses the question %s',
    async (query) => {
      const olga = await desk.as('olga');
      expect((await olga.ask('GET', `/console/api/audit?${query}`)).statusCode).toBe(400);
    },
  );
});

describe('the first user', () => {
  const clock = { wallMs: () => Date.parse('2026-11-23T12:00:00Z'), monotonicMs: () => 0 };
  const log = createLog('silent');
  const store = () => ({ users: createMemoryUserStore(), trail: createMemoryAuditTrail() });
  const make = (
    parts: ReturnType<typeof store>,
    adminPassword: string | undefined,
    isSandbox = false,
  ) => makeFirstUser({ ...parts, clock, log, config: { adminPassword, isSandbox } });

  it('is made by ADMIN_PASSWORD once, and not changed by it later', async () => {
    const parts = store();
    expect(await make(parts, 'uma frase bem comprida')).toBeUndefined();
    await make(parts, 'outra frase bem comprida');
    const [admin, ...others] = await parts.users.list();
    expect(admin).toMatchObject({ login: 'admin', role: 'admin', clinics: 'all' });
    expect(others).toEqual([]);
    expect(await isPassword('uma frase bem comprida', admin?.password.hash)).toBe(true);
  });

  it('is not there without it', async () => {
    const parts = store();
    await make(parts, undefined);
    expect(await parts.users.list()).toEqual([]);
  });

  it('of the sandbox has a new password at each start, until somebody chooses one', async () => {
    const parts = store();
    const first = await make(parts, undefined, true);
    const second = await make(parts, undefined, true);
    expect(first?.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(second?.password).not.toBe(first?.password);
    const [admin] = await parts.users.list();
    expect(await isPassword(second?.password ?? '', admin?.password.hash)).toBe(true);
    if (!admin) throw new Error('no admin');
    const password = { ...admin.password, origin: 'chosen' as const };
    await parts.users.change(() => ({ put: [{ ...admin, password }], answer: undefined }));
    expect(await make(parts, undefined, true)).toBeUndefined();
  });

  it('of the sandbox is taken over by ADMIN_PASSWORD', async () => {
    const parts = store();
    await make(parts, undefined, true);
    await make(parts, 'uma frase bem comprida');
    const users = await parts.users.list();
    expect(users).toMatchObject([{ login: 'admin', password: { origin: 'chosen' }, epoch: 1 }]);
  });
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPassword } from '../../src/console/password.ts';
import { keepTerminalNotes } from '../../src/console/terminal-notes.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileAuditTrail } from '../../src/storage/file-audit-trail.ts';
import { openFileClinicVersionStore } from '../../src/storage/file-clinic-version-store.ts';
import { openFileUserStore } from '../../src/storage/file-user-store.ts';
import { createMemoryAuditTrail } from '../../src/storage/memory-audit-trail.ts';
import { someRow } from '../contract/audit-trail.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { databaseUrl } from '../support/postgres.ts';
import { postgresServers } from '../support/postgres-servers.ts';
import { until } from '../support/stage.ts';

const log = createLog('silent');
let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'access-command-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(() => rm(join(directory, 'data'), { recursive: true, force: true }));

/** Runs a command with nothing in its environment but its directories. */
function run(command: 'user' | 'audit', args: string[], typed = '', more = {}) {
  const main = new URL(`../../src/${command}.ts`, import.meta.url).pathname;
  const env = { DATA_DIR: join(directory, 'data'), CLINICS_DIR: clinicsDirectory, ...more };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      execPath,
      ['--import', 'tsx', main, ...args],
      { env },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    child.stdin?.end(typed);
  });
}

const users = () => openFileUserStore({ directory: join(directory, 'data', 'users') });
const frase = 'uma frase bem comprida';
const eva = ['add', 'Eva', '--name', 'Eva Souza', '--role', 'admin'];

/** Each test starts some processes, and the machine may be busy. */
const patience = { timeout: 120_000 };

describe('npm run user', patience, () => {
  it('makes somebody with a password from standard input, which the trail is told of', async () => {
    const { code, out, err } = await run('user', eva, `${frase}\nmore\n`);
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain(frase);
    const store = await users();
    const [user] = await store.list();
    expect(user).toMatchObject({
      login: 'eva',
      role: 'admin',
      clinics: 'all',
      password: { origin: 'chosen' },
    });
    expect(await isPassword(frase, user?.password.hash)).toBe(true);
    const trail = createMemoryAuditTrail();
    const end = keepTerminalNotes({ users: store, trail, log });
    await until(() => trail.head().seq > 0, 'the note is in the trail');
    end();
    expect((await trail.page({}, { limit: 5 })).rows).toMatchObject([
      { user: 'terminal', action: 'user.create', object: user?.id },
    ]);
    await until(async () => (await store.notes()).length === 0, 'the note is forgotten');
  });

  it('gives a password for once, disables and lists', async () => {
    await run('user', eva, `${frase}\n`);
    const made = await run('user', [
      'add',
      'bia',
      '--name',
      'Bia',
      '--role',
      'staff',
      '--clinic',
      'aurora',
      '--one-time',
    ]);
    expect(made.out).toMatch(/Senha para a primeira entrada .*: [a-z2-9]{5}(-[a-z2-9]{5}){3}\n$/);
    expect((await run('user', ['disable', 'bia'])).code).toBe(0);
    expect(await (await users()).findByLogin('bia')).toMatchObject({
      clinics: ['aurora'],
      disabledAt: expect.any(String),
      password: { origin: 'one-time' },
    });
    const { out } = await run('user', ['list']);
    expect(out).toContain('bia  Bia  staff  aurora  desativado  senha provisória');
  });

  it('knows the clinics that were added in the console', async () => {
    const versions = openFileClinicVersionStore({ directory: join(directory, 'data', 'clinics') });
    const [at, text] = ['2026-11-21T10:00:00.000Z', 'id: nova'];
    const made = { clinic: 'nova', number: 1, at, by: 'Eva', note: '', shipped: '', text };
    await versions.append(made);
    const bia = ['add', 'bia', '--name', 'Bia', '--role', 'staff', '--clinic', 'nova'];
    const { code, err } = await run('user', bia, `${frase}\n`);
    expect([code, err]).toEqual([0, '']);
    expect(await (await users()).findByLogin('bia')).toMatchObject({ clinics: ['nova'] });
  });

  it('says what is wrong, and changes nothing', async () => {
    await run('user', eva, `${frase}\n`);
    const wrong: [string[], string, RegExp][] = [
      [eva, `${frase}\n`, /Já existe/],
      [['add', 'x1', '--name', 'X', '--role', 'staff'], 'curta\n', /12 caracteres/],
      [
        ['add', 'x1', '--name', 'X', '--role', 'staff', '--clinic', 'lua', '--one-time'],
        '',
        /Não existe a clínica lua/,
      ],
      [['add', 'x1', '--name', 'X', '--role', 'dono'], frase, /uso:/],
      [['add', 'x1', frase, '--name', 'X', '--role', 'staff'], '', /uso:/],
      [['disable', 'eva'], '', /última pessoa/],
      [['disable', 'ninguem'], '', /Não existe o usuário/],
      [['remove', 'eva'], '', /uso:/],
    ];
    const answers = await Promise.all(wrong.map(([args, typed]) => run('user', args, typed)));
    for (const [at, { code, out, err }] of answers.entries()) {
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(wrong[at]?.[2] ?? /never/);
    }
    expect(await (await users()).list()).toHaveLength(1);
  });
});

describe('npm run audit', patience, () => {
  it('says that a trail is whole, or names the line that is not', async () => {
    const own = join(directory, 'data', 'audit');
    await mkdir(own, { recursive: true });
    const trail = await openFileAuditTrail({ directory: own, log });
    for (let n = 0; n < 5; n += 1) await trail.append(someRow({ object: `call-${n}` }));
    await trail.close();
    const { seq, hash } = trail.head();
    const whole = await run('audit', ['verify', '--head', `${seq}:${hash}`]);
    expect([whole.code, whole.out]).toEqual([
      0,
      `Íntegra: 5 linhas em 1 arquivos. Última: 5:${hash}\n`,
    ]);
    const file = join(own, '2026-11-21.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('call-2', 'call-7'));
    const broken = await run('audit', ['verify']);
    expect([broken.code, broken.err]).toEqual([
      1,
      `ALTERADA: ${file}, linha 3: a linha não está como foi escrita.\n`,
    ]);
    expect((await run('audit', ['verify', '--head', 'x'])).err).toMatch(/uso:/);
  });
});

describe.skipIf(databaseUrl === '')('with PostgreSQL', patience, () => {
  const servers = postgresServers();
  const inDatabase = () => {
    const url = new URL(databaseUrl);
    url.searchParams.set('schema', servers.schema());
    return { DATABASE_URL: url.href };
  };

  it('npm run user makes somebody who may sign in at every server', async () => {
    const made = await run('user', eva, `${frase}\n`, inDatabase());
    expect([made.code, made.err]).toEqual([0, '']);
    const { users: kept } = await servers.open();
    expect(await kept.findByLogin('eva')).toMatchObject({ role: 'admin' });
    expect(await kept.notes()).toMatchObject([{ action: 'user.create' }]);
    const { out } = await run('user', ['list'], '', inDatabase());
    expect(out).toContain('eva');
  });

  it('npm run audit verifies the chain of all servers, and tells where it was changed', async () => {
    for (const { audit } of [await servers.open(), await servers.open()])
      for (let n = 0; n < 3; n += 1) await audit.append(someRow({ object: `call-${n}` }));
    const whole = await run('audit', ['verify'], '', inDatabase());
    expect([whole.code, whole.err]).toEqual([0, '']);
    expect(whole.out).toMatch(/Íntegra: 6 linhas no banco de dados/);
    await servers.sql(`update audit_rows set line = replace(line, 'call-1', 'x') where seq = 5`);
    const changed = await run('audit', ['verify'], '', inDatabase());
    expect(changed.code).toBe(1);
    expect(changed.err).toContain('ALTERADA: banco de dados, tabela audit_rows, linha 5');
  });

  it('a database that cannot be reached is said in one line', async () => {
    const nowhere = { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' };
    const { code, err } = await run('user', ['list'], '', nowhere);
    expect(code).toBe(1);
    expect(err).toMatch(/^DATABASE_UNUSABLE: .*ECONNREFUSED/);
    expect(err).not.toContain('    at ');
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callListRoutes } from '../../src/call/call-list-routes.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { listTown } from '../support/call-list-town.ts';

const main = new URL('../../src/call-list.ts', import.meta.url).pathname;
const key = 'a-key-of-the-test-0123456789';

let directory = '';
let url = '';
let server: FastifyInstance;
const town = listTown();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'call-list-command-'));
  const clinic = await shippedClinic('aurora');
  server = fastify();
  await server.register(callListRoutes, {
    holder: ({ headers }) => (headers.authorization === `Bearer ${key}` ? 'main' : undefined),
    lists: town.lists,
    clinics: [clinic],
    defaultClinic: () => clinic,
    clock: town.clock,
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

interface Said {
  code: number;
  out: string;
  err: string;
}

function run(args: string[], env: Record<string, string> = { API_KEY: key }): Promise<Said> {
  return new Promise((resolve) => {
    const all = ['--import', import.meta.resolve('tsx'), main, ...args, '--url', url];
    execFile(execPath, all, { env, cwd: directory }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

async function file(text: string): Promise<string> {
  const path = join(directory, 'pacientes.csv');
  await writeFile(path, text);
  return path;
}

const people = 'telefone;nome;mensagem\n+5588999990002;Maria;Mudamos.\nvizinho;Ana;Mudamos.\n';

describe('npm run call-list', { timeout: 60_000 }, () => {
  it('looks at a file, tells what is wrong in which line, and keeps nothing', async () => {
    const { code, out } = await run([await file(people), '--kind', 'custom', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toContain('nada foi guardado');
    expect(out).toMatch(/linha 2 {2}waiting/);
    expect(out).toMatch(/linha 3 {2}NÃO será chamada: O telefone é inválido/);
    expect(town.lists.all()).toEqual([]);
  });

  it('imports it, starts it, tells how it stands, pauses and stops it', async () => {
    const made = await run([
      await file(people),
      '--kind',
      'custom',
      '--name',
      'Mudança',
      '--start',
    ]);
    expect(made).toMatchObject({ code: 0, err: '' });
    const [list] = town.lists.all();
    expect(list).toMatchObject({ name: 'Mudança', kind: 'custom', state: 'running', retries: 1 });
    await town.pass(3);
    const id = list?.id ?? '';
    expect((await run(['status', id])).out).toMatch(/linha 2 {2}ended {2}answered/);
    expect((await run(['status'])).out).toContain('answered: 1');
    expect((await run(['pause', id])).err).toContain('isso não é possível');
  });

  it('says in one line what is wrong, and fails', async () => {
    const none = await run(['agenda', '2026-11-30']);
    expect([none.code, none.err]).toEqual([1, 'Não há ninguém para chamar nesta lista.\n']);
    expect((await run(['status', 'nothing'])).err).toContain('Não existe lista com esse id.');
    expect((await run(['missing.csv'])).err).toContain('o arquivo não pode ser lido');
    expect((await run(['status'], { API_KEY: 'another-key-0123456789' })).err).toContain('chave');
    expect((await run(['status'], {})).err).toContain('Defina API_KEY');
    for (const args of [[], ['start'], ['agenda'], ['a.csv', 'b.csv'], ['status', '--de', 'x']])
      expect((await run(args)).err).toMatch(/^uso:/);
  });
});

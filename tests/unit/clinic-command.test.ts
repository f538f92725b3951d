import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clinicsDirectory } from '../support/agent-fixtures.ts';

const main = new URL('../../src/clinic.ts', import.meta.url).pathname;

/** Runs the command with nothing in its environment. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(execPath, ['--import', 'tsx', main, ...args], { env: {} }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

describe('npm run clinic', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'clinic-command-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('prints the places of a good file', async () => {
    const file = join(clinicsDirectory, 'aurora.yaml');
    const { code, out, err } = await run('check', file, '--from', '2026-12-01');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^Clínica Aurora: vagas de ter 01\/12 a qua 30\/12/);
  });

  it('lists every problem of a bad one, with its line, and fails', async () => {
    const file = join(directory, 'ruim.yaml');
    await writeFile(file, 'id: ruim\nname: Ruim\ntimeZone: Marte/Base\nstate: ZZ\n');
    const { code, out, err } = await run('check', file);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(`${file}:3 timeZone: fuso horário IANA`);
    expect(err).toContain(`${file}:4 state: sigla de um estado`);
  });

  it('says how it is used, and fails, when it is used otherwise', async () => {
    const answers = await Promise.all([
      run(),
      run('check', 'a.yaml', '--de', '2026-12-01'),
      run('check', 'a.yaml', '--from', '2026-02-30'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1]);
    for (const { err } of answers) expect(err).toMatch(/uso: npm run clinic -- check/);
  });
});

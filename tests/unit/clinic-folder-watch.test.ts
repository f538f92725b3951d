import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClinicFolderLook } from '../../src/agent/clinic-folder-watch.ts';
import { createLog } from '../../src/platform/log.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alo-clinic-folder-'));
  await writeFile(join(directory, 'aurora.yaml'), 'a');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function lookAt(readAgain: () => Promise<unknown>) {
  const lines: string[] = [];
  const log = createLog('error', { write: (line: string) => void lines.push(line) });
  return { look: createClinicFolderLook({ directory, readAgain, log }), lines };
}

it('a file that is put there is read once, and only when it stopped growing', async () => {
  let reads = 0;
  const { look } = lookAt(async () => (reads += 1));
  await look();
  await look();
  expect(reads).toBe(0);
  await writeFile(join(directory, 'nova.yaml'), 'ha');
  await look();
  await writeFile(join(directory, 'nova.yaml'), 'half no more');
  await look();
  expect(reads).toBe(0);
  await look();
  await look();
  expect(reads).toBe(1);
});

it('a file that cannot be used is told once, and read again when it was changed', async () => {
  let reads = 0;
  const { look, lines } = lookAt(async () => {
    reads += 1;
    throw new Error('nova: falta o nome');
  });
  await look();
  await writeFile(join(directory, 'nova.yaml'), 'x');
  for (let n = 0; n < 4; n += 1) await look();
  expect([reads, lines.length]).toEqual([1, 1]);
  expect(lines[0]).toContain('falta o nome');
  await utimes(join(directory, 'nova.yaml'), 1, 1);
  for (let n = 0; n < 4; n += 1) await look();
  expect([reads, lines.length]).toEqual([2, 2]);
});

it('other files in the folder are none of its business', async () => {
  let reads = 0;
  const { look } = lookAt(async () => (reads += 1));
  await look();
  await writeFile(join(directory, 'notes.txt'), 'x');
  for (let n = 0; n < 4; n += 1) await look();
  expect(reads).toBe(0);
});

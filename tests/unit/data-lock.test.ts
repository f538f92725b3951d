import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../src/storage/data-lock.ts';

const lockModule = new URL('../../src/storage/data-lock.ts', import.meta.url).href;

describe('the lock of a data directory', () => {
  let directory: string;
  const children: { kill(signal: 'SIGKILL'): boolean }[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  /** Another process that locks and stays. */
  async function lockElsewhere() {
    const code = `const { lockDirectory } = await import(${JSON.stringify(lockModule)});
      await lockDirectory(${JSON.stringify(directory)});
      process.send('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', code],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    children.push(child);
    await once(child, 'message');
    return child;
  }

  it('is held by one process and free again when it lets go', async () => {
    const release = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await release();
    await release();
    expect(await readdir(directory)).toEqual([]);
    await (await lockDirectory(directory))();
  });

  it('keeps a second process out while the first lives, and not after it was killed', async () => {
    const child = await lockElsewhere();
    await expect(lockDirectory(directory)).rejects.toThrow(`process ${child.pid} already uses`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = await lockDirectory(directory);
    expect(JSON.parse(await readFile(join(directory, '.lock'), 'utf8')).pid).toBe(process.pid);
    await release();
  });

  it('is taken over from a process whose number now belongs to another', async () => {
    const stale = `${JSON.stringify({ pid: process.pid, started: 'another boot/123' })}\n`;
    await writeFile(join(directory, '.lock'), stale);
    await (await lockDirectory(directory))();
  });

  it('is taken over when it is empty or unreadable', async () => {
    for (const content of ['', '{"pi', 'null\n', '{"pid":-1}\n', '{"pid":"1"}\n']) {
      await writeFile(join(directory, '.lock'), content);
      await (await lockDirectory(directory))();
    }
  });

  it('goes to exactly one of many that start at once over a dead one', async () => {
    for (let round = 0; round < 10; round++) {
      const stale = `${JSON.stringify({ pid: 2 ** 22 + 1, started: 'x' })}\n`;
      await writeFile(join(directory, '.lock'), stale);
      const tries = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockDirectory(directory)),
      );
      const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(won).toHaveLength(1);
      await won[0]?.();
    }
    expect(await readdir(directory)).toEqual([]);
  });

  it('is not released by one who no longer holds it', async () => {
    const release = await lockDirectory(directory);
    const other = '{"pid":1}\n';
    await writeFile(join(directory, '.lock'), other);
    await release();
    expect(await readFile(join(directory, '.lock'), 'utf8')).toBe(other);
  });
});

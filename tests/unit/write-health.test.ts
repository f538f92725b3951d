import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { replaceFile } from '../../src/storage/file-commit.ts';
import { createWriteHealth } from '../../src/storage/write-health.ts';
import { appointment } from '../support/agent-fixtures.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'alo-health-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

describe('the health of a directory', () => {
  it('is bad from a write that failed until a trial works, which leaves nothing', async () => {
    vi.useFakeTimers();
    let isFull = true;
    const tried: string[] = [];
    const health = createWriteHealth('/somewhere', async (path) => {
      tried.push(path);
      if (isFull) throw new Error('ENOSPC');
    });
    expect(health.isWritable()).toBe(true);
    health.failed();
    health.failed();
    expect(health.isWritable()).toBe(false);
    await vi.advanceTimersByTimeAsync(15_000);
    expect([health.isWritable(), tried.length]).toEqual([false, 3]);
    isFull = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(health.isWritable()).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tried).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is good again with the next write that works', () => {
    vi.useFakeTimers();
    const health = createWriteHealth('/somewhere', () => Promise.reject(new Error('never')));
    health.failed();
    health.worked();
    expect([health.isWritable(), vi.getTimerCount()]).toEqual([true, 0]);
  });

  it('is tried no more once it is closed', async () => {
    vi.useFakeTimers();
    let tries = 0;
    const health = createWriteHealth('/somewhere', async () => {
      tries += 1;
      throw new Error('gone');
    });
    health.failed();
    health.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(0);
  });
});

it('the store of appointments tells of a disk that takes nothing', async () => {
  let isFull = false;
  const store = await openFileAppointmentStore({
    directory,
    log: createLog('silent'),
    replaceFile: (path, data) =>
      isFull ? Promise.reject(new Error('ENOSPC')) : replaceFile(path, data),
  });
  await store.save(appointment());
  expect(store.isWritable()).toBe(true);
  isFull = true;
  const { id } = appointment();
  await expect(store.update(id, (one) => ({ ...one, notes: 'x' }))).rejects.toThrow();
  expect(store.isWritable()).toBe(false);
  isFull = false;
  await store.update(id, (one) => ({ ...one, notes: 'x' }));
  expect(store.isWritable()).toBe(true);
  expect(await readdir(directory)).toHaveLength(1);
  store.close();
});

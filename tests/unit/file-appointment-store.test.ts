import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '../../src/platform/errors.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { appointment } from '../support/agent-fixtures.ts';

describe('a directory of appointment files', () => {
  let directory = '';
  let lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const open = () => createFileAppointmentStore({ directory, log });
  const wholeYear = { from: '2026-01-01', to: '2026-12-31' };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: unknown) => (hasCode(error, 'STORE_WRITE_FAILED') ? 'STORE_WRITE_FAILED' : error),
    );
  beforeEach(async () => {
    lines = [];
    directory = await mkdtemp(join(tmpdir(), 'appointments-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds one readable JSON, named by day, time and id', async () => {
    const saved = appointment();
    const { file } = await open().save(saved);
    expect(await readdir(directory)).toEqual(['2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(saved);
  });

  it('is understood by the next process', async () => {
    const saved = appointment();
    await open().save(saved);
    expect(await open().find(saved.id)).toEqual(saved);
    expect((await open().save(saved)).outcome).toBe('exists');
  });

  it.each([
    ['half a JSON', '{"schemaVersion":1,"id"'],
    ['zeros', '\0\0\0\0'],
    ['nothing', ''],
    ['another shape', '{"hello":"world"}'],
    ['a newer version', JSON.stringify({ ...appointment(), schemaVersion: 2 })],
    ['another appointment', JSON.stringify(appointment({ id: 'z'.repeat(26) }))],
    ['far too much', `"${'x'.repeat(100_000)}"`],
  ])('with a file that holds %s skips it loudly and leaves it alone', async (_, content) => {
    const good = appointment({ id: createId() });
    const store = open();
    await store.save(good);
    const damaged = join(directory, '2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json');
    await writeFile(damaged, content);
    expect(await store.list(wholeYear)).toEqual([good]);
    expect(await store.find('abcdefghijklmnopqrstuvwxyz')).toBeUndefined();
    expect(await readFile(damaged, 'utf8')).toBe(content);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('abcdefghijklmnopqrstuvwxyz');
  });

  it('with strangers in it (notes, folders, temporary files) goes on', async () => {
    const good = appointment({ id: createId() });
    const store = open();
    await store.save(good);
    await writeFile(join(directory, 'leia-me.txt'), 'x');
    await writeFile(join(directory, `${createId()}.tmp`), 'x');
    await mkdir(join(directory, `2026-11-30T14-00-${createId()}.json`));
    expect(await store.list(wholeYear)).toEqual([good]);
  });

  it('acknowledges nothing and keeps nothing when the write fails', async () => {
    const store = createFileAppointmentStore({
      directory,
      log,
      replaceFile: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
    });
    const one = appointment();
    expect(await codeOf(store.save(one))).toBe('STORE_WRITE_FAILED');
    expect(await readdir(directory)).toEqual([]);
    expect(await store.find(one.id)).toBeUndefined();
    expect((await open().save(one)).outcome).toBe('saved');
  });

  it('that has vanished refuses to save', async () => {
    const store = open();
    await rm(directory, { recursive: true });
    expect(await codeOf(store.save(appointment()))).toBe('STORE_WRITE_FAILED');
  });

  it('lets the next of several saves try when the first one fails', async () => {
    let attempts = 0;
    const store = createFileAppointmentStore({
      directory,
      log,
      replaceFile: async (path, data) => {
        attempts += 1;
        if (attempts === 1) throw new Error('EIO');
        await writeFile(path, data);
      },
    });
    const one = appointment();
    const results = await Promise.allSettled([store.save(one), store.save(one), store.save(one)]);
    const outcomes = results.map((result) =>
      result.status === 'fulfilled' ? result.value.outcome : 'failed',
    );
    expect(outcomes).toEqual(['failed', 'saved', 'exists']);
    expect(attempts).toBe(2);
  });

  it.each([
    ['an id that walks out of the directory', { id: '../../../../tmp/evil' }],
    ['a day that walks out of the directory', { day: '../../../x' }],
    ['a time that is none', { time: '14/00' }],
  ])('never writes %s', async (_, change) => {
    expect(await codeOf(open().save(appointment(change)))).toBe('STORE_WRITE_FAILED');
    expect(await readdir(directory)).toEqual([]);
  });
});

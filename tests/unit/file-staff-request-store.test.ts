import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { replaceFile } from '../../src/storage/file-commit.ts';
import { openFileStaffRequestStore } from '../../src/storage/file-staff-request-store.ts';
import { staffRequest } from '../support/agent-fixtures.ts';
import { createFailingDisk, noSpace } from '../support/failing-disk.ts';

describe('a directory of request files', () => {
  let directory = '';
  let lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const open = () => openFileStaffRequestStore({ directory, log });
  beforeEach(async () => {
    lines = [];
    directory = await mkdtemp(join(tmpdir(), 'requests-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds one readable JSON each, named by instant and id, for the next process as well', async () => {
    const saved = staffRequest();
    await (await open()).save(saved);
    const name = '2026-11-26T13-00-00-000Z-abcdefghijklmnopqrstuvwxyz.json';
    expect(await readdir(directory)).toEqual([name]);
    expect(JSON.parse(await readFile(join(directory, name), 'utf8'))).toEqual(saved);
    expect(await (await open()).list({ status: 'open', limit: 1 })).toEqual([saved]);
    expect(await (await open()).save(saved)).toEqual({ outcome: 'exists' });
  });

  it('acknowledges and keeps nothing when any step of the disk before the new name fails', async () => {
    const disk = createFailingDisk();
    const store = await openFileStaffRequestStore({
      directory,
      log,
      replaceFile: (path, data) => replaceFile(path, data, disk),
    });
    for (let k = 1; disk.steps.at(-1) !== 'rename'; k += 1) {
      disk.steps = [];
      disk.trouble = (_step, count) => {
        if (count === k) throw noSpace();
      };
      const saving = store.save(staffRequest());
      await expect(saving).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      expect(await readdir(directory)).toEqual([]);
    }
    disk.trouble = () => undefined;
    expect(await store.save(staffRequest())).toEqual({ outcome: 'saved' });
  });

  it('that has vanished refuses to save', async () => {
    const store = await open();
    await rm(directory, { recursive: true });
    await expect(store.save(staffRequest())).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  });

  it('with a damaged file, a stranger and what a dead process left goes on with the others', async () => {
    await writeFile(join(directory, `2027-01-01T00-00-00-000Z-${'z'.repeat(26)}.json`), '{"a":');
    await writeFile(join(directory, 'leia-me.txt'), 'x');
    await writeFile(join(directory, '.x.json.0123456789ab.tmp'), 'metade');
    const store = await open();
    await store.save(staffRequest());
    expect(await store.list({ limit: 5 })).toEqual([staffRequest()]);
    expect(lines[0]).toContain('z'.repeat(26));
    expect(lines.join()).not.toContain('Maria');
    expect(await readdir(directory)).not.toContain('.x.json.0123456789ab.tmp');
  });

  it('shows a request that was edited or taken away by hand as it is now', async () => {
    const store = await open();
    const [kept, gone] = [staffRequest(), staffRequest({ id: createId() })];
    for (const one of [kept, gone]) await store.save(one);
    const names = await readdir(directory);
    const pathOf = (id: string) => join(directory, names.find((name) => name.includes(id)) ?? '');
    await rm(pathOf(gone.id));
    await writeFile(pathOf(kept.id), JSON.stringify({ ...kept, status: 'done' }));
    expect(await store.list({ status: 'open', limit: 5 })).toEqual([]);
    expect(await store.list({ status: 'done', limit: 5 })).toEqual([{ ...kept, status: 'done' }]);
    expect(await store.find(gone.id)).toBeUndefined();
  });
});

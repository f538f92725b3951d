import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFileUserStore } from '../../src/storage/file-user-store.ts';
import { createMemoryUserStore } from '../../src/storage/memory-user-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeUserStore, someUser } from './user-store.ts';

describeUserStore('memory', async () => ({
  store: createMemoryUserStore(),
  close: async () => undefined,
}));

const fresh = () => mkdtemp(join(tmpdir(), 'users-'));

describeUserStore('files', async () => {
  const directory = await fresh();
  return {
    store: await openFileUserStore({ directory }),
    close: () => rm(directory, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeUserStore('PostgreSQL', async () => ({
    store: (await emptied()).users,
    close: async () => undefined,
  }));
});

describe('the users in a file', () => {
  it('changed by another process are seen at the next question', async () => {
    const directory = await fresh();
    const server = await openFileUserStore({ directory });
    const terminal = await openFileUserStore({ directory });
    const ana = someUser();
    await terminal.change(() => ({ put: [ana], answer: undefined }));
    expect(await server.find(ana.id)).toEqual(ana);
    await rm(directory, { recursive: true });
  });

  it('lose nobody when two processes change them at once', async () => {
    const directory = await fresh();
    const stores = await Promise.all([0, 1].map(() => openFileUserStore({ directory })));
    await Promise.all(
      stores.flatMap((store) =>
        [0, 1, 2].map(() => store.change(() => ({ put: [someUser()], answer: undefined }))),
      ),
    );
    expect(await stores[0]?.list()).toHaveLength(6);
    await rm(directory, { recursive: true });
  });

  it('are readable by their owner only', async () => {
    const directory = await fresh();
    const store = await openFileUserStore({ directory });
    await store.change(() => ({ put: [someUser()], answer: undefined }));
    expect((await stat(join(directory, 'users.json'))).mode & 0o777).toBe(0o600);
    await rm(directory, { recursive: true });
  });

  it('that cannot be understood are not taken for nobody', async () => {
    for (const text of ['', '{', '{"schemaVersion":1,"users":[{}],"notes":[]}', '[]']) {
      const directory = await fresh();
      await writeFile(join(directory, 'users.json'), text);
      await expect(openFileUserStore({ directory })).rejects.toMatchObject({
        code: 'STORE_DAMAGED',
      });
      await rm(directory, { recursive: true });
    }
  });

  it('stay as they were when the disk takes nothing', async () => {
    const directory = await fresh();
    const ana = someUser();
    const good = await openFileUserStore({ directory });
    await good.change(() => ({ put: [ana], answer: undefined }));
    const before = await readFile(join(directory, 'users.json'), 'utf8');
    const full = await openFileUserStore({
      directory,
      replaceFile: () =>
        Promise.reject(Object.assign(new Error('full'), { code: 'STORE_WRITE_FAILED' })),
    });
    const failing = full.change(() => ({ put: [someUser()], answer: undefined }));
    await expect(failing).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await full.list()).toEqual([ana]);
    expect(await readFile(join(directory, 'users.json'), 'utf8')).toBe(before);
    await rm(directory, { recursive: true });
  });
});

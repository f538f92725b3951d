import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileSessionStore } from '../../src/storage/file-session-store.ts';
import { createMemorySessionStore } from '../../src/storage/memory-session-store.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeManySessions, describeSessionStore, someSession } from './session-store.ts';

const log = createLog('silent');
const fresh = () => mkdtemp(join(tmpdir(), 'sessions-'));

describeSessionStore('memory', async () => ({
  store: createMemorySessionStore(),
  close: async () => undefined,
}));
describeManySessions('memory', () => createMemorySessionStore());

describeSessionStore('files', async () => {
  const directory = await fresh();
  return {
    store: await openFileSessionStore({ directory, log }),
    close: () => rm(directory, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeSessionStore('PostgreSQL', async () => ({
    store: (await emptied()).sessions,
    close: async () => undefined,
  }));
});

describe('the sessions in a file', () => {
  it('last over a restart, those that ended do not', async () => {
    const directory = await fresh();
    const before = await openFileSessionStore({ directory, log });
    const [stays, ended] = [someSession(), someSession()];
    for (const one of [stays, ended]) await before.add(one);
    await before.remove(ended.key);
    await before.touch(stays.key, 9_000);
    await before.close();
    const after = await openFileSessionStore({ directory, log });
    expect(await after.find(stays.key)).toEqual({ ...stays, usedAtMs: 9_000 });
    expect(await after.find(ended.key)).toBeUndefined();
    await rm(directory, { recursive: true });
  });

  it('are on the disk as soon as they began, and gone from it as soon as they ended', async () => {
    const directory = await fresh();
    const store = await openFileSessionStore({ directory, log });
    const one = someSession();
    const text = () => readFile(join(directory, 'sessions.json'), 'utf8');
    await store.add(one);
    expect(await text()).toContain(one.key);
    await store.remove(one.key);
    expect(await text()).not.toContain(one.key);
    await rm(directory, { recursive: true });
  });

  it('that cannot be understood let nobody in', async () => {
    for (const text of ['', '{"sessions":[{"key":"x"}]}', '{"sessions":7}']) {
      const directory = await fresh();
      await writeFile(join(directory, 'sessions.json'), text);
      const lines: string[] = [];
      const own = createLog('info', { write: (line: string) => void lines.push(line) });
      const store = await openFileSessionStore({ directory, log: own });
      expect(lines.join('')).toContain('everybody has to sign in again');
      await store.add(someSession());
      await rm(directory, { recursive: true });
    }
  });

  it('that cannot be written down do not begin, and end all the same', async () => {
    const directory = await fresh();
    let isFull = false;
    const store = await openFileSessionStore({
      directory,
      log,
      replaceFile: async () => {
        if (isFull) throw new Error('full');
      },
    });
    const one = someSession();
    await store.add(one);
    isFull = true;
    const late = someSession();
    await expect(store.add(late)).rejects.toThrow('full');
    expect(await store.find(late.key)).toBeUndefined();
    await expect(store.remove(one.key)).rejects.toThrow('full');
    expect(await store.find(one.key)).toBeUndefined();
    await rm(directory, { recursive: true });
  });
});

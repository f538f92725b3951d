import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/platform/log.ts';
import { openFileCallStore } from '../../src/storage/file-call-store.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { callRecord } from '../support/call-record.ts';
import { databaseUrl, profileForSuite } from '../support/postgres.ts';
import { describeCallStore } from './call-store.ts';

describeCallStore('memory', async () => ({
  store: createMemoryCallStore(),
  close: async () => undefined,
}));

describeCallStore('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'calls-'));
  return {
    store: await openFileCallStore({ directory, log: createLog('silent') }),
    close: () => rm(directory, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = profileForSuite();
  describeCallStore('PostgreSQL', async () => ({
    store: (await emptied()).calls,
    close: async () => undefined,
  }));
});

describe('calls kept in files', () => {
  let directory: string;
  let logged: string[];
  const log = createLog('info', { write: (line) => void logged.push(line) });
  const open = () => openFileCallStore({ directory, log });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'calls-'));
    logged = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are there for the next process, named after their recording', async () => {
    const call = callRecord({ callSid: 'CA42', state: 'live' });
    await (await open()).save(call);
    expect(await readdir(directory)).toEqual(['2026-11-21T10-15-30-CA42.json']);
    const next = await open();
    expect(await next.find(call.id)).toEqual(call);
    expect(await next.unfinished()).toEqual([call]);
    await next.save({ ...call, state: 'ended' });
    expect(await readdir(directory)).toEqual(['2026-11-21T10-15-30-CA42.json']);
  });

  it('do not stop a start when some are damaged: those are named in the log and left alone', async () => {
    const good = callRecord();
    await (await open()).save(good);
    const damaged = {
      'half.json': '{"schemaVersion":1,"id":"aaa',
      'empty.json': '',
      'other.json': '{"to":"somewhere"}',
      'path.json': JSON.stringify({ ...callRecord(), callSid: '../../etc' }),
      'future.json': JSON.stringify({ ...callRecord(), schemaVersion: 9 }),
    };
    for (const [name, text] of Object.entries(damaged)) {
      await writeFile(join(directory, name), text);
    }
    await mkdir(join(directory, 'folder.json'));
    await writeFile(join(directory, '.half.json.0123456789ab.tmp'), 'x');
    const store = await open();
    expect((await store.list({ limit: 10 })).calls).toEqual([good]);
    for (const [name, text] of Object.entries(damaged)) {
      expect(await readFile(join(directory, name), 'utf8')).toBe(text);
      expect(logged.some((line) => line.includes(name))).toBe(true);
    }
    expect(logged).toHaveLength(6);
    expect(logged.join()).not.toContain('+55119');
    expect(await readdir(directory)).not.toContain('.half.json.0123456789ab.tmp');
  });

  it('never take the place of a damaged file', async () => {
    await writeFile(join(directory, '2026-11-21T10-15-30-CA42.json'), '{');
    const store = await open();
    const call = callRecord({ callSid: 'CA42' });
    await store.save(call);
    expect(await readFile(join(directory, '2026-11-21T10-15-30-CA42.json'), 'utf8')).toBe('{');
    expect(await (await open()).find(call.id)).toEqual(call);
  });

  it('are refused when the disk refuses, and saved when it is back', async () => {
    const store = await open();
    const call = callRecord();
    await rm(directory, { recursive: true });
    const saves = await Promise.allSettled([store.save(call), store.save(call), store.save(call)]);
    for (const save of saves) {
      expect(save).toMatchObject({ status: 'rejected', reason: { code: 'STORE_WRITE_FAILED' } });
    }
    expect(await store.find(call.id)).toBeUndefined();
    await mkdir(directory);
    await store.save(call);
    expect(await store.find(call.id)).toEqual(call);
    expect(await readdir(directory)).toHaveLength(1);
  });
});

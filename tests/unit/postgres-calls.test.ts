import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callRecord } from '../support/call-record.ts';
import { databaseUrl } from '../support/postgres.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { postgresServers } from '../support/postgres-servers.ts';
import { until } from '../support/stage.ts';

describe.skipIf(databaseUrl === '')('calls in PostgreSQL', () => {
  const servers = postgresServers();
  const beats = async (server: Awaited<ReturnType<typeof servers.open>>, count = 3) => {
    for (let n = 0; n < count; n += 1) await server.servers.beat();
  };

  it('of one server are found and listed at another', async () => {
    const [a, b] = [await servers.open(), await servers.open()];
    const call = callRecord({ from: '+5588999990001' });
    await a.calls.save(call);
    expect(await b.calls.find(call.id)).toEqual(call);
    expect((await b.calls.list({ limit: 5 })).calls).toEqual([call]);
    for (const text of ['avaliacao', '99999-0001'])
      expect((await b.callIndex.search({ clinics: 'all', text }, { limit: 5 })).total).toBe(1);
  });

  it('that are live on a server that died are closed by another, found by their words, and only those', async () => {
    const [a, b, c] = [await servers.open(), await servers.open(), await servers.open()];
    const lost = callRecord({ state: 'live', appointments: ['a1'], durationMs: 5_000 });
    const going = callRecord({ state: 'live' });
    await a.calls.save(lost);
    await b.calls.save(going);
    await servers.silence();
    await b.servers.beat();
    await beats(c);
    expect(await c.calls.find(lost.id)).toMatchObject({
      state: 'interrupted',
      ending: 'process-died',
      outcome: 'appointment',
      endedAt: '2026-11-21T10:15:35.000Z',
    });
    expect(await c.calls.find(going.id)).toEqual(going);
    const found = await b.callIndex.search({ clinics: 'all', text: 'avaliação' }, { limit: 5 });
    expect(found.calls.map(({ id }) => id)).toEqual([lost.id]);
    expect(await c.calls.unfinished()).toEqual([]);
  });

  it('are not judged by a server that has just come back itself', async () => {
    const [a, b] = [await servers.open(), await servers.open()];
    const going = callRecord({ state: 'live' });
    await a.calls.save(going);
    await servers.silence();
    await b.servers.beat();
    expect(await b.calls.find(going.id)).toEqual(going);
  });

  it('of a server that was only away count again as it saves them', async () => {
    const [a, b] = [await servers.open(), await servers.open()];
    const going = callRecord({ state: 'live' });
    await a.calls.save(going);
    await servers.silence();
    await beats(b);
    expect((await b.calls.find(going.id))?.state).toBe('interrupted');
    await a.calls.save({ ...going, state: 'ended' });
    expect((await b.calls.find(going.id))?.state).toBe('ended');
    await beats(b);
    expect((await b.calls.find(going.id))?.state).toBe('ended');
  });

  it('left by a server that died are known to it again when it starts', async () => {
    const directory = await servers.directory();
    const before = await servers.open({ directory });
    const lost = callRecord({ state: 'live' });
    await before.calls.save(lost);
    const after = await servers.open({ directory });
    expect(await after.calls.unfinished()).toEqual([lost]);
    expect(await (await servers.open()).calls.unfinished()).toEqual([]);
  });

  it('that end while the database stands still wait on their machine and are handed over', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    const directory = await servers.directory();
    try {
      const [a, b] = [await servers.open({ url: proxy.url, directory }), await servers.open()];
      const call = callRecord({ state: 'live' });
      await a.calls.save(call);
      proxy.stall();
      const ended = callRecord({ ...call, state: 'ended', purpose: 'girassol' });
      await a.calls.save({ ...ended, state: 'live' });
      await a.calls.save(ended);
      expect(await a.calls.find(call.id)).toEqual(ended);
      expect(await b.calls.find(call.id)).toEqual(call);
      expect(await readdir(join(directory, 'calls-to-send'))).toEqual([`${call.id}.json`]);
      proxy.resume();
      await until(async () => (await b.calls.find(call.id))?.state === 'ended', 'it is there');
      expect(await b.calls.find(call.id)).toEqual(ended);
      await until(
        async () => (await readdir(join(directory, 'calls-to-send'))).length === 0,
        'nothing waits',
      );
      const told = servers.logged.filter((line) => line.includes('wait on this machine'));
      expect(told).toHaveLength(1);
      expect(servers.logged.join()).not.toContain('+55119');
      await a.close();
    } finally {
      proxy.resume();
      await proxy.close();
    }
  }, 40_000);

  it('that waited when the process died are handed over by the next one', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    const directory = await servers.directory();
    const call = callRecord();
    try {
      const a = await servers.open({ url: proxy.url, directory });
      proxy.stall();
      await a.calls.save(call);
      const next = await servers.open({ directory });
      expect(await next.calls.find(call.id)).toEqual(call);
      expect(await readdir(join(directory, 'calls-to-send'))).toEqual([]);
    } finally {
      proxy.resume();
      await proxy.close();
    }
  }, 40_000);

  it('do not keep a server from stopping while the database stands still', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    const a = await servers.open({ url: proxy.url, directory: await servers.directory() });
    try {
      await a.calls.save(callRecord());
      proxy.stall();
      await a.calls.save(callRecord());
      const begun = performance.now();
      await a.close();
      expect(performance.now() - begun).toBeLessThan(10_000);
    } finally {
      proxy.resume();
      await proxy.close();
    }
  }, 40_000);

  it('that are damaged are named in the log and left alone', async () => {
    const a = await servers.open();
    const [whole, broken] = [callRecord(), callRecord()];
    await a.calls.save(whole);
    await a.calls.save(broken);
    await servers.sql(`update calls set record = '{}' where id = $1`, [broken.id]);
    expect((await a.calls.list({ limit: 10 })).calls).toEqual([whole]);
    expect(await a.calls.find(broken.id)).toBeUndefined();
    expect(servers.logged.join()).toContain(broken.id);
  });

  it('keep words with any character', async () => {
    const a = await servers.open();
    const odd = callRecord({
      purpose: 'a\u0000b \ud83d 😀 "\\ girassol',
      transcript: [
        { speaker: 'caller', text: '\ud83d\u0000 margarida', startMs: 0, source: 'speech' },
      ],
    });
    await a.calls.save(odd);
    expect(await a.calls.find(odd.id)).toEqual(odd);
    const search = (text: string) => a.callIndex.search({ clinics: 'all', text }, { limit: 5 });
    expect((await search('girassol margarida')).total).toBe(1);
    expect((await search("o' \\ ' & | ! ( :*")).total).toBe(0);
    const page = { limit: 5, before: '\0_\0' };
    expect((await a.callIndex.search({ clinics: 'all' }, page)).calls).toEqual([]);
    expect(await a.calls.find('\0')).toBeUndefined();
  });
});

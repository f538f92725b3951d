import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChainCheck } from '../../src/console/audit-chain.ts';
import type { AuditHead } from '../../src/console/audit-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { readHeads } from '../../src/storage/audit-files.ts';
import { verifyDatabaseTrail } from '../../src/storage/postgres-audit-verification.ts';
import { openDatabase } from '../../src/storage/postgres-database.ts';
import { someRow } from '../contract/audit-trail.ts';
import { databaseUrl } from '../support/postgres.ts';
import { startPostgresProxy } from '../support/postgres-proxy.ts';
import { postgresServers } from '../support/postgres-servers.ts';

describe.skipIf(databaseUrl === '')('the audit trail in PostgreSQL', () => {
  const servers = postgresServers();
  const verify = async (beside = '/nowhere/audit', own: readonly AuditHead[] = []) => {
    const schema = servers.schema();
    const database = await openDatabase({ url: databaseUrl, schema, log: createLog('silent') });
    try {
      return await verifyDatabaseTrail(database, beside, (known) =>
        createChainCheck([...known, ...own]),
      );
    } finally {
      await database.close();
    }
  };
  const fill = async (count = 6) => {
    const { audit } = await servers.open();
    for (let n = 0; n < count; n += 1) await audit.append(someRow({ object: `call-${n}` }));
    return audit.head();
  };

  it('of two servers that write at once is one chain, with every row once', async () => {
    const both = [await servers.open(), await servers.open()];
    const appended = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        both[n % 2]?.audit.append(someRow({ object: `call-${n}` })),
      ),
    );
    const seqs = appended.map((row) => row?.seq ?? 0).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(await verify()).toMatchObject({ head: { seq: 200 } });
    expect((await verify()).fault).toBeUndefined();
    const page = await both[0]?.audit.page({ object: 'call-7' }, { limit: 5 });
    expect(page?.rows).toHaveLength(1);
  });

  it('whose line is cut while it writes has the row once', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    try {
      const { audit, close } = await servers.open({ url: proxy.url });
      await audit.append(someRow({ object: 'before' }));
      proxy.cutNextCommit();
      expect(await audit.append(someRow({ object: 'cut' }))).toMatchObject({ seq: 2 });
      expect(await audit.append(someRow({ object: 'after' }))).toMatchObject({ seq: 3 });
      expect(await verify()).toMatchObject({ head: { seq: 3 } });
      await close();
    } finally {
      await proxy.close();
    }
  });

  it.each([
    [
      'was changed',
      `update audit_rows set line = replace(line, 'call-2', 'call-9') where seq = 3`,
      3,
    ],
    ['was taken out', 'delete from audit_rows where seq = 3', 3],
    ['is searched by something else', `update audit_rows set object = 'other' where seq = 4`, 4],
    ['was given another number', 'update audit_rows set seq = 99 where seq = 2', 2],
  ])('shows a row that %s', async (_what, sql, line) => {
    await fill();
    await servers.sql(sql);
    expect((await verify()).fault).toMatchObject({ file: 'audit_rows', line });
  });

  it('shows that its end was cut off, and goes on without using those numbers again', async () => {
    await fill();
    await servers.sql('delete from audit_rows where seq > 4');
    expect((await verify()).missing).toContain('linhas 5 a 6');
    const { audit } = await servers.open();
    expect(await audit.append(someRow())).toMatchObject({ seq: 7 });
    expect((await verify()).fault).toMatchObject({ reason: expect.stringContaining('5 a 6') });
  });

  it('cut off with its head, or written anew, is shown by the heads that a machine kept', async () => {
    const directory = await servers.directory();
    const first = await servers.open({ directory });
    for (let n = 0; n < 3; n += 1) await first.audit.append(someRow());
    await first.close();
    const beside = join(directory, 'audit-database');
    expect(await readHeads(beside)).toMatchObject([{ seq: 3 }]);
    await servers.sql('delete from audit_rows');
    await servers.sql(`update audit_head set seq = 0, hash = repeat('0', 64)`);
    expect((await verify(beside)).missing).toContain('linhas 1 a 3');
    await fill(3);
    expect((await verify(beside)).fault).toMatchObject({
      line: 3,
      reason: expect.stringContaining('reescrita'),
    });
    expect((await verify()).fault).toBeUndefined();
  });

  it('does not show a row that was changed as if it had not been', async () => {
    await fill();
    await servers.sql(
      `update audit_rows set line = replace(line, 'call-2', 'call-9') where seq = 3`,
    );
    const { audit } = await servers.open();
    const { rows } = await audit.page({}, { limit: 20 });
    expect(rows.map(({ seq }) => seq)).toEqual([6, 5, 4, 2, 1]);
    const all: number[] = [];
    for await (const { seq } of audit.rows({})) all.push(seq);
    expect(all).toEqual([1, 2, 4, 5, 6]);
  });

  it('takes objects with any character', async () => {
    const { audit } = await servers.open();
    const object = 'a\u0000b \ud83d';
    const written = await audit.append(someRow({ object }));
    expect((await audit.page({ object }, { limit: 2 })).rows).toEqual([written]);
    expect((await verify()).fault).toBeUndefined();
  });

  it('that cannot be written says so, and is whole when it can again', async () => {
    const proxy = await startPostgresProxy(databaseUrl);
    try {
      const { audit, close } = await servers.open({ url: proxy.url });
      await audit.append(someRow());
      proxy.stall();
      await expect(audit.append(someRow())).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      proxy.resume();
      await audit.append(someRow({ object: 'again' }));
      expect((await verify()).fault).toBeUndefined();
      expect((await audit.page({ object: 'again' }, { limit: 2 })).rows).toHaveLength(1);
      await close();
    } finally {
      proxy.resume();
      await proxy.close();
    }
  }, 30_000);
});

import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChainCheck } from '../../src/console/audit-chain.ts';
import { type AuditHead, decodeRow, encodeRow } from '../../src/console/audit-record.ts';
import { createLog } from '../../src/platform/log.ts';
import { verifyTrail } from '../../src/storage/audit-verification.ts';
import { openFileAuditTrail } from '../../src/storage/file-audit-trail.ts';
import { createMemoryAuditTrail } from '../../src/storage/memory-audit-trail.ts';
import { openPostgresAuditTrail } from '../../src/storage/postgres-audit-trail.ts';
import { createFailingDisk } from '../support/failing-disk.ts';
import { databaseForSuite, databaseUrl } from '../support/postgres.ts';
import { describeAuditTrail, someRow } from './audit-trail.ts';

const log = createLog('silent');
const day = (n: number) => `2026-11-${20 + n}T12:00:00.000Z`;

describeAuditTrail('memory', async () => ({
  trail: createMemoryAuditTrail(),
  close: async () => undefined,
}));

async function freshDirectory(): Promise<{ root: string; directory: string }> {
  const root = await mkdtemp(join(tmpdir(), 'audit-'));
  const directory = join(root, 'audit');
  await mkdir(directory);
  return { root, directory };
}

describeAuditTrail('files', async () => {
  const { root, directory } = await freshDirectory();
  return {
    trail: await openFileAuditTrail({ directory, log }),
    close: () => rm(root, { recursive: true }),
  };
});

describe.skipIf(databaseUrl === '')('PostgreSQL', () => {
  const emptied = databaseForSuite();
  describeAuditTrail('PostgreSQL', async () => ({
    trail: await openPostgresAuditTrail({
      database: await emptied(),
      headsBeside: undefined,
      log,
    }),
    close: async () => undefined,
  }));
});

describe('the trail in files', () => {
  let root: string;
  let directory: string;
  const lines: string[] = [];
  const own = createLog('info', { write: (line: string) => void lines.push(line) });
  beforeEach(async () => {
    ({ root, directory } = await freshDirectory());
    lines.splice(0);
  });
  afterEach(() => rm(root, { recursive: true }));

  const open = () => openFileAuditTrail({ directory, log: own });
  const verify = (more: AuditHead[] = []) =>
    verifyTrail(directory, (heads) => createChainCheck([...heads, ...more]));
  const pathOf = (n: number) => join(directory, `2026-11-${20 + n}.jsonl`);
  /** Three days of three rows. */
  const fill = async () => {
    const trail = await open();
    for (let n = 0; n < 9; n += 1)
      await trail.append(someRow({ at: day(1 + Math.floor(n / 3)), object: `call-${n}` }));
    await trail.close();
    return trail.head();
  };
  const editLine = async (n: number, line: number, edit: (text: string) => string | undefined) => {
    const all = (await readFile(pathOf(n), 'utf8')).split('\n');
    const edited = edit(all[line - 1] ?? '');
    all.splice(line - 1, 1, ...(edited === undefined ? [] : [edited]));
    await writeFile(pathOf(n), all.join('\n'));
  };

  it('has a file a day and is whole', async () => {
    const head = await fill();
    expect(await readdir(directory)).toEqual([
      '2026-11-21.jsonl',
      '2026-11-22.jsonl',
      '2026-11-23.jsonl',
    ]);
    expect(await verify()).toEqual({ head, files: 3, isUnfinished: false });
  });

  it('goes on after a restart where it was', async () => {
    await fill();
    const trail = await open();
    expect(await trail.append(someRow({ at: day(3) }))).toMatchObject({ seq: 10 });
    expect(await trail.append(someRow({ at: day(4) }))).toMatchObject({ seq: 11 });
    await trail.close();
    expect(await verify()).toMatchObject({ head: { seq: 11 }, files: 4 });
  });

  it('shows one changed byte, wherever it is, by its line', async () => {
    await fill();
    const whole = await readFile(pathOf(2));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const changed = Buffer.from(whole);
          changed[at] = (whole[at] ?? 0) ^ change;
          await writeFile(pathOf(2), changed);
          const line = whole.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
          const { fault } = await verify();
          expect(fault).toMatchObject({ file: '2026-11-22.jsonl', line });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('shows a row that was changed and hashed anew, by the one that does not follow it', async () => {
    await fill();
    await editLine(2, 2, (text) => {
      const row = decodeRow(text)?.row;
      return row && encodeRow({ ...row, login: 'outra' }).line;
    });
    expect((await verify()).fault).toMatchObject({ file: '2026-11-22.jsonl', line: 3 });
  });

  it.each([
    ['was taken out', 2, [0, 2]],
    ['changed places with the next', 2, [0, 2, 1]],
    ['was put in twice', 3, [0, 1, 1, 2]],
  ])('shows a row that %s', async (_what, line, order) => {
    await fill();
    const rows = (await readFile(pathOf(2), 'utf8')).split('\n');
    await writeFile(pathOf(2), order.map((at) => `${rows[at]}\n`).join(''));
    expect((await verify()).fault).toMatchObject({ file: '2026-11-22.jsonl', line });
  });

  it('shows a day that was taken out', async () => {
    await fill();
    await rm(pathOf(2));
    expect((await verify()).fault).toMatchObject({
      file: '2026-11-23.jsonl',
      line: 1,
      reason: 'faltam antes dela as linhas 4 a 6',
    });
  });

  it('shows that its end was cut off, by the heads beside it', async () => {
    await fill();
    await rm(pathOf(3));
    const verdict = await verify();
    expect(verdict).toMatchObject({ head: { seq: 6 } });
    expect(verdict.missing).toContain('linhas 7 a 9');
  });

  it('goes on behind rows that were cut off without using their numbers again', async () => {
    await fill();
    await editLine(3, 3, () => undefined);
    const trail = await open();
    expect(await trail.append(someRow({ at: day(3) }))).toMatchObject({ seq: 11 });
    await trail.close();
    expect(lines.join('')).toContain('missing at its end');
    expect((await trail.page({ action: 'trail.repair' }, { limit: 5 })).rows).toMatchObject([
      { seq: 10, user: 'system', detail: { missing: 1 } },
    ]);
    expect((await verify()).fault).toMatchObject({ file: '2026-11-23.jsonl', line: 3 });
  });

  it('written anew as a whole is shown by a head that was kept elsewhere', async () => {
    const head = await fill();
    await rm(root, { recursive: true });
    await mkdir(directory, { recursive: true });
    const forged = await open();
    for (let n = 0; n < 9; n += 1) await forged.append(someRow({ at: day(1), object: 'nada' }));
    await forged.close();
    expect((await verify()).fault).toBeUndefined();
    expect((await verify([head])).fault).toMatchObject({ file: '2026-11-21.jsonl', line: 9 });
  });

  it('loses nothing acknowledged when a process dies in the middle of a line, and says what it cut', async () => {
    await fill();
    await appendFile(pathOf(3), '{"seq":10,"at":"2026-11-23T1');
    expect(await verify()).toMatchObject({ head: { seq: 9 }, isUnfinished: true });
    const trail = await open();
    expect(lines.join('')).toContain('the unfinished last line of the audit trail is cut off');
    await trail.append(someRow({ at: day(3) }));
    await trail.close();
    expect((await trail.page({}, { limit: 2 })).rows).toMatchObject([
      { seq: 11 },
      { seq: 10, action: 'trail.repair', detail: { tornBytes: 28 } },
    ]);
    expect(await verify()).toMatchObject({ head: { seq: 11 }, isUnfinished: false });
  });

  it('begins again where a process died while making its first file', async () => {
    await writeFile(pathOf(1), '{"se');
    const trail = await open();
    await trail.append(someRow({ at: day(1) }));
    await trail.close();
    expect(await verify()).toMatchObject({ head: { seq: 2 } });
  });

  it('stands in the newest file when the clock went back', async () => {
    await fill();
    const trail = await open();
    await trail.append(someRow({ at: day(1), object: 'late' }));
    await trail.close();
    expect(await readFile(pathOf(3), 'utf8')).toContain('"late"');
    expect(await verify()).toMatchObject({ head: { seq: 10 } });
  });

  it('writes its head into the log when a day ends and when it is closed', async () => {
    const head = await fill();
    const heads = lines.filter((line) => line.includes('head of the audit trail'));
    expect(heads).toHaveLength(4);
    expect(JSON.parse(heads.at(-1) ?? '')).toMatchObject({ auditSeq: 9, auditHash: head.hash });
  });

  it('acknowledges nothing that the disk did not take, and is whole when it does again', async () => {
    const disk = createFailingDisk();
    const trail = await openFileAuditTrail({ directory, log, disk });
    await trail.append(someRow({ object: 'before' }));
    disk.trouble = (step) => {
      if (step === 'datasync') throw new Error('full');
    };
    await expect(trail.append(someRow({ object: 'lost' }))).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
    disk.trouble = () => undefined;
    expect(await trail.append(someRow({ object: 'after' }))).toMatchObject({ seq: 2 });
    await trail.close();
    const text = await readFile(pathOf(1), 'utf8');
    expect(text).not.toContain('lost');
    expect(await verify()).toMatchObject({ head: { seq: 2 } });
  });

  it('shows rows that are good beside one that is not', async () => {
    await fill();
    await editLine(2, 2, (text) => text.replace('call-4', 'call-5'));
    const trail = await open();
    const { rows } = await trail.page({}, { limit: 20 });
    expect(rows.map(({ seq }) => seq)).toEqual([9, 8, 7, 6, 4, 3, 2, 1]);
    await trail.close();
  });
});

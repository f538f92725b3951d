import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileDialLedger } from '../../src/storage/file-dial-ledger.ts';
import { createMemoryDialLedger } from '../../src/storage/memory-dial-ledger.ts';
import { dial } from '../support/dial-fixtures.ts';
import { createFailingDisk } from '../support/failing-disk.ts';
import { describeDialLedger } from './dial-ledger.ts';

const log = createLog('silent');
const newDirectory = () => mkdtemp(join(tmpdir(), 'dials-'));

describeDialLedger('memory', async () => ({
  ledger: createMemoryDialLedger(),
  close: async () => undefined,
}));

describeDialLedger('files', async () => {
  const directory = await newDirectory();
  const ledger = await openFileDialLedger({ directory, log });
  return {
    ledger,
    async close() {
      await ledger.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('dials in files', () => {
  it('stand after a restart, in their last state, through many snapshots', async () => {
    const directory = await newDirectory();
    const before = await openFileDialLedger({ directory, log, snapshotEvery: 7 });
    const ids = Array.from({ length: 20 }, () => createId());
    for (const id of ids)
      await before.begin(dial({ id, idempotency: { key: id, fingerprint: 'f' } }));
    for (const id of ids)
      await before.change(id, (one) => ({
        ...one,
        state: 'known',
        sentAtMs: 9,
        callSid: `CA${id}`,
      }));
    const all = [...before.all()];
    await before.close();
    expect(await readdir(directory)).not.toContain('journal-000001.jsonl');
    const after = await openFileDialLedger({ directory, log });
    expect([...after.all()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      all.sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    for (const id of ids) expect(after.findByKey('main', id)?.callSid).toBe(`CA${id}`);
    await after.close();
    await rm(directory, { recursive: true });
  });

  it('belong to one process', async () => {
    const directory = await newDirectory();
    const first = await openFileDialLedger({ directory, log });
    await expect(openFileDialLedger({ directory, log })).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    });
    await first.close();
    await rm(directory, { recursive: true });
  });

  it('do not count what the disk did not take', async () => {
    const directory = await newDirectory();
    const disk = createFailingDisk();
    const ledger = await openFileDialLedger({ directory, log, disk });
    const one = dial();
    disk.trouble = (step) => {
      if (step === 'write') throw new Error('full');
    };
    await expect(ledger.begin(one)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(ledger.find(one.id)).toBeUndefined();
    disk.trouble = () => undefined;
    expect(await ledger.begin(one)).toEqual({ outcome: 'begun' });
    disk.trouble = (step) => {
      if (step === 'datasync') throw new Error('gone');
    };
    const sent = ledger.change(one.id, (now) => ({ ...now, state: 'sent', sentAtMs: 2 }));
    await expect(sent).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(ledger.find(one.id)).toEqual(one);
    disk.trouble = () => undefined;
    await ledger.close();
    await rm(directory, { recursive: true });
  });
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasCode } from '../../src/platform/errors.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { patientKey } from '../../src/scheduling/patient-key.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { replaceFile } from '../../src/storage/file-commit.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { createFailingDisk, noSpace } from '../support/failing-disk.ts';

describe('a directory of appointment files', () => {
  let directory = '';
  let lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const open = () => openFileAppointmentStore({ directory, log });
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
    const { file } = await (await open()).save(saved);
    expect(await readdir(directory)).toEqual(['2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(saved);
  });

  it('is understood by the next process', async () => {
    const saved = appointment();
    await (await open()).save(saved);
    expect(await (await open()).find(saved.id)).toEqual(saved);
    expect((await (await open()).save(saved)).outcome).toBe('exists');
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
    const store = await open();
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
    const store = await open();
    await store.save(good);
    await writeFile(join(directory, 'leia-me.txt'), 'x');
    await writeFile(join(directory, `${createId()}.tmp`), 'x');
    await mkdir(join(directory, `2026-11-30T14-00-${createId()}.json`));
    expect(await store.list(wholeYear)).toEqual([good]);
  });

  it('acknowledges nothing and keeps nothing when the write fails', async () => {
    const store = await openFileAppointmentStore({
      directory,
      log,
      replaceFile: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
    });
    const one = appointment();
    expect(await codeOf(store.save(one))).toBe('STORE_WRITE_FAILED');
    expect(await readdir(directory)).toEqual([]);
    expect(await store.find(one.id)).toBeUndefined();
    expect((await (await open()).save(one)).outcome).toBe('saved');
  });

  it('that has vanished refuses to save', async () => {
    const store = await open();
    await rm(directory, { recursive: true });
    expect(await codeOf(store.save(appointment()))).toBe('STORE_WRITE_FAILED');
  });

  it('lets the next of several saves try when the first one fails', async () => {
    let attempts = 0;
    const store = await openFileAppointmentStore({
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
    expect(await codeOf((await open()).save(appointment(change)))).toBe('STORE_WRITE_FAILED');
    expect(await readdir(directory)).toEqual([]);
  });

  it('written by an earlier version is read, with what was not asked then left open', async () => {
    const { items, bookedFrom, replaces, replacedBy, cancellation, ...now } = appointment();
    const old = {
      ...now,
      patient: { name: 'Maria de Souza' },
      payment: { method: 'pix' },
      evidence: { callId: 'call-1', recordingMs: null },
    };
    const path = join(directory, '2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json');
    await writeFile(path, JSON.stringify(old));
    const store = await open();
    expect(await store.find(now.id)).toEqual({
      ...old,
      patient: { name: 'Maria de Souza', birthDate: null, rg: null, cpf: null, address: null },
      bookedFrom: null,
      items: [],
      payment: { method: 'pix', cashCentavos: null, changeCentavos: null },
      evidence: { callId: 'call-1', recordingMs: null, readBackMs: null },
      replaces: null,
      replacedBy: null,
      cancellation: null,
      confirmation: null,
    });
    expect(await store.findOpen(byPhone('+5588999998888'))).toHaveLength(1);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(old);
    expect(lines).toEqual([]);
  });

  it('lets other work go on while a thousand files are read at opening', async () => {
    const { id: _, ...rest } = appointment();
    for (let i = 0; i < 1_000; i += 1) {
      const id = createId();
      await writeFile(
        join(directory, `2026-11-30T14-00-${id}.json`),
        JSON.stringify({ ...rest, id }),
      );
    }
    let turns = 0;
    let isOpening = true;
    const count = () => {
      turns += 1;
      if (isOpening) setImmediate(count);
    };
    setImmediate(count);
    const store = await open();
    isOpening = false;
    // Sixteen files are read in one go at most.
    expect(turns).toBeGreaterThan(1_000 / 16);
    expect(await store.findOpen(byPhone('+5588999998888'))).toHaveLength(1_000);
  });

  describe('in which an appointment is changed', () => {
    const booked = (kept: Appointment): Appointment => ({ ...kept, status: 'booked' });

    it('replaces the file whole, under the same name', async () => {
      const saved = appointment();
      await (await open()).save(saved);
      const changing = await (await open()).update(saved.id, booked);
      const names = await readdir(directory);
      expect(names).toEqual(['2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json']);
      const path = join(directory, names[0] ?? '');
      expect(changing).toMatchObject({ outcome: 'updated', file: path });
      expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(booked(saved));
    });

    it('keeps the old bytes whichever step of the disk fails before the new name, and tries again when asked', async () => {
      const saved = appointment();
      const { file } = await (await open()).save(saved);
      const before = await readFile(file, 'utf8');
      const disk = createFailingDisk();
      const store = await openFileAppointmentStore({
        directory,
        log,
        replaceFile: (path, data) => replaceFile(path, data, disk),
      });
      const byPatient = {
        ...byPhone(''),
        by: { patient: patientKey('Maria de Souza', '1980-05-12') },
      };
      let failed = 0;
      for (let k = 1; !disk.steps.includes('rename') || disk.steps.at(-1) !== 'rename'; k += 1) {
        disk.steps = [];
        disk.trouble = (_step, count) => {
          if (count === k) throw noSpace();
        };
        expect(await codeOf(store.update(saved.id, booked))).toBe('STORE_WRITE_FAILED');
        failed += 1;
        expect(await readFile(file, 'utf8')).toBe(before);
        expect(await readdir(directory)).toHaveLength(1);
        expect(await store.findOpen(byPatient)).toEqual([saved]);
      }
      // Opened, written in parts, synced, closed, renamed.
      expect(failed).toBeGreaterThan(8);
      disk.trouble = () => undefined;
      expect((await store.update(saved.id, booked)).outcome).toBe('updated');
      expect(await store.findOpen(byPatient)).toEqual([booked(saved)]);
    });

    it('does not claim a change whose name may not survive, and shows what is there', async () => {
      const saved = appointment();
      await (await open()).save(saved);
      const disk = createFailingDisk();
      disk.trouble = (step) => {
        if (step === 'sync') throw noSpace();
      };
      const store = await openFileAppointmentStore({
        directory,
        log,
        replaceFile: (path, data) => replaceFile(path, data, disk),
      });
      const phone = '+5588911112222';
      const changing = store.update(saved.id, (kept) => ({ ...kept, phone }));
      expect(await codeOf(changing)).toBe('STORE_WRITE_FAILED');
      expect(await store.findOpen(byPhone(phone))).toEqual([{ ...saved, phone }]);
    });

    it('finds nobody under the id of a file that cannot be understood, and leaves it alone', async () => {
      const damaged = join(directory, '2026-11-30T14-00-abcdefghijklmnopqrstuvwxyz.json');
      await writeFile(damaged, '{');
      const store = await open();
      expect(await store.update(appointment().id, booked)).toEqual({ outcome: 'not-found' });
      expect((await store.save(appointment())).outcome).toBe('exists');
      expect(await readFile(damaged, 'utf8')).toBe('{');
      expect(lines.join()).not.toContain('Maria');
    });

    it('follows a save of the same id that is still under way', async () => {
      const store = await open();
      const saved = appointment();
      const [created, changed] = await Promise.all([
        store.save(saved),
        store.update(saved.id, booked),
      ]);
      expect(created.outcome).toBe('saved');
      expect(changed.outcome).toBe('updated');
      expect(await store.find(saved.id)).toEqual(booked(saved));
    });
  });

  describe('changed by hand while we run', () => {
    const phone = '+5588999998888';

    it('knows at once a file that was added', async () => {
      const store = await open();
      const added = appointment();
      await (await open()).save(added);
      expect(await store.find(added.id)).toEqual(added);
      expect(await store.findOpen(byPhone(phone))).toEqual([added]);
    });

    it('searches a file that nobody has asked for within two seconds', async () => {
      const store = await open();
      const added = appointment();
      await (await open()).save(added);
      await vi.waitFor(async () => expect(await store.findOpen(byPhone(phone))).toEqual([added]), {
        timeout: 4_000,
        interval: 100,
      });
    });

    it('no longer knows a file that was taken away', async () => {
      const store = await open();
      const gone = appointment();
      const { file } = await store.save(gone);
      await rm(file);
      expect(await store.findOpen(byPhone(phone))).toEqual([]);
      expect(await store.find(gone.id)).toBeUndefined();
      expect((await store.update(gone.id, (kept) => kept)).outcome).toBe('not-found');
      expect((await store.save(gone)).outcome).toBe('saved');
      expect(await store.findOpen(byPhone(phone))).toEqual([gone]);
      expect(lines).toEqual([]);
    });

    it('never shows the old content of a file that was edited, nor to whom it belonged', async () => {
      const store = await open();
      const before = appointment();
      const { file } = await store.save(before);
      const after = appointment({ phone: '+5588977776666', notes: 'corrigido' });
      await writeFile(file, JSON.stringify(after));
      expect(await store.findOpen(byPhone(phone))).toEqual([]);
      expect(await store.find(before.id)).toEqual(after);
      expect(await store.findOpen(byPhone('+5588977776666'))).toEqual([after]);
      await writeFile(file, JSON.stringify({ ...after, status: 'cancelled' }));
      expect(await store.findOpen(byPhone('+5588977776666'))).toEqual([]);
    });

    it('understands a damaged file again once it was mended', async () => {
      const store = await open();
      const one = appointment();
      const { file } = await store.save(one);
      await writeFile(file, 'x');
      expect(await store.findOpen(byPhone(phone))).toEqual([]);
      expect(lines.length).toBeGreaterThan(0);
      await writeFile(file, JSON.stringify(one));
      expect(await store.find(one.id)).toEqual(one);
      expect(await store.findOpen(byPhone(phone))).toEqual([one]);
    });
  });
});

function byPhone(phone: string) {
  return { clinic: 'aurora', from: '2026-01-01', by: { phone } };
}

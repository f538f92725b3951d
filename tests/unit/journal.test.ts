import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import { fits } from '../../src/scheduling/schedule-store.ts';
import {
  type FileScheduleStore,
  openFileScheduleStore,
} from '../../src/storage/file-schedule-store.ts';
import { openJournal } from '../../src/storage/journal.ts';
import type { JournalDisk } from '../../src/storage/journal-disk.ts';
import { encodeLine, readLines } from '../../src/storage/journal-line.ts';
import { createFailingDisk, type JournalStep, noSpace } from '../support/failing-disk.ts';
import { before, book, claim, monday, reserveRequest, seen } from '../support/schedule-fixtures.ts';

const log = createLog('silent');
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  for (const made of [directory, `${directory}-copy`])
    await rm(made, { recursive: true, force: true });
});

const open = (where = directory, more: { disk?: JournalDisk; snapshotEvery?: number } = {}) =>
  openFileScheduleStore({ directory: where, log, ...more });
const journals = async (where = directory) =>
  (await readdir(where)).filter((name) => /^journal-\d+\.jsonl$/.test(name)).sort();
const snapshots = async (where = directory) =>
  (await readdir(where)).filter((name) => /^snapshot-\d+\.jsonl$/.test(name)).sort();

/** Claims that count, which the store hands out; fails when two stand in one place. */
async function claimsIn(store: FileScheduleStore) {
  const claims = await store.busy({
    resources: ['practitioner:ana'],
    startMs: 0,
    endMs: monday + 60 * 86_400_000,
    nowMs: before,
  });
  for (const [i, one] of claims.entries()) expect(fits(one, claims.toSpliced(i, 1))).toBe(true);
  return claims;
}

/** A directory with six bookings: `snapshotEvery` of the lines apart. */
async function prepared(snapshotEvery = 1_000): Promise<Reservation[]> {
  const store = await open(directory, { snapshotEvery });
  const booked: Reservation[] = [];
  for (let i = 0; i < 6; i += 1)
    booked.push(await book(store, { claims: [claim(i * 60, i * 60 + 30)] }));
  await store.close();
  return booked;
}

describe('a line of the journal', () => {
  it('is read as it was written, and not when anything in it changed', () => {
    const data = { name: 'não “é” pessoal', list: [1, null] };
    const line = encodeLine({ seq: 7, op: 'reserve', id: 'a', idem: 'k', data });
    expect(line.endsWith('"}\n')).toBe(true);
    const { entries } = readLines(Buffer.from(line));
    expect(entries).toEqual([{ seq: 7, op: 'reserve', id: 'a', idem: 'k', data }]);
    const bytes = Buffer.from(line);
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(readLines(changed).entries).toEqual([]);
    }
  });

  it('that is bad ends the journal, and before a good one is a fault of the middle', () => {
    const lines = [1, 2, 3].map((seq) => encodeLine({ seq, op: 'x', id: '', idem: '', data: {} }));
    const [a = '', b = '', c = ''] = lines;
    const read = (...parts: string[]) => {
      const { entries, fault } = readLines(Buffer.from(parts.join('')));
      return [entries.length, fault];
    };
    expect(read(a, b, c)).toEqual([3, 'none']);
    expect(read(a, b, c.slice(0, -1))).toEqual([2, 'tail']);
    expect(read(a, b, '\0\0\0\0')).toEqual([2, 'tail']);
    expect(read(a, b.slice(0, 20))).toEqual([1, 'tail']);
    expect(read(a, b.replace('2', '9'), c)).toEqual([1, 'middle']);
    expect(read('{}\n', c)).toEqual([0, 'middle']);
  });
});

describe('a schedule in files', () => {
  it('is there again after a restart, with its keys, across snapshots', async () => {
    const booked = await prepared(3);
    const store = await open();
    for (const one of booked) {
      expect(await store.find(one.id)).toEqual(one);
      const again = { ...seen({ id: one.id, version: 1 }, 'confirm') };
      expect(await store.confirm(again)).toEqual({ outcome: 'done', reservation: one });
    }
    expect(await claimsIn(store)).toHaveLength(6);
    await store.close();
    expect(await snapshots()).toHaveLength(2);
    expect((await journals()).length).toBeLessThanOrEqual(3);
  });

  it('belongs to one process', async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await store.close();
    await (await open()).close();
  });

  it('acknowledges nothing, and shows nothing, before it is synced', async () => {
    const disk = createFailingDisk();
    const store = await open(directory, { disk });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      disk.trouble = async (step) => {
        if (step !== 'datasync') return;
        resolve();
        await held;
      };
    });
    const request = reserveRequest();
    let answered = false;
    const answer = store.reserve(request).finally(() => {
      answered = true;
    });
    await reached;
    const rival = store.reserve(reserveRequest());
    for (let i = 0; i < 20; i += 1) await new Promise(setImmediate);
    expect(answered).toBe(false);
    expect(await store.find(request.id)).toBeUndefined();
    letGo();
    expect((await answer).outcome).toBe('done');
    expect((await rival).outcome).toBe('taken');
    await store.close();
  });

  it('writes those who come together with one sync, in whole lines though the disk takes bits', async () => {
    const disk = createFailingDisk(64);
    const store = await open(directory, { disk });
    disk.steps.length = 0;
    const requests = Array.from({ length: 60 }, (_, i) =>
      reserveRequest({ claims: [claim(i * 60, i * 60 + 30)] }),
    );
    const answers = await Promise.all(requests.map((request) => store.reserve(request)));
    expect(answers.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(disk.steps.filter((step) => step === 'datasync').length).toBeLessThanOrEqual(2);
    await store.close();
    const again = await open();
    expect(await claimsIn(again)).toHaveLength(60);
    await again.close();
  });

  it('refuses changes beyond what may wait, and goes on', async () => {
    const store = await open();
    const asked = Array.from({ length: 1_005 }, () =>
      store.release(seen({ id: createId(), version: 1 }, 'release')),
    );
    const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5);
    await book(store);
    await store.close();
    await expect(store.reserve(reserveRequest())).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
    });
  });
});

describe('a disk that fails', () => {
  /** Books until it may not, with snapshots in between. Everything that was acknowledged, by id. */
  async function busyDay(disk: JournalDisk): Promise<Map<string, Reservation>> {
    const acknowledged = new Map<string, Reservation>();
    let store: FileScheduleStore;
    try {
      store = await open(directory, { disk, snapshotEvery: 3 });
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORE_WRITE_FAILED' });
      return acknowledged;
    }
    const tried = async <T extends { outcome: string; reservation?: Reservation }>(
      work: Promise<T>,
    ) => {
      const answer = await work.catch((error) => {
        expect(error).toMatchObject({ code: 'STORE_WRITE_FAILED' });
        return undefined;
      });
      if (answer?.reservation) acknowledged.set(answer.reservation.id, answer.reservation);
      return answer?.reservation;
    };
    for (let i = 0; i < 6; i += 1) {
      const held = await tried(
        store.reserve(reserveRequest({ claims: [claim(i * 20, i * 20 + 30)] })),
      );
      const booked = held && (await tried(store.confirm(seen(held, 'confirm'))));
      if (booked && i % 2 === 0) await tried(store.release(seen(booked, 'release')));
    }
    for (const one of acknowledged.values()) expect(await store.find(one.id)).toEqual(one);
    await store.close();
    return acknowledged;
  }

  async function expectKept(acknowledged: Map<string, Reservation>, what: string): Promise<void> {
    const store = await open();
    for (const one of acknowledged.values()) {
      const found = await store.find(one.id);
      // What was not acknowledged may be there too: one change more, never less.
      expect(found?.version ?? 0, what).toBeGreaterThanOrEqual(one.version);
      expect(found?.version ?? 9, what).toBeLessThanOrEqual(one.version + 1);
    }
    await claimsIn(store);
    await store.close();
  }

  const sweep = async (failsAt: (count: number, k: number) => boolean) => {
    const healthy = createFailingDisk();
    await busyDay(healthy);
    const total = healthy.steps.length;
    expect(total).toBeGreaterThan(80);
    const seenSteps = new Set<JournalStep>();
    for (let k = 1; k <= total; k += 1) {
      await rm(directory, { recursive: true, force: true });
      directory = await mkdtemp(join(tmpdir(), 'journal-'));
      const disk = createFailingDisk();
      disk.trouble = (step, count) => {
        if (!failsAt(count, k)) return;
        seenSteps.add(step);
        throw noSpace();
      };
      const acknowledged = await busyDay(disk);
      await expectKept(acknowledged, `step ${k}: ${disk.steps[k - 1]}`);
    }
    const steps: JournalStep[] = [
      'open',
      'write',
      'datasync',
      'sync',
      'truncate',
      'close',
      'rename',
      'read',
    ];
    expect([...seenSteps].sort()).toEqual(steps.sort());
  };

  it('once, at any step, loses nothing that was acknowledged', async () => {
    await sweep((count, k) => count === k);
  }, 60_000);

  it('for good, from any step on, loses nothing that was acknowledged', async () => {
    await sweep((count, k) => count >= k);
  }, 60_000);

  it('is tried again by itself: who is sent elsewhere meanwhile need not come to find it well', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const disk = createFailingDisk();
      const store = await open(directory, { disk });
      disk.trouble = (step) => {
        if (step === 'datasync') throw noSpace();
      };
      await expect(store.reserve(reserveRequest())).rejects.toThrow();
      // The disk is real: it is given real time, while the tries come as often as the test says.
      const becomesWritable = async (withinMs: number) => {
        for (const endMs = performance.now() + withinMs; performance.now() < endMs; ) {
          vi.advanceTimersByTime(5_000);
          await new Promise((resolve) => setImmediate(resolve));
          if (store.isWritable()) return true;
        }
        return false;
      };
      expect(await becomesWritable(100)).toBe(false);
      disk.trouble = () => undefined;
      expect(await becomesWritable(5_000)).toBe(true);
      await store.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('while a snapshot is done: what the failed write left is not taken for a line before the new journal', async () => {
    const disk = createFailingDisk();
    const { journal } = await openJournal(directory, disk, log);
    const entry = (id: string) => ({ op: 'reserve', id, idem: id, data: null });
    await journal.append([entry('a')]);
    const generation = await journal.snapshot([]);
    disk.trouble = (step) => {
      if (step === 'datasync') throw noSpace();
    };
    await expect(journal.append([entry('never')])).rejects.toThrow();
    disk.trouble = () => undefined;
    await journal.rotate(generation);
    await journal.append([entry('b')]);
    await journal.close();
    const again = await openJournal(directory, createFailingDisk(), log);
    expect(again.entries.map(({ id }) => id)).toEqual(['b']);
    await again.journal.close();
  });

  it('makes bookings fail and reading go on, until it works again', async () => {
    const disk = createFailingDisk();
    const store = await open(directory, { disk });
    const kept = await book(store);
    const bytes = await readFile(join(directory, 'journal-000001.jsonl'));
    disk.trouble = (step) => {
      if (step === 'datasync') throw noSpace();
    };
    const request = reserveRequest({ claims: [claim(60, 90)] });
    for (let i = 0; i < 2; i += 1) {
      const error: Error & { code?: string } = await store.reserve(request).then(
        () => new Error('acknowledged'),
        (reason) => reason,
      );
      expect(error.code).toBe('STORE_WRITE_FAILED');
      expect(error.message).not.toContain(request.id);
    }
    expect(store.isWritable()).toBe(false);
    expect(await store.find(kept.id)).toEqual(kept);
    disk.trouble = () => undefined;
    expect((await store.reserve(request)).outcome).toBe('done');
    expect(store.isWritable()).toBe(true);
    await store.close();
    const after = await readFile(join(directory, 'journal-000001.jsonl'));
    expect(after.subarray(0, bytes.length)).toEqual(bytes);
    expect(readLines(after)).toMatchObject({ fault: 'none' });
  });
});

describe('damaged data at start', () => {
  const path = (name: string) => join(directory, name);
  const last = (names: string[]) => names.at(-1) ?? '';

  /** Opens it and counts; what is refused must be left as it was. */
  async function outcome(): Promise<number | string> {
    const names = await readdir(directory);
    const bytes = await Promise.all(names.map((name) => readFile(path(name), 'latin1')));
    try {
      const store = await open();
      const count = (await claimsIn(store)).length;
      await store.close();
      return count;
    } catch (error) {
      expect(await readdir(directory)).toEqual(names);
      expect(await Promise.all(names.map((name) => readFile(path(name), 'latin1')))).toEqual(bytes);
      return (error as { code: string }).code;
    }
  }

  it.each([
    ['half a line at its end', (text: string) => text.slice(0, -40), 6],
    ['zeros at its end', (text: string) => `${text}${'\0'.repeat(512)}`, 6],
    [
      'a damaged line in its middle',
      (text: string) => text.replace('"seq":5,', '"seq":6,'),
      'STORE_DAMAGED',
    ],
    [
      'a line missing',
      (text: string) => text.split('\n').toSpliced(4, 1).join('\n'),
      'STORE_DAMAGED',
    ],
    ['nothing in it', () => '', 'STORE_DAMAGED'],
    ['foreign JSON in it', () => '{"bookings":[]}\n', 'STORE_DAMAGED'],
    ['zeros only', (text: string) => '\0'.repeat(text.length), 'STORE_DAMAGED'],
    ['its head missing', (text: string) => text.slice(text.indexOf('\n') + 1), 'STORE_DAMAGED'],
  ])('a journal with %s', async (_, damage, expected) => {
    await prepared();
    const name = last(await journals());
    await writeFile(path(name), damage(await readFile(path(name), 'utf8')));
    expect(await outcome()).toBe(expected);
    // A second start finds what the first one made of it.
    expect(await outcome()).toBe(expected);
  });

  it('what a death left at the end of a journal is cut off, kept beside it, and written over by nothing', async () => {
    const booked = await prepared();
    const name = last(await journals());
    const text = await readFile(path(name), 'utf8');
    await writeFile(path(name), `${text}{"seq":14,"op":"res`);
    const store = await open();
    await book(store, { claims: [claim(600, 630)] });
    await store.close();
    expect(await readFile(path(`${name}.dropped`), 'utf8')).toBe('{"seq":14,"op":"res');
    expect(await outcome()).toBe(booked.length + 1);
  });

  it.each([
    ['is cut', (text: string) => text.slice(0, -100)],
    ['is empty', () => ''],
    ['is foreign', () => '{"schemaVersion":1,"seq":4}\n'],
    ['has one character changed', (text: string) => text.replace('consulta', 'consulte')],
  ])('a snapshot that %s gives way to the one before it and the journals', async (_, damage) => {
    await prepared(3);
    const [older = '', newer = ''] = await snapshots();
    await writeFile(path(newer), damage(await readFile(path(newer), 'utf8')));
    expect(await outcome()).toBe(6);
    expect(await readdir(directory)).toContain(`${newer}.damaged`);
    await writeFile(path(older), '');
    expect(await outcome()).toBe('STORE_DAMAGED');
  });

  it('a missing snapshot or journal is not taken for an empty clinic', async () => {
    await prepared();
    const copy = `${directory}-copy`;
    await cp(directory, copy, { recursive: true });
    await rm(path(last(await snapshots())));
    expect(await outcome()).toBe('STORE_DAMAGED');
    await rm(directory, { recursive: true });
    await cp(copy, directory, { recursive: true });
    await rm(copy, { recursive: true });
    await rm(path(last(await journals())));
    expect(await outcome()).toBe('STORE_DAMAGED');
  });

  it('data of a newer version is left alone', async () => {
    await prepared();
    const head = encodeLine({ seq: 0, op: 'open', id: '', idem: '', data: { schemaVersion: 2 } });
    await writeFile(path(last(await journals())), head);
    expect(await outcome()).toBe('STORE_DAMAGED');
  });

  it('cut at any byte, the journal gives exactly the changes that were whole', async () => {
    await prepared();
    const name = last(await journals());
    const bytes = await readFile(path(name));
    const lines = bytes.toString('latin1').split('\n').slice(0, -1);
    const ends = lines.map((_, i) => lines.slice(0, i + 1).join('\n').length + 1);
    const headEnd = ends[0] ?? 0;
    for (let cut = headEnd; cut <= bytes.length; cut += 97) {
      await writeFile(path(name), bytes.subarray(0, cut));
      // Head, then hold and booking in turn; either makes one claim count.
      const whole = ends.filter((end) => end <= cut).length - 1;
      expect(await outcome(), `cut at ${cut}`).toBe(Math.ceil(whole / 2));
    }
  });

  it('with any one byte wrong is refused, or gives all but what stood at the very end', async () => {
    await prepared(4);
    const copy = `${directory}-copy`;
    await cp(directory, copy, { recursive: true });
    const names = [...(await journals()), ...(await snapshots())];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (name, where, flip) => {
          await rm(directory, { recursive: true });
          await cp(copy, directory, { recursive: true });
          const bytes = await readFile(path(name));
          const at = where % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          await writeFile(path(name), bytes);
          const result = await outcome();
          if (typeof result === 'string') expect(result).toBe('STORE_DAMAGED');
          else expect(result).toBeGreaterThanOrEqual(5);
        },
      ),
      { numRuns: 60 },
    );
    await rm(copy, { recursive: true });
  });
});

describe('a process killed at random while it books', () => {
  const kills = 20;
  const child = fileURLToPath(new URL('../support/schedule-child.ts', import.meta.url));

  it('has kept every change it was told of, and no place twice', async () => {
    const acknowledged = new Map<string, { version: number; status: string }>();
    for (let round = 0; round < kills; round += 1) {
      const process_ = spawn(
        process.execPath,
        ['--import', 'tsx', child, directory, String(round)],
        {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        },
      );
      const answersUntilKill = 1 + ((round * 37) % 90);
      let answers = 0;
      process_.on('message', (message) => {
        const { id, version, status } = message as { id: string; version: number; status: string };
        acknowledged.set(id, { version, status });
        answers += 1;
        if (answers === answersUntilKill) process_.kill('SIGKILL');
      });
      // However it goes wrong, nothing is left running.
      const overdue = setTimeout(() => process_.kill('SIGTERM'), 15_000);
      const [, signal] = await once(process_, 'close');
      clearTimeout(overdue);
      expect(signal).toBe('SIGKILL');
      const store = await open();
      for (const [id, { version, status }] of acknowledged) {
        const found = await store.find(id);
        expect(found?.version ?? 0).toBeGreaterThanOrEqual(version);
        if (found?.version === version) expect(found.status).toBe(status);
      }
      await claimsIn(store);
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(kills);
  }, 120_000);
});

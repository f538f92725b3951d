import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import wavefile from 'wavefile';
import { stereoMuLawHeader } from '../../src/audio/wav.ts';
import { type CallStore, callFileStem } from '../../src/call/call-record.ts';
import { repairRecordings } from '../../src/call/recording-recovery.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { callRecord } from '../support/call-record.ts';

const childFile = fileURLToPath(new URL('../support/recording-child.ts', import.meta.url));

describe('repairing what a dead process left behind', () => {
  let directory: string;
  let store: CallStore;
  let logged: string[];
  let metrics = createMetrics();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'recovery-'));
    store = createMemoryCallStore();
    logged = [];
    metrics = createMetrics();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const log = createLog('info', { write: (line) => void logged.push(line) });
  const repair = (where = directory) =>
    repairRecordings({ directory: where, store, clock: createClock(), log, metrics });

  const liveCall = callRecord({
    callSid: 'CA7',
    state: 'live',
    durationMs: 0,
    appointments: [],
    purpose: 'retorno',
  });
  const { ending, outcome, ...live } = liveCall;
  const stem = callFileStem(live.startedAt, live.callSid);

  it('gives a recording its true length, and its call an end', async () => {
    const audio = Buffer.alloc(2 * 8 * 1500 + 1, 0x33);
    await writeFile(join(directory, `${stem}.part`), [stereoMuLawHeader(160), audio]);
    await store.save(live);
    expect(await repair()).toEqual({ repaired: 1, setAside: 0, calls: 1 });
    expect(await readdir(directory)).toEqual([`${stem}.wav`]);
    const wav = new wavefile.WaveFile(await readFile(join(directory, `${stem}.wav`)));
    expect(wav.getSamples(false, Uint8Array)).toEqual([
      new Uint8Array(12_000).fill(0x33),
      new Uint8Array(12_000).fill(0x33),
    ]);
    expect(await store.find(live.id)).toEqual({
      ...live,
      state: 'interrupted',
      ending: 'process-died',
      outcome: 'failed',
      durationMs: 1500,
      endedAt: '2026-11-21T10:15:31.500Z',
      recording: { file: `${stem}.wav`, durationMs: 1500, complete: false },
    });
    expect(await metrics.render()).toContain('recovered_calls_total 1');
  });

  it('changes nothing the second time', async () => {
    await writeFile(join(directory, `${stem}.part`), [stereoMuLawHeader(0), Buffer.alloc(1600, 1)]);
    await store.save(live);
    await repair();
    const file = await readFile(join(directory, `${stem}.wav`));
    const record = await store.find(live.id);
    expect(await repair()).toEqual({ repaired: 0, setAside: 0, calls: 0 });
    expect(await readFile(join(directory, `${stem}.wav`))).toEqual(file);
    expect(await store.find(live.id)).toEqual(record);
  });

  it('ends a call whose recording was already named, or never began', async () => {
    const silent = { ...callRecord({ state: 'live', callSid: 'CA8', durationMs: 700 }) };
    await writeFile(join(directory, `${stem}.wav`), [
      stereoMuLawHeader(1600),
      Buffer.alloc(1600, 1),
    ]);
    await store.save(live);
    await store.save({ ...silent, appointments: ['a1'] });
    expect(await repair()).toEqual({ repaired: 0, setAside: 0, calls: 2 });
    expect((await store.find(live.id))?.recording?.durationMs).toBe(100);
    const without = await store.find(silent.id);
    expect(without).toMatchObject({ state: 'interrupted', durationMs: 700 });
    expect(without?.recording).toBeUndefined();
  });

  it('keeps aside what is no recording, and goes on with the rest', async () => {
    await writeFile(join(directory, 'empty.part'), '');
    await writeFile(join(directory, 'header.part'), stereoMuLawHeader(0));
    await writeFile(join(directory, 'noise.part'), Buffer.alloc(5000, 7));
    await writeFile(join(directory, 'twice.part'), [stereoMuLawHeader(0), Buffer.alloc(160, 1)]);
    await writeFile(join(directory, 'twice.wav'), 'a finished one');
    await mkdir(join(directory, 'folder.part'));
    await writeFile(join(directory, 'whole.part'), [stereoMuLawHeader(0), Buffer.alloc(160, 1)]);
    expect(await repair()).toEqual({ repaired: 1, setAside: 4, calls: 0 });
    expect((await readdir(directory)).toSorted()).toEqual([
      'empty.damaged',
      'folder.part',
      'header.damaged',
      'noise.damaged',
      'twice.damaged',
      'twice.wav',
      'whole.wav',
    ]);
    expect(await readFile(join(directory, 'twice.wav'), 'utf8')).toBe('a finished one');
    for (const name of ['empty', 'header', 'noise', 'twice', 'folder']) {
      expect(logged.some((line) => line.includes(`${name}.part`))).toBe(true);
    }
  });

  it('does not stop a start when there is no directory, or the store refuses', async () => {
    expect(await repair(join(directory, 'missing'))).toEqual({
      repaired: 0,
      setAside: 0,
      calls: 0,
    });
    await store.save(live);
    const refusing = { ...store, save: () => Promise.reject(new Error('full')) };
    const options = { directory, store: refusing, clock: createClock(), log, metrics };
    expect((await repairRecordings(options)).calls).toBe(0);
    expect(logged.at(-1)).toContain(stem);
  });

  it('saves all but the last second of a call whose process was killed', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', childFile, directory, stem], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let placedMs = 0;
    try {
      await new Promise<void>((resolve, reject) => {
        child.on('message', (ms) => {
          placedMs = Number(ms);
          if (placedMs >= 2_700) resolve();
        });
        child.once('exit', () => reject(new Error('the recording process ended by itself')));
      });
    } finally {
      child.kill('SIGKILL');
    }
    await once(child, 'exit');
    await store.save(live);
    expect(await repair()).toEqual({ repaired: 1, setAside: 0, calls: 1 });
    const wav = new wavefile.WaveFile(await readFile(join(directory, `${stem}.wav`)));
    const [left, right] = wav.getSamples(false, Uint8Array) as unknown as Uint8Array[];
    const keptMs = (left?.length ?? 0) / 8;
    expect(keptMs).toBeGreaterThanOrEqual(placedMs - 1_000);
    expect(left?.every((byte) => byte === 0x22)).toBe(true);
    expect(right?.every((byte) => byte === 0x22)).toBe(true);
    expect((await store.find(live.id))?.durationMs).toBe(Math.round(keptMs));
  });
});

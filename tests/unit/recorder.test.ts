import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import wavefile from 'wavefile';
import { readStereoMuLawHeader, splitStereo, stereoMuLawHeaderBytes } from '../../src/audio/wav.ts';
import { createRecorder, type Recorder } from '../../src/call/recorder.ts';
import { type Disk, realDisk } from '../../src/call/recording-file.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts';
import { type DiskStep, diskError, MemoryDisk } from '../support/memory-disk.ts';

const frameBytes = 160;
const part = '/calls/call.part';
const wav = '/calls/call.wav';

function speech(seed: number, length = frameBytes): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0x7f));
}

/** Everything a black-box reader would hold against a finished file, then its two sides. */
function sidesOf(file: Buffer | undefined): { left: Buffer; right: Buffer } {
  if (!file) throw new Error('there is no such file');
  const header = readStereoMuLawHeader(file);
  expect(header).toEqual({ dataBytes: file.length - stereoMuLawHeaderBytes });
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  return splitStereo(file.subarray(stereoMuLawHeaderBytes));
}

describe('a recorder whose disk is in memory', () => {
  let disk: MemoryDisk;
  let nowMs: number;
  let metrics: Metrics;
  let logged: string[];
  const open: Recorder[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    disk = new MemoryDisk();
    nowMs = 12_345;
    metrics = createMetrics();
    logged = [];
  });

  afterEach(async () => {
    disk.trouble = () => undefined;
    await Promise.all(open.splice(0).map((recorder) => recorder.close(0)));
    vi.useRealTimers();
  });

  function start(): Recorder {
    const recorder = createRecorder({
      directory: '/calls',
      stem: 'call',
      clock: { monotonicMs: () => nowMs, wallMs: () => 0 },
      log: createLog('info', { write: (line) => void logged.push(line) }),
      metrics,
      disk,
    });
    open.push(recorder);
    return recorder;
  }

  /** Lets time pass in steps of 100 ms, and the disk do what it was asked. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      nowMs += 100;
      await vi.advanceTimersByTimeAsync(100);
      await diskIsDone();
    }
  }

  async function diskIsDone(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  function failures(): Promise<string[]> {
    return metrics
      .render()
      .then((text) => text.split('\n').filter((line) => /^recording_failed_total\{/.test(line)));
  }

  it('places the caller left and the agent right, with silence where nobody spoke', async () => {
    const recorder = start();
    recorder.caller(speech(1), 0);
    recorder.agent(speech(2), 480);
    recorder.caller(speech(3), 320);
    expect(await recorder.close(800)).toEqual({ durationMs: 100, complete: true });
    const { left, right } = sidesOf(disk.files.get(wav));
    const silence = (length: number) => Buffer.alloc(length, 0xff);
    expect(left).toEqual(Buffer.concat([speech(1), silence(160), speech(3), silence(320)]));
    expect(right).toEqual(Buffer.concat([silence(480), speech(2), silence(160)]));
  });

  it('pads both sides to the end of the call, however long nobody spoke', async () => {
    const recorder = start();
    recorder.caller(speech(1), 0);
    await pass(1000);
    expect(await recorder.close(90_000 * 8)).toEqual({ durationMs: 90_000, complete: true });
    const { left, right } = sidesOf(disk.files.get(wav));
    expect(left.length).toBe(90_000 * 8);
    expect(left.subarray(0, 160)).toEqual(speech(1));
    expect(left.subarray(160).every((byte) => byte === 0xff)).toBe(true);
    expect(right.every((byte) => byte === 0xff)).toBe(true);
  });

  it('keeps what was heard behind the given end, and an empty call as an empty recording', async () => {
    const recorder = start();
    recorder.agent(speech(1), 1600);
    expect(await recorder.close(160)).toEqual({ durationMs: 220, complete: true });
    disk = new MemoryDisk();
    expect(await start().close(0)).toEqual({ durationMs: 0, complete: true });
    expect(sidesOf(disk.files.get(wav)).left.length).toBe(0);
  });

  it('gives the same answer when it is closed twice, and takes no audio afterwards', async () => {
    const recorder = start();
    recorder.caller(speech(1), 0);
    const closing = recorder.close(160);
    recorder.caller(speech(2), 160);
    expect(recorder.close(9999)).toBe(closing);
    expect(await closing).toEqual({ durationMs: 20, complete: true });
    recorder.caller(speech(3), 0);
    expect(sidesOf(disk.files.get(wav)).left).toEqual(speech(1));
  });

  it('has in the file half a second after a frame came what was said, under a true header', async () => {
    const recorder = start();
    for (let frame = 0; frame < 50; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      if (frame % 5 === 4) await pass(100);
    }
    await pass(500);
    const file = disk.files.get(part);
    expect(file?.length).toBe(stereoMuLawHeaderBytes + 2 * 8000);
    await pass(600);
    expect(sidesOf(disk.files.get(part)).left.subarray(49 * frameBytes)).toEqual(speech(49));
  });

  it('asks little of the disk: two writes, one header and one sync each second, none when idle', async () => {
    const recorder = start();
    await pass(1000);
    disk.steps.length = 0;
    for (let frame = 0; frame < 500; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      if (frame % 25 === 0 && frame > 0) recorder.agent(speech(9, 4000), (frame - 25) * frameBytes);
      if (frame % 5 === 4) await pass(100);
    }
    const count = (step: DiskStep) => disk.steps.filter((other) => other === step).length;
    expect(count('datasync')).toBeGreaterThanOrEqual(9);
    expect(count('datasync')).toBeLessThanOrEqual(11);
    expect(count('write')).toBeGreaterThanOrEqual(28);
    expect(count('write')).toBeLessThanOrEqual(34);
    expect(count('read')).toBe(0);
    await pass(2000);
    disk.steps.length = 0;
    await pass(5000);
    expect(disk.steps).toEqual([]);
  });

  it('loses nothing of a burst after the network stood still for three seconds', async () => {
    const recorder = start();
    const expected: Buffer[] = [];
    for (let frame = 0; frame < 400; frame++) {
      expected.push(speech(frame));
      if (frame < 100 || frame >= 250) recorder.caller(speech(frame), frame * frameBytes);
      // The agent is heard all the while: the file moves on without the caller.
      recorder.agent(speech(7), frame * frameBytes);
      if (frame === 350) {
        for (let late = 100; late < 250; late++) recorder.caller(speech(late), late * frameBytes);
      }
      if (frame % 5 === 4) await pass(100);
    }
    await recorder.close(0);
    expect(sidesOf(disk.files.get(wav)).left.equals(Buffer.concat(expected))).toBe(true);
    expect(disk.steps).toContain('read');
  });

  it('keeps the caller side right whatever the order, lateness, repetition and holes of frames', async () => {
    const frame = fc.record({
      /** Hole in front of the frame. */
      gapMs: fc.oneof(
        { weight: 30, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 900 }) },
        { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 25_000 }) },
      ),
      /** How many frames later it arrives, at most 4 s. */
      delay: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 200 }) },
      ),
      copies: fc.oneof(
        { weight: 20, arbitrary: fc.constant(1) },
        { weight: 1, arbitrary: fc.constantFrom(0, 2) },
      ),
      seed: fc.nat(1000),
      length: fc.constantFrom(160, 160, 160, 80, 161, 1000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(Number.POSITIVE_INFINITY, 999),
        fc.integer({ min: 3, max: 60 }),
        async (frames, largestWrite, framesPerTurn) => {
          disk = new MemoryDisk();
          disk.largestWrite = largestWrite;
          let end = 0;
          const placed = frames.map(({ gapMs, delay, copies, seed, length }, index) => {
            const atByte = end + gapMs * 8;
            end = atByte + length;
            return { atByte, audio: speech(seed, length), copies, arrival: index + delay };
          });
          const left = Buffer.alloc(end, 0xff);
          const recorder = start();
          const arrivals = placed.toSorted((a, b) => a.arrival - b.arrival);
          for (const [turn, { atByte, audio, copies }] of arrivals.entries()) {
            for (let copy = 0; copy < copies; copy++) recorder.caller(audio, atByte);
            if (copies > 0) audio.copy(left, atByte);
            if (turn % framesPerTurn === 0) await pass(500);
          }
          expect(await recorder.close(end)).toEqual({
            durationMs: Math.round(end / 8),
            complete: true,
          });
          const recorded = sidesOf(disk.files.get(wav));
          expect(recorded.left.equals(left)).toBe(true);
          expect(recorded.right.every((byte) => byte === 0xff)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ignores places that are no places on its timeline', async () => {
    const recorder = start();
    recorder.caller(speech(1), Number.NaN);
    recorder.caller(speech(1), Number.POSITIVE_INFINITY);
    recorder.caller(speech(1), 2 ** 52);
    recorder.caller(speech(1), -1_000_000);
    recorder.caller(speech(2), -80);
    expect(await recorder.close(Number.NaN)).toEqual({ durationMs: 10, complete: true });
    expect(sidesOf(disk.files.get(wav)).left).toEqual(speech(2).subarray(80));
  });

  it('waits for a disk that is slow for five seconds and loses nothing', async () => {
    const recorder = start();
    let release = () => {};
    await pass(100);
    disk.trouble = (step) =>
      step === 'datasync' ? new Promise((resolve) => (release = resolve)) : undefined;
    const expected: Buffer[] = [];
    for (let frame = 0; frame < 350; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      expected.push(speech(frame));
      if (frame % 5 === 4) await pass(100);
    }
    disk.trouble = () => undefined;
    release();
    expect(await recorder.close(0)).toEqual({ durationMs: 7000, complete: true });
    expect(sidesOf(disk.files.get(wav)).left.equals(Buffer.concat(expected))).toBe(true);
  });

  it('keeps a late frame that comes while the moments around it are being written', async () => {
    const recorder = start();
    await pass(100);
    let release = () => {};
    disk.trouble = (step) =>
      step === 'write' ? new Promise((resolve) => (release = resolve)) : undefined;
    const expected: Buffer[] = [];
    for (let frame = 0; frame < 120; frame++) {
      expected.push(speech(frame));
      if (frame !== 5) recorder.caller(speech(frame), frame * frameBytes);
    }
    await pass(600);
    recorder.caller(speech(5), 5 * frameBytes);
    disk.trouble = () => undefined;
    release();
    await pass(1000);
    expect(await recorder.close(0)).toEqual({ durationMs: 2400, complete: true });
    expect(sidesOf(disk.files.get(wav)).left.equals(Buffer.concat(expected))).toBe(true);
  });

  it('gives up a recording, and only that, when the disk stands still for good', async () => {
    const recorder = start();
    await pass(100);
    disk.trouble = () => new Promise(() => {});
    for (let frame = 0; frame < 3000; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      recorder.agent(speech(frame), frame * frameBytes);
      if (frame % 5 === 4) await pass(100);
    }
    expect(await failures()).toEqual(['recording_failed_total{code="TOO_SLOW"} 1']);
    const closing = recorder.close(0);
    await pass(5_000);
    expect(await closing).toEqual({ durationMs: 0, complete: false });
    expect(logged.length).toBe(1);
  });

  it('takes audio that comes before the file is open', async () => {
    let release = () => {};
    disk.trouble = (step) =>
      step === 'create' ? new Promise((resolve) => (release = resolve)) : undefined;
    const recorder = start();
    recorder.caller(speech(1), 0);
    await pass(2000);
    recorder.caller(speech(2), 160);
    release();
    expect(await recorder.close(320)).toEqual({ durationMs: 40, complete: true });
    expect(sidesOf(disk.files.get(wav)).left).toEqual(Buffer.concat([speech(1), speech(2)]));
  });

  it('leaves a playable file of what fitted when the disk is full, less 2 s for the record of the call, and says so once', async () => {
    disk.capacityBytes = stereoMuLawHeaderBytes + 2 * 24_000 + 101;
    const recorder = start();
    const expected: Buffer[] = [];
    for (let frame = 0; frame < 200; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      expected.push(speech(frame));
      if (frame % 5 === 4) await pass(100);
    }
    expect(await recorder.close(200 * frameBytes)).toEqual({ durationMs: 1006, complete: false });
    const { left } = sidesOf(disk.files.get(wav));
    expect(left.equals(Buffer.concat(expected).subarray(0, 8050))).toBe(true);
    expect(await failures()).toEqual(['recording_failed_total{code="ENOSPC"} 1']);
    expect(logged.length).toBe(1);
    expect(logged[0]).toContain('RECORDING_FAILED');
  });

  it('never fails a call, whichever step of the disk fails, and names the file whenever it can', async () => {
    const steps: DiskStep[] = [
      'create',
      'write',
      'datasync',
      'close',
      'rename',
      'syncDirectory',
      'read',
    ];
    for (const step of steps) {
      for (let skip = 0; skip < 4; skip++) {
        disk = new MemoryDisk();
        metrics = createMetrics();
        let left = skip;
        let wasHit = false;
        disk.trouble = (current) => {
          if (current !== step || left-- > 0) return;
          wasHit = true;
          throw diskError('EIO');
        };
        const recorder = start();
        for (let frame = 0; frame < 250; frame++) {
          if (frame !== 3) recorder.caller(speech(frame), frame * frameBytes);
          if (frame % 5 === 4) await pass(100);
        }
        recorder.caller(speech(3), 3 * frameBytes);
        const { complete } = await recorder.close(0);
        expect(complete, `${step} ${skip}`).toBe(!wasHit);
        expect((await failures()).length).toBe(wasHit ? 1 : 0);
        const isThere = disk.files.has(wav) || step === 'create' || step === 'rename';
        expect(isThere || !wasHit, `${step} ${skip}`).toBe(true);
      }
    }
  });

  it('does not write over the recording of another call', async () => {
    disk.files.set(part, Buffer.from('someone else'));
    const recorder = start();
    recorder.caller(speech(1), 0);
    await pass(1000);
    expect(await recorder.close(160)).toEqual({ durationMs: 0, complete: false });
    expect(disk.files.get(part)?.toString()).toBe('someone else');
    expect(await failures()).toEqual(['recording_failed_total{code="EEXIST"} 1']);
  });
});

describe('a recorder whose recording is not wanted any more', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'recorder-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const logged: string[] = [];
  const start = (disk?: Disk) =>
    createRecorder({
      directory,
      stem: 'call',
      clock: createClock(),
      log: createLog('info', { write: (line) => void logged.push(line) }),
      metrics: createMetrics(),
      ...(disk ? { disk } : {}),
    });

  it('leaves no file, right after it was opened, later, and after it was closed', async () => {
    const early = start();
    early.caller(speech(1), 0);
    await early.discard();
    expect(await readdir(directory)).toEqual([]);

    const late = start();
    late.caller(speech(1), 0);
    await vi.waitFor(async () => expect(await readdir(directory)).toEqual(['call.part']));
    await late.discard();
    late.caller(speech(2), 160);
    await late.close(16_000);
    expect(await readdir(directory)).toEqual([]);

    const closed = start();
    closed.caller(speech(1), 0);
    await closed.close(16_000);
    expect(await readdir(directory)).toEqual(['call.wav']);
    await closed.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('that cannot be removed holds no audio, and the log says that it is there', async () => {
    const recorder = start({ ...realDisk, remove: () => Promise.reject(new Error('no')) });
    recorder.caller(speech(1), 0);
    await vi.waitFor(async () => expect(await readdir(directory)).toEqual(['call.part']));
    await recorder.discard();
    expect((await stat(join(directory, 'call.part'))).size).toBe(0);
    expect(logged.join('')).toContain('RECORDING_FAILED');
  });
});

describe('a recorder on a real disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'recorder-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function start(where: string, metrics = createMetrics()): Recorder {
    const log = createLog('silent');
    return createRecorder({ directory: where, stem: 'call', clock: createClock(), log, metrics });
  }

  it('writes a file that wavefile reads and only its owner may read', async () => {
    const recorder = start(directory);
    for (let frame = 0; frame < 100; frame++) {
      recorder.caller(speech(frame), frame * frameBytes);
      recorder.agent(speech(frame + 1), frame * frameBytes);
    }
    expect(await recorder.close(16_000)).toEqual({ durationMs: 2000, complete: true });
    expect(await readdir(directory)).toEqual(['call.wav']);
    const path = join(directory, 'call.wav');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const read = new wavefile.WaveFile(await readFile(path));
    const [left, right] = read.getSamples(false, Uint8Array) as unknown as Uint8Array[];
    expect(left?.subarray(160, 320)).toEqual(new Uint8Array(speech(1)));
    expect(right?.subarray(0, 160)).toEqual(new Uint8Array(speech(1)));
  });

  it.skipIf(!canMount())(
    'leaves a playable file on a full file system (needs root and tmpfs)',
    async () => {
      const small = join(directory, 'small');
      await mkdir(small);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
      try {
        const recorder = start(small);
        for (let frame = 0; frame < 300; frame++) recorder.caller(speech(1), frame * frameBytes);
        const { durationMs, complete } = await recorder.close(0);
        expect(complete).toBe(false);
        // 4 s fitted; the last two were given back.
        expect(durationMs).toBeGreaterThan(2_000);
        await writeFile(join(small, 'call.json'), Buffer.alloc(16 * 1_024));
        const { left } = sidesOf(await readFile(join(small, 'call.wav')));
        expect(Math.round(left.length / 8)).toBe(durationMs);
        expect(left.subarray(0, 160)).toEqual(speech(1));
      } finally {
        execFileSync('umount', [small]);
      }
    },
  );
});

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    // A mount namespace of its own: nothing is left behind by asking.
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

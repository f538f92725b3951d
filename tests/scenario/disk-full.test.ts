import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/call/call-record.ts';
import { bookByTools } from '../support/booking-by-tools.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { ask } from '../support/raw-caller.ts';
import { readSides } from '../support/recording-sides.ts';
import { openStage, pass, played, type Stage, until } from '../support/stage.ts';

/** A file system of its own, this small: a stereo recording takes 16 KB a second. */
const diskBytes = 128 * 1_024;

function mount(directory: string): void {
  const options = `size=${diskBytes},mode=700`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'alo-test', directory], { stdio: 'ignore' });
}

function unmount(directory: string): void {
  execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
}

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'alo-mount-'));
  try {
    mount(directory);
    unmount(directory);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}

const framesIn = (count: number) => Array.from({ length: count }, (_, index) => index);

// Skipped by name where file systems cannot be mounted (no root, no CAP_SYS_ADMIN).
describe.skipIf(!canMount())('the disk of the recordings is full (needs mount)', () => {
  let stage: Stage;
  let recordings: string;
  beforeAll(async () => {
    stage = await openStage();
    recordings = join(stage.directory, 'recordings');
    mount(recordings);
  });
  afterAll(async () => {
    unmount(recordings);
    expect(stage.model.violations).toEqual([]);
    await stage.close();
  });

  const ended = (callSid: string): CallRecord | undefined =>
    stage.events.flatMap((event) =>
      event.type === 'call-ended' && event.record.callSid === callSid ? [event.record] : [],
    )[0];

  it('calls go on to their end, appointments are written, records say what is missing, and later calls are recorded again', async () => {
    const first = await stage.answered();
    const second = await stage.answered();
    void first.call.say(markedAudio(501, 9_000));
    const failed = /recording_failed_total\{code="ENOSPC"\} (\d+)/;
    await until(
      async () => failed.exec(await stage.app.metrics.render())?.[1] === '2',
      'both recordings have stopped',
      15_000,
    );
    const log = stage.log.join('');
    expect(log).toContain('RECORDING_FAILED');

    expect(await bookByTools(second.model)).toMatchObject({ ok: true });
    await until(
      async () => (await stage.appointments()).length === 1,
      'the appointment is written',
    );
    await until(() => !second.model.isReplying, 'it is told');

    first.model.speak({ text: 'Continuo aqui.', audio: markedAudio(502, 600) });
    await until(
      () => readMarks(played(first.call)).filter((mark) => mark.id === 502).length === 30,
      'the agent is heard',
    );
    await until(
      () => readMarks(first.model.audioReceived()).filter((mark) => mark.id === 501).length === 450,
      'the caller is heard to the end',
      10_000,
    );
    expect(first.call.protocolErrors).toEqual([]);
    expect((await ask(`${stage.url}/healthz`)).status).toBe(200);

    await Promise.all([first.call.hangUp(), second.call.hangUp()]);
    for (const { call } of [first, second]) {
      const told = await until(() => ended(call.sid), 'the call is over');
      expect(told).toMatchObject({
        state: 'ended',
        ending: 'caller-hung-up',
        recording: { complete: false },
      });
      // Durable beside the recording, although the disk was full.
      const record = await stage.record(call);
      expect(record.recording).toEqual(told.recording);
      const wav = await readFile(join(recordings, record.recording?.file ?? ''));
      const { durationMs } = readSides(wav);
      expect(Math.abs(durationMs - (record.recording?.durationMs ?? 0))).toBeLessThanOrEqual(1);
      expect(durationMs).toBeGreaterThan(500);
      expect(durationMs).toBeLessThan(record.durationMs);
    }
    const { caller } = readSides(await stage.wav(first.call));
    const frames = readMarks(caller)
      .filter((mark) => mark.id === 501)
      .map((mark) => mark.frame);
    expect(frames).toEqual(framesIn(frames.length));
    expect((await stage.record(second.call)).outcome).toBe('appointment');

    for (const name of await readdir(recordings)) await writeFile(join(recordings, name), '');
    const later = await stage.answered();
    await pass(700);
    await later.call.hangUp();
    expect((await stage.record(later.call)).recording).toMatchObject({ complete: true });
  }, 40_000);

  it('a call that begins on a full disk is a call like any other', async () => {
    await writeFile(join(recordings, 'filler'), Buffer.alloc(diskBytes)).catch(() => {});
    const { call, model } = await stage.answered();
    model.speak({ text: 'Sem gravação.', audio: markedAudio(503, 400) });
    await until(
      () => readMarks(played(call)).some((mark) => mark.id === 503),
      'the agent is heard',
    );
    await call.hangUp();
    const record = await until(() => ended(call.sid), 'the call is over');
    expect(record.ending).toBe('caller-hung-up');
    expect(record.recording?.complete ?? false).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { bookByTools } from '../support/booking-by-tools.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { onProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { ask } from '../support/raw-caller.ts';
import { recordingFiles } from '../support/recording-files.ts';
import { readSides } from '../support/recording-sides.ts';
import { apiKey, greeting, pass, until } from '../support/stage.ts';

const framesOf = (audio: Buffer, id: number) =>
  readMarks(audio)
    .filter((mark) => mark.id === id)
    .map((mark) => mark.frame);
const framesIn = (count: number) => Array.from({ length: count }, (_, index) => index);
const metrics = async ({ line }: ProcessStage) =>
  (await ask(`${line.url}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } })).text;

describe.concurrent('the process is killed in the middle of calls', () => {
  it(
    'everything but the last second is there after the next start, and the callers hear the way out',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start();
        const scenes = [];
        for (const id of [201, 202, 203]) scenes.push({ id, ...(await stage.greeted()) });
        const [first] = scenes;
        if (!first) throw new Error('no call');
        for (const { call, id } of scenes) void call.say(markedAudio(id, 20_000));
        const saidAtMs = scenes.map(({ call }) => call.nowMs());
        expect(await bookByTools(first.model)).toMatchObject({ ok: true });
        await pass(2_700);
        const killedAtMs = scenes.map(({ call }) => call.nowMs());
        server.kill('SIGKILL');
        expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });

        for (const { call } of scenes) {
          const { performed } = await call.ended;
          expect(performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
        }
        const left = await recordingFiles(stage.directory);
        expect(left.filter((name) => name.endsWith('.part'))).toHaveLength(3);

        const begunMs = performance.now();
        const again = await stage.start();
        expect(performance.now() - begunMs).toBeLessThan(10_000);
        expect(await metrics(stage)).toContain('recovered_calls_total 3');
        const files = await recordingFiles(stage.directory);
        expect(files.map((name) => name.replace(/.*\./, '')).sort()).toEqual([
          'json',
          'json',
          'json',
          'wav',
          'wav',
          'wav',
        ]);
        for (const [index, { call, id }] of scenes.entries()) {
          const record = await stage.record(call.sid);
          expect(record).toMatchObject({ state: 'interrupted', ending: 'process-died' });
          expect(record.recording).toMatchObject({ complete: false });
          const { caller, durationMs } = readSides(await stage.wav(call.sid));
          expect(record.recording?.durationMs).toBe(Math.round(durationMs));
          const frames = framesOf(caller, id);
          expect(frames).toEqual(framesIn(frames.length));
          const saidMs = (killedAtMs[index] ?? 0) - (saidAtMs[index] ?? 0);
          expect(frames.length * 20).toBeGreaterThan(saidMs - 1_000);
          expect(record.transcript.map((one) => one.text)).toContain(greeting.text);
        }
        const appointments = await stage.appointments();
        expect(appointments).toHaveLength(1);
        const record = await stage.record(first.call.sid);
        expect(record.appointments).toEqual(appointments.map((one) => one.id));
        expect(record.outcome).toBe('appointment');
        expect(record.transcript.map((one) => one.text)).toContain('Isso, pode confirmar.');

        const { call } = await stage.greeted();
        await call.hangUp();
        again.kill('SIGTERM');
        expect(await again.exited).toMatchObject({ code: 0 });
        expect((await stage.record(call.sid)).state).toBe('ended');
      }),
    40_000,
  );

  it(
    'right after the call began: the record is there, and nothing stops the next start',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start();
        const { call } = await stage.greeted();
        server.kill('SIGKILL');
        await server.exited;
        await stage.start();
        expect(await stage.record(call.sid)).toMatchObject({
          state: 'interrupted',
          ending: 'process-died',
        });
      }),
    40_000,
  );
});

describe('a second process on the same data', () => {
  it(
    'is refused with exit code 1 and says why; the first one and its call go on',
    () =>
      onProcessStage(async (stage) => {
        await stage.start();
        const { call, model } = await stage.greeted();
        const second = stage.spawn({ PORT: '0' });
        expect(await second.exited).toMatchObject({ code: 1 });
        expect(second.output()).toMatch(
          /STORE_LOCKED: process \d+ already uses this data directory/,
        );
        expect(second.output()).not.toContain('    at ');
        const spoken = call.say(markedAudio(301, 400));
        await spoken;
        await pass(50);
        expect(framesOf(model.audioReceived(), 301)).toHaveLength(20);
        await call.hangUp();
        await until(
          async () => (await stage.record(call.sid)).state === 'ended',
          'the record is final',
        );
        expect(framesOf(readSides(await stage.wav(call.sid)).caller, 301)).toHaveLength(20);
      }),
    40_000,
  );
});

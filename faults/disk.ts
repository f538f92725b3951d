import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  bookByTools,
  callerAgrees,
  reviewByTools,
  useTool,
} from '../tests/support/booking-by-tools.ts';
import { markedAudio } from '../tests/support/marked-audio.ts';
import type { ProcessStage } from '../tests/support/process-stage.ts';
import { ask, post, webhookFields } from '../tests/support/raw-caller.ts';
import { readSides } from '../tests/support/recording-sides.ts';
import { answersWith, callerSays, greeted, heardMs } from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onProcess, onScene, type Scene, since } from './fault-case.ts';
import {
  cannotMount,
  cannotRun,
  injectFault,
  limitDescriptors,
  mountSmall,
  unmount,
} from './machine.ts';

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };
/** A stereo recording takes 16 KB a second. */
const recordingsBytes = 64 * 1_024;

async function recordingsFull(notes: Notes, scene: Scene): Promise<void> {
  const { stage } = scene;
  const recordings = join(stage.directory, 'recordings');
  mountSmall(recordings, recordingsBytes);
  try {
    const { call, model } = await greeted(stage);
    await until(
      async () => (await scene.counted('recording_failed_total{code="ENOSPC"}')) === 1,
      'the recording has stopped',
      15_000,
    );
    answersWith(model, { say: answer });
    const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
    await until(() => heardMs(call, 50) === 600, 'the answer');
    notes.listen(call, since(call, endedAtMs));
    const booked = await bookByTools(model);
    notes.expect(booked.ok, 'nothing could be booked');
    await call.hangUp();
    const record = await stage.record(call);
    notes.expect(record.recording?.complete === false, 'the record calls the recording whole');
    const { durationMs } = readSides(await stage.wav(call));
    notes.expect(durationMs > 500, 'what was recorded before cannot be played');
    notes.lost.push(`${Math.round(record.durationMs - durationMs)} ms of the recording`);
    const alarms = scene.alarms().filter((name) => name === 'recording-failed');
    notes.expect(alarms.length === 1, `${alarms.length} alarms`);
  } finally {
    unmount(recordings);
  }
}

/** No sync succeeds while the caller says yes: nothing may be acknowledged. Then the disk is well again. */
async function noSync(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start();
  const { call, model } = await stage.greeted();
  await reviewByTools(model);
  await callerAgrees(model);
  const end = await injectFault(server.process.pid ?? 0, 'fdatasync,fsync:error=ENOSPC', []);
  const atMs = call.nowMs();
  answersWith(model, { say: answer });
  const refused = await useTool(model, 'confirm_appointment');
  notes.expect(!refused.ok, 'the agent was told that it is booked');
  await until(() => heardMs(call, 50) >= 600, 'what the agent says of it', 9_000);
  notes.listen(call, since(call, atMs));
  const early = (await stage.appointments()).filter((one) => one.status === 'booked').length;
  notes.expect(early === 0, 'an appointment is booked that nobody was told of');
  await until(() => server.output().includes('"alarm":"tool-broken"'), 'the alarm');
  await end();
  await call.hangUp();
  const later = await stage.greeted();
  const booked = await bookByTools(later.model);
  notes.expect(booked.ok, 'nothing can be booked when the disk is well again');
  await later.call.hangUp();
}

const journalsOf = async ({ directory }: ProcessStage): Promise<string[]> => {
  const schedule = join(directory, 'data', 'schedule');
  const names = await readdir(schedule);
  return names.filter((name) => name.startsWith('journal-')).map((name) => join(schedule, name));
};

/** The disk of the agenda does something to the booking of a call. */
const badSync =
  (fault: string, expectsBooking: boolean) =>
  async (notes: Notes, stage: ProcessStage): Promise<void> => {
    const server = await stage.start();
    const { call, model } = await stage.greeted();
    await reviewByTools(model);
    await callerAgrees(model);
    const end = await injectFault(server.process.pid ?? 0, fault, await journalsOf(stage));
    const atMs = call.nowMs();
    answersWith(model, { say: answer });
    const told = await useTool(model, 'confirm_appointment');
    await until(() => heardMs(call, 50) >= 600, 'what the agent says of it', 9_000);
    await end();
    notes.listen(call, since(call, atMs));
    await call.hangUp();
    notes.expect(told.ok === expectsBooking, `the agent was told ${told.ok ? 'ok' : told.code}`);
    server.kill('SIGKILL');
    await server.exited;
    await stage.start();
    const kept = (await stage.appointments()).filter((one) => one.status === 'booked').length;
    notes.expect(!told.ok || kept === 1, `${kept} of 1 acknowledged appointments`);
  };

async function noDescriptors(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start();
  const pid = server.process.pid ?? 0;
  const { call, model } = await stage.greeted();
  const { port } = new URL(stage.line.url);
  limitDescriptors(pid, readdirSync(`/proc/${pid}/fd`).length + 4);
  const idle: Socket[] = Array.from({ length: 40 }, () => {
    const socket = connect(Number(port), '127.0.0.1');
    return socket.on('error', () => {});
  });
  // Nobody hears a server that has none: with eight left it says so, and sends a new caller to the way out.
  await pass(300);
  for (const socket of idle) socket.destroy();
  limitDescriptors(pid, readdirSync(`/proc/${pid}/fd`).length + 8);
  const ready = async () => (await ask(`${stage.line.url}/readyz`)).text;
  await until(
    async () => (await ready()).includes('out-of-descriptors'),
    'it is not ready',
    10_000,
  );
  const late = await post(stage.line, '/incoming-call', webhookFields(stage.line));
  notes.expect(late.text.includes('<Say') && late.text.includes('<Dial'), 'no way out');
  const told = () => server.output().match(/"alarm":"descriptors-exhausted","since"/g) ?? [];
  await until(() => told().length === 1, 'the alarm');
  answersWith(model, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await until(() => heardMs(call, 50) === 600, 'the answer');
  notes.listen(call, since(call, endedAtMs));
  limitDescriptors(pid, 4_096);
  await until(async () => (await ready()).includes('"ready"'), 'it is ready again', 10_000);
  await call.hangUp();
  const next = await stage.greeted();
  await next.call.hangUp();
  const record = await stage.record(call.sid);
  notes.expect(record.ending === 'caller-hung-up', `the record says ${record.ending}`);
}

const onServer =
  (play: (notes: Notes, stage: ProcessStage) => Promise<void>): FaultCase['play'] =>
  (notes) =>
    onProcess((stage) => play(notes, stage));

const strace = () => cannotRun('strace');

export const disk: FaultCase[] = [
  {
    row: 'F-50',
    variant: 'the disk of the recordings is full in a call',
    impossible: cannotMount,
    play: (notes) => onScene({}, notes, (scene) => recordingsFull(notes, scene)),
  },
  {
    row: 'F-51',
    variant: 'every sync answers ENOSPC when the caller says yes',
    impossible: strace,
    play: onServer(noSync),
  },
  {
    row: 'F-52',
    variant: 'fdatasync answers EIO once',
    impossible: strace,
    play: onServer(badSync('fdatasync:error=EIO:when=1', false)),
  },
  {
    row: 'F-53',
    variant: 'fdatasync takes 800 ms',
    impossible: strace,
    play: onServer(badSync('fdatasync:delay_enter=800000', true)),
  },
  {
    row: 'F-54',
    variant: 'no more descriptors (EMFILE)',
    impossible: () => cannotRun('prlimit'),
    play: onServer(noDescriptors),
  },
];

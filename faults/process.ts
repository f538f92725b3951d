import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CarrierCall } from '../src/sandbox/carrier-call.ts';
import { readTwiml } from '../src/sandbox/twiml-reader.ts';
import { bookByTools } from '../tests/support/booking-by-tools.ts';
import { markedAudio, readMarks } from '../tests/support/marked-audio.ts';
import type { ProcessStage } from '../tests/support/process-stage.ts';
import { ask, post, webhookFields } from '../tests/support/raw-caller.ts';
import { readSides } from '../tests/support/recording-sides.ts';
import type { ModelConversation } from '../tests/support/scripted-model.ts';
import { answersWith, callerSays, heardMs } from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onProcess, since } from './fault-case.ts';

type Play = (notes: Notes, stage: ProcessStage) => Promise<void>;

const one = (row: string, variant: string, play: Play): FaultCase => ({
  row,
  variant,
  play: (notes) => onProcess((stage) => play(notes, stage)),
});

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };
/** What a killed process may lose of a recording, ms. */
const mostLostMs = 1_000;

async function turn(notes: Notes, call: CarrierCall, model: ModelConversation): Promise<void> {
  answersWith(model, { say: answer });
  const before = heardMs(call, 50);
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await until(() => heardMs(call, 50) === before + 600, 'the answer', 8_000);
  notes.listen(call, since(call, endedAtMs));
}

const ready = async ({ line }: ProcessStage): Promise<number> =>
  (await ask(`${line.url}/readyz`)).status;

async function term(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start();
  const { call, model } = await stage.greeted();
  server.kill('SIGTERM');
  await until(async () => (await ready(stage)) === 503, 'it is not ready', 1_000);
  const late = await post(stage.line, '/incoming-call', webhookFields(stage.line));
  const verbs = (readTwiml(late.text) as { verbs: { verb: string }[] }).verbs.map(
    ({ verb }) => verb,
  );
  notes.expect(verbs.join(' ') === 'say dial', `a new caller got ${verbs.join(' ')}`);
  await turn(notes, call, model);
  await call.hangUp();
  const { code } = await server.exited;
  notes.expect(code === 0, `it ended with ${code}`);
  const record = await stage.record(call.sid);
  notes.expect(record.recording?.complete === true, 'the recording is not whole');
}

async function termTwice(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start();
  const { call } = await stage.greeted();
  server.kill('SIGTERM');
  await until(async () => (await ready(stage)) === 503, 'it is not ready');
  const begunMs = performance.now();
  server.kill('SIGTERM');
  const { code } = await server.exited;
  notes.expect(code === 0 && performance.now() - begunMs < 2_000, `it ended with ${code}`);
  await call.ended;
  notes.listen(call, []);
  notes.expectWayOut(call);
}

async function kill(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start();
  const { call, model } = await stage.greeted();
  const booked = await bookByTools(model);
  const fromMs = call.nowMs();
  void call.say(markedAudio(60, 20_000));
  await pass(2_300);
  const spokenMs = call.nowMs() - fromMs;
  server.kill('SIGKILL');
  await server.exited;
  await call.ended;
  notes.listen(call, []);
  notes.expectWayOut(call);
  await stage.start();
  const record = await stage.record(call.sid);
  notes.expect(record.ending === 'process-died', `the record says ${record.ending}`);
  const { caller } = readSides(await stage.wav(call.sid));
  const keptMs = readMarks(caller).filter(({ id }) => id === 60).length * 20;
  const lostMs = Math.max(0, Math.round(spokenMs - keptMs));
  notes.lost.push(`${lostMs} ms of the recording`);
  notes.expect(lostMs <= mostLostMs, `${lostMs} ms of the recording were lost`);
  const kept = (await stage.appointments()).length;
  notes.expect(booked.ok && kept === 1, `${kept} of 1 acknowledged appointments`);
}

/** The process stands still, as in a long garbage collection. */
const standstill =
  (ms: number): Play =>
  async (notes, stage) => {
    const server = await stage.start();
    const { call, model } = await stage.greeted();
    model.speak({ text: 'Temos, sim. '.repeat(8), audio: markedAudio(51, 4_000) });
    await until(() => heardMs(call, 51) >= 400, 'its beginning');
    const fromMs = call.nowMs();
    server.kill('SIGSTOP');
    await pass(ms);
    server.kill('SIGCONT');
    await until(() => heardMs(call, 51) === 4_000, 'all of it', 8_000);
    notes.listen(call, since(call, fromMs));
    await turn(notes, call, model);
    await call.hangUp();
    const record = await until(async () => {
      const found = await stage.record(call.sid);
      return found.state === 'ended' && found;
    }, 'the record is final');
    const { durationMs } = readSides(await stage.wav(call.sid));
    const offMs = Math.round(Math.abs(durationMs - record.durationMs));
    notes.expect(offMs <= 60, `the recording is ${offMs} ms off`);
    notes.expect(record.ending === 'caller-hung-up', `the record says ${record.ending}`);
  };

async function pipeBlocked(notes: Notes, stage: ProcessStage): Promise<void> {
  const server = await stage.start({ LOG_LEVEL: 'trace' });
  server.process.stdout?.pause();
  server.process.stderr?.pause();
  const { call, model } = await stage.greeted();
  for (let round = 0; round < 3; round += 1) {
    for (let index = 0; index < 2_000; index += 1) model.raw({ type: 'unknown.event', index });
    await turn(notes, call, model);
  }
  server.process.stdout?.resume();
  server.process.stderr?.resume();
  await call.hangUp();
}

async function second(notes: Notes, stage: ProcessStage): Promise<void> {
  await stage.start();
  const { call, model } = await stage.greeted();
  const other = stage.spawn({ PORT: '0' });
  const { code } = await other.exited;
  notes.expect(code === 1 && other.output().includes('STORE_LOCKED'), `the second: ${code}`);
  await turn(notes, call, model);
  await call.hangUp();
}

/** Something breaks outside every call. */
async function uncaught(notes: Notes, stage: ProcessStage): Promise<void> {
  const preload = "process.on('SIGUSR2', () => { throw new Error('on purpose'); });";
  const server = await stage.start({}, { preload });
  const { call, model } = await stage.greeted();
  server.kill('SIGUSR2');
  await until(async () => (await ready(stage)) === 503, 'it is not ready');
  await turn(notes, call, model);
  await call.hangUp();
  const { code } = await server.exited;
  notes.expect(code === 1, `it ended with ${code}`);
}

type Damage = [name: string, change: (text: string) => string, starts: boolean];

const damages: Damage[] = [
  ['half a line at the end of the journal', (text) => `${text}{"seq":99,"op"`, true],
  ['zeros at the end of the journal', (text) => `${text}${'\0'.repeat(512)}`, true],
  ['a bad line in the middle of the journal', (text) => text.replace('"', "'"), false],
];

/** An agenda with one appointment is damaged while nobody runs. */
const damaged =
  (change: Damage[1], starts: boolean): Play =>
  async (notes, stage) => {
    const server = await stage.start();
    const { call, model } = await stage.greeted();
    await bookByTools(model);
    await call.hangUp();
    server.kill('SIGKILL');
    await server.exited;
    const directory = join(stage.directory, 'data', 'schedule');
    const name = (await readdir(directory))
      .filter((one) => one.startsWith('journal-'))
      .sort()
      .at(-1);
    const path = join(directory, name ?? 'missing');
    await writeFile(path, change(await readFile(path, 'utf8')));
    const again = stage.spawn();
    if (starts) {
      await again.wrote('"listening"');
      const next = await stage.greeted();
      await turn(notes, next.call, next.model);
      await next.call.hangUp();
      const { length } = await stage.appointments();
      notes.expect(length === 1, `${length} of 1 appointments`);
      return;
    }
    const { code } = await again.exited;
    notes.heard.push('nobody: it refuses to guess');
    notes.expect(code === 1, `it ended with ${code}`);
    notes.expect(again.output().includes('STORE_DAMAGED'), 'it does not say why');
  };

export const processes: FaultCase[] = [
  one('F-55', 'SIGTERM with a live call', term),
  one('F-55', 'SIGTERM twice', termTwice),
  one('F-56', 'SIGKILL in a call, after a booking', kill),
  ...damages.map(([name, change, starts]) => one('F-59', name, damaged(change, starts))),
  one('F-60', 'a second process on the same data', second),
  one('F-67', 'nobody reads standard output', pipeBlocked),
  one('F-68', 'a standstill of 110 ms', standstill(110)),
  one('F-68', 'a standstill of 1 s', standstill(1_000)),
  one('F-72', 'an exception outside every call', uncaught),
];

import { markedAudio } from '../tests/support/marked-audio.ts';
import { messageArguments, outputsGiven } from '../tests/support/on-stage.ts';
import type { ModelConversation } from '../tests/support/scripted-model.ts';
import { callerSays, greeted, heardMs } from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, type Scene, since } from './fault-case.ts';

const newSpeech = { text: 'Voltei. Pode falar.', audio: markedAudio(50, 600) };

type Kill = (model: ModelConversation, scene: Scene) => void;

const deaths: [string, Kill][] = [
  ['close 1000', (model) => model.close(1000)],
  ['close 1001', (model) => model.close(1001)],
  ['close 1011', (model) => model.close(1011)],
  ['close 1012', (model) => model.close(1012)],
  ['RST', (_model, { toModel }) => toModel.reset()],
];

/** Kills the session, and waits for the one that takes its place. */
async function die(scene: Scene, kill: () => void): Promise<ModelConversation> {
  const next = scene.stage.model.nextConnection(5_000);
  kill();
  const renewed = await (await next).configured();
  // Until the product has read that its settings were taken, this would be a try that failed, not a session that died.
  await pass(200);
  return renewed;
}

async function dieSpeaking(kill: Kill, notes: Notes, scene: Scene): Promise<void> {
  const { stage } = scene;
  const { call, model } = await greeted(stage);
  model.onReplyRequest(() => 'hold');
  const { endedAtMs } = await callerSays(call, model, { text: 'Quero marcar um exame.' });
  model.speak({ text: 'Claro, qual exame?', audio: markedAudio(40, 2_000), done: false });
  await until(() => heardMs(call, 40) >= 500, 'half a second is heard');
  stage.model.onReplyRequest(() => ({ say: newSpeech }));
  await die(scene, () => kill(model, scene));
  await until(() => heardMs(call, 50) === 600, 'the new session is heard');
  notes.listen(call, since(call, endedAtMs));
  notes.expect(heardMs(call, 40) === 2_000, `${heardMs(call, 40)} of 2000 ms sent were heard`);
  await call.hangUp();
  const record = await stage.record(call);
  const said = record.transcript.map(({ text }) => text);
  notes.expect(said.includes('Quero marcar um exame.'), 'the caller’s words are not in the record');
  notes.expect(record.recording?.complete === true, 'the recording is not whole');
}

async function dieIdle(notes: Notes, scene: Scene): Promise<void> {
  const { stage, toModel } = scene;
  const { call, model } = await greeted(stage);
  await callerSays(call, model, { text: 'Bom dia!' });
  await until(() => heardMs(call, 1) >= 800, 'the answer is heard');
  await pass(500);
  const renewed = await die(scene, () => toModel.reset());
  renewed.onReplyRequest(() => ({ say: newSpeech }));
  const { endedAtMs } = await callerSays(call, renewed, { text: 'Que horas abre?' });
  await until(() => heardMs(call, 50) === 600, 'the answer of the new session');
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
}

async function dieInTool(notes: Notes, scene: Scene): Promise<void> {
  const { stage } = scene;
  const { call, model } = await greeted(stage);
  model.onReplyRequest(() => 'hold');
  const { endedAtMs } = await callerSays(call, model, { text: 'Deixo um recado.' });
  stage.model.onReplyRequest(() => ({ say: newSpeech }));
  const renewed = await die(scene, () => {
    model.callTool({ name: 'leave_message', arguments: messageArguments() });
    model.close(1011);
  });
  await until(() => heardMs(call, 50) === 600, 'the new session speaks');
  notes.listen(call, since(call, endedAtMs));
  notes.expect(outputsGiven(renewed).length === 0, 'an output of a call it never made');
  await call.hangUp();
  await stage.record(call);
  const { length } = await stage.requests();
  notes.expect(length === 1, `${length} messages were left`);
}

async function dieThrice(notes: Notes, scene: Scene): Promise<void> {
  const { stage, toModel } = scene;
  const { call } = await greeted(stage);
  await die(scene, () => toModel.reset());
  await die(scene, () => toModel.reset());
  const atMs = call.nowMs();
  toModel.reset();
  await call.ended;
  notes.listen(call, [{ fromMs: atMs, toMs: call.nowMs() }]);
  notes.expectWayOut(call);
  notes.expect(stage.model.upgrades.length === 3, `${stage.model.upgrades.length} connections`);
  const record = await stage.record(call);
  notes.expect(record.modelReconnects === 2, `${record.modelReconnects} reconnects in the record`);
}

async function expire(notes: Notes, scene: Scene): Promise<void> {
  const { call, model } = await greeted(scene.stage);
  const renewed = await die(scene, () => {
    model.error({ code: 'session_expired', message: 'Your session hit the maximum duration.' });
    model.close(1000, 'maximum duration');
  });
  renewed.onReplyRequest(() => ({ say: newSpeech }));
  const { endedAtMs } = await callerSays(call, renewed, { text: 'Alô?' });
  await until(() => heardMs(call, 50) === 600, 'the answer');
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
}

const play =
  (scene: (notes: Notes, scene: Scene) => Promise<void>): FaultCase['play'] =>
  (notes) =>
    onScene({}, notes, (one) => scene(notes, one));

export const modelDies: FaultCase[] = [
  ...deaths.map(([name, kill]) => ({
    row: 'F-25',
    variant: `${name} in the middle of a sentence`,
    play: play((notes, scene) => dieSpeaking(kill, notes, scene)),
  })),
  { row: 'F-25', variant: 'RST between two turns', play: play(dieIdle) },
  { row: 'F-25', variant: 'close 1011 while a tool works', play: play(dieInTool) },
  { row: 'F-26', variant: 'RST three times in one call', play: play(dieThrice) },
  { row: 'F-28', variant: 'the session is too old', play: play(expire) },
];

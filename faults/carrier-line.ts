import type { CarrierCall } from '../src/sandbox/carrier-call.ts';
import type { Misbehaviour } from '../src/sandbox/misbehaviour.ts';
import { markedAudio, readMarks } from '../tests/support/marked-audio.ts';
import { readSides } from '../tests/support/recording-sides.ts';
import type { ModelConversation } from '../tests/support/scripted-model.ts';
import { answersWith, callerSays, greeted, heardMs } from '../tests/support/spoken-turn.ts';
import { pass, type StageOptions, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, type Scene, since } from './fault-case.ts';

type Play = (notes: Notes, scene: Scene) => Promise<void>;

const one = (row: string, variant: string, play: Play, options: StageOptions = {}): FaultCase => ({
  row,
  variant,
  play: (notes) => onScene(options, notes, (scene) => play(notes, scene)),
});

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };
/** A recording keeps wall time to this, ms. */
const timeBaseMs = 60;

/** One turn of the conversation; the line may be bad meanwhile. */
async function turn(notes: Notes, call: CarrierCall, model: ModelConversation): Promise<void> {
  answersWith(model, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await until(() => heardMs(call, 50) >= 600, 'the answer', 8_000);
  notes.listen(call, since(call, endedAtMs));
}

/** The stream breaks while the caller speaks: what was said until then is kept. */
const breaks =
  (cut: (scene: Scene, call: CarrierCall) => void, withinMs: number): Play =>
  async (notes, scene) => {
    const { stage } = scene;
    const { call } = await greeted(stage);
    const fromMs = call.nowMs();
    void call.say(markedAudio(60, 30_000));
    await pass(1_500);
    const spokenMs = call.nowMs() - fromMs;
    const cutAtMs = performance.now();
    cut(scene, call);
    await until(() => stage.app.live.count === 0, 'the call is over here', withinMs + 1_000);
    const tookMs = Math.round(performance.now() - cutAtMs);
    notes.expect(tookMs <= withinMs, `found after ${tookMs} ms`);
    scene.toProduct.set('up', {});
    scene.toProduct.set('down', {});
    await call.hangUp();
    const record = await stage.record(call);
    notes.listen(call, []);
    notes.expect(record.ending === 'stream-lost', `the record says ${record.ending}`);
    const { caller } = readSides(await stage.wav(call));
    const keptMs = readMarks(caller).filter((mark) => mark.id === 60).length * 20;
    notes.expect(keptMs >= spokenMs - 200, `${keptMs} of ${Math.round(spokenMs)} ms were kept`);
  };

const lines: [string, string, Misbehaviour][] = [
  ['F-06', '10 % of the frames are lost', { loseFrames: (frame) => frame % 10 === 7 }],
  ['F-06', 'every 7th frame comes after the next one', { reorder: (frame) => frame % 7 === 3 }],
  [
    'F-06',
    'the caller’s audio waits 1 s and comes in a burst',
    { stall: { atMs: 1_500, forMs: 1_000 } },
  ],
  ['F-09', 'marks never come back', { dropMarks: true }],
  ['F-29', 'the carrier plays nothing for 800 ms', { playoutStall: { atMs: 2_000, forMs: 800 } }],
];

/** A turn over a bad line; then the recording must be as long as the call. */
const badLine =
  (misbehave: Misbehaviour): Play =>
  async (notes, { stage }) => {
    const { call, model } = await greeted(stage, { misbehave });
    await turn(notes, call, model);
    const wallMs = call.nowMs();
    await call.hangUp();
    const { durationMs } = readSides(await stage.wav(call));
    const offMs = Math.round(Math.abs(durationMs - wallMs));
    notes.expect(offMs <= timeBaseMs, `the recording is ${offMs} ms off`);
    notes.expect(call.protocolErrors.length === 0, 'the carrier was sent something wrong');
  };

/** The line to the product itself is slow, in both directions. */
const slowLine =
  (toxics: { latencyMs?: number; jitterMs?: number; sliceBytes?: number }): Play =>
  async (notes, { stage, toProduct }) => {
    toProduct.set('up', toxics);
    toProduct.set('down', toxics);
    const { call, model } = await greeted(stage);
    await turn(notes, call, model);
    await call.hangUp();
    const record = await stage.record(call);
    notes.expect(record.ending === 'caller-hung-up', `the record says ${record.ending}`);
  };

async function silentLeg(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage, { misbehave: { noMedia: true } });
  model.onReplyRequest(() => ({ say: answer }));
  const { by } = await call.ended;
  notes.listen(call, []);
  notes.expect(by === 'rest', `the phone leg was ended by ${by}`);
  const record = await stage.record(call);
  notes.expect(record.ending === 'caller-silent', `the record says ${record.ending}`);
}

/** The person leaves, and nothing of the call stays. */
const leaves =
  (when: Play, atMs: number, misbehave: Misbehaviour = {}): Play =>
  async (notes, scene) => {
    const { stage } = scene;
    const call = stage.dial({ misbehave });
    await call.started;
    await pass(atMs);
    await when(notes, scene);
    await call.hangUp();
    const record = await stage.record(call);
    notes.listen(call, []);
    notes.expect(
      record.ending === (misbehave.skipStop ? 'stream-lost' : 'caller-hung-up'),
      `the record says ${record.ending}`,
    );
    // Before the caller was told of it, nothing is recorded.
    notes.expect(record.recording?.complete !== false, 'the recording is not whole');
  };

const nothing: Play = async () => {};

export const carrierLine: FaultCase[] = [
  one(
    'F-01',
    'RST',
    breaks(({ toProduct }) => toProduct.reset(), 2_000),
  ),
  one(
    'F-01',
    'silent half-open: nothing passes any more',
    breaks(({ toProduct }) => {
      toProduct.set('up', { isStalled: true });
      toProduct.set('down', { isStalled: true });
    }, 20_000),
  ),
  one('F-01', 'FIN without “stop”', leaves(nothing, 1_500, { skipStop: true })),
  ...lines.map(([row, variant, misbehave]) => one(row, variant, badLine(misbehave))),
  one(
    'F-06',
    '150 ms of latency and 100 ms of jitter, both ways',
    slowLine({ latencyMs: 150, jitterMs: 100 }),
  ),
  one('F-06', 'slices of 11 bytes, both ways', slowLine({ sliceBytes: 11 })),
  one('F-08', 'no media at all after “start”', silentLeg, {
    voice: 'voice:\n  silenceLadderMs: [2000, 2000, 2000]',
  }),
  one('F-16', 'hang-up 50 ms after “start”', leaves(nothing, 50)),
  one('F-16', 'hang-up in the greeting', leaves(nothing, 250)),
];

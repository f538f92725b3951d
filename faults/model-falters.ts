import { markedAudio } from '../tests/support/marked-audio.ts';
import { messageArguments, outputsGiven } from '../tests/support/on-stage.ts';
import type { ModelConversation, ScriptedReply } from '../tests/support/scripted-model.ts';
import {
  answersWith,
  callerSays,
  framesHeard,
  greeted,
  heardMs,
} from '../tests/support/spoken-turn.ts';
import { pass, until } from '../tests/support/stage.ts';
import { type FaultCase, type Notes, onScene, type Scene, since } from './fault-case.ts';

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };

/** The caller asks, the model does what is scripted, and in the end its answer is heard. */
async function answered(
  notes: Notes,
  { stage }: Scene,
  replies: ScriptedReply[],
  before?: (model: ModelConversation) => void,
): Promise<void> {
  const { call, model } = await greeted(stage);
  answersWith(model, ...replies);
  before?.(model);
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await until(() => heardMs(call, 50) === 600, 'the answer', 12_000);
  notes.listen(call, since(call, endedAtMs));
  const frames = framesHeard(call, 50);
  notes.expect(
    frames.every((frame, index) => frame === index),
    'the answer was heard with a hole or twice',
  );
  await call.hangUp();
  const record = await stage.record(call);
  notes.expect(record.ending === 'caller-hung-up', `the record says ${record.ending}`);
}

async function neverAnswers(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  model.onReplyRequest(() => 'hold');
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await call.ended;
  notes.listen(call, since(call, endedAtMs));
  notes.expectWayOut(call);
}

/** The line to the model stands still in the middle of the answer, and goes on. */
async function lineStalls(notes: Notes, { stage, toModel }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  const long = { text: 'Temos, sim. '.repeat(8), audio: markedAudio(51, 3_000), chunkBytes: 1_600 };
  answersWith(model, { say: { ...long, intervalMs: 150 } }, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
  await until(() => heardMs(call, 51) >= 600, 'its beginning');
  toModel.set('down', { isStalled: true });
  await pass(3_000);
  toModel.set('down', {});
  await until(() => heardMs(call, 51) === 3_000 || heardMs(call, 50) === 600, 'its end', 8_000);
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
}

const bytes = (text: string) => (model: ModelConversation) => model.raw(text);

const garbage: [string, (model: ModelConversation) => void][] = [
  ['malformed JSON', bytes('{"type":"response.')],
  [
    'an array, null, a number, nothing',
    (model) => ['[]', 'null', '7', ''].forEach((one) => void model.raw(one)),
  ],
  ['binary', (model) => model.raw(Buffer.alloc(4_000, 0x41))],
  ['an unknown event', (model) => model.raw({ type: 'response.dance', response_id: 'r' })],
  [
    'audio of a reply nobody made',
    (model) =>
      model.raw({
        type: 'response.output_audio.delta',
        response_id: 'x',
        item_id: 'y',
        output_index: 0,
        content_index: 0,
        delta: 'AAAA',
      }),
  ],
  [
    'events without ids',
    (model) =>
      [
        'response.created',
        'response.done',
        'response.output_audio.delta',
        'conversation.item.added',
      ].forEach((type) => void model.raw({ type })),
  ],
  [
    '200 levels of nesting, 1 MB',
    (model) => model.raw(`{"type":${'['.repeat(200)}${'"x",'.repeat(250_000)}1${']'.repeat(200)}}`),
  ],
];

const errors = [
  'item_truncate_invalid_item_id',
  'conversation_already_has_active_response',
  'response_cancel_not_active',
  'cannot_update_voice',
  'item_not_found',
];

const failures: [string, ScriptedReply][] = [
  ['failed', { end: { failed: 'server_error' } }],
  ['was empty', {}],
  ['was withheld (content_filter)', { end: { incomplete: 'content_filter' } }],
];

async function tooLarge(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  const next = stage.model.nextConnection(5_000);
  model.raw('x'.repeat(20 << 20));
  const renewed = await (await next).configured();
  answersWith(renewed, { say: answer });
  const { endedAtMs } = await callerSays(call, renewed, { text: 'Alô?' });
  await until(() => heardMs(call, 50) === 600, 'the answer');
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
}

/** 1,000 calls of a tool in one session: each gets an output, few are run. */
async function storm(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  model.onReplyRequest(() => 'hold');
  const many = Array.from({ length: 200 }, () => ({ name: 'clinic_info', arguments: {} }));
  answersWith(model, { call: many }, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'Onde fica?' });
  await until(() => heardMs(call, 50) === 600, 'the answer', 12_000);
  notes.listen(call, since(call, endedAtMs));
  notes.expect(outputsGiven(model).length === 200, `${outputsGiven(model).length} of 200 outputs`);
  await call.hangUp();
  const { tools } = await stage.record(call);
  const run = tools.filter((use) => use.outcome === 'ok').length;
  notes.expect(run <= 8, `${run} of 200 calls were run in one turn`);
}

/** The same call id twice, and arguments that are none. */
async function tools(
  notes: Notes,
  { stage }: Scene,
  calls: { arguments: unknown; callId?: string }[],
  kept: number,
): Promise<void> {
  const { call, model } = await greeted(stage);
  const wanted = calls.map((one) => ({ name: 'leave_message', ...one }));
  answersWith(model, { call: wanted }, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'Deixo um recado.' });
  await until(() => heardMs(call, 50) === 600, 'the answer', 8_000);
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
  await stage.record(call);
  const { length } = await stage.requests();
  notes.expect(length === kept, `${length} messages were kept, not ${kept}`);
}

async function endless(notes: Notes, { stage }: Scene): Promise<void> {
  const { call, model } = await greeted(stage);
  model.speak({
    text: 'E '.repeat(400),
    audio: markedAudio(52, 20_000),
    chunkBytes: 1_600,
    intervalMs: 150,
  });
  await until(() => call.clears.length === 1, 'it is cut', 8_000);
  await pass(300);
  notes.expect(heardMs(call, 52) < 5_500, `${heardMs(call, 52)} ms of 5000 were heard`);
  answersWith(model, { say: answer });
  const { endedAtMs } = await callerSays(call, model, { text: 'E agora?' });
  await until(() => heardMs(call, 50) === 600, 'the answer');
  notes.listen(call, since(call, endedAtMs));
  await call.hangUp();
}

type Play = (notes: Notes, scene: Scene) => Promise<void>;

const one = (row: string, variant: string, play: Play, voice?: string): FaultCase => ({
  row,
  variant,
  play: (notes) => onScene(voice ? { voice } : {}, notes, (scene) => play(notes, scene)),
});

const slow: FaultCase[] = [
  one('F-29', 'the first sound comes after 5 s', (notes, scene) => {
    scene.stage.model.set({ speakDelayMs: 0 });
    return answered(notes, scene, [{ say: answer }], () =>
      scene.stage.model.set({ speakDelayMs: 5_000 }),
    );
  }),
  one('F-29', 'the line has 300 ms of latency and 400 ms of jitter', (notes, scene) => {
    scene.toModel.set('down', { latencyMs: 300, jitterMs: 400 });
    scene.toModel.set('up', { latencyMs: 300, jitterMs: 400 });
    return answered(notes, scene, [{ say: answer }]);
  }),
  one('F-29', 'the line gives slices of 7 bytes', (notes, scene) => {
    scene.toModel.set('down', { sliceBytes: 7 });
    return answered(notes, scene, [{ say: answer }]);
  }),
  one('F-29', 'the model never answers', neverAnswers),
  one('F-30', 'the reply stalls half-way', (notes, scene) => {
    const half = { text: 'Nós temos horário na', audio: markedAudio(51, 800) };
    return answered(notes, scene, [{ say: half, end: 'hold' }, { say: answer }]);
  }),
  one('F-30', 'the line stands still for 3 s in the answer', lineStalls),
];

export const modelFalters: FaultCase[] = [
  ...slow,
  ...garbage.map(([name, send]) =>
    one('F-31', name, (notes, scene) => answered(notes, scene, [{ say: answer }], send)),
  ),
  one('F-31', 'a message of 20 MB: the session is renewed', tooLarge),
  one('F-32', `error events: ${errors.join(', ')}`, (notes, scene) =>
    answered(notes, scene, [{ say: answer }], (model) => {
      for (const code of errors) model.error({ code, message: 'no' });
    }),
  ),
  ...failures.map(([name, reply]) =>
    one('F-33', `a reply ${name} once`, (notes, scene) =>
      answered(notes, scene, [reply, { say: answer }]),
    ),
  ),
  one('F-34', 'tool arguments that are no JSON, no object, of another shape', (notes, scene) =>
    tools(
      notes,
      scene,
      ['{"name":', '[]', { message: 7 }].map((text) => ({ arguments: text })),
      0,
    ),
  ),
  one('F-36', '200 tool calls in one reply', storm),
  one('F-37', 'the same call id twice', (notes, scene) =>
    tools(
      notes,
      scene,
      [1, 2].map(() => ({ arguments: messageArguments(), callId: 'call_twice' })),
      1,
    ),
  ),
  one(
    'F-39',
    'a reply that does not end (the clinic allows 5 s)',
    endless,
    'voice:\n  limits: { maxReplyMs: 5000 }',
  ),
];

import { describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import type { Misbehaviour } from '../../src/sandbox/misbehaviour.ts';
import { promptsHeard, soundsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage } from '../support/on-stage.ts';
import { callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { pass, type Stage, until } from '../support/stage.ts';

/** The shortest ladder that a profile may have. */
const voice = 'voice:\n  silenceLadderMs: [2000, 2000, 2000]';
const stepMs = 2_000;
/** A step is noticed by a tick of 100 ms, answered over loopback, and played in frames of 20 ms. */
const lateMs = 600;

const spoken = { first: 81, second: 82, goodbye: 83 } as const;

/** A model that speaks what the ladder asks it to, 400 ms each. */
function speaksWhenAsked(model: ModelConversation): void {
  model.onReplyRequest(({ instructions = '' }) => {
    const id = /despeça-se/i.test(instructions)
      ? spoken.goodbye
      : /ainda está/.test(instructions)
        ? spoken.first
        : spoken.second;
    return { say: { text: 'Alô?', audio: markedAudio(id, 400) } };
  });
}

/** The silence before each sound of the agent but the first. */
function silences(call: CarrierCall): number[] {
  const sounds = soundsHeard(call);
  return sounds.slice(1).map(({ fromMs }, i) => fromMs - (sounds[i]?.toMs ?? 0));
}

async function expectEnded(stage: Stage, call: CarrierCall, ending: string): Promise<void> {
  const end = await call.ended;
  expect(end.by).toBe('rest');
  expect(end.performed.map(({ verb }) => verb)).toEqual(['connect']);
  expect((await stage.record(call)).ending).toBe(ending);
}

describe.concurrent('a caller who says nothing', () => {
  for (const [name, misbehave] of [
    ['on a good line', {}],
    ['when marks never come back', { dropMarks: true }],
    ['when no frame of theirs ever arrives', { noMedia: true }],
  ] as [string, Misbehaviour][]) {
    it(`${name}: asked twice, goodbye, hang-up, on schedule`, () =>
      onStage({ voice }, async (stage) => {
        const { call, model } = await greeted(stage, { misbehave });
        speaksWhenAsked(model);
        await expectEnded(stage, call, 'caller-silent');
        expect(
          [spoken.first, spoken.second, spoken.goodbye].map((id) => heardMs(call, id)),
        ).toEqual([400, 400, 400]);
        expect(promptsHeard(call)).toEqual([]);
        for (const silenceMs of silences(call)) {
          expect(silenceMs).toBeGreaterThanOrEqual(stepMs - 200);
          expect(silenceMs).toBeLessThanOrEqual(stepMs + lateMs);
        }
        const goodbye = soundsHeard(call).at(-1);
        // A mark that never comes back is awaited for one second.
        expect(call.nowMs() - (goodbye?.toMs ?? 0)).toBeLessThanOrEqual(2_000);
      }));
  }

  it(
    'and a model that does not speak when asked: the shipped prompts, hardly later',
    () =>
      onStage({ voice }, async (stage) => {
        const { call, model } = await greeted(stage, { misbehave: { dropMarks: true } });
        model.onReplyRequest(() => 'hold');
        await expectEnded(stage, call, 'caller-silent');
        expect(promptsHeard(call).map(({ name }) => name)).toEqual([
          'ainda-esta-ai',
          'nao-ouvi',
          'tchau',
        ]);
        const prompts = promptsHeard(call);
        const waits = prompts.slice(1).map(({ fromMs }, i) => fromMs - (prompts[i]?.toMs ?? 0));
        for (const waitMs of waits) expect(waitMs).toBeLessThanOrEqual(stepMs + 2_000 + lateMs);
        expect(model.errors).toEqual([]);
      }),
    30_000,
  );

  it('until the second question: the ladder begins anew', () =>
    onStage({ voice }, async (stage) => {
      const { call, model } = await greeted(stage);
      speaksWhenAsked(model);
      await until(() => heardMs(call, spoken.second) === 400, 'the second question', 8_000);
      model.onReplyRequest(() => ({ say: { text: 'Ah!', audio: markedAudio(84, 400) } }));
      await callerSays(call, model, { text: 'Estou aqui.' });
      await until(() => heardMs(call, 84) === 400, 'the answer');
      speaksWhenAsked(model);
      await until(() => heardMs(call, spoken.first) === 800, 'the first question again');
      expect(heardMs(call, spoken.goodbye)).toBe(0);
      await call.hangUp();
    }));

  it('the question that is being prepared when they speak at last is not spoken over them', () =>
    onStage({ voice }, async (stage) => {
      const { call, model } = await greeted(stage);
      model.onReplyRequest(() => 'hold');
      await model.waitFor('response.create', 5_000, model.events.length);
      const speech = callerSays(call, model, { ms: 800, text: 'Desculpe, estava longe.' });
      model.onReplyRequest(() => ({ say: { text: 'Sem problema.', audio: markedAudio(85, 400) } }));
      await speech;
      await until(() => heardMs(call, 85) === 400, 'the answer');
      expect(promptsHeard(call)).toEqual([]);
      expect(model.errors).toEqual([]);
      await call.hangUp();
    }));
});

describe.concurrent('the longest a call may last', () => {
  const capped = `${voice}\n  limits: { maxCallMs: 10000 }`;

  it('a caller who always answers: told that the time is over, and hung up', () =>
    onStage({ voice: capped }, async (stage) => {
      const { call, model } = await greeted(stage, { misbehave: { dropMarks: true } });
      model.onReplyRequest(({ instructions = '' }) =>
        /tempo máximo/.test(instructions)
          ? { say: { text: 'O tempo acabou.', audio: markedAudio(86, 600) } }
          : { say: { text: 'Pois não.', audio: markedAudio(87, 300) } },
      );
      while (call.nowMs() < 8_500) {
        await callerSays(call, model, { ms: 400, text: 'E depois?' });
        await pass(500);
      }
      await expectEnded(stage, call, 'time-limit');
      expect(heardMs(call, 86)).toBe(600);
      expect(call.nowMs()).toBeGreaterThan(10_000);
      expect(call.nowMs()).toBeLessThan(13_000);
    }));

  it('an agent in the middle of a long answer is cut short for the goodbye', () =>
    onStage({ voice: capped }, async (stage) => {
      const { call, model } = await greeted(stage);
      model.speak({ text: 'E '.repeat(400), audio: markedAudio(88, 30_000) });
      model.onReplyRequest(() => ({ say: { text: 'Até logo.', audio: markedAudio(89, 400) } }));
      await expectEnded(stage, call, 'time-limit');
      expect(heardMs(call, 89)).toBe(400);
      expect(call.nowMs()).toBeLessThan(13_000);
    }));

  it(
    'a model that has fallen silent: the prompt says it',
    () =>
      onStage({ voice: capped }, async (stage) => {
        const { call, model } = await greeted(stage, { misbehave: { dropMarks: true } });
        model.speak({ text: 'E '.repeat(400), audio: markedAudio(88, 30_000) });
        model.onReplyRequest(() => 'hold');
        await expectEnded(stage, call, 'time-limit');
        expect(promptsHeard(call).map(({ name }) => name)).toEqual(['tempo-esgotado']);
        expect(call.nowMs()).toBeLessThan(20_000);
      }),
    40_000,
  );
});

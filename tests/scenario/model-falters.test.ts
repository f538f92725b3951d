import { describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { heardFrom, longestUnexplainedSilence, promptsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { onStage } from '../support/on-stage.ts';
import {
  answersWith,
  callerSays,
  expectConversationGoesOn,
  framesHeard,
  greeted,
  heardMs,
} from '../support/spoken-turn.ts';
import { pass, until } from '../support/stage.ts';

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };

function expectNoDeadAir(call: CarrierCall, fromMs: number, toMs = call.nowMs()): void {
  expect(longestUnexplainedSilence(call, [{ fromMs, toMs }])).toBeLessThanOrEqual(2_000);
}

describe.concurrent('a model that is slow to answer', () => {
  for (const [name, silence] of [
    ['does not answer by itself', { refuse: 'server_error' }],
    ['begins a reply and says nothing', 'hold'],
  ] as const) {
    it(
      `it ${name}: “um momento”, asked again at 6 s, and at 12 s the way out`,
      () =>
        onStage({}, async (stage) => {
          const { call, model } = await greeted(stage);
          model.onReplyRequest(({ auto }) => (auto ? silence : 'hold'));
          const { endedAtMs } = await callerSays(call, model, { text: 'Tem cardiologista?' });
          const stoppedAtMs = performance.now();
          const again = await model.waitFor('response.create', 8_000, model.events.length);
          expect(again.atMs - stoppedAtMs).toBeGreaterThan(5_000);
          expect(again.atMs - stoppedAtMs).toBeLessThan(6_500);
          const end = await call.ended;
          expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
          const prompts = promptsHeard(call);
          expect(prompts[0]?.name).toBe('um-momento');
          expect((prompts[0]?.fromMs ?? 0) - endedAtMs).toBeLessThanOrEqual(2_000);
          expect(prompts.at(-1)?.name).toBe('problema-tecnico');
          expect((prompts.at(-1)?.fromMs ?? 0) - endedAtMs).toBeLessThanOrEqual(13_000);
          expectNoDeadAir(call, endedAtMs);
          expect((await stage.record(call)).ending).toBe('model-unreachable');
        }),
      40_000,
    );
  }

  it('an answer after 4 s: a filler, then the whole answer, one after the other', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.set({ speakDelayMs: 4_000 });
      answersWith(model, { say: answer });
      const { endedAtMs } = await callerSays(call, model);
      await until(() => heardMs(call, 50) === 600, 'the answer', 8_000);
      expect(framesHeard(call, 50)).toEqual(Array.from({ length: 30 }, (_, i) => i));
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['um-momento']);
      expect(model.of('response.create')).toHaveLength(1);
      expectNoDeadAir(call, endedAtMs);
      await call.hangUp();
    }));

  it('an answer that comes while the filler is spoken waits for its end', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.set({ speakDelayMs: 1_600 });
      answersWith(model, { say: answer });
      await callerSays(call, model);
      await until(() => heardMs(call, 50) === 600, 'the answer', 8_000);
      const [filler] = promptsHeard(call);
      expect(filler?.name).toBe('um-momento');
      expect(heardFrom(call, answer.audio)).toBeGreaterThanOrEqual((filler?.toMs ?? 0) - 20);
      await call.hangUp();
    }));

  it('a reply that stalls half-way: filler, cancelled and asked again, and what was heard stays in the transcript', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const half = { text: 'Nós temos horário na', audio: markedAudio(51, 800) };
      answersWith(model, { say: half, end: 'hold' }, { say: answer });
      const { endedAtMs } = await callerSays(call, model, { text: 'Quando tem horário?' });
      await until(() => heardMs(call, 50) === 600, 'the second try', 9_000);
      expect(heardMs(call, 51)).toBe(800);
      expect(model.of('response.cancel')).toHaveLength(1);
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['um-momento']);
      expectNoDeadAir(call, endedAtMs);
      await call.hangUp();
      const { transcript } = await stage.record(call);
      expect(transcript.map(({ text }) => text)).toContain('Nós temos horário na');
    }));
});

describe.concurrent('a reply that fails', () => {
  for (const [name, failure] of [
    ['failed', { end: { failed: 'server_error' } }],
    ['was empty', {}],
    ['was withheld', { end: { incomplete: 'content_filter' } }],
  ] as const) {
    it(`it ${name} once: asked again, and nobody notices`, () =>
      onStage({}, async (stage) => {
        const { call, model } = await greeted(stage);
        answersWith(model, failure, { say: answer });
        const { endedAtMs } = await callerSays(call, model);
        await until(() => heardMs(call, 50) === 600, 'the second try');
        expect(promptsHeard(call)).toEqual([]);
        expectNoDeadAir(call, endedAtMs);
        await expectConversationGoesOn(call, model);
        await call.hangUp();
      }));

    it(`it ${name} twice: the caller is asked to repeat`, () =>
      onStage({}, async (stage) => {
        const { call, model } = await greeted(stage);
        answersWith(model, failure, failure, { say: answer });
        const { endedAtMs } = await callerSays(call, model);
        await until(() => promptsHeard(call).length === 1, '“não entendi”');
        expect(promptsHeard(call)[0]?.name).toBe('nao-entendi');
        await until(() => call.heardSilenceMs > 500, 'it is heard to its end', 8_000);
        expectNoDeadAir(call, endedAtMs, promptsHeard(call)[0]?.toMs);
        expect(model.of('response.create')).toHaveLength(2);
        await expectConversationGoesOn(call, model);
        await call.hangUp();
      }));
  }

  it('every reply fails: the way out, after three', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { end: { failed: 'server_error' } });
      await callerSays(call, model);
      await until(() => promptsHeard(call).length === 1, '“não entendi”');
      await until(() => call.heardSilenceMs > 300, 'it is heard to its end', 8_000);
      await callerSays(call, model);
      const end = await call.ended;
      expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
      expect(model.of('response.create').length).toBeLessThanOrEqual(3);
      expect(stage.model.upgrades).toHaveLength(1);
    }));

  it('a request that is refused for its rate is made again a little later, a few times', () =>
    onStage({}, async (stage) => {
      stage.model.onReplyRequest(() => ({ refuse: 'rate_limit_exceeded' }));
      const connection = stage.model.nextConnection();
      const call = stage.dial();
      const model = await (await connection).configured();
      await until(() => model.errors.length === 2, 'two refusals');
      stage.model.onReplyRequest(() => ({ say: answer }));
      await until(() => heardMs(call, 50) === 600, 'the greeting');
      const [first, second] = model.of('response.create');
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(400);
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThanOrEqual(1_500);
      await call.hangUp();
    }));
});

describe.concurrent('a reply that does not end', () => {
  const voice = 'voice:\n  limits: { maxReplyMs: 5000 }';

  for (const [name, pace] of [
    ['sent as it is spoken', { chunkBytes: 1_600, intervalMs: 150 }],
    ['sent at once', {}],
  ] as const) {
    it(`20 s of speech ${name}: cut after the 5 s the clinic allows, the model's memory too`, () =>
      onStage({ voice }, async (stage) => {
        const { call, model } = await greeted(stage);
        const speech = model.speak({
          text: 'E '.repeat(400),
          audio: markedAudio(52, 20_000),
          ...pace,
        });
        await until(() => call.clears.length === 1, 'it is cut', 8_000);
        await pass(500);
        expect(heardMs(call, 52)).toBeGreaterThan(4_800);
        expect(heardMs(call, 52)).toBeLessThan(5_400);
        const cut = model.of('conversation.item.truncate');
        expect(cut).toHaveLength(1);
        expect(cut[0]?.event.item_id).toBe(speech.itemId);
        expect(Math.abs((cut[0]?.event.audio_end_ms ?? 0) - heardMs(call, 52))).toBeLessThan(100);
        expect(model.isReplying).toBe(false);
        await expectConversationGoesOn(call, model);
        await call.hangUp();
      }));
  }
});

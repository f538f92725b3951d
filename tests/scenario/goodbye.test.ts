import { describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { longestUnexplainedSilence, promptsHeard, soundsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage } from '../support/on-stage.ts';
import { answersWith, callerSays, framesHeard, greeted, heardMs } from '../support/spoken-turn.ts';
import { pass, type Stage, until } from '../support/stage.ts';

const byeMs = 1_600;
const bye = { text: 'Obrigada por ligar, até logo!', audio: markedAudio(90, byeMs) };
const endCall = { name: 'end_call', arguments: {} };

/** The caller thanks; the model says goodbye and asks for the end of the call in the same reply. */
async function sayGoodbye(call: CarrierCall, model: ModelConversation): Promise<void> {
  answersWith(model, { say: bye, call: endCall });
  await callerSays(call, model, { text: 'Obrigado, é só isso.' });
}

const completedRequests = (stage: Stage) =>
  stage.rest.requests.filter(({ params }) => params.Status === 'completed');

describe.concurrent('a goodbye', () => {
  it('is heard to its last word before the telephone leg is ended', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await sayGoodbye(call, model);
      await until(() => completedRequests(stage).length === 1, 'the telephone leg is ended');
      expect(heardMs(call, 90)).toBe(byeMs);
      const end = await call.ended;
      expect(end).toMatchObject({ by: 'rest' });
      const lastWordMs = soundsHeard(call).at(-1)?.toMs ?? 0;
      expect(call.nowMs() - lastWordMs).toBeGreaterThanOrEqual(200);
      expect(call.nowMs() - lastWordMs).toBeLessThanOrEqual(1_200);
      expect(completedRequests(stage)).toHaveLength(1);
      expect(completedRequests(stage)[0]?.path).toContain(call.sid);
      expect(await stage.record(call)).toMatchObject({
        ending: 'agent-goodbye',
        outcome: 'no-appointment',
      });
      expect(model.isClosed).toBe(true);
    }));

  it('whose mark never comes back is waited for, not for ever', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage, { misbehave: { dropMarks: true } });
      await sayGoodbye(call, model);
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(heardMs(call, 90)).toBe(byeMs);
      const lastWordMs = soundsHeard(call).at(-1)?.toMs ?? 0;
      expect(call.nowMs() - lastWordMs).toBeLessThanOrEqual(2_500);
    }));

  it('that stalls in the line is still heard to its end', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage, {
        misbehave: { playoutStall: { atMs: 2_600, forMs: 700 } },
      });
      await sayGoodbye(call, model);
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(heardMs(call, 90)).toBe(byeMs);
    }));

  it('that the model forgot to say is asked for, and heard', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { call: endCall }, { say: bye });
      const { endedAtMs } = await callerSays(call, model, { text: 'Tchau.' });
      await call.ended;
      expect(heardMs(call, 90)).toBe(byeMs);
      expect(promptsHeard(call)).toEqual([]);
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
    }));

  it('that the model does not say even when asked is said by a prompt', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { call: endCall }, 'hold');
      const { endedAtMs } = await callerSays(call, model, { text: 'Tchau.' });
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['tchau']);
      const lastWordMs = soundsHeard(call).at(-1)?.toMs ?? 0;
      expect(lastWordMs).toBeGreaterThanOrEqual((promptsHeard(call)[0]?.toMs ?? 0) - 100);
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
      expect((await stage.record(call)).ending).toBe('agent-goodbye');
    }));

  it('during which the model dies is said all the same', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { call: endCall }, 'hold');
      stage.model.onReplyRequest(() => 'hold');
      const { endedAtMs } = await callerSays(call, model, { text: 'Tchau.' });
      await until(() => model.isReplying, 'the farewell is asked for');
      model.terminate();
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['tchau']);
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
    }));
});

describe.concurrent('a caller who speaks during the goodbye', () => {
  const answer = { text: 'Claro, diga.', audio: markedAudio(91, 600) };

  it('keeps the call', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await sayGoodbye(call, model);
      await until(() => heardMs(call, 90) >= 400, 'the goodbye has begun');
      answersWith(model, { say: answer });
      await callerSays(call, model, { ms: 900, text: 'Ah, mais uma coisa!' });
      await until(() => heardMs(call, 91) === 600, 'the answer');
      await pass(2_500);
      expect(completedRequests(stage)).toEqual([]);
      expect(call.status).toBe('in-progress');
      await sayGoodbye(call, model);
      expect((await call.ended).by).toBe('rest');
      expect((await stage.record(call)).ending).toBe('agent-goodbye');
    }));

  it('right after its last word, keeps it too', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await sayGoodbye(call, model);
      await until(() => heardMs(call, 90) === byeMs, 'the goodbye is over');
      answersWith(model, { say: answer });
      await callerSays(call, model, { ms: 900, text: 'Espera!' });
      await until(() => heardMs(call, 91) === 600, 'the answer');
      await pass(2_500);
      expect(completedRequests(stage)).toEqual([]);
      await call.hangUp();
    }));

  it('by a cough only, hears the rest of it, and the call ends', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await sayGoodbye(call, model);
      await until(() => heardMs(call, 90) >= 400, 'the goodbye has begun');
      model.speechStarted();
      await pass(300);
      model.speechStopped({ transcript: '', transcriptDelayMs: 50 });
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(new Set(framesHeard(call, 90)).size).toBeGreaterThanOrEqual(byeMs / 20 - 1);
      const record = await stage.record(call);
      expect(record).toMatchObject({ ending: 'agent-goodbye', bargeIns: { resumed: 1, cut: 0 } });
    }));

  it('with the keypad, keeps the call', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await sayGoodbye(call, model);
      await until(() => heardMs(call, 90) >= 300, 'the goodbye has begun');
      answersWith(model, { say: answer });
      await call.pressKeys('12#');
      await until(() => heardMs(call, 91) === 600, 'the answer');
      await pass(1_500);
      expect(completedRequests(stage)).toEqual([]);
      await call.hangUp();
    }));
});

describe.concurrent('a telephone company that does not end the call', () => {
  it('at first: asked again', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.rest.failNext('429');
      await sayGoodbye(call, model);
      expect((await call.ended).by).toBe('rest');
    }));

  it('at all: the stream is closed from here, and its verbs take over', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      for (let times = 0; times < 6; times++) stage.rest.failNext('429');
      await sayGoodbye(call, model);
      const end = await call.ended;
      expect(end.by).toBe('server');
      expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
      expect(heardMs(call, 90)).toBe(byeMs);
      const lastWordMs = soundsHeard(call).at(-1)?.toMs ?? 0;
      expect(call.nowMs() - lastWordMs).toBeLessThanOrEqual(8_000);
      expect((await stage.record(call)).ending).toBe('agent-goodbye');
    }));

  it('and the answer is lost although it was done: the call is over once', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.rest.failNext('500-after-creating');
      await sayGoodbye(call, model);
      expect((await call.ended).by).toBe('rest');
      expect((await stage.record(call)).ending).toBe('agent-goodbye');
    }));
});

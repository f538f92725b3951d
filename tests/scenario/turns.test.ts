import { describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { longestUnexplainedSilence, promptsHeard, soundsHeard } from '../support/heard-silence.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { messageArguments, onStage, outputsGiven } from '../support/on-stage.ts';
import { openStream, post, tokenIn, webhookFields } from '../support/raw-caller.ts';
import {
  answersWith,
  callerSays,
  expectConversationGoesOn,
  framesHeard,
  greeted,
  heardMs,
} from '../support/spoken-turn.ts';
import { accountSid, authToken, pass, until } from '../support/stage.ts';

const answer = { text: 'Certo, vamos lá.', audio: markedAudio(50, 600) };

function expectNoDeadAir(call: CarrierCall, fromMs: number, toMs = call.nowMs()): void {
  expect(longestUnexplainedSilence(call, [{ fromMs, toMs }])).toBeLessThanOrEqual(2_000);
}

describe.concurrent('errors and nonsense of the model', () => {
  it('error events are ordinary: the call does not hear of them', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      for (const code of [
        'response_cancel_not_active',
        'item_truncate_invalid_item_id',
        'invalid_value',
        'cannot_update_voice',
        'conversation_already_has_active_response',
        'input_audio_buffer_commit_empty',
        'an_error_that_nobody_knows',
      ]) {
        model.error({ code });
        model.error({ code, eventId: 'evt_that_was_never_sent' });
      }
      model.raw({ type: 'error' });
      model.raw({ type: 'error', error: 'text' });
      await expectConversationGoesOn(call, model);
      expect(promptsHeard(call)).toEqual([]);
      expect(stage.model.upgrades).toHaveLength(1);
      await call.hangUp();
    }));

  it('garbage, unknown events, missing ids, wrong order, repetitions: nothing of it is heard', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const soundsBefore = soundsHeard(call).length;
      for (const nonsense of nonsenseOf(markedAudio(66, 100).toString('base64'))) {
        model.raw(nonsense);
      }
      await pass(300);
      expect(soundsHeard(call)).toHaveLength(soundsBefore);
      expect(framesHeard(call, 66)).toEqual([]);
      await expectConversationGoesOn(call, model);
      expect(stage.model.upgrades).toHaveLength(1);
      expect(model.errors).toEqual([]);
      await call.hangUp();
    }));

  it('audio that overtakes the announcement of its reply is heard, once', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const place = { response_id: 'resp_early', item_id: 'item_early', content_index: 0 };
      const delta = markedAudio(65, 400).toString('base64');
      model.raw({ type: 'response.output_audio.delta', ...place, delta });
      model.raw({ type: 'response.created', response: { id: 'resp_early' } });
      model.raw({ type: 'response.done', response: { id: 'resp_early', status: 'completed' } });
      await until(() => heardMs(call, 65) === 400, 'it is heard');
      await expectConversationGoesOn(call, model);
      expect(heardMs(call, 65)).toBe(400);
      await call.hangUp();
    }));

  it('a reply that is announced twice and done twice is heard once', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const { responseId } = model.speak({ text: 'Uma vez só.', audio: markedAudio(53, 600) });
      const done = { id: responseId, status: 'completed', output: [] };
      model.raw({ type: 'response.done', response: done });
      model.raw({ type: 'response.done', response: { ...done, status: 'failed' } });
      await until(() => heardMs(call, 53) === 600, 'it is heard');
      await pass(300);
      expect(heardMs(call, 53)).toBe(600);
      expect(model.of('response.create')).toHaveLength(1);
      await call.hangUp();
    }));
});

describe.concurrent('tools that the model misuses', () => {
  it('a call that comes twice with one id: one message, one output', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const wish = {
        name: 'leave_message',
        arguments: messageArguments(),
        callId: 'call_same',
      };
      answersWith(model, { say: answer });
      model.callTool({ ...wish, done: false });
      model.callTool(wish);
      await until(() => heardMs(call, 50) === 600, 'what came of it is told');
      expect(outputsGiven(model)).toHaveLength(1);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.tools).toHaveLength(1);
      expect(record.requests).toHaveLength(1);
      expect(await stage.requests()).toHaveLength(1);
    }));

  for (const [name, wrong, code] of [
    [
      'arguments that are no JSON',
      { name: 'leave_message', arguments: '{"name": ' },
      'invalid-arguments',
    ],
    [
      'arguments of the wrong kind',
      { name: 'leave_message', arguments: { name: 7, message: {} } },
      'invalid-arguments',
    ],
    ['a tool that does not exist', { name: 'transfer_money', arguments: {} }, 'unknown-tool'],
  ] as const) {
    it(`${name}: refused in words the model can use, and the conversation goes on`, () =>
      onStage({}, async (stage) => {
        const { call, model } = await greeted(stage);
        answersWith(model, { say: answer });
        model.callTool(wrong);
        await until(() => heardMs(call, 50) === 600, 'the model goes on');
        expect(outputsGiven(model)).toMatchObject([{ output: { ok: false, code } }]);
        expect(await stage.requests()).toEqual([]);
        await call.hangUp();
        expect((await stage.record(call)).tools).toMatchObject([{ outcome: 'refused' }]);
      }));
  }

  it('a call that was broken off is not made', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.callTool({
        name: 'leave_message',
        arguments: messageArguments(),
        status: 'incomplete',
        done: false,
      });
      model.finish({ failed: 'server_error' });
      await pass(300);
      expect(outputsGiven(model)).toEqual([]);
      expect(await stage.requests()).toEqual([]);
      await call.hangUp();
    }));

  it('a model that only calls tools: asked to speak, and it does', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.onReplyRequest(({ toolChoice }) =>
        toolChoice === 'none'
          ? { say: answer }
          : { call: { name: 'leave_message', arguments: {} } },
      );
      const { endedAtMs } = await callerSays(call, model);
      await until(() => heardMs(call, 50) === 600, 'it speaks');
      expect(outputsGiven(model).length).toBeLessThanOrEqual(9);
      expectNoDeadAir(call, endedAtMs);
      await expectConversationGoesOn(call, model);
      await call.hangUp();
    }));

  it('a model that calls tools for ever, whatever it is asked: the way out, after a bounded number', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { call: { name: 'leave_message', arguments: {} } });
      const { endedAtMs } = await callerSays(call, model);
      const end = await call.ended;
      expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
      expect(outputsGiven(model).length).toBeLessThanOrEqual(15);
      expectNoDeadAir(call, endedAtMs);
    }));

  it('a thousand calls in one reply: all are answered, one is done, and the conversation goes on', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const wish = { name: 'leave_message', arguments: messageArguments() };
      answersWith(model, { call: Array.from({ length: 1_000 }, () => wish) }, { say: answer });
      const { endedAtMs } = await callerSays(call, model);
      await until(() => heardMs(call, 50) === 600, 'the model goes on', 10_000);
      expect(outputsGiven(model)).toHaveLength(1_000);
      expectNoDeadAir(call, endedAtMs);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.tools.length).toBeLessThanOrEqual(200);
      expect(await stage.requests()).toHaveLength(1);
    }));
});

describe.concurrent('two replies wanted at once', () => {
  it('a tool finishes while the caller speaks: the reply to the caller tells both, none is asked for', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.callTool({ name: 'leave_message', arguments: {} });
      const asked = model.of('response.create').length;
      answersWith(model, { say: answer });
      await callerSays(call, model, { text: 'Pode ser de tarde.' });
      await until(() => heardMs(call, 50) === 600, 'the reply');
      await pass(2_000);
      expect(model.errors).toEqual([]);
      expect(model.of('response.create')).toHaveLength(asked);
      expect(heardMs(call, 50)).toBe(600);
      await call.hangUp();
    }));

  it('speech at every moment around a tool call: never a second active reply', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      for (const offsetMs of [-60, -20, 0, 1, 3, 10, 40, 100]) {
        answersWith(model, { say: { text: 'Certo.', audio: markedAudio(54, 100) } });
        const call_ = { name: 'leave_message', arguments: {} };
        if (offsetMs < 0) {
          model.speechStarted();
          await pass(-offsetMs);
          model.callTool(call_);
        } else {
          model.callTool(call_);
          await pass(offsetMs);
          model.speechStarted();
        }
        await pass(400);
        model.speechStopped({ transcript: 'Sim, pode ser.' });
        await until(() => !model.isReplying, 'the reply is over');
        await pass(300);
      }
      expect(model.errors).not.toContain('conversation_already_has_active_response');
      await expectConversationGoesOn(call, model);
      await call.hangUp();
    }));
});

describe.concurrent('the beginning of a call', () => {
  it('one second between webhook and stream, a slow model: the greeting is there within 100 ms', () =>
    onStage({ model: { connectDelayMs: 300, speakDelayMs: 500 } }, async (stage) => {
      const line = { url: stage.url, accountSid, authToken };
      const fields = webhookFields(line);
      const { text } = await post(line, '/incoming-call', fields);
      await pass(1_000);
      const stream = await openStream(line);
      stream.connected();
      const startedAtMs = performance.now();
      stream.start(fields.CallSid ?? '', tokenIn(text));
      await until(() => stream.audio().length > 0, 'the greeting');
      expect(performance.now() - startedAtMs).toBeLessThanOrEqual(100);
      expect(stage.model.upgrades).toHaveLength(1);
      stream.stop(fields.CallSid ?? '');
      await stream.closed;
    }));

  it('a call that is announced twice has one session', () =>
    onStage({}, async (stage) => {
      const line = { url: stage.url, accountSid, authToken };
      const fields = webhookFields(line);
      const answers = await Promise.all([1, 2].map(() => post(line, '/incoming-call', fields)));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      await pass(200);
      expect(stage.model.upgrades).toHaveLength(1);
    }));

  it('the first words, spoken before the model is ready, arrive whole', () =>
    onStage({ model: { connectDelayMs: 1_200 } }, async (stage) => {
      const connection = stage.model.nextConnection(4_000);
      const call = stage.dial();
      await call.started;
      await call.say(markedAudio(67, 1_500));
      const model = await (await connection).configured();
      const frames = () =>
        readMarks(model.audioReceived())
          .filter(({ id }) => id === 67)
          .map(({ frame }) => frame);
      await until(() => frames().length === 75, 'the first words');
      expect(frames()).toEqual(Array.from({ length: 75 }, (_, i) => i));
      expect(model.events[0]?.event.type).toBe('session.update');
      await call.hangUp();
    }));

  it('frames that the line lost are silence for the model, so that time is kept', () =>
    onStage({}, async (stage) => {
      const lost = (frame: number) => frame > 60 && frame <= 85;
      const { call, model } = await greeted(stage, { misbehave: { loseFrames: lost } });
      await until(() => call.nowMs() > 2_600, 'the hole is past');
      await call.hangUp();
      const received = model.audioReceivedMs;
      expect(Math.abs(received - call.framesSent * 20 - 25 * 20)).toBeLessThanOrEqual(60);
      const hole = model
        .of('input_audio_buffer.append')
        .find(({ event }) => event.audio.length > 4_000);
      expect(Buffer.from(hole?.event.audio ?? '', 'base64')).toEqual(Buffer.alloc(4_000, 0xff));
    }));
});

/** What a broken or hostile server might write. `audio` must not be heard. */
function nonsenseOf(audio: string): (string | Buffer | object)[] {
  const delta = { type: 'response.output_audio.delta', content_index: 0, delta: audio };
  const speech = 'input_audio_buffer.speech_started';
  return [
    '',
    'null',
    '[]',
    '{',
    '"text"',
    '\u0000\u0001',
    Buffer.from([0, 1, 2, 255]),
    '['.repeat(50_000),
    'x'.repeat(2 << 20),
    { type: 'constructor' },
    { type: '__proto__' },
    { type: 'an.event.of.next.year', item: { id: 'i', type: 'message' } },
    { type: 7 },
    { kind: 'no type' },
    delta,
    { ...delta, response_id: {}, item_id: [] },
    { ...delta, response_id: 'r', item_id: 'i', content_index: -1 },
    { ...delta, response_id: 'r', item_id: 'i', delta: '€€€' },
    { type: 'response.created' },
    { type: 'response.created', response: { id: 7 } },
    { type: 'response.done' },
    { type: 'response.done', response: { id: 'resp_of_nobody', status: 'completed' } },
    { type: 'response.done', response: { id: 'resp_of_nobody', status: 'exploded', output: 1 } },
    { type: 'response.output_item.done', item: { type: 'function_call', status: 'completed' } },
    { type: 'response.output_item.done', response_id: 'r', item: null },
    { type: speech },
    { type: speech, item_id: 'i', audio_start_ms: 'soon' },
    { type: speech, item_id: '', audio_start_ms: Number.MAX_VALUE },
    { type: 'conversation.item.input_audio_transcription.completed', item_id: 'i' },
    { type: 'conversation.item.input_audio_transcription.delta', item_id: 'i', delta: 5 },
    { type: 'session.updated', session: { audio: 'none' } },
    { type: 'session.created', session: null },
  ];
}

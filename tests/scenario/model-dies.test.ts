import { describe, expect, it } from 'vitest';
import { longestUnexplainedSilence, promptsHeard } from '../support/heard-silence.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { messageArguments, onStage, outputsGiven, textsTold } from '../support/on-stage.ts';
import { callerSays, framesHeard, greeted, heardMs } from '../support/spoken-turn.ts';
import { greeting, pass, type Stage, until } from '../support/stage.ts';

const deaths: [string, (model: ModelConversation) => void][] = [
  ['an ordinary close (1000)', (model) => model.close(1000)],
  ['a restart (1001)', (model) => model.close(1001)],
  ['an internal error (1011)', (model) => model.close(1011)],
  ['a cut line (1006)', (model) => model.terminate()],
];

/** Kills the session and waits for the one that takes its place. */
async function die(stage: Stage, kill: () => void): Promise<ModelConversation> {
  const next = stage.model.nextConnection(5_000);
  kill();
  return (await next).configured();
}

/** Marked audio of the caller that a session was given, by frame. */
function framesOf(model: ModelConversation, id: number): number[] {
  return readMarks(model.audioReceived())
    .filter((mark) => mark.id === id)
    .map((mark) => mark.frame);
}

const newSpeech = { text: 'Voltei. Pode falar.', audio: markedAudio(50, 600) };

describe.concurrent('a model that dies in the call', () => {
  for (const [name, kill] of deaths) {
    it(`${name} in the middle of a sentence: what was sent is heard to its end, and the new session goes on`, () =>
      onStage({}, async (stage) => {
        const { call, model } = await greeted(stage);
        model.onReplyRequest(() => 'hold');
        const { endedAtMs } = await callerSays(call, model, { text: 'Quero marcar um exame.' });
        model.speak({
          text: 'Claro, qual exame a senhora quer fazer?',
          audio: markedAudio(40, 2_000),
          done: false,
        });
        await until(() => heardMs(call, 40) >= 500, 'half a second is heard');
        stage.model.onReplyRequest(() => ({ say: newSpeech }));
        const renewed = await die(stage, () => kill(model));
        await until(() => heardMs(call, 50) === 600, 'the new session is heard');

        expect(framesHeard(call, 40)).toEqual(Array.from({ length: 100 }, (_, i) => i));
        expect(call.clears).toEqual([]);
        expect(textsTold(renewed)).toEqual([
          { role: 'assistant', text: greeting.text },
          { role: 'user', text: 'Quero marcar um exame.' },
          { role: 'assistant', text: 'Claro, qual exame a senhora quer fazer?' },
        ]);
        const asked = renewed.of('response.create');
        expect(asked).toHaveLength(1);
        expect(asked[0]?.event.response?.instructions).toContain('Continue');
        expect(renewed.errors).toEqual([]);
        const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
        expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
        await call.hangUp();
        const record = await stage.record(call);
        expect(record.modelReconnects).toBe(1);
        expect(record.transcript.map((line) => line.interrupted)).not.toContain(true);
      }));
  }

  it('speech over what the dead session had said: it is silenced, and the new session is told nothing of an item it never made', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.speak({ text: 'Palavra '.repeat(40), audio: markedAudio(41, 4_000), done: false });
      await until(() => heardMs(call, 41) >= 500, 'half a second is heard');
      stage.model.onReplyRequest(() => 'hold');
      const renewed = await die(stage, () => model.terminate());
      await renewed.waitFor('response.create');
      const { endedAtMs } = await callerSays(call, renewed, { ms: 1_200, text: 'Espera.' });
      expect(call.clears).toHaveLength(1);
      expect(heardMs(call, 41)).toBeLessThan(2_500);
      await pass(300);
      expect(renewed.of('conversation.item.truncate')).toEqual([]);
      expect(renewed.errors).toEqual([]);
      await call.hangUp();
      const { transcript } = await stage.record(call);
      const cut = transcript.find((line) => line.interrupted);
      expect(cut?.text.startsWith('Palavra')).toBe(true);
      expect(cut?.endMs).toBeLessThan(endedAtMs);
    }));

  it('between two turns: nobody notices, nothing is asked, and the conversation goes on', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await callerSays(call, model, { text: 'Bom dia!' });
      await until(() => heardMs(call, 1) >= 800, 'the answer is heard');
      await pass(700);
      const sentBefore = call.timeline.filter(({ event }) => event === 'media').length;
      const renewed = await die(stage, () => model.close(1001));
      await pass(500);
      expect(call.timeline.filter(({ event }) => event === 'media')).toHaveLength(sentBefore);
      expect(renewed.of('response.create')).toEqual([]);
      expect(textsTold(renewed).map(({ role }) => role)).toEqual([
        'assistant',
        'user',
        'assistant',
      ]);

      renewed.onReplyRequest(() => ({ say: newSpeech }));
      const { endedAtMs } = await callerSays(call, renewed, { text: 'Que horas abre?' });
      await until(() => heardMs(call, 50) === 600, 'the answer of the new session');
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
      await call.hangUp();
    }));

  it('while a tool works: it is not run again, and the new session is told what came of it', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.onReplyRequest(() => 'hold');
      const { endedAtMs } = await callerSays(call, model, { text: 'Pode marcar às dez.' });
      stage.model.onReplyRequest(() => ({ say: newSpeech }));
      const renewed = await die(stage, () => {
        model.callTool({ name: 'leave_message', arguments: messageArguments() });
        model.close(1011);
      });
      await until(() => heardMs(call, 50) === 600, 'the new session speaks');
      expect(outputsGiven(renewed)).toEqual([]);
      const told = textsTold(renewed).filter(({ role }) => role === 'system');
      expect(told).toHaveLength(1);
      expect(told[0]?.text).toContain('leave_message já executada');
      expect(told[0]?.text).toContain('"ok":true');
      expect(renewed.of('response.create')).toHaveLength(1);
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.tools).toHaveLength(1);
      expect(record.requests).toHaveLength(1);
      expect(await stage.requests()).toHaveLength(1);
    }));

  it('a model that calls the tool again after the reconnect has still left one message', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const wish = { name: 'leave_message', arguments: messageArguments() };
      const renewed = await die(stage, () => {
        model.callTool(wish);
        model.close(1011);
      });
      await until(() => !renewed.isReplying, 'the new session has nothing to say');
      renewed.callTool(wish);
      await until(() => outputsGiven(renewed).length === 1, 'the output');
      expect(outputsGiven(renewed)).toMatchObject([{ output: { ok: true } }]);
      await call.hangUp();
      await stage.record(call);
      expect(await stage.requests()).toHaveLength(1);
    }));

  it('what the caller says meanwhile reaches the new session, also when the first try fails', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.set({ upgradeStatus: 500 });
      const upgrades = stage.model.upgrades.length;
      const next = stage.model.nextConnection(5_000);
      model.terminate();
      await until(() => stage.model.upgrades.length > upgrades, 'the first try');
      stage.model.set({ upgradeStatus: undefined, connectDelayMs: 600 });
      await call.say(markedAudio(60, 1_000));
      const renewed = await (await next).configured();
      await until(() => renewed.audioReceivedMs > 1_500, 'the audio of the gap');
      expect(framesOf(renewed, 60)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      const [firstWords] = renewed.of('input_audio_buffer.append');
      const [memory] = renewed.of('conversation.item.create');
      expect(memory?.index).toBeLessThan(firstWords?.index ?? 0);
      await call.hangUp();
    }));

  it('a gap longer than 3 s: its beginning reaches the new session without a hole, the rest is dropped', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.set({ blackHole: true });
      const next = stage.model.nextConnection(8_000);
      const said = call.say(markedAudio(60, 6_000));
      model.terminate();
      await until(() => stage.model.upgrades.length === 2, 'the first try');
      stage.model.set({ blackHole: false, connectDelayMs: 1_500 });
      const renewed = await (await next).configured();
      await said;
      await until(() => {
        const frames = framesOf(renewed, 60);
        return frames.includes(295) && frames;
      }, 'the end of what was said');
      const frames = framesOf(renewed, 60);
      const hole = frames.findIndex((frame, i) => i > 0 && frame !== (frames[i - 1] ?? 0) + 1);
      expect(frames[0]).toBeLessThanOrEqual(5);
      expect(hole).toBeGreaterThan(140);
      expect(hole).toBeLessThanOrEqual(150);
      await call.hangUp();
    }));

  it('in the middle of what the caller says: they are asked to repeat it', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.speechStarted();
      await call.say(markedAudio(61, 600));
      const endedAtMs = call.nowMs();
      stage.model.onReplyRequest(() => ({ say: newSpeech }));
      const renewed = await die(stage, () => model.terminate());
      await until(() => heardMs(call, 50) === 600, 'the new session speaks');
      expect(renewed.of('response.create')[0]?.event.response?.instructions).toContain('repita');
      const turn = { fromMs: endedAtMs, toMs: call.nowMs() };
      expect(longestUnexplainedSilence(call, [turn])).toBeLessThanOrEqual(2_000);
      await call.hangUp();
    }));

  it('away for some seconds between two turns: “um momento”, and told when it is back', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.set({ blackHole: true });
      const diedAtMs = call.nowMs();
      model.terminate();
      await until(() => promptsHeard(call).length === 1, '“um momento”');
      stage.model.set({ blackHole: false });
      await (await stage.model.nextConnection(5_000)).configured();
      await until(() => promptsHeard(call).length === 2, 'the end of the wait');
      await until(() => call.heardSilenceMs > 500, 'it is heard');
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['um-momento', 'pode-falar']);
      const back = promptsHeard(call)[1]?.toMs ?? 0;
      const wait = { fromMs: diedAtMs, toMs: back };
      expect(longestUnexplainedSilence(call, [wait])).toBeLessThanOrEqual(2_000);
      await call.hangUp();
    }));

  it('a third death in one call: apology and the way out', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const second = await die(stage, () => model.close(1001));
      const third = await die(stage, () => second.close(1011));
      third.terminate();
      const end = await call.ended;
      expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
      expect(promptsHeard(call).at(-1)?.name).toBe('problema-tecnico');
      expect(stage.model.upgrades).toHaveLength(3);
      const record = await stage.record(call);
      expect(record).toMatchObject({ ending: 'model-unreachable', modelReconnects: 2 });
    }));

  it('a session that is too old is renewed', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const renewed = await die(stage, () => {
        model.error({ code: 'session_expired', message: 'Your session hit the maximum duration.' });
        model.close(1000, 'maximum duration');
      });
      renewed.onReplyRequest(() => ({ say: newSpeech }));
      await callerSays(call, renewed, { text: 'Alô?' });
      await until(() => heardMs(call, 50) === 600, 'the answer');
      expect(stage.model.upgrades).toHaveLength(2);
      await call.hangUp();
      expect((await stage.record(call)).ending).toBe('caller-hung-up');
    }));

  it('a message larger than is believed (17 MiB): the session is renewed, the call goes on', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const renewed = await die(stage, () => model.raw('x'.repeat(17 << 20)));
      renewed.onReplyRequest(() => ({ say: newSpeech }));
      await callerSays(call, renewed, { text: 'Alô?' });
      await until(() => heardMs(call, 50) === 600, 'the answer');
      await call.hangUp();
    }));

  it('a warm session that dies before the caller is connected: they are greeted all the same', () =>
    onStage({}, async (stage) => {
      stage.model.onReplyRequest(() => 'hold');
      const first = stage.model.nextConnection();
      const call = stage.dial();
      const dead = await (await first).configured();
      await dead.waitFor('response.create');
      stage.model.onReplyRequest(() => ({ say: newSpeech }));
      const renewed = await die(stage, () => dead.terminate());
      await until(() => heardMs(call, 50) === 600, 'the greeting');
      expect(renewed.of('response.create')[0]?.event.response?.instructions).toContain('«');
      await call.hangUp();
    }));
});

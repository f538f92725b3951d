import { describe, expect, it } from 'vitest';
import { soundsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { onStage } from '../support/on-stage.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { greeting, pass, until } from '../support/stage.ts';

describe.concurrent('the transcript', () => {
  it('words recognised after the reply was heard stand before it, at the time they were spoken', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Às oito.', audio: markedAudio(50, 600) } });
      const spokenFromMs = call.nowMs();
      const question = { text: 'A que horas abre?', textDelayMs: 1_500 };
      const { endedAtMs } = await callerSays(call, model, question);
      await until(() => heardMs(call, 50) === 600, 'the reply');
      const replyFromMs = soundsHeard(call).at(-1)?.fromMs ?? 0;
      await pass(1_200);
      await call.hangUp();

      const { transcript } = await stage.record(call);
      expect(transcript.map(({ speaker, text }) => [speaker, text])).toEqual([
        ['agent', greeting.text],
        ['caller', 'A que horas abre?'],
        ['agent', 'Às oito.'],
      ]);
      const [, asked, told] = transcript;
      expect(Math.abs((asked?.startMs ?? 0) - spokenFromMs)).toBeLessThan(300);
      expect(asked?.endMs).toBeGreaterThan(endedAtMs - 100);
      expect(Math.abs((told?.startMs ?? 0) - replyFromMs)).toBeLessThan(200);
      expect((told?.endMs ?? 0) - (told?.startMs ?? 0)).toBeCloseTo(600, -2);
      const told_ = stage.events.filter(({ type }) => type === 'line-spoken');
      expect(told_).toHaveLength(3);
    }));

  it('two utterances recognised in the wrong order stand in the order spoken', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.onReplyRequest(() => 'hold');
      await callerSays(call, model, { ms: 300, text: 'Bom dia.', textDelayMs: 1_600 });
      await callerSays(call, model, { ms: 300, text: 'Quero marcar.', textDelayMs: 20 });
      await pass(1_000);
      await call.hangUp();
      const { transcript } = await stage.record(call);
      expect(transcript.slice(1).map(({ text }) => text)).toEqual(['Bom dia.', 'Quero marcar.']);
    }));

  it('an interrupted line holds what was heard, and apart from it what was not', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const words = Array.from({ length: 40 }, (_, i) => `palavra${i}`);
      model.speak({ text: words.join(' '), audio: markedAudio(51, 4_000) });
      await until(() => heardMs(call, 51) >= 1_000, 'a quarter is heard');
      model.onReplyRequest(() => 'hold');
      await callerSays(call, model, { ms: 1_200, text: 'Já entendi.' });
      await pass(200);
      await call.hangUp();
      const { transcript } = await stage.record(call);
      const line = transcript.find(({ interrupted }) => interrupted);
      const heard = line?.text.split(' ') ?? [];
      expect(heard.length).toBeGreaterThanOrEqual(8);
      expect(heard.length).toBeLessThanOrEqual(13);
      expect(`${line?.text} ${line?.unheardText}`).toBe(words.join(' '));
      expect(Math.abs((line?.endMs ?? 0) - (line?.startMs ?? 0) - heardMs(call, 51))).toBeLessThan(
        60,
      );
      expect(transcript.at(-1)).toMatchObject({ speaker: 'caller', text: 'Já entendi.' });
    }));

  it('a line the model never finished saying because the caller hung up holds what was heard', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const words = Array.from({ length: 40 }, (_, i) => `palavra${i}`);
      model.speak({ text: words.join(' '), audio: markedAudio(52, 4_000) });
      await until(() => heardMs(call, 52) >= 1_000, 'a quarter is heard');
      await call.hangUp();
      const { transcript } = await stage.record(call);
      const line = transcript.at(-1);
      expect(line?.text.split(' ').length).toBeLessThanOrEqual(13);
      expect(`${line?.text} ${line?.unheardText}`).toBe(words.join(' '));
    }));

  it('speech that could not be recognised leaves no line, and is answered', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Como?', audio: markedAudio(53, 400) } });
      model.speechStarted();
      await pass(700);
      model.speechStopped({ transcript: null, transcriptDelayMs: 20 });
      await until(() => heardMs(call, 53) === 400, 'the reply');
      await call.hangUp();
      const { transcript } = await stage.record(call);
      expect(transcript.map(({ text }) => text)).toEqual([greeting.text, 'Como?']);
    }));

  it('speech over the agent that could not be recognised is still speech', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.speak({ text: 'Palavra '.repeat(40), audio: markedAudio(55, 4_000) });
      await until(() => heardMs(call, 55) >= 500, 'it is heard');
      answersWith(model, { say: { text: 'Como?', audio: markedAudio(53, 400) } });
      model.speechStarted();
      await pass(1_200);
      model.speechStopped({ transcript: null, transcriptDelayMs: 20 });
      await until(() => heardMs(call, 53) === 400, 'the reply');
      expect(heardMs(call, 55)).toBeLessThan(1_000);
      await call.hangUp();
      expect((await stage.record(call)).bargeIns).toEqual({ resumed: 0, cut: 1 });
    }));

  it('nothing that was said is in the log', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, {
        say: { text: 'Seu CPF é secreto.', audio: markedAudio(54, 400) },
        call: { name: 'leave_message', arguments: { name: 'Maria Secreta' } },
      });
      await callerSays(call, model, { text: 'Meu nome é Maria Secreta.' });
      await until(() => heardMs(call, 54) >= 400, 'the reply');
      model.error({ code: 'invalid_value', message: 'about Maria Secreta' });
      await until(() => stage.log.length > 0, 'the log works');
      await call.hangUp();
      await stage.record(call);
      const leaks = stage.log.filter((line) => /secret|Olá, em que|5588999990001/i.test(line));
      expect(leaks).toEqual([]);
    }));
});

import { describe, expect, it } from 'vitest';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage, textsTold } from '../support/on-stage.ts';
import { answersWith, greeted, heardMs } from '../support/spoken-turn.ts';
import { apiKey, pass, until } from '../support/stage.ts';

const cpf = '12345678909';
const answer = { text: 'Anotei, obrigada.', audio: markedAudio(50, 600) };

const entries = (model: ModelConversation) =>
  textsTold(model)
    .filter(({ role }) => role === 'user')
    .map(({ text }) => text);

describe.concurrent('digits typed on the keypad', () => {
  it('a CPF and #: one entry for the model, one reply, and no digit of it in any log or metric', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      const asked = model.of('response.create').length;
      answersWith(model, { say: answer });
      await call.pressKeys(`${cpf}#`);
      await until(() => heardMs(call, 50) === 600, 'the reply');
      model.error({ code: 'invalid_value' });
      await until(() => stage.log.length > 0, 'the log works');
      expect(entries(model)).toEqual([`[teclado] ${cpf}`]);
      expect(model.of('response.create')).toHaveLength(asked + 1);
      const item = model.of('conversation.item.create').at(-1);
      expect(item?.index).toBeLessThan(model.of('response.create').at(-1)?.index ?? 0);
      await call.hangUp();

      const { transcript } = await stage.record(call);
      expect(transcript.filter(({ source }) => source === 'keypad')).toMatchObject([
        { speaker: 'caller', text: cpf },
      ]);
      const authorization = `Bearer ${apiKey}`;
      const metrics = await fetch(`${stage.url}/metrics`, { headers: { authorization } });
      const leaks = [...stage.log, await metrics.text()].filter((line) => line.includes(cpf));
      expect(leaks).toEqual([]);
      expect(stage.log.filter((line) => line.includes('teclado'))).toEqual([]);
    }));

  it('without an end key: complete after a pause', () =>
    onStage({ voice: 'voice:\n  keypad: { pauseMs: 600 }' }, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: answer });
      await call.pressKeys('1503');
      await pass(300);
      expect(entries(model)).toEqual([]);
      await until(() => entries(model).length === 1, 'the entry');
      expect(entries(model)).toEqual(['[teclado] 1503']);
      await call.hangUp();
    }));

  it('another end key and a length of the clinic’s choice', () =>
    onStage({ voice: 'voice:\n  keypad: { endKey: "*", maxDigits: 4 }' }, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: answer });
      await call.pressKeys('12*3456');
      await until(() => entries(model).length === 2, 'two entries');
      expect(entries(model)).toEqual(['[teclado] 12', '[teclado] 3456']);
      await call.pressKeys('*');
      await pass(300);
      expect(entries(model)).toHaveLength(2);
      await call.hangUp();
    }));

  it('while the agent speaks: it stops, its memory is cut, and it answers the entry', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.speak({ text: 'Digite o seu CPF '.repeat(10), audio: markedAudio(51, 5_000) });
      await until(() => heardMs(call, 51) >= 400, 'it is heard');
      answersWith(model, { say: answer });
      await call.pressKeys('77#');
      await until(() => heardMs(call, 50) === 600, 'the reply');
      expect(call.clears).toHaveLength(1);
      expect(model.of('conversation.item.truncate')).toHaveLength(1);
      expect(heardMs(call, 51)).toBeLessThan(2_000);
      expect(model.errors).toEqual([]);
      await call.hangUp();
    }));

  it('while the model is away: the new session hears of it once', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      stage.model.onReplyRequest(() => ({ say: answer }));
      stage.model.set({ connectDelayMs: 900 });
      const next = stage.model.nextConnection(4_000);
      model.terminate();
      await call.pressKeys('42#');
      const renewed = await (await next).configured();
      await until(() => heardMs(call, 50) === 600, 'the reply');
      expect(entries(renewed)).toEqual(['[teclado] 42']);
      await call.hangUp();
    }));
});

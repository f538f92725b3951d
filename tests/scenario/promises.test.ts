import { describe, expect, it } from 'vitest';
import {
  bookByTools,
  callerAgrees,
  lastMessage,
  reviewByTools,
  useTool,
} from '../support/booking-by-tools.ts';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage } from '../support/on-stage.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { pass, until } from '../support/stage.ts';

const lie = 'Pronto, sua consulta está agendada para segunda-feira, às duas da tarde.';

/** Instructions of replies that were asked for, of which a correction is the one between « ». */
function corrections(model: ModelConversation): string[] {
  return model
    .of('response.create')
    .map(({ event }) => event.response?.instructions ?? '')
    .filter((text) => text.includes('«Desculpe'));
}

describe.concurrent('an agent that says what was not done', () => {
  it('is made to correct itself at once, before the caller speaks, and staff see it', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(
        model,
        { say: { text: lie, audio: markedAudio(60, 800) } },
        { say: { text: 'Desculpe, me enganei.', audio: markedAudio(61, 600) } },
      );
      await callerSays(call, model, { text: 'Quero marcar com o cardiologista.' });
      await until(() => heardMs(call, 61) === 600, 'the correction is heard');
      expect(corrections(model)).toHaveLength(1);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.brokenPromises).toMatchObject([{ claim: 'booked' }]);
      expect(record.summary).toBeTruthy();
      expect(record.outcome).toBe('abandoned');
      expect(stage.events.map(({ type }) => type)).toContain('promise-broken');
      expect(await stage.appointments()).toEqual([]);
    }));

  it('says goodbye on top of it: the correction is heard before the line is cut', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(
        model,
        {
          say: { text: `${lie} Até logo!`, audio: markedAudio(60, 800) },
          call: { name: 'end_call', arguments: {} },
        },
        { say: { text: 'Desculpe, me enganei.', audio: markedAudio(61, 600) } },
      );
      await callerSays(call, model, { text: 'Obrigada, tchau.' });
      await call.ended;
      expect(heardMs(call, 61)).toBe(600);
      expect(corrections(model)).toHaveLength(1);
      expect((await stage.record(call)).ending).toBe('agent-goodbye');
    }));

  it('who books in the same breath is not accused', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(62, 200) } });
      await reviewByTools(model);
      await callerAgrees(model);
      answersWith(
        model,
        {
          say: { text: 'Sua consulta está marcada.', audio: markedAudio(60, 400) },
          call: { name: 'confirm_appointment', arguments: {} },
        },
        { say: { text: 'Certo.', audio: markedAudio(63, 200) } },
      );
      await callerSays(call, model, { text: 'Isso.' });
      await until(() => heardMs(call, 63) === 200, 'the conversation goes on');
      await pass(300);
      expect(corrections(model)).toEqual([]);
      await call.hangUp();
      expect(await stage.record(call)).toMatchObject({
        brokenPromises: [],
        outcome: 'appointment',
      });
    }));
});

describe.concurrent('the read-back of a booking', () => {
  it('counts when it was heard to its end, and the appointment says when that was', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(62, 200) } });
      await reviewByTools(model);
      await callerAgrees(model);
      model.onReplyRequest(() => ({
        say: { text: lastMessage(model), audio: markedAudio(64, 1_000) },
      }));
      await useTool(model, 'confirm_appointment');
      await until(() => heardMs(call, 64) === 1_000, 'the read-back is heard');
      const evidence = async () =>
        (await stage.appointments())[0]?.evidence as {
          recordingMs: number;
          readBackMs: number | null;
        };
      const readBackMs = await until(
        async () => (await evidence()).readBackMs ?? undefined,
        'the appointment knows',
      );
      expect(readBackMs).toBeGreaterThanOrEqual((await evidence()).recordingMs + 1_000);
      expect(await useTool(model, 'end_call')).toMatchObject({ ok: true });
      await call.hangUp();
    }));

  it('said in one breath with the goodbye: it is heard to its end, then the call ends', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(62, 200) } });
      await reviewByTools(model);
      await callerAgrees(model);
      model.onReplyRequest(() => ({
        say: { text: `${lastMessage(model)} Até logo!`, audio: markedAudio(67, 1_500) },
        call: { name: 'end_call', arguments: {} },
      }));
      await useTool(model, 'confirm_appointment');
      await call.ended;
      expect(heardMs(call, 67)).toBe(1_500);
      const record = await stage.record(call);
      expect(record).toMatchObject({ ending: 'agent-goodbye', outcome: 'appointment' });
      expect(record.tools.at(-1)).toMatchObject({ name: 'end_call', outcome: 'ok' });
      const [kept] = (await stage.appointments()) as { evidence: { readBackMs: number | null } }[];
      expect(kept?.evidence.readBackMs).toBeGreaterThan(0);
    }));

  it('that was spoken over does not count: the goodbye is refused until it is said again', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(62, 200) } });
      await reviewByTools(model);
      await callerAgrees(model);
      model.onReplyRequest(() => ({
        say: { text: lastMessage(model), audio: markedAudio(64, 3_000) },
      }));
      await useTool(model, 'confirm_appointment');
      const told = lastMessage(model);
      await until(() => heardMs(call, 64) > 500, 'the read-back has begun');
      answersWith(model, { say: { text: 'Pois não.', audio: markedAudio(65, 200) } });
      await callerSays(call, model, { text: 'Espera, deixa eu pegar uma caneta.', ms: 1_000 });
      await until(() => heardMs(call, 65) === 200, 'it is answered');
      expect(await useTool(model, 'end_call')).toMatchObject({
        ok: false,
        code: 'read-back-pending',
      });
      await until(() => !model.isReplying, 'it is answered');
      answersWith(model, { say: { text: told, audio: markedAudio(66, 1_000) } });
      await callerSays(call, model, { text: 'Pode repetir.' });
      await until(() => heardMs(call, 66) === 1_000, 'it is read again');
      await pass(300);
      expect(await useTool(model, 'end_call')).toMatchObject({ ok: true });
      await call.hangUp();
      expect((await stage.record(call)).appointments).toHaveLength(1);
    }));
});

describe.concurrent('what is left of a conversation', () => {
  it('a protocol and a summary for staff, and no hold that nobody confirmed', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await reviewByTools(model);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.protocol).toMatch(/^\d{8}$/);
      expect(record.summary).toBeTruthy();
      const second = await greeted(stage, { from: '+5588999990002' });
      expect(await bookByTools(second.model)).toMatchObject({ ok: true });
      await second.call.hangUp();
    }));
});

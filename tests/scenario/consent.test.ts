import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bookByTools } from '../support/booking-by-tools.ts';
import { watchForAudio } from '../support/disk-watch.ts';
import { promptsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { onStage, textsTold } from '../support/on-stage.ts';
import { readSides } from '../support/recording-sides.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { pass, type Stage, type StageOptions, until } from '../support/stage.ts';

/** A clinic that asks; its own greeting gives notice, so that it has none. */
function asking(more = ''): StageOptions {
  const withoutGreeting = (yaml: string) => yaml.replace(/^ {2}greeting: >-\n(?: {4}.*\n)+/m, '');
  return {
    clinic: (yaml) => `${withoutGreeting(yaml)}\nconsent:\n  policy: question\n${more}`,
    model: {
      defaultReply: {
        text: 'Olá! Posso gravar esta ligação, para a segurança do seu atendimento? Sim ou não?',
        audio: markedAudio(1, 400),
      },
    },
  };
}

const isSilence = (ulaw: Buffer) => ulaw.every((byte) => byte === 0xff || byte === 0x7f);
const audioOf = (stage: Stage) => watchForAudio(join(stage.directory, 'recordings'));
const filesOf = async (stage: Stage) =>
  (await readdir(join(stage.directory, 'recordings'))).filter((name) => /wav|part/.test(name));
const heardPrompts = (call: Parameters<typeof promptsHeard>[0]) =>
  promptsHeard(call).map(({ name }) => name);

describe.concurrent('a call of a clinic that gives notice', () => {
  it('is recorded from the end of the notice on, on the clock of the call', () =>
    onStage({}, async (stage) => {
      const audio = audioOf(stage);
      const { call, model } = await stage.answered();
      await until(() => audio.seen.size > 0, 'the recording begins');
      expect(heardMs(call, 1)).toBe(400);
      answersWith(model, { say: { text: 'Claro.', audio: markedAudio(60, 300) } });
      await callerSays(call, model, { text: 'Quero marcar uma consulta.' });
      await until(() => heardMs(call, 60) === 300, 'it is answered');
      await call.hangUp();
      audio.stop();
      const record = await stage.record(call);
      expect(record.consent).toMatchObject({
        policy: 'notice',
        wordingVersion: 'padrao-1-notice',
        answer: 'notice-heard',
      });
      const { agent, durationMs } = readSides(await stage.wav(call));
      expect(Math.abs(durationMs - record.durationMs)).toBeLessThan(100);
      const atMs = record.consent?.atMs ?? 0;
      expect(atMs).toBeGreaterThanOrEqual(400);
      expect(isSilence(agent.subarray(0, atMs * 8))).toBe(true);
      expect(isSilence(agent.subarray(atMs * 8))).toBe(false);
    }));

  it('leaves nothing on disk of a caller who hangs up before its end', () =>
    onStage(
      {
        model: {
          defaultReply: {
            text: 'Olá! Esta ligação pode ser gravada. Em que posso ajudar?',
            audio: markedAudio(1, 3_000),
          },
        },
      },
      async (stage) => {
        const audio = audioOf(stage);
        const call = stage.dial();
        await until(() => heardMs(call, 1) > 500, 'the greeting has begun');
        await call.hangUp();
        const record = await stage.record(call);
        audio.stop();
        expect(record.consent?.answer).toBe('unheard');
        expect(record.recording).toBeUndefined();
        expect([...audio.seen]).toEqual([]);
      },
    ));

  it('tells it again to who spoke over the greeting, before the answer and not to be cut off', () =>
    onStage(
      {
        model: {
          speakDelayMs: 300,
          defaultReply: {
            text: 'Olá! Esta ligação pode ser gravada. Em que posso ajudar?',
            audio: markedAudio(1, 3_000),
          },
        },
      },
      async (stage) => {
        const audio = audioOf(stage);
        const connection = stage.model.nextConnection();
        const call = stage.dial();
        const model = await (await connection).configured();
        await until(() => heardMs(call, 1) > 300, 'the greeting has begun');
        answersWith(model, { say: { text: 'Claro.', audio: markedAudio(60, 300) } });
        await callerSays(call, model, { text: 'Quero marcar uma consulta.', ms: 1_200 });
        await until(() => heardPrompts(call).includes('gravacao-notice'), 'it is told again');
        expect([...audio.seen]).toEqual([]);
        expect(heardMs(call, 60)).toBe(0);
        await until(() => heardMs(call, 60) === 300, 'the caller is answered');
        await until(() => audio.seen.size > 0, 'the recording begins');
        await call.hangUp();
        audio.stop();
        expect((await stage.record(call)).consent?.answer).toBe('notice-heard');
        expect(promptsHeard(call)).toHaveLength(1);
      },
    ));

  it('tells it itself when the model has left it out', () =>
    onStage(
      { model: { defaultReply: { text: 'Olá, pois não?', audio: markedAudio(1, 400) } } },
      async (stage) => {
        const { call } = await greeted(stage);
        await until(() => heardPrompts(call).includes('gravacao-notice'), 'it is told');
        await call.hangUp();
      },
    ));
});

describe.concurrent('a call of a clinic that asks', () => {
  it('is recorded after a yes', () =>
    onStage(asking(), async (stage) => {
      const { call, model } = await greeted(stage);
      expect(await filesOf(stage)).toEqual([]);
      answersWith(model, { say: { text: 'Obrigada.', audio: markedAudio(60, 300) } });
      await callerSays(call, model, { text: 'Pode sim.' });
      await until(() => heardMs(call, 60) === 300, 'the model goes on');
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.consent).toMatchObject({
        policy: 'question',
        wordingVersion: 'padrao-1-question',
        answer: 'yes',
      });
      expect(record.recording?.complete).toBe(true);
    }));

  it('goes on after a no and books, and no sound of it is ever on disk', () =>
    onStage(asking(), async (stage) => {
      const audio = audioOf(stage);
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(60, 200) } });
      await callerSays(call, model, { text: 'Não, prefiro que não grave.' });
      await until(() => heardPrompts(call).includes('gravacao-refused'), 'it is acknowledged');
      await pass(300);
      expect(await bookByTools(model)).toMatchObject({ ok: true });
      await call.hangUp();
      const record = await stage.record(call);
      audio.stop();
      expect([...audio.seen]).toEqual([]);
      expect(record.recording).toBeUndefined();
      expect(record.consent).toMatchObject({ policy: 'question', answer: 'no' });
      expect(record.transcript.length).toBeGreaterThan(2);
      expect(record.outcome).toBe('appointment');
      const [appointment] = await stage.appointments();
      expect(appointment?.evidence).toMatchObject({ callId: record.id, recordingMs: null });
      expect(textsTold(model).filter(({ text }) => text.includes('[gravação]'))).toHaveLength(1);
    }));

  it('keeps no word either where the clinic wants that', () =>
    onStage(asking('  transcript: false\n'), async (stage) => {
      const { call, model } = await greeted(stage);
      await callerSays(call, model, { text: 'Não.' });
      await until(() => heardPrompts(call).includes('gravacao-refused'), 'it is acknowledged');
      await call.hangUp();
      expect(await stage.record(call)).toMatchObject({ transcript: [], consent: { answer: 'no' } });
    }));

  it('asks once more after words that are no answer, and then takes silence as a no', () =>
    onStage(asking(), async (stage) => {
      const audio = audioOf(stage);
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Com qual médico?', audio: markedAudio(60, 2_000) } });
      await callerSays(call, model, { text: 'Quero marcar uma consulta.' });
      await until(() => heardPrompts(call).includes('gravacao-question-again'), 'asked again');
      expect(heardMs(call, 60)).toBeLessThan(600);
      await until(() => heardPrompts(call).includes('gravacao-refused'), 'no more', 14_000);
      await call.hangUp();
      audio.stop();
      expect((await stage.record(call)).consent?.answer).toBe('silent');
      expect([...audio.seen]).toEqual([]);
    }));

  it('takes 2 on the keypad as a no', () =>
    onStage(asking(), async (stage) => {
      const { call } = await greeted(stage);
      await call.pressKeys('2#');
      await until(() => heardPrompts(call).includes('gravacao-refused'), 'it is acknowledged');
      await call.hangUp();
      expect((await stage.record(call)).consent?.answer).toBe('no');
    }));

  it('does not ask who is in danger', () =>
    onStage(asking(), async (stage) => {
      const audio = audioOf(stage);
      const { call, model } = await greeted(stage);
      await callerSays(call, model, { text: 'Socorro, dor no peito!' });
      await until(() => heardPrompts(call).includes('emergencia-heart'), 'whom to call');
      await pass(500);
      await call.hangUp();
      audio.stop();
      const record = await stage.record(call);
      expect(record.consent?.answer).toBe('silent');
      expect([...audio.seen]).toEqual([]);
      expect(heardPrompts(call)).toEqual(['emergencia-heart']);
    }));
});

describe.concurrent('a caller who wants no recording any more', () => {
  it('is not recorded from then on, and what there was is gone', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await until(async () => (await filesOf(stage)).length > 0, 'it is recorded');
      await callerSays(call, model, { text: 'Olha, não grave essa ligação.' });
      await until(() => heardPrompts(call).includes('gravacao-stopped'), 'it is acknowledged');
      expect(await filesOf(stage)).toEqual([]);
      await pass(700);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.consent).toMatchObject({ policy: 'notice', answer: 'withdrawn' });
      expect(record.recording).toBeUndefined();
      expect(await filesOf(stage)).toEqual([]);
    }));

  it('leaves the part before it where the clinic keeps that, until its deletion is asked for', () =>
    onStage({ clinic: (yaml) => `${yaml}\nconsent:\n  earlierAudio: keep\n` }, async (stage) => {
      const first = await greeted(stage);
      await callerSays(first.call, first.model, { text: 'Para de gravar.' });
      await until(
        () => heardPrompts(first.call).includes('gravacao-stopped-and-kept'),
        'it is acknowledged',
      );
      await pass(1_000);
      await first.call.hangUp();
      const record = await stage.record(first.call);
      expect(record.recording?.complete).toBe(true);
      expect(record.recording?.durationMs).toBeLessThan(record.durationMs - 900);

      const second = await greeted(stage, { from: '+5588999990002' });
      await callerSays(second.call, second.model, { text: 'Para de gravar.' });
      await until(() => heardPrompts(second.call).length > 0, 'it is acknowledged');
      await callerSays(second.call, second.model, { text: 'E apaga a gravação.', ms: 1_200 });
      await until(() => heardPrompts(second.call).includes('gravacao-stopped'), 'it is gone');
      await second.call.hangUp();
      expect((await stage.record(second.call)).recording).toBeUndefined();
      expect(await filesOf(stage)).toHaveLength(1);
    }));
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emergenciesIn } from '../../src/agent/emergency-reading.ts';
import { emergencySentence } from '../../src/agent/emergency-watch.ts';
import type { CallRecord } from '../../src/call/call-record.ts';
import { reviewByTools, useTool } from '../support/booking-by-tools.ts';
import { promptsHeard } from '../support/heard-silence.ts';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage, textsTold } from '../support/on-stage.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { apiKey, pass, type Stage, until } from '../support/stage.ts';

const chest = 'Moça, estou com dor no peito.';
/** Longest wait for the sentence after the words were recognised. */
const mostWaitMs = 3_000;

const toldOfEmergency = (model: ModelConversation) =>
  textsTold(model).filter(({ role, text }) => role === 'system' && text.includes('[emergência]'));

async function metricsOf(stage: Stage): Promise<string> {
  const authorization = `Bearer ${apiKey}`;
  return (await fetch(`${stage.url}/metrics`, { headers: { authorization } })).text();
}

describe.concurrent('a caller who speaks of danger', () => {
  it('hears whom to call at once, although the model was saying something else', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Que dia prefere?', audio: markedAudio(60, 4_000) } });
      await callerSays(call, model, { text: chest, textDelayMs: 300 });
      const recognisedAtMs = call.nowMs() + 300;
      const [sentence] = await until(() => {
        const heard = promptsHeard(call);
        return heard.length > 0 && heard;
      }, 'the sentence is heard');
      expect(sentence?.name).toBe('emergencia-heart');
      expect((sentence?.fromMs ?? Number.NaN) - recognisedAtMs).toBeLessThan(mostWaitMs);
      expect(heardMs(call, 60)).toBeLessThan(600);
      expect(toldOfEmergency(model)).toHaveLength(1);
      await pass(1_500);
      await call.hangUp();

      const record = await stage.record(call);
      expect(record.emergencies).toMatchObject([{ kind: 'heart' }]);
      expect(record.summary?.split('\n')[0]).toMatch(/^EMERGÊNCIA: .*dor no peito/);
      expect(record.transcript.at(-1)).toMatchObject({ speaker: 'agent', source: 'prompt' });
      expect(stage.events).toContainEqual(
        expect.objectContaining({ type: 'emergency', kind: 'heart' }),
      );
      expect(await metricsOf(stage)).toContain('emergencies_total{kind="heart"} 1');
      const warned = stage.log.filter((line) => line.includes('may be in danger'));
      expect(warned).toHaveLength(1);
      expect(stage.log.filter((line) => /dor no peito|"kind":"heart"/.test(line))).toEqual([]);
    }));

  it('hears the number of the CVV when they speak of ending their life', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      await callerSays(call, model, { text: 'Eu não aguento mais, quero me matar.' });
      await until(
        () => promptsHeard(call).some(({ name }) => name === 'emergencia-suicide'),
        'the sentence is heard',
      );
      expect(emergencySentence('suicide', 'voice')).toMatch(/um, oito, oito/);
    }));

  it('hears it from a model that makes no sound any more', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      model.onReplyRequest(() => 'hold');
      await callerSays(call, model, { text: chest });
      const said = call.nowMs();
      const [sentence] = await until(() => {
        const heard = promptsHeard(call);
        return heard.length > 0 && heard;
      }, 'the sentence is heard');
      expect(sentence?.name).toBe('emergencia-heart');
      expect((sentence?.fromMs ?? Number.NaN) - said).toBeLessThan(mostWaitMs);
    }));

  it('who speaks over the sentence hears all of it, then the answer', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Que dia prefere?', audio: markedAudio(60, 500) } });
      await callerSays(call, model, { text: chest });
      await until(() => promptsHeard(call).length > 0, 'the sentence begins');
      answersWith(model, { say: { text: 'Conseguiu ligar?', audio: markedAudio(61, 400) } });
      await callerSays(call, model, { text: 'Ai meu Deus, o que eu faço?', ms: 1_200 });
      expect(heardMs(call, 61)).toBe(0);
      await until(() => heardMs(call, 61) === 400, 'the model answers', 15_000);
      await call.hangUp();
      const { transcript } = await stage.record(call);
      const line = transcript.find(({ text }) => text.includes('SAMU'));
      expect(line).toMatchObject({ text: emergencySentence('heart', 'voice') });
      expect(line?.interrupted).toBeUndefined();
    }));

  it('cannot be booked, nor hung up on, before they heard it and answered', () =>
    onStage({}, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, { say: { text: 'Certo.', audio: markedAudio(62, 100) } });
      await reviewByTools(model);
      await callerSays(call, model, { text: `Isso, pode confirmar. ${chest}` });
      await until(() => promptsHeard(call).length > 0, 'the sentence begins');
      for (const tool of ['confirm_appointment', 'end_call'])
        expect(await useTool(model, tool)).toMatchObject({ ok: false, code: 'emergency-open' });
      const [sentence] = promptsHeard(call);
      await until(() => call.nowMs() > (sentence?.toMs ?? 0) + 300, 'it is over', 12_000);
      expect(await useTool(model, 'confirm_appointment')).toMatchObject({ code: 'emergency-open' });
      await callerSays(call, model, { text: 'Já liguei, estão vindo. Pode marcar.' });
      await until(() => !model.isReplying, 'it is answered');
      await pass(100);
      expect(await useTool(model, 'confirm_appointment')).toMatchObject({ ok: true });
      await call.hangUp();
      expect((await stage.record(call)).summary).toMatch(/^EMERGÊNCIA/);
    }));

  it('with words of danger that only their clinic knows', () =>
    onStage(
      { clinic: (yaml) => `${yaml}\nemergency:\n  phrases: [bolsa de colostomia rasgou]\n` },
      async (stage) => {
        const { call, model } = await greeted(stage);
        await callerSays(call, model, { text: 'A bolsa de colostomia rasgou.' });
        await until(() => promptsHeard(call)[0]?.name === 'emergencia-other', 'it is heard');
      },
    ));
});

type Row = { said: string; kind: string | null };
const rows = readFileSync(new URL('../fixtures/emergency-phrases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** Every so many, so that each kind is among them. */
function everyFew(some: readonly Row[], many: number): Row[] {
  const step = Math.floor(some.length / many);
  return some.filter((_, index) => index % step === 0).slice(0, many);
}

const innocents = everyFew(
  rows.filter(({ kind }) => kind === null),
  30,
);
/** Phrases of one danger each. In one call, nobody is told of the same danger twice in a minute. */
const dangers = everyFew(
  rows.filter(({ said, kind }) => kind !== null && emergenciesIn(said).length === 1),
  30,
);

/** Calls in which each kind is spoken of once. */
function byCall(some: readonly Row[]): Row[][] {
  const calls: Row[][] = [];
  for (const row of some) {
    const free = calls.find((call) => call.every(({ kind }) => kind !== row.kind));
    if (free) free.push(row);
    else calls.push([row]);
  }
  return calls;
}

/** The model recognises one after the other; nobody waits for sound. */
async function callOf(
  stage: Stage,
  some: readonly Row[],
): Promise<{ record: CallRecord; told: number }> {
  const { call, model } = await greeted(stage);
  model.onReplyRequest(() => ({ refuse: 'conversation_already_has_active_response' }));
  for (const { said } of some) {
    model.speechStarted();
    const { itemId } = model.speechStopped({ transcript: said });
    const isKnown = () =>
      stage.events.some((event) => event.type === 'line-spoken' && event.line.itemId === itemId);
    await until(isKnown, `“${said}” is recognised`);
  }
  await call.hangUp();
  return { record: await stage.record(call), told: toldOfEmergency(model).length };
}

describe('phrases of callers through whole calls', () => {
  it(
    '30 of danger are each answered, whatever was being said',
    () =>
      onStage({}, async (stage) => {
        let told = 0;
        for (const some of byCall(dangers)) {
          const result = await callOf(stage, some);
          expect(result.record.emergencies.map(({ kind }) => kind)).toEqual(
            some.map(({ kind }) => kind),
          );
          told += result.told;
        }
        expect(told).toBe(30);
        const played = (await metricsOf(stage)).matchAll(
          /prompt_played_total\{prompt="emergencia-[^"]*"\} (\d+)/g,
        );
        expect([...played].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(30);
      }),
    60_000,
  );

  it(
    '30 innocent ones are not',
    () =>
      onStage({}, async (stage) => {
        const { record, told } = await callOf(stage, innocents);
        expect(record.emergencies).toEqual([]);
        expect(told).toBe(0);
        expect(await metricsOf(stage)).not.toContain('prompt="emergencia-');
      }),
    60_000,
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { messageArguments } from '../support/on-stage.ts';
import { openStage, pass, played, type Stage, until } from '../support/stage.ts';

describe('a caller speaks over the agent', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    expect(stage.model.violations).toEqual([]);
    await stage.close();
  });

  const heardOf = (call: Parameters<typeof played>[0], id: number) =>
    readMarks(played(call)).filter((mark) => mark.id === id);

  it('ten seconds sent in a burst, speech at three seconds heard: one clear, one truncate at what was heard', async () => {
    const { call, model } = await stage.answered();
    const speech = model.speak({
      text: 'Uma frase longa. '.repeat(20),
      audio: markedAudio(7, 10_000),
    });
    await until(() => heardOf(call, 7).length >= 150, '3 s are heard', 6_000);
    const from = model.events.length;
    model.speechStarted();
    const truncate = await model.waitFor('conversation.item.truncate', 2_000, from);
    await until(() => call.clears.length === 1, 'the clear arrives');
    await pass(300);
    const heardMs = heardOf(call, 7).length * 20;
    expect(truncate.event.item_id).toBe(speech.itemId);
    expect(truncate.event.content_index).toBe(0);
    expect(Math.abs(truncate.event.audio_end_ms - heardMs)).toBeLessThanOrEqual(40);
    expect(truncate.event.audio_end_ms).toBeGreaterThan(2_900);
    expect(truncate.event.audio_end_ms).toBeLessThan(3_200);
    expect(model.of('conversation.item.truncate')).toHaveLength(1);
    expect(call.clears).toHaveLength(1);
    await call.hangUp();
  });

  it('an item queued behind the one being heard is truncated at zero', async () => {
    const { call, model } = await stage.answered();
    const first = model.speak({
      text: 'Primeira parte.',
      audio: markedAudio(8, 2_000),
      done: false,
    });
    const second = model.speak({ text: 'Segunda parte.', audio: markedAudio(9, 2_000) });
    await until(() => heardOf(call, 8).length >= 25, 'half a second is heard');
    model.speechStarted();
    await until(() => model.of('conversation.item.truncate').length === 2, 'both are cut');
    const cuts = model
      .of('conversation.item.truncate')
      .map(({ event }) => [event.item_id, event.audio_end_ms]);
    expect(cuts[1]).toEqual([second.itemId, 0]);
    expect(cuts[0]?.[0]).toBe(first.itemId);
    expect(Number(cuts[0]?.[1])).toBeGreaterThan(400);
    await call.hangUp();
  });

  it('the reply after an uninterrupted one is cut by its own clock', async () => {
    const { call, model } = await stage.answered();
    model.speak({ text: 'Ouvida até o fim.', audio: markedAudio(10, 800) });
    await until(() => heardOf(call, 10).length === 40, 'the first is heard to its end');
    await pass(400);
    const second = model.speak({ text: 'Interrompida.', audio: markedAudio(11, 5_000) });
    await until(() => heardOf(call, 11).length >= 50, 'one second of the second is heard');
    model.speechStarted();
    const truncate = await model.waitFor('conversation.item.truncate');
    await pass(200);
    expect(truncate.event.item_id).toBe(second.itemId);
    expect(
      Math.abs(truncate.event.audio_end_ms - heardOf(call, 11).length * 20),
    ).toBeLessThanOrEqual(40);
    expect(model.of('conversation.item.truncate')).toHaveLength(1);
    await call.hangUp();
  });

  it('late audio of the interrupted reply never reaches the caller, and marks echoed by the clear move nothing', async () => {
    const { call, model } = await stage.answered();
    model.speak({ text: 'Frase. '.repeat(10), audio: markedAudio(12, 5_000), done: false });
    await until(() => heardOf(call, 12).length >= 30, 'it is heard');
    model.speechStarted(undefined, { lateAudio: markedAudio(13, 1_000) });
    model.lateAudio(markedAudio(13, 500));
    await until(() => call.clears.length === 1, 'the clear arrives');
    await pass(300);
    const heardAtCut = heardOf(call, 12).length;
    expect(call.marksEchoed.some((mark) => mark.cleared)).toBe(true);
    expect(readMarks(played(call)).some((mark) => mark.id === 13)).toBe(false);
    model.onReplyRequest(() => ({ say: { text: 'Pois não.', audio: markedAudio(14, 3_000) } }));
    await pass(900);
    model.speechStopped({ transcript: 'Espera, por favor.', transcriptDelayMs: 50 });
    await until(() => heardOf(call, 14).length >= 50, 'the answer is heard');
    model.speechStarted();
    const cuts = await until(() => {
      const all = model.of('conversation.item.truncate');
      return all.length === 2 ? all : undefined;
    }, 'the answer is cut');
    await pass(200);
    expect(heardOf(call, 12).length).toBe(heardAtCut);
    expect(
      Math.abs((cuts[1]?.event.audio_end_ms ?? 0) - heardOf(call, 14).length * 20),
    ).toBeLessThanOrEqual(40);
    await call.hangUp();
  });

  it('an interruption after the model has said “done” still silences and cuts', async () => {
    const { call, model } = await stage.answered();
    const { finished, itemId } = model.speak({
      text: 'Tudo já enviado.',
      audio: markedAudio(15, 4_000),
    });
    await finished;
    expect(model.isReplying).toBe(false);
    await until(() => heardOf(call, 15).length >= 20, 'it is heard');
    model.speechStarted();
    const truncate = await model.waitFor('conversation.item.truncate');
    expect(truncate.event.item_id).toBe(itemId);
    await until(() => call.clears.length === 1, 'the clear arrives');
    await call.hangUp();
  });

  it('a cough of 300 ms does not lose the sentence: it goes on from where it was heard', async () => {
    const { call, model } = await stage.answered();
    model.speak({ text: 'Palavra '.repeat(40), audio: markedAudio(16, 4_000) });
    await until(() => heardOf(call, 16).length >= 50, 'one second is heard');
    model.onReplyRequest(() => ({ say: { text: 'Como?', audio: markedAudio(17, 500) } }));
    const noise = model.speechStarted();
    await pass(300);
    model.speechStopped({ transcript: '', transcriptDelayMs: 100 });
    await until(() => heardOf(call, 16).length >= 199, 'the rest is heard', 8_000);
    const frames = heardOf(call, 16).map((mark) => mark.frame);
    expect(frames).toEqual([...frames].sort((a, b) => a - b));
    expect(new Set(frames).size).toBeGreaterThanOrEqual(199);
    expect(readMarks(played(call)).some((mark) => mark.id === 17)).toBe(false);
    await model.waitFor('conversation.item.delete');
    expect(model.of('conversation.item.delete')[0]?.event.item_id).toBe(noise.itemId);
    const told = await model.waitFor('conversation.item.create');
    expect(JSON.stringify(told.event)).toContain('Palavra');
    await call.hangUp();
    const record = await stage.record(call);
    expect(record.bargeIns).toEqual({ resumed: 1, cut: 0 });
  });

  it('“espera” stops it at once and for good', async () => {
    const { call, model } = await stage.answered();
    model.speak({ text: 'Palavra '.repeat(40), audio: markedAudio(18, 4_000) });
    await until(() => heardOf(call, 18).length >= 50, 'one second is heard');
    model.onReplyRequest(() => ({ say: { text: 'Pois não.', audio: markedAudio(19, 500) } }));
    model.speechStarted();
    await pass(450);
    model.speechStopped({ transcript: 'Espera!', transcriptDelayMs: 200 });
    await until(() => heardOf(call, 19).length === 25, 'the answer is heard');
    expect(heardOf(call, 18).length).toBeLessThan(75);
    await call.hangUp();
    const record = await stage.record(call);
    expect(record.bargeIns).toEqual({ resumed: 0, cut: 1 });
    const cut = record.transcript.find((line) => line.interrupted);
    expect(cut?.text.split(' ').length).toBeLessThan(20);
    expect(cut?.unheardText).toBeTruthy();
  });

  it('a tool that finishes while the caller speaks: one message, one output, told in the next reply', async () => {
    const { call, model } = await stage.answered();
    model.speak({ text: 'Vou anotar. '.repeat(10), audio: markedAudio(20, 3_000) });
    await until(() => heardOf(call, 20).length >= 10, 'it is heard');
    const { callId } = model.callTool({
      name: 'leave_message',
      arguments: messageArguments(),
    });
    model.speechStarted();
    await pass(900);
    model.speechStopped({ transcript: 'Pode ser de manhã.', transcriptDelayMs: 20 });
    await until(() => model.of('conversation.item.create').length >= 1, 'the output arrives');
    await pass(500);
    const outputs = model
      .of('conversation.item.create')
      .filter(({ event }) => event.item.type === 'function_call_output');
    expect(outputs).toHaveLength(1);
    expect(JSON.stringify(outputs[0]?.event)).toContain(callId);
    await call.hangUp();
    const record = await stage.record(call);
    expect(record.tools).toHaveLength(1);
    expect(record.requests).toHaveLength(1);
    expect((await stage.requests()).filter((one) => one.conversationId === record.id)).toHaveLength(
      1,
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { recordingFiles } from '../support/recording-files.ts';
import { readSides } from '../support/recording-sides.ts';
import type { ModelConversation } from '../support/scripted-model.ts';
import { openStage, pass, played, type Stage, until } from '../support/stage.ts';

const many = 50;
/** Ids of what callers say, what agents greet with, and what they answer; the connection's number is added. */
const callerId = 10_000;
const greetingId = 20_000;
const answerId = 30_000;
const callerFrames = 150;
const greetingFrames = 30;
const answerFrames = 60;

const greetingOf = (number: number) => `Saudação ${number}. Esta ligação pode ser gravada.`;
const framesIn = (count: number) => Array.from({ length: count }, (_, index) => index);
const idsIn = (audio: Buffer) => [...new Set(readMarks(audio).map((mark) => mark.id))];
const framesOf = (audio: Buffer, id: number) =>
  readMarks(audio)
    .filter((mark) => mark.id === id)
    .map((mark) => mark.frame);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  stage.model.onReplyRequest(({ auto, conversation: { number } }) =>
    auto
      ? {
          say: {
            text: `Resposta ${number}.`,
            audio: markedAudio(answerId + number, answerFrames * 20),
          },
        }
      : {
          say: {
            text: greetingOf(number),
            audio: markedAudio(greetingId + number, greetingFrames * 20),
          },
        },
  );
});
afterAll(() => stage.close());

/** Handles and timers of this process by kind: the server, its carrier and its model all live here. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Timeout|TCP|FS|Immediate/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe('fifty calls at once', () => {
  it('each hear and are heard by their own model only, to the frame, and nothing of them remains', async () => {
    await pass(500);
    const before = resources();
    const calls = framesIn(many).map((index) => stage.dial({ from: `+55889999${10_000 + index}` }));
    await Promise.all(calls.map(({ started }) => started));
    await until(
      () => calls.every((call) => framesSpoken(call).length === greetingFrames),
      'all are greeted',
      10_000,
    );
    expect(stage.app.live.count).toBe(many);
    await until(
      async () =>
        (await recordingFiles(stage.directory)).filter((name) => name.endsWith('.part')).length ===
        many,
      'all are recorded',
    );
    // The clock of a call under load may be ahead of its frames: what is said from now on is recorded whole.
    await pass(500);

    const modelOf = new Map<CarrierCall, ModelConversation>();
    await Promise.all(
      calls.map(async (call, index) => {
        const id = callerId + index;
        const spoken = call.say(markedAudio(id, callerFrames * 20));
        const model = await until(
          () =>
            stage.model.connections.find((one) =>
              idsIn(one.audioReceived().subarray(-8_000)).includes(id),
            ),
          'a model hears this caller',
        );
        modelOf.set(call, model);
        model.speechStarted();
        await spoken;
        await pass(100);
        model.speechStopped({ transcript: `Eu sou a pessoa ${index}.` });
        await until(
          () => framesOf(played(call), answerId + model.number).length === answerFrames,
          'the answer is heard',
        );
      }),
    );
    expect(new Set(modelOf.values()).size).toBe(many);

    for (const [call, model] of modelOf) {
      const index = calls.indexOf(call);
      expect(idsIn(model.audioReceived())).toEqual([callerId + index]);
      expect(framesOf(model.audioReceived(), callerId + index)).toEqual(framesIn(callerFrames));
      expect(idsIn(played(call)).sort()).toEqual([
        greetingId + model.number,
        answerId + model.number,
      ]);
      expect(framesOf(played(call), greetingId + model.number)).toEqual(framesIn(greetingFrames));
      expect(framesOf(played(call), answerId + model.number)).toEqual(framesIn(answerFrames));
      expect(call.protocolErrors).toEqual([]);
      expect(call.errors).toEqual([]);
    }

    await Promise.all(calls.map((call) => call.hangUp()));
    for (const [call, model] of modelOf) {
      const index = calls.indexOf(call);
      const record = await stage.record(call);
      expect(record).toMatchObject({
        ending: 'caller-hung-up',
        callSid: call.sid,
        from: call.from,
      });
      expect(record.transcript.map((one) => one.text)).toEqual([
        greetingOf(model.number),
        `Eu sou a pessoa ${index}.`,
        `Resposta ${model.number}.`,
      ]);
      expect(record.recording).toMatchObject({ complete: true });
      const { caller, agent: agentSide } = readSides(await stage.wav(call));
      // Under this load a mark may return late, and the recording then shows a pause within a frame.
      const agent = agentSide.filter((byte) => byte !== 0xff) as Buffer;
      expect(idsIn(caller)).toEqual([callerId + index]);
      expect(framesOf(caller, callerId + index)).toEqual(framesIn(callerFrames));
      // The greeting gave notice: it was heard before.
      expect(idsIn(agent)).toEqual([answerId + model.number]);
      expect(framesOf(agent, answerId + model.number)).toEqual(framesIn(answerFrames));
      expect((await model.closed).code).toBe(1000);
    }
    expect(stage.model.violations).toEqual([]);
    expect([stage.app.live.count, stage.app.live.expectedCount]).toEqual([0, 0]);
    await until(
      () => stage.app.server.websocketServer.clients.size === 0,
      'the media sockets are freed',
    );
    // The carrier's HTTP client keeps its connections for later calls.
    stage.app.server.server.closeIdleConnections();
    await until(
      () => Object.entries(resources()).every(([kind, count]) => count <= (before[kind] ?? 0) + 2),
      'handles and timers are as before',
      15_000,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify({ before, after: resources() })}`);
    });
  }, 40_000);

  it('one that breaks, floods and loses its model leaves the others alone', async () => {
    const number = stage.model.connections.length;
    const [good, bad] = [stage.dial(), stage.dial()];
    await Promise.all([good.started, bad.started]);
    const speaking = good.say(markedAudio(99_999, 2_000));
    await until(() => framesSpoken(bad).length > 0, 'the other is greeted');
    const [heard] = framesSpoken(bad);
    const model = stage.model.connections
      .slice(number)
      .find((one) => greetingId + one.number === heard?.id);
    for (const _ of framesIn(10)) bad.sendRaw('{"event":"media"');
    model?.raw('no json');
    model?.raw({ type: 'response.output_audio.delta', delta: '!!!' });
    model?.terminate();
    bad.stream?.drop();
    await speaking;
    await pass(100);
    const marks = stage.model.connections.flatMap((one) => framesOf(one.audioReceived(), 99_999));
    expect(marks).toEqual(framesIn(100));
    expect(framesSpoken(good)).toHaveLength(greetingFrames);
    expect(await stage.record(bad)).toMatchObject({ state: 'ended', ending: 'stream-lost' });
    await good.hangUp();
    expect(await stage.record(good)).toMatchObject({ state: 'ended', ending: 'caller-hung-up' });
  });
});

function framesSpoken(call: CarrierCall) {
  return readMarks(played(call)).filter((mark) => mark.id > greetingId);
}

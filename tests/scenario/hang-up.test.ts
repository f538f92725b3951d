import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EndReason } from '../../src/call/call-record.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { callerAgrees, reviewByTools } from '../support/booking-by-tools.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import {
  type Line,
  openStream,
  post,
  ring,
  tokenIn,
  webhookFields,
} from '../support/raw-caller.ts';
import { recordingFiles } from '../support/recording-files.ts';
import { readSides } from '../support/recording-sides.ts';
import type { ModelConversation, ScriptedModelOptions } from '../support/scripted-model.ts';
import {
  accountSid,
  authToken,
  greeting,
  openStage,
  pass,
  played,
  type Stage,
  until,
} from '../support/stage.ts';

const usual: ScriptedModelOptions = {
  connectDelayMs: 0,
  neverConfigure: false,
  speakDelayMs: 0,
  defaultReply: greeting,
};

let stage: Stage;
let line: Line;
beforeAll(async () => {
  stage = await openStage();
  line = { url: stage.url, accountSid, authToken };
});
afterEach(async () => {
  stage.model.set(usual);
  await until(() => stage.app.live.count + stage.app.live.expectedCount === 0, 'no call remains');
  await until(() => stage.app.server.websocketServer.clients.size === 0, 'no socket remains');
  await until(
    () => stage.model.connections.every((one) => one.isClosed),
    'no model session remains',
  );
});
afterAll(async () => {
  expect(stage.model.violations).toEqual([]);
  await stage.close();
});

interface Scene {
  call: CarrierCall;
  model: ModelConversation;
}

/** A call whose stream is open and whose model is ready. */
async function open(options: Parameters<Stage['dial']>[0] = {}): Promise<Scene> {
  const index = stage.model.connections.length;
  const call = stage.dial(options);
  await call.started;
  const model = await until(() => stage.model.connections[index], 'the model is connected');
  return { call, model: await model.configured() };
}

const heard = (call: CarrierCall, id: number) =>
  readMarks(played(call)).filter((mark) => mark.id === id).length;
const isHeard = (call: CarrierCall, id: number, frames = 5) =>
  until(() => heard(call, id) >= frames, `${id} is heard`);

/** … and whose greeting was heard. */
async function greeted(options: Parameters<Stage['dial']>[0] = {}): Promise<Scene> {
  const scene = await open(options);
  await isHeard(scene.call, 1, 20);
  await until(
    () => scene.call.heardSilenceMs >= 100 && !scene.model.isReplying,
    'the greeting is over',
  );
  const part = `${scene.call.sid}.part`;
  await until(
    async () => (await recordingFiles(stage.directory)).some((name) => name.endsWith(part)),
    'it is recorded',
  );
  return scene;
}

const recordOf = (callSid: string) =>
  stage.record({ sid: callSid, ended: Promise.resolve() } as never);

/** What must be true after every call, wherever it was left. */
async function expectLeftWell(
  callSid: string,
  ending: EndReason,
  models: ModelConversation[],
  begunMs: number,
) {
  await Promise.all(models.map(({ closed }) => closed));
  expect(performance.now() - begunMs).toBeLessThan(1_000);
  const record = await recordOf(callSid);
  expect(record).toMatchObject({ state: 'ended', ending });
  expect(record.endedAt).toBeDefined();
  // Who leaves before the notice was heard is not recorded.
  const isRecorded = record.consent?.answer === 'notice-heard';
  expect(record.recording?.complete).toBe(isRecorded || undefined);
  if (isRecorded) {
    const { durationMs } = readSides(
      await stage.wav({ sid: callSid, ended: Promise.resolve() } as never),
    );
    expect(Math.abs(durationMs - record.durationMs)).toBeLessThanOrEqual(1);
  }
  const files = await recordingFiles(stage.directory);
  expect(files.filter((name) => !/\.(wav|json)$/.test(name))).toEqual([]);
  return record;
}

type Way = 'hangs up' | 'is gone without a word' | 'loses the connection';
const endingOf: Record<Way, EndReason> = {
  'hangs up': 'caller-hung-up',
  'is gone without a word': 'stream-lost',
  'loses the connection': 'stream-lost',
};

async function leave({ call, model }: Scene, way: Way = 'hangs up') {
  const begunMs = performance.now();
  if (way === 'loses the connection') call.stream?.drop();
  else void call.hangUp();
  const record = await expectLeftWell(call.sid, endingOf[way], [model], begunMs);
  const { performed } = await call.ended;
  const verbs = performed.map(({ verb }) => verb);
  // A lost stream leaves the person on the line: the verbs after `</Connect>` are for them.
  expect(verbs).toEqual(way === 'loses the connection' ? ['connect', 'say', 'dial'] : ['connect']);
  return record;
}

const words = 'Palavra '.repeat(40);

/** Every moment a test can bring a call to; from there the caller leaves. */
const moments: [string, () => Promise<Scene>][] = [
  ['right after “start”', () => open()],
  [
    'during the greeting',
    async () => {
      stage.model.set({ defaultReply: { text: words, audio: markedAudio(2, 3_000) } });
      const scene = await open();
      await isHeard(scene.call, 2);
      return scene;
    },
  ],
  [
    'while the greeting is awaited',
    async () => {
      stage.model.set({ speakDelayMs: 3_000 });
      const scene = await open();
      await until(() => scene.model.isReplying, 'the greeting is asked for');
      return scene;
    },
  ],
  ['in silence', () => greeted()],
  [
    'while they speak',
    async () => {
      const scene = await greeted();
      void scene.call.say(markedAudio(3, 2_000));
      scene.model.speechStarted();
      await pass(200);
      return scene;
    },
  ],
  [
    'while the answer is thought about',
    async () => {
      const scene = await greeted();
      scene.model.onReplyRequest(() => 'hold');
      scene.model.speechStarted();
      await pass(300);
      scene.model.speechStopped({ transcript: 'Bom dia.' });
      await pass(50);
      return scene;
    },
  ],
  [
    'before their words are written down',
    async () => {
      const scene = await greeted();
      scene.model.speechStarted();
      await pass(300);
      const { itemId } = scene.model.speechStopped({
        transcript: 'Bom dia.',
        transcriptDelayMs: 5_000,
      });
      scene.model.transcriptDelta(itemId, 'Bom');
      return scene;
    },
  ],
  [
    'during an answer',
    async () => {
      const scene = await greeted();
      scene.model.speak({ text: words, audio: markedAudio(4, 3_000) });
      await isHeard(scene.call, 4);
      return scene;
    },
  ],
  [
    'between two parts of an answer',
    async () => {
      const scene = await greeted();
      scene.model.speak({ text: words, audio: markedAudio(4, 100), done: false });
      await isHeard(scene.call, 4);
      return scene;
    },
  ],
  [
    'before it is clear whether they interrupt',
    async () => {
      const scene = await greeted();
      scene.model.speak({ text: words, audio: markedAudio(5, 3_000) });
      await isHeard(scene.call, 5);
      scene.model.speechStarted();
      await pass(100);
      return scene;
    },
  ],
  [
    'after a cough, while the agent goes on',
    async () => {
      const scene = await greeted();
      scene.model.speak({ text: words, audio: markedAudio(6, 3_000) });
      await isHeard(scene.call, 6);
      scene.model.speechStarted();
      await pass(200);
      scene.model.speechStopped({ transcript: '' });
      await until(() => scene.call.heardSilenceMs === 0 && heard(scene.call, 6) > 20, 'it goes on');
      return scene;
    },
  ],
  [
    'after an interruption, before the answer to it',
    async () => {
      const scene = await greeted();
      scene.model.speak({ text: words, audio: markedAudio(7, 3_000) });
      await isHeard(scene.call, 7);
      scene.model.onReplyRequest(() => 'hold');
      scene.model.speechStarted();
      await pass(900);
      scene.model.speechStopped({ transcript: 'Espera, por favor.' });
      await pass(100);
      return scene;
    },
  ],
  [
    'during a tool that is unknown and refused',
    async () => {
      const scene = await greeted();
      scene.model.callTool({ name: 'no_such_tool', arguments: '{' });
      return scene;
    },
  ],
  [
    'during the goodbye',
    async () => {
      const scene = await greeted();
      scene.model.onReplyRequest(() => ({ say: { text: 'Tchau.', audio: markedAudio(8, 3_000) } }));
      scene.model.callTool({ name: 'end_call', arguments: {} });
      await isHeard(scene.call, 8);
      return scene;
    },
  ],
  [
    'while the announcement of a wait is played',
    async () => {
      const scene = await greeted();
      scene.model.onReplyRequest(() => 'hold');
      scene.model.speechStarted();
      await pass(300);
      scene.model.speechStopped({ transcript: 'Bom dia.' });
      const before = played(scene.call).length;
      await until(() => played(scene.call).length > before + 1_600, 'a wait is announced');
      return scene;
    },
  ],
  [
    'while keys are pressed',
    async () => {
      const scene = await greeted();
      await scene.call.pressKeys('12');
      return scene;
    },
  ],
  [
    'while the model is being replaced',
    async () => {
      const scene = await greeted();
      stage.model.set({ connectDelayMs: 400 });
      scene.model.terminate();
      await pass(100);
      return scene;
    },
  ],
  [
    'while the new model is being told what was said',
    async () => {
      const scene = await greeted();
      const index = stage.model.connections.length;
      scene.model.terminate();
      await until(() => stage.model.connections[index], 'the new one is connected');
      return scene;
    },
  ],
];

describe.each<Way>(['hangs up', 'is gone without a word', 'loses the connection'])(
  'a caller who %s',
  (way) => {
    const rough = new Set([
      'right after “start”',
      'during the greeting',
      'while they speak',
      'during an answer',
    ]);
    const chosen = way === 'hangs up' ? moments : moments.filter(([moment]) => rough.has(moment));
    it.each(chosen)('%s', async (_, bring) => {
      const { skipStop } = { skipStop: way === 'is gone without a word' };
      const { dial } = stage;
      stage.dial = (options) => dial({ ...options, misbehave: { skipStop } });
      const scene = await bring().finally(() => {
        stage.dial = dial;
      });
      await leave(scene, way);
    });
  },
);

describe('a caller who hangs up before there is a conversation', () => {
  async function announced() {
    const fields = webhookFields(line);
    const index = stage.model.connections.length;
    const { text } = await post(line, '/incoming-call', fields);
    const model = await until(() => stage.model.connections[index], 'the model warms up');
    return { fields, callSid: fields.CallSid ?? '', token: tokenIn(text), model };
  }

  const completed = (fields: Record<string, string>) =>
    post(line, '/call-status', { ...fields, CallStatus: 'completed', CallDuration: '0' });

  async function expectNothingKept(callSid: string, model: ModelConversation, begunMs: number) {
    await model.closed;
    expect(performance.now() - begunMs).toBeLessThan(1_000);
    const files = await recordingFiles(stage.directory);
    expect(files.filter((name) => name.includes(callSid))).toEqual([]);
  }

  it('after the webhook', async () => {
    const { fields, callSid, model } = await announced();
    const begunMs = performance.now();
    await completed(fields);
    await expectNothingKept(callSid, model, begunMs);
  });

  it('after the upgrade, with nothing said on it', async () => {
    const { fields, callSid, model } = await announced();
    const stream = await openStream(line);
    const begunMs = performance.now();
    stream.socket.terminate();
    await completed(fields);
    await expectNothingKept(callSid, model, begunMs);
  });

  it('after “connected”', async () => {
    const { fields, callSid, token, model } = await announced();
    const stream = await openStream(line);
    stream.connected();
    const begunMs = performance.now();
    await completed(fields);
    stream.start(callSid, token);
    expect((await stream.closed).code).toBe(1008);
    await expectNothingKept(callSid, model, begunMs);
  });

  it('so that the carrier never opens the stream: it says so', async () => {
    const { fields, callSid, model } = await announced();
    const begunMs = performance.now();
    await post(line, '/stream-status', {
      AccountSid: accountSid,
      CallSid: fields.CallSid ?? '',
      StreamEvent: 'stream-error',
      StreamError: 'handshake',
    });
    await expectNothingKept(callSid, model, begunMs);
  });

  it('with “start” and “stop” in one breath', async () => {
    const { callSid, token, model } = await announced();
    const stream = await openStream(line);
    const begunMs = performance.now();
    stream.connected();
    stream.start(callSid, token);
    stream.stop(callSid);
    await expectLeftWell(callSid, 'caller-hung-up', [model], begunMs);
  });

  it('while the model is still being called', async () => {
    stage.model.set({ connectDelayMs: 300 });
    const index = stage.model.connections.length;
    const { callSid, stream } = await ring(line);
    await until(() => stage.app.live.count === 1, 'the call is live');
    stream.stop(callSid);
    await until(() => stage.app.live.count === 0, 'the call is over');
    await pass(400);
    const late = stage.model.connections.slice(index);
    await expectLeftWell(callSid, 'caller-hung-up', late, performance.now());
    expect(late.flatMap((one) => one.events)).toEqual([]);
  });

  it('while the model is still being configured', async () => {
    stage.model.set({ neverConfigure: true });
    const index = stage.model.connections.length;
    const { callSid, stream } = await ring(line);
    const model = await until(() => stage.model.connections[index], 'the model is connected');
    await model.waitFor('session.update');
    const begunMs = performance.now();
    stream.stop(callSid);
    await expectLeftWell(callSid, 'caller-hung-up', [model], begunMs);
  });
});

describe('a caller who hangs up while an appointment is written', () => {
  it('at whatever moment: what is on disk is in the record, and the outcome says so', async () => {
    for (const [index, delayMs] of [0, 0, 1, 2, 3, 4, 6, 8, 12, 20].entries()) {
      // Nobody may have more than two bookings.
      const scene = await greeted({ from: `+55889999901${10 + index}` });
      const patient = { patient_name: `Maria ${'abcdefghij'[index]} Silva` };
      await reviewByTools(scene.model, { patient });
      await callerAgrees(scene.model);
      scene.model.callTool({ name: 'confirm_appointment', arguments: {} });
      if (delayMs > 0) await pass(delayMs);
      const record = await leave(scene);
      const written = (await stage.appointments()).filter((one) => one.callId === record.id);
      expect(written.length).toBeLessThanOrEqual(1);
      expect(record.appointments).toEqual(written.map((one) => one.id));
      expect(record.outcome).toBe(written.length === 1 ? 'appointment' : 'abandoned');
      expect(record.tools).toHaveLength(3 + written.length);
    }
  });
});

describe('a call that ends from several sides at once', () => {
  it('the caller hangs up while the server does: one record, one ending', async () => {
    const scene = await greeted();
    scene.model.onReplyRequest(() => ({ say: { text: 'Tchau.', audio: markedAudio(8, 300) } }));
    const asked = stage.rest.requests.length;
    scene.model.callTool({ name: 'end_call', arguments: {} });
    await until(() => stage.rest.requests.length > asked, 'the server ends the phone leg');
    const begunMs = performance.now();
    void scene.call.hangUp();
    await expectLeftWell(scene.call.sid, 'agent-goodbye', [scene.model], begunMs);
  });

  it('the carrier’s word that it is over comes before the stream’s', async () => {
    const { callSid, stream } = await ring(line);
    const index = stage.model.connections.length - 1;
    await until(() => stream.audio().length > 0, 'the greeting is heard');
    await post(
      line,
      '/call-status',
      webhookFields(line, { CallSid: callSid, CallStatus: 'completed' }),
    );
    const begunMs = performance.now();
    stream.stop(callSid);
    const models = stage.model.connections.slice(Math.max(0, index));
    await expectLeftWell(callSid, 'caller-hung-up', models, begunMs);
  });

  it('twenty callers leave in the same moment', async () => {
    const index = stage.model.connections.length;
    const calls = Array.from({ length: 20 }, () => stage.dial());
    await Promise.all(calls.map(({ started }) => started));
    await until(() => calls.every((call) => heard(call, 1) > 3), 'all are greeted', 10_000);
    const begunMs = performance.now();
    for (const call of calls) void call.hangUp();
    const models = stage.model.connections.slice(index);
    expect(models).toHaveLength(20);
    await Promise.all(models.map(({ closed }) => closed));
    expect(performance.now() - begunMs).toBeLessThan(1_000);
    for (const call of calls) {
      expect(await recordOf(call.sid)).toMatchObject({ state: 'ended', ending: 'caller-hung-up' });
    }
  });
});

import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readTwiml } from '../../src/sandbox/twiml-reader.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { onProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { ask, openStream, post, tokenIn, webhookFields } from '../support/raw-caller.ts';
import { readSides } from '../support/recording-sides.ts';
import { pass, played, until } from '../support/stage.ts';

const heard = (call: Parameters<typeof played>[0], id: number) =>
  readMarks(played(call)).filter((mark) => mark.id === id).length;
const ready = async ({ line }: ProcessStage) => {
  const { status, text } = await ask(`${line.url}/readyz`);
  return [status, JSON.parse(text)];
};

// Most of the time of these tests is the start of a process: they start side by side.
describe.concurrent('SIGTERM with a live call', () => {
  it(
    'not ready at once, new callers hear the way out, the live one talks to its end, then exit 0',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start();
        const { call, model } = await stage.greeted();
        expect(await ready(stage)).toEqual([200, { status: 'ready', reasons: [] }]);
        server.kill('SIGTERM');
        await until(async () => (await ready(stage))[0] === 503, 'it is not ready', 1_000);
        expect(await ready(stage)).toEqual([503, { status: 'not-ready', reasons: ['draining'] }]);
        expect((await ask(`${stage.line.url}/healthz`)).status).toBe(200);

        const late = await post(stage.line, '/incoming-call', webhookFields(stage.line));
        expect(readTwiml(late.text)).toMatchObject({ verbs: [{ verb: 'say' }, { verb: 'dial' }] });

        const upgrades = stage.model.upgrades.length;
        const spoken = call.say(markedAudio(50, 600));
        model.speechStarted();
        await spoken;
        model.onReplyRequest(() => ({ say: { text: 'Claro.', audio: markedAudio(51, 1_000) } }));
        model.speechStopped({ transcript: 'Ainda está aí?' });
        await until(() => heard(call, 51) === 50, 'the answer is heard');
        expect(readMarks(model.audioReceived()).filter((mark) => mark.id === 50)).toHaveLength(30);
        expect(stage.model.upgrades).toHaveLength(upgrades);

        const begunMs = performance.now();
        await call.hangUp();
        expect(await server.exited).toMatchObject({ code: 0 });
        expect(performance.now() - begunMs).toBeLessThan(3_000);
        const record = await stage.record(call.sid);
        expect(record).toMatchObject({
          state: 'ended',
          ending: 'caller-hung-up',
          recording: { complete: true },
        });
        expect(record.transcript.map((one) => one.text)).toContain('Ainda está aí?');
        expect(readSides(await stage.wav(call.sid)).durationMs).toBeGreaterThan(2_000);
      }),
    30_000,
  );

  it(
    'that goes on too long: the agent is told to say goodbye, it is heard, and the phone leg is ended',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start({ CALL_DRAIN_MS: '1000' });
        const { call, model } = await stage.greeted();
        model.onReplyRequest(() => ({ say: { text: 'Até logo.', audio: markedAudio(60, 1_000) } }));
        const asked = model.of('response.create').length;
        const begunMs = performance.now();
        server.kill('SIGTERM');
        const { by } = await call.ended;
        expect(by).toBe('rest');
        expect(performance.now() - begunMs).toBeGreaterThan(1_900);
        expect(heard(call, 60)).toBe(50);
        const [farewell] = model.of('response.create').slice(asked);
        expect(farewell?.event.response?.instructions).toMatch(/[Dd]espeça-se/);
        expect(stage.rest.requests.at(-1)?.params).toEqual({ Status: 'completed' });
        expect(await server.exited).toMatchObject({ code: 0 });
        expect(await stage.record(call.sid)).toMatchObject({
          state: 'ended',
          ending: 'server-draining',
        });
        expect(call.performed.map(({ verb }) => verb)).toEqual(['connect']);
      }),
    30_000,
  );

  it(
    'whose model stays silent: a shipped goodbye is heard, and the phone leg is ended',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start({ CALL_DRAIN_MS: '0' });
        const { call, model } = await stage.greeted();
        model.onReplyRequest(() => 'hold');
        const before = played(call).length;
        server.kill('SIGTERM');
        expect((await call.ended).by).toBe('rest');
        expect(played(call).length - before).toBeGreaterThan(2_000);
        expect(await server.exited).toMatchObject({ code: 0 });
        const record = await stage.record(call.sid);
        expect(record.ending).toBe('server-draining');
        expect(record.transcript.at(-1)).toMatchObject({ speaker: 'agent', source: 'prompt' });
      }),
    30_000,
  );

  it(
    'and a second one: everything is kept, and the process is gone at once',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start();
        const { call } = await stage.greeted();
        server.kill('SIGTERM');
        await until(async () => (await ready(stage))[0] === 503, 'it is not ready');
        await pass(200);
        const begunMs = performance.now();
        server.kill('SIGTERM');
        expect(await server.exited).toMatchObject({ code: 0 });
        expect(performance.now() - begunMs).toBeLessThan(2_000);
        // The person is still on the line: the verbs after `</Connect>` are for them.
        expect((await call.ended).performed.map(({ verb }) => verb)).toEqual([
          'connect',
          'say',
          'dial',
        ]);
        const record = await stage.record(call.sid);
        expect(record).toMatchObject({
          state: 'ended',
          ending: 'server-draining',
          recording: { complete: true },
        });
        expect(record.transcript).not.toEqual([]);
      }),
    30_000,
  );
});

describe.concurrent('SIGTERM without a live call', () => {
  it(
    'is quick, whatever hangs on: an expected call, a silent stream, an idle connection, half a request',
    () =>
      onProcessStage(async (stage) => {
        const server = await stage.start();
        const { port } = new URL(stage.line.url);
        const idle = connect(Number(port), '127.0.0.1');
        const half = connect(Number(port), '127.0.0.1', () =>
          half.write('POST /make-call HTTP/1.1\r\nHost: x\r\n'),
        );
        for (const socket of [idle, half]) socket.on('error', () => {});
        const { text } = await post(stage.line, '/incoming-call', webhookFields(stage.line));
        expect(tokenIn(text)).not.toBe('');
        const silent = await openStream(stage.line);
        const model = await stage.model.nextConnection();
        const begunMs = performance.now();
        server.kill('SIGINT');
        expect(await server.exited).toMatchObject({ code: 0 });
        expect(performance.now() - begunMs).toBeLessThan(2_000);
        await Promise.all([silent.closed, model.closed]);
      }),
    30_000,
  );
});

describe.concurrent('something breaks outside every call', () => {
  it(
    'no new call is taken, the live one talks to its end, and the supervisor is told by the exit code',
    () =>
      onProcessStage(async (stage) => {
        const preload =
          "process.on('SIGUSR2', () => { throw new Error('on purpose, +5588999990001'); });";
        const server = await stage.start({}, { preload });
        const { call, model } = await stage.greeted();
        server.kill('SIGUSR2');
        await until(async () => (await ready(stage))[0] === 503, 'it is not ready');
        model.speak({ text: 'Ainda estou aqui.', audio: markedAudio(70, 500) });
        await until(() => heard(call, 70) === 25, 'the agent is heard');
        await call.hangUp();
        expect(await server.exited).toMatchObject({ code: 1 });
        expect(server.output()).toContain('uncaught exception');
        expect(server.output()).not.toContain('5588999990001');
        expect((await stage.record(call.sid)).ending).toBe('caller-hung-up');
      }),
    30_000,
  );
});

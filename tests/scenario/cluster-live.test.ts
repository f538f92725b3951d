import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { type SignedInPerson, signIn } from '../support/console-access.ts';
import { openSound, speakInto, watchLive } from '../support/live-staff.ts';
import { markedAudio, readMarks } from '../support/marked-audio.ts';
import { textsTold } from '../support/on-stage.ts';
import { openProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { redisUrl, removeKeys } from '../support/redis.ts';
import { freePort, type ServerProcess } from '../support/server-process.ts';
import { answersWith, callerSays } from '../support/spoken-turn.ts';
import { pass, played, until } from '../support/stage.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** What another server knows of a call must be there within a second. */
const mostMs = 1_000;

describe.skipIf(!redisUrl)('two servers with a Redis (TEST_REDIS_URL)', () => {
  const prefix = `test-${createId().slice(0, 12)}`;
  const shared = { REDIS_URL: redisUrl, REDIS_PREFIX: prefix };
  let stage: ProcessStage;
  let directoryB: string;
  let urlB: string;
  let a: ServerProcess;
  let person: SignedInPerson;
  let stranger: SignedInPerson;

  beforeAll(async () => {
    stage = await openProcessStage();
    directoryB = await mkdtemp(join(tmpdir(), 'alo-server-b-'));
    const port = await freePort();
    urlB = `http://127.0.0.1:${port}`;
    a = await stage.start(shared);
    await stage.start({
      ...shared,
      ...{ PORT: String(port), PUBLIC_URL: urlB },
      RECORDINGS_DIR: join(directoryB, 'recordings'),
      APPOINTMENTS_DIR: join(directoryB, 'appointments'),
      DATA_DIR: join(directoryB, 'data'),
    });
    const server = { app: { server: { listeningOrigin: urlB } as never }, directory: directoryB };
    person = await signIn(server, 'staff');
    stranger = await signIn(server, 'staff', ['outra']);
  });
  afterAll(async () => {
    await stage.close();
    await rm(directoryB, { recursive: true, force: true });
    await removeKeys(prefix);
  });

  const post = (path: string, body?: unknown, by = person) =>
    by.fetch(`/console/api/live/${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const heardMs = (call: Parameters<typeof played>[0], id: number) =>
    readMarks(played(call)).filter((mark) => mark.id === id).length * 20;
  const speech = (id: number, ms: number) => ({
    say: { text: `Resposta ${id}.`, audio: markedAudio(id, ms) },
  });
  /** A call on A, as the console of B shows it. */
  async function callOnA() {
    const watching = await watchLive(person);
    const { call, model } = await stage.greeted();
    const seen = () => [...watching.calls.values()].find(({ state }) => state !== 'ended');
    const { id } = await until(seen, 'B shows the call');
    await until(() => watching.notes(id).includes('recording-on'), 'it may be listened to');
    return { watching, call, model, id };
  }

  it('a call on A is seen on B line by line, a hint from B is heard by its agent, and its end is seen', async () => {
    const { watching, call, model, id } = await callOnA();
    answersWith(model, speech(20, 400));
    await callerSays(call, model, { text: 'Quero marcar uma consulta.' });
    await until(() => heardMs(call, 20) > 0, 'the answer is heard');
    const heardAtMs = performance.now();
    await until(() => watching.texts(id).includes('Resposta 20.'), 'B shows the answer');
    const afterMs = performance.now() - heardAtMs;
    process.stdout.write(`on the other server ${Math.round(afterMs)} ms after it was heard\n`);
    expect(watching.texts(id)).toContain('Quero marcar uma consulta.');
    const hint = 'Ofereça o horário das quinze horas.';
    expect((await post(`${id}/hint`, { text: hint })).status).toBe(200);
    await until(
      () => textsTold(model).some(({ text }) => text.includes(hint)),
      'it is told',
      mostMs,
    );
    await until(() => watching.notes(id).includes('hint'), 'B shows the hint', mostMs);
    expect(JSON.stringify(watching.changes)).not.toContain('99999');
    // Who is not of this clinic sees and does nothing there either.
    const others = await watchLive(stranger);
    expect(others.calls.size).toBe(0);
    expect((await post(`${id}/hint`, { text: 'x' }, stranger)).status).toBe(404);
    others.close();
    // Who comes to B late is told all of it.
    const late = await watchLive(person);
    expect(late.texts(id)).toEqual(watching.texts(id));
    late.close();
    await call.hangUp();
    await until(() => watching.calls.get(id)?.state === 'ended', 'B shows the end', mostMs);
    expect(watching.calls.get(id)?.ending).toBe('caller-hung-up');
    watching.close();
  });

  it('somebody on B listens, takes the call, speaks with the caller and gives them back', async () => {
    const { watching, call, model, id } = await callOnA();
    const ear = await openSound({ url: urlB }, person, `/console/api/live/${id}/listen`);
    answersWith(model, speech(22, 600));
    await callerSays(call, model, { text: 'Bom dia.', ms: 800 });
    await until(() => heardMs(call, 22) === 600, 'the answer is heard');
    const answer = markedAudio(22, 600);
    await until(() => ear.of('agent').includes(answer.subarray(0, 4_000)), 'B hears the agent');
    expect(ear.of('caller').includes(markedAudio(900, 800).subarray(0, 4_000))).toBe(true);
    expect((await post(`${id}/take`)).status).toBe(200);
    await until(() => watching.calls.get(id)?.state === 'person', 'B shows who has it', mostMs);
    const microphone = await openSound({ url: urlB }, person, `/console/api/live/${id}/talk`);
    await speakInto(microphone, markedAudio(31, 1_000));
    await until(() => heardMs(call, 31) >= 900, 'the caller hears the person');
    await callerSays(call, model, { text: 'Obrigado.' });
    await until(
      () => microphone.of('caller').includes(markedAudio(900, 600).subarray(0, 2_000)),
      'the person hears the caller',
    );
    answersWith(model, speech(33, 400));
    expect((await post(`${id}/give-back`)).status).toBe(200);
    await until(() => heardMs(call, 33) === 400, 'the agent goes on');
    expect((await microphone.closed).code).toBe(4000);
    await call.hangUp();
    expect((await ear.closed).code).toBe(4000);
    watching.close();
  });

  it('the calls of a server that is killed vanish from the other, and those of its next life are seen', async () => {
    const { watching, id } = await callOnA();
    a.kill('SIGKILL');
    await a.exited;
    const killedMs = performance.now();
    await until(() => watching.calls.get(id)?.state === 'ended', 'it vanishes', 15_000);
    const goneMs = performance.now() - killedMs;
    process.stdout.write(`gone from the other server ${Math.round(goneMs)} ms after the kill\n`);
    expect(watching.calls.get(id)?.ending).toBe('stream-lost');
    expect((await post(`${id}/hint`, { text: 'x' })).status).toBe(404);
    watching.close();
    a = await stage.start(shared);
    await pass(100);
    const next = await callOnA();
    expect(next.id).not.toBe(id);
    await next.call.hangUp();
    next.watching.close();
  });
});

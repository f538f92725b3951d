import { describe, expect, it, vi } from 'vitest';
import type { AuditPageView } from '../../src/console/audit-view.ts';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { signIn } from '../support/console-access.ts';
import { openSound, receptionist, speakInto, watchLive } from '../support/live-staff.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { messageArguments, onStage, outputsGiven, textsTold } from '../support/on-stage.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { pass, type Stage, type StageOptions, until } from '../support/stage.ts';

vi.setConfig({ testTimeout: 60_000 });

const onLiveStage = (play: (stage: Stage) => Promise<void>, options: StageOptions = {}) =>
  onStage({ now: thursdayMorning, ...options }, play);

/** Only the one call there is. */
const idOf = (stage: Stage) => stage.events[0]?.callId ?? '';
const post =
  (person: { fetch: (path: string, init?: RequestInit) => Promise<Response> }) =>
  (path: string, body?: unknown) =>
    person.fetch(`/console/api/live/${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
const speech = (id: number, ms: number) => ({
  say: { text: `Resposta ${id}.`, audio: markedAudio(id, ms) },
});
/** The greeting's notice was heard, and recording began. */
const recorded = (stage: Stage) =>
  until(
    () => stage.events.some((event) => event.type === 'recording' && event.isAllowed),
    'recording is allowed',
  );

describe.concurrent('somebody who watches calls', () => {
  it('sees a call begin, every line, what is done and the end, and no whole number', () =>
    onLiveStage(async (stage) => {
      const watching = await watchLive(await receptionist(stage));
      const { call, model } = await greeted(stage);
      const id = idOf(stage);
      answersWith(
        model,
        { call: { name: 'leave_message', arguments: messageArguments() } },
        speech(20, 400),
      );
      await callerSays(call, model, { text: 'Quero deixar um recado.' });
      let factAtMs = Number.POSITIVE_INFINITY;
      stage.app.live.watch((event) => {
        if (event.type === 'line-spoken') factAtMs = performance.now();
      });
      await until(() => watching.texts(id).includes('Resposta 20.'), 'the answer is on the page');
      // Measured, not asserted.
      const shownAtMs = watching.changes.findLast(({ entry }) => entry?.kind === 'line')?.atMs;
      process.stdout.write(
        `a line is shown ${((shownAtMs ?? 0) - factAtMs).toFixed(1)} ms after it\n`,
      );
      await call.hangUp();
      await until(() => watching.calls.get(id)?.state === 'ended', 'the end is on the page');
      expect(watching.texts(id)).toEqual([
        expect.stringContaining('Olá'),
        'Quero deixar um recado.',
        'Resposta 20.',
      ]);
      expect(watching.notes(id)).toEqual(expect.arrayContaining(['recording-on', 'tool', 'over']));
      expect(watching.calls.get(id)).toMatchObject({
        caller: '+55 88 •••••-0001',
        clinic: 'aurora',
        ending: 'caller-hung-up',
      });
      expect(JSON.stringify(watching.changes)).not.toContain('99999');
      watching.close();
    }));

  it('who comes late is told what was said before', () =>
    onLiveStage(async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, speech(21, 300));
      await callerSays(call, model, { text: 'Bom dia.' });
      await until(() => heardMs(call, 21) === 300, 'the answer is heard');
      const person = await receptionist(stage);
      const watching = await watchLive(person);
      const id = idOf(stage);
      await until(() => watching.texts(id).length === 3, 'all lines are there');
      watching.close();
      await call.hangUp();
    }));

  it('of another clinic sees nothing of it, and every address answers like one that is not there', () =>
    onLiveStage(async (stage) => {
      const stranger = await signIn(stage, 'staff', ['outra']);
      const watching = await watchLive(stranger);
      const { call } = await greeted(stage);
      const id = idOf(stage);
      const missing = 'a'.repeat(26);
      for (const deed of ['hint', 'take', 'give-back', 'end', 'transfer']) {
        const answers = await Promise.all(
          [id, missing].map((one) => post(stranger)(`${one}/${deed}`, { text: 'x' })),
        );
        expect(answers.map(({ status }) => status)).toEqual([404, 404]);
        const [foreign, absent] = await Promise.all(answers.map((one) => one.text()));
        expect(foreign).toBe(absent);
      }
      for (const socket of ['listen', 'talk'])
        await expect(
          openSound(stage, stranger, `/console/api/live/${id}/${socket}`),
        ).rejects.toThrow('404');
      expect(watching.calls.size).toBe(0);
      watching.close();
      await call.hangUp();
    }));

  it('without a session, from another page or as auditor cannot listen or step in', () =>
    onLiveStage(async (stage) => {
      const { call } = await greeted(stage);
      await recorded(stage);
      const id = idOf(stage);
      const path = `/console/api/live/${id}/listen`;
      const person = await receptionist(stage);
      const auditor = await signIn(stage, 'auditor');
      await expect(openSound(stage, { ...person, cookie: '' }, path)).rejects.toThrow('401');
      await expect(
        openSound(stage, person, path, { origin: 'https://other.example' }),
      ).rejects.toThrow('403');
      await expect(openSound(stage, auditor, path)).rejects.toThrow('403');
      expect((await post(auditor)(`${id}/take`)).status).toBe(403);
      const watching = await watchLive(auditor);
      expect(watching.calls.size).toBe(1);
      watching.close();
      await call.hangUp();
    }));
});

describe.concurrent('somebody who listens', () => {
  it('hears both sides as they were heard, less than a second later', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const { call, model } = await greeted(stage);
      await recorded(stage);
      const id = idOf(stage);
      const ear = await openSound(stage, person, `/console/api/live/${id}/listen`);
      answersWith(model, speech(22, 600));
      await callerSays(call, model, { text: 'Bom dia.', ms: 800 });
      await until(() => heardMs(call, 22) === 600, 'the answer is heard');
      const heardAtMs = performance.now();
      const answer = markedAudio(22, 600);
      await until(() => ear.of('agent').includes(answer.subarray(0, 4_000)), 'the agent is heard');
      process.stdout.write(
        `agent at the listener ${Math.round(performance.now() - heardAtMs)} ms after the caller\n`,
      );
      expect(ear.of('caller').includes(markedAudio(900, 800).subarray(0, 4_000))).toBe(true);
      await call.hangUp();
      expect((await ear.closed).code).toBe(4000);
    }));

  it('is refused a call that may not be recorded, and cut off when the caller takes their yes back', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const connection = stage.model.nextConnection();
      const call = stage.dial();
      const model = await (await connection).configured();
      await call.started;
      await until(() => stage.events.length > 0, 'the call began');
      const id = idOf(stage);
      const path = `/console/api/live/${id}/listen`;
      await expect(openSound(stage, person, path)).rejects.toThrow('409');
      await recorded(stage);
      const ear = await openSound(stage, person, path);
      await callerSays(call, model, { text: 'Não quero que grave esta ligação.' });
      expect((await ear.closed).code).toBe(4001);
      await expect(openSound(stage, person, path)).rejects.toThrow('409');
      await call.hangUp();
    }));

  it('who does not read is cut, and the call does not notice', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const { call, model } = await greeted(stage);
      await recorded(stage);
      const ear = await openSound(stage, person, `/console/api/live/${idOf(stage)}/listen`);
      ear.socket.pause();
      answersWith(model, speech(23, 400));
      await callerSays(call, model, { text: 'Bom dia.' });
      await until(() => heardMs(call, 23) === 400, 'the answer is heard');
      await call.hangUp();
      ear.socket.terminate();
    }));
});

describe.concurrent('somebody who sends the agent a hint', () => {
  it('is heard by the agent alone, and it is kept who said it', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const { call, model } = await greeted(stage);
      const id = idOf(stage);
      const text = 'Ofereça o horário das quinze horas.';
      expect((await post(person)(`${id}/hint`, { text })).status).toBe(200);
      await until(
        () => textsTold(model).some((one) => one.role === 'system' && one.text.includes(text)),
        'the agent is told',
      );
      // The hint is there before the reply to the caller's next words.
      const told = model.events.length;
      answersWith(model, speech(24, 300));
      await callerSays(call, model, { text: 'Quais horários?' });
      await until(() => heardMs(call, 24) === 300, 'the answer is heard');
      expect(model.events.length).toBeGreaterThanOrEqual(told);
      expect((await post(person)(`${id}/hint`, { text: 'x'.repeat(501) })).status).toBe(400);
      expect((await post(person)(`${id}/hint`, { text: '  ' })).status).toBe(400);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.staff).toMatchObject([{ did: 'hint', text, byId: person.userId }]);
      expect(record.transcript.map((line) => line.text).join()).not.toContain('quinze');
      expect(stage.log.join()).not.toContain('quinze');
    }));
});

describe.concurrent('somebody who takes a call', () => {
  it('silences the agent, speaks with the caller, and gives them back to an agent that goes on', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const watching = await watchLive(person);
      const { call, model } = await greeted(stage);
      const id = idOf(stage);
      answersWith(model, speech(30, 20_000));
      await callerSays(call, model, { text: 'Quero falar com alguém.' });
      await until(() => heardMs(call, 30) > 200, 'the agent speaks');
      expect((await post(person)(`${id}/take`)).status).toBe(200);
      const cutAtMs = heardMs(call, 30);
      const microphone = await openSound(stage, person, `/console/api/live/${id}/talk`);
      await speakInto(microphone, markedAudio(31, 1_000));
      await until(() => heardMs(call, 31) >= 900, 'the caller hears the person');
      expect(heardMs(call, 30)).toBeLessThan(cutAtMs + 500);
      // The model hears the caller and answers; nobody hears it, and its tools do nothing.
      answersWith(
        model,
        { call: { name: 'leave_message', arguments: messageArguments() } },
        speech(32, 600),
      );
      await callerSays(call, model, { text: 'Obrigado.' });
      await until(
        () => microphone.of('caller').includes(markedAudio(900, 600).subarray(0, 2_000)),
        'the person hears the caller',
      );
      await pass(1_500);
      expect(heardMs(call, 32)).toBe(0);
      expect(await stage.requests()).toEqual([]);
      answersWith(model, speech(33, 400));
      expect((await post(person)(`${id}/give-back`)).status).toBe(200);
      await until(() => heardMs(call, 33) === 400, 'the agent goes on');
      expect(textsTold(model).some(({ text }) => text.includes('[equipe]'))).toBe(true);
      expect((await microphone.closed).code).toBe(4000);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.staff?.map(({ did }) => did)).toEqual(['took', 'gave-back']);
      const said = record.transcript.filter(({ source }) => source === 'person');
      expect(said).toMatchObject([{ speaker: 'agent', text: '[Ana staff, da equipe, falou]' }]);
      await until(() => watching.calls.get(id)?.state === 'ended', 'the page knows');
      expect(watching.notes(id)).toEqual(expect.arrayContaining(['took', 'gave-back']));
      watching.close();
      const auditor = await signIn(stage, 'auditor');
      const trail = await auditor.fetch(`/console/api/audit?object=${id}`);
      const { rows } = (await trail.json()) as AuditPageView;
      expect(rows.map(({ action, user }) => ({ action, user }))).toEqual(
        ['live.give-back', 'live.talk', 'live.take'].map((action) => ({
          action,
          user: person.userId,
        })),
      );
    }));

  it('is the first who asked: the second is told who it is', () =>
    onLiveStage(async (stage) => {
      const [first, second] = [await receptionist(stage), await signIn(stage, 'admin')];
      const { call } = await greeted(stage);
      const id = idOf(stage);
      const answers = await Promise.all([post(first)(`${id}/take`), post(second)(`${id}/take`)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const loser = answers.find(({ status }) => status === 409);
      expect(await loser?.text()).toMatch(/Ana (staff|admin) já está falando/);
      const [winner, other] = answers[0]?.status === 200 ? [first, second] : [second, first];
      for (const deed of ['give-back', 'end'])
        expect((await post(other)(`${id}/${deed}`)).status).toBe(409);
      await expect(openSound(stage, other, `/console/api/live/${id}/talk`)).rejects.toThrow('409');
      expect((await post(winner)(`${id}/give-back`)).status).toBe(200);
      await call.hangUp();
    }));

  it('and whose page disappears: after five seconds the caller is told, and has the agent again', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const { call, model } = await greeted(stage);
      const id = idOf(stage);
      await post(person)(`${id}/take`);
      const microphone = await openSound(stage, person, `/console/api/live/${id}/talk`);
      await speakInto(microphone, markedAudio(34, 300));
      answersWith(model, speech(35, 400));
      microphone.socket.terminate();
      await pass(3_500);
      expect(heardMs(call, 35)).toBe(0);
      await until(() => heardMs(call, 35) === 400, 'the agent goes on', 15_000);
      await call.hangUp();
      const record = await stage.record(call);
      expect(record.staff?.map(({ did }) => did)).toEqual(['took', 'lost']);
      expect(record.transcript.map(({ text }) => text)).toContain(
        'A assistente virtual está de volta na linha.',
      );
    }));

  it('ends it with a goodbye that the caller hears', () =>
    onLiveStage(async (stage) => {
      const person = await receptionist(stage);
      const { call, model } = await greeted(stage);
      answersWith(model, speech(36, 500));
      expect((await post(person)(`${idOf(stage)}/end`)).status).toBe(200);
      const end = await call.ended;
      expect(end.by).toBe('rest');
      expect(heardMs(call, 36)).toBe(500);
      expect(await stage.record(call)).toMatchObject({
        ending: 'ended-by-staff',
        staff: [{ did: 'ended' }],
      });
    }));

  it('has the caller put through to a department that answers, and to no other', () =>
    onLiveStage(
      async (stage) => {
        const person = await receptionist(stage);
        const { call, model } = await greeted(stage);
        const id = idOf(stage);
        const known = await person.fetch(`/console/api/live/${id}/destinations`);
        expect(await known.json()).toMatchObject({
          destinations: expect.arrayContaining([
            expect.objectContaining({ id: 'recepcao', open: true }),
          ]),
        });
        const wrong = await post(person)(`${id}/transfer`, { destination: '+5511999998888' });
        expect(wrong.status).toBe(409);
        answersWith(model, speech(37, 400));
        const right = await post(person)(`${id}/transfer`, { destination: 'recepcao' });
        expect(right.status).toBe(200);
        await until(() => call.legs.length > 0, 'the number is dialled', 15_000);
        await call.ended;
        expect(heardMs(call, 37)).toBe(400);
        expect(outputsGiven(model)).toEqual([]);
        expect(await stage.record(call)).toMatchObject({
          ending: 'transferred',
          staff: [{ did: 'transferred', destination: 'recepcao' }],
        });
      },
      { answerLeg: () => ({ rings: 'answered' }) },
    ));
});

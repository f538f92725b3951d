import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { CallRecord } from '../../src/call/call-record.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import type { LegPlay } from '../../src/sandbox/dial-leg.ts';
import { sendSigned } from '../../src/sandbox/signed-request.ts';
import { thursdayMorning } from '../support/agent-fixtures.ts';
import { markedAudio } from '../support/marked-audio.ts';
import type { ModelConversation } from '../support/model-conversation.ts';
import { onStage, outputsGiven, textsTold } from '../support/on-stage.ts';
import type { ScriptedReply } from '../support/scripted-reply.ts';
import { answersWith, callerSays, greeted, heardMs } from '../support/spoken-turn.ts';
import { accountSid, authToken, jsonIn, pass, type Stage, until } from '../support/stage.ts';

const receptionE164 = '+558835430001';
const financeE164 = '+558835430002';

vi.setConfig({ testTimeout: 40_000 });

/** The shipped clinic with a finance department that is asked before it gets a call. */
const withFinance = (yaml: string) =>
  yaml.replace(
    /^transfers:\n/m,
    `transfers:\n  - { id: financeiro, name: Financeiro, number: "${financeE164}", kind: warm }\n`,
  );

/** Plays on a working day at ten. @param play of whoever is called */
const onTransferStage = (play: LegPlay, act: (stage: Stage) => Promise<void>, now?: string) =>
  onStage({ clinic: withFinance, now: now ?? thursdayMorning, answerLeg: () => play }, act);

const question = { text: 'Posso passar a ligação agora?', audio: markedAudio(40, 300) };
const announcement = { text: 'Vou passar a ligação, um momento.', audio: markedAudio(41, 600) };
const transferTo = (destination: string): ScriptedReply => ({
  call: { name: 'transfer_call', arguments: { destination } },
});

/** The first request to the carrier loads its package: seconds on a busy machine. */
const dialledWithinMs = 12_000;
const backWithinMs = 18_000;

interface Line {
  call: CarrierCall;
  model: ModelConversation;
}

/** The caller asks for somebody, is asked, says yes, and hears that they are put through. */
async function askFor(destination: string, { call, model }: Line): Promise<void> {
  const wish = transferTo(destination);
  answersWith(model, wish, { say: question }, wish, { say: announcement });
  await callerSays(call, model, { text: 'Quero falar com uma pessoa.' });
  await until(() => heardMs(call, 40) === 300, 'the caller is asked');
  await callerSays(call, model, { text: 'Sim, por favor.' });
  await until(() => call.legs.length > 0, 'a number is dialled', dialledWithinMs);
}

/** The agent is back on the line. */
async function backWithAgent(stage: Stage, act: () => Promise<void>, call: CarrierCall) {
  const connection = stage.model.nextConnection(backWithinMs);
  await act();
  const model = await (await connection).configured();
  await until(() => heardMs(call, 1) >= 400 && call.heardSilenceMs >= 100, 'the agent is back');
  return { call, model };
}

const transferred = (stage: Stage, destination: string) =>
  greeted(stage).then((line) =>
    backWithAgent(stage, () => askFor(destination, line), line.call).then((back) => ({
      ...back,
      before: line.model,
    })),
  );

/** The records of a telephone call, oldest first, when all of them are final. */
async function records(stage: Stage, call: CarrierCall, count: number): Promise<CallRecord[]> {
  return until(async () => {
    const all = (await jsonIn(join(stage.directory, 'recordings'))) as unknown as CallRecord[];
    const ours = all
      .filter(({ callSid, state }) => callSid === call.sid && state === 'ended')
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    return ours.length === count && ours;
  }, `${count} records are final`);
}

const verbs = (call: CarrierCall) => call.performed.map(({ verb }) => verb);

describe.concurrent('a caller who wants a person', () => {
  it('is asked, hears that they are put through, and is joined to the reception', () =>
    onTransferStage({ rings: 'answered' }, async (stage) => {
      const line = await greeted(stage);
      await askFor('quero falar com a recepção', line);
      const end = await line.call.ended;
      expect(end.by).toBe('verbs');
      expect(verbs(line.call)).toEqual(['connect', 'dial', 'hangup']);
      expect(line.call.legs).toMatchObject([
        { number: receptionE164, wasJoined: true, told: [], status: 'completed' },
      ]);
      const [asked] = outputsGiven(line.model);
      expect(asked?.output).toMatchObject({ ok: false, code: 'wait-for-caller' });
      const [record] = await records(stage, line.call, 1);
      await until(
        async () => (await records(stage, line.call, 1))[0]?.transfer?.outcome === 'answered',
        'the outcome is noted',
      );
      expect(record).toMatchObject({ ending: 'transferred', outcome: 'transfer' });
      expect(record?.transfer?.destination).toBe('recepcao');
      expect(record?.transcript.at(-1)?.text).toBe(announcement.text);
      expect(line.call.errors).toEqual([]);
    }));

  it('is not put through without their yes', () =>
    onTransferStage({ rings: 'answered' }, async (stage) => {
      const { call, model } = await greeted(stage);
      answersWith(model, transferTo('recepção'), transferTo('recepção'), { say: question });
      await callerSays(call, model, { text: 'Quem atende aí?' });
      await until(() => heardMs(call, 40) === 300, 'the caller is asked');
      expect(call.legs).toEqual([]);
      expect(outputsGiven(model).map(({ output }) => output)).toMatchObject([
        { code: 'wait-for-caller' },
        { code: 'wait-for-caller' },
      ]);
      await call.hangUp();
    }));

  it('is never put through to a number that was said', () =>
    onTransferStage({ rings: 'answered' }, async (stage) => {
      const { call, model } = await greeted(stage);
      for (const destination of ['+5511999998888', 'recepção no 11 99999-8888', financeE164]) {
        answersWith(model, transferTo(destination), { say: question });
        await callerSays(call, model, { text: 'Me passa para este número.' });
        const heard = heardMs(call, 40);
        await until(() => heardMs(call, 40) > heard, 'the caller hears that it is not possible');
      }
      expect(outputsGiven(model)).toHaveLength(3);
      for (const { output } of outputsGiven(model))
        expect(output).toMatchObject({ ok: false, code: 'number-refused' });
      await call.hangUp();
      expect(call.legs).toEqual([]);
      expect(await stage.app.metrics.render()).toMatch(
        /transfers_total\{outcome="number-refused"\} 3/,
      );
      expect(stage.log.join()).toContain('a transfer to a spoken number was refused');
      expect(stage.log.join()).not.toMatch(/99999|543000[12]/);
    }));

  it('outside its hours is offered a message instead', () =>
    onTransferStage(
      { rings: 'answered' },
      async (stage) => {
        const { call, model } = await greeted(stage);
        answersWith(model, transferTo('recepção'), { say: question });
        await callerSays(call, model, { text: 'Quero falar com a recepção.' });
        await until(() => heardMs(call, 40) === 300, 'the answer is heard');
        const [answer] = outputsGiven(model);
        expect(answer?.output).toMatchObject({ ok: false, code: 'closed' });
        expect(JSON.stringify(answer?.output)).toContain('anotar um recado');
        await call.hangUp();
        expect(call.legs).toEqual([]);
      },
      '2026-11-26T22:00:00-03:00',
    ));

  it('and speaks while that is announced keeps the agent', () =>
    onTransferStage({ rings: 'answered' }, async (stage) => {
      const { call, model } = await greeted(stage);
      const wish = transferTo('recepção');
      const slow = { ...announcement, audio: markedAudio(41, 2_000) };
      answersWith(model, wish, { say: question }, wish, { say: slow });
      await callerSays(call, model, { text: 'Quero falar com uma pessoa.' });
      await until(() => heardMs(call, 40) === 300, 'the caller is asked');
      await callerSays(call, model, { text: 'Sim.' });
      await until(() => heardMs(call, 41) >= 300, 'the announcement has begun');
      answersWith(model, { say: { text: 'Claro, diga.', audio: markedAudio(42, 400) } });
      await callerSays(call, model, { ms: 900, text: 'Não, espera, deixa para lá!' });
      await until(() => heardMs(call, 42) === 400, 'the agent answers');
      await pass(1_500);
      expect(call.legs).toEqual([]);
      await call.hangUp();
      const [record] = await records(stage, call, 1);
      expect(record).toMatchObject({ ending: 'caller-hung-up', transfer: { outcome: 'agreed' } });
    }));

  it('and hangs up while it rings is not waited for', () =>
    onTransferStage({ rings: 'answered', ringMs: 5_000 }, async (stage) => {
      const line = await greeted(stage);
      await askFor('recepção', line);
      await line.call.hangUp();
      expect(line.call.legs).toMatchObject([{ status: 'canceled', wasJoined: false }]);
      await until(
        async () => (await records(stage, line.call, 1))[0]?.transfer?.outcome === 'caller-left',
        'the outcome is noted',
      );
      expect(stage.app.live.expectedCount).toBe(0);
    }));

  it('hears the reception’s telephone all the same when the carrier does not redirect', () =>
    onTransferStage({ rings: 'answered' }, async (stage) => {
      const { call, model } = await greeted(stage);
      const wish = transferTo('recepção');
      answersWith(model, wish, { say: question }, wish, { say: announcement });
      await callerSays(call, model, { text: 'Quero falar com uma pessoa.' });
      await until(() => heardMs(call, 40) === 300, 'the caller is asked');
      for (let times = 0; times < 6; times += 1) stage.rest.failNext('429');
      await callerSays(call, model, { text: 'Sim.' });
      expect((await call.ended).by).toBe('server');
      expect(verbs(call)).toEqual(['connect', 'say', 'dial']);
      await until(
        async () => (await records(stage, call, 1))[0]?.transfer?.outcome === 'failed',
        'the outcome is noted',
      );
    }));
});

describe.concurrent('a cold transfer that reaches nobody', () => {
  it.each([
    ['busy', 'a linha está ocupada'],
    ['no-answer', 'ninguém atendeu'],
    ['failed', 'a ligação não completou'],
  ] as const)('because it is %s brings the caller back to the agent', (rings, words) =>
    onTransferStage({ rings }, async (stage) => {
      const { call, model } = await transferred(stage, 'recepção');
      const [greeting] = model.of('response.create');
      expect(greeting?.event.response?.instructions).toContain(words);
      expect(greeting?.event.response?.instructions).toContain('tentar de novo');
      const told = textsTold(model);
      expect(told.map(({ text }) => text)).toContain('Quero falar com uma pessoa.');
      expect(told.at(-1)?.role).toBe('system');
      expect(told.at(-1)?.text).toContain('voltou sem atendimento');
      await call.hangUp();
      const [first, second] = await records(stage, call, 2);
      expect(first).toMatchObject({ ending: 'transferred', transfer: { outcome: rings } });
      expect(second).toMatchObject({ ending: 'caller-hung-up', continues: first?.id });
      expect(call.errors).toEqual([]);
    }),
  );

  it('is tried once more when the caller wants it, and then not again', () =>
    onTransferStage({ rings: 'busy' }, async (stage) => {
      const { call, model } = await transferred(stage, 'recepção');
      answersWith(model, transferTo('recepção'), { say: announcement });
      const again = await backWithAgent(
        stage,
        async () => {
          await callerSays(call, model, { text: 'Tenta de novo, por favor.' });
          await until(() => call.legs.length === 2, 'it is dialled again', dialledWithinMs);
        },
        call,
      );
      const [greeting] = again.model.of('response.create');
      expect(greeting?.event.response?.instructions).not.toContain('tentar de novo');
      answersWith(again.model, transferTo('recepção'), { say: question });
      await callerSays(call, again.model, { text: 'Tenta de novo.' });
      await until(() => heardMs(call, 40) === 300, 'the caller hears that it is not possible');
      expect(outputsGiven(again.model)[0]?.output).toMatchObject({ code: 'tried-enough' });
      expect(call.legs).toHaveLength(2);
      await call.hangUp();
    }));
});

describe.concurrent('a warm transfer', () => {
  it.each([
    ['with a key', { digits: '1' }],
    ['in words', { speech: 'Aceito.' }],
  ] as const)('that is accepted %s joins the two after a summary', (_, reply) =>
    onTransferStage({ rings: 'answered', replies: [reply] }, async (stage) => {
      const line = await greeted(stage);
      await askFor('financeiro', line);
      await line.call.ended;
      const [leg] = line.call.legs;
      expect(leg).toMatchObject({ number: financeE164, wasJoined: true });
      expect(leg?.told.join(' ')).toMatch(/Pediu para falar com uma pessoa.*tecle um/);
      await until(
        async () => (await records(stage, line.call, 1))[0]?.transfer?.outcome === 'answered',
        'the outcome is noted',
      );
      expect(line.call.errors).toEqual([]);
    }),
  );

  it.each([
    ['declined with a key', [{ digits: '2' }], 'declined', 'não é possível atender agora'],
    ['declined in words', [{ speech: 'Agora não posso.' }], 'declined', 'não é possível'],
    ['met with silence', ['silence', 'silence'], 'no-answer', 'ninguém atendeu'],
    [
      'picked up by a voice mail',
      [{ speech: 'Deixe seu recado após o sinal.' }],
      'voicemail',
      'ninguém atendeu',
    ],
  ] as const)(
    'that is %s never joins them and gives the agent back',
    (_, replies, outcome, words) =>
      onTransferStage({ rings: 'answered', replies }, async (stage) => {
        const { call, model } = await transferred(stage, 'financeiro');
        expect(call.legs).toMatchObject([{ wasJoined: false }]);
        expect(model.of('response.create')[0]?.event.response?.instructions).toContain(words);
        await call.hangUp();
        const [first] = await records(stage, call, 2);
        expect(first?.transfer).toMatchObject({ destination: 'financeiro', outcome });
      }),
  );

  it('that nobody picks up gives the agent back', () =>
    onTransferStage({ rings: 'no-answer' }, async (stage) => {
      const { call } = await transferred(stage, 'financeiro');
      expect(call.legs).toMatchObject([{ told: [], wasJoined: false }]);
      await call.hangUp();
    }));

  it('that comes back remembers what was done, and is told to have identity proven anew', () =>
    onTransferStage({ rings: 'answered', replies: [{ digits: '2' }] }, async (stage) => {
      const line = await greeted(stage);
      answersWith(
        line.model,
        { call: { name: 'leave_message', arguments: { name: 'Maria', message: 'Retornem.' } } },
        { say: { text: 'Deixei o recado.', audio: markedAudio(43, 300) } },
      );
      await callerSays(line.call, line.model, { text: 'Deixa um recado.' });
      await until(() => heardMs(line.call, 43) === 300, 'the message is taken');
      const back = await backWithAgent(stage, () => askFor('financeiro', line), line.call);
      const note = textsTold(back.model).at(-1)?.text ?? '';
      expect(note).toContain('Recado: ');
      expect(note).toContain('provar de novo quem é');
      answersWith(back.model, {
        say: { text: 'O seu recado já foi passado para a equipe.', audio: markedAudio(44, 300) },
      });
      await callerSays(back.call, back.model, { text: 'E o meu recado?' });
      await until(() => heardMs(back.call, 44) === 300, 'the agent answers');
      await back.call.hangUp();
      const [, second] = await records(stage, back.call, 2);
      expect(second?.brokenPromises).toEqual([]);
    }));
});

describe.concurrent('a webhook of a transfer', () => {
  /** As the carrier sends it, but for what is changed. */
  const send = (url: string, params: Record<string, string>, token: string | undefined) =>
    sendSigned({ url, method: 'POST', params, authToken: token, timeoutMs: 2_000 });

  it('that the carrier did not sign is refused and changes nothing', () =>
    onTransferStage({ rings: 'answered', ringMs: 3_000 }, async (stage) => {
      const line = await greeted(stage);
      await askFor('financeiro', line);
      const { performed } = line.call;
      const dial = performed.find((verb) => verb.verb === 'dial');
      const whisper = (dial?.verb === 'dial' && dial.whisper?.url) || '';
      const ended = (dial?.verb === 'dial' && dial.attributes.action) || '';
      const params = {
        CallSid: line.call.sid,
        AccountSid: accountSid,
        DialCallStatus: 'completed',
      };
      for (const url of [whisper, ended, whisper.replace('whisper', 'answer')]) {
        expect((await send(url, params, 'another-token')).status).toBe(403);
        expect((await send(url, params, undefined)).status).toBe(403);
      }
      await until(() => (line.call.legs[0]?.told.length ?? 0) > 0, 'the person called is asked');
      await line.call.hangUp();
    }));

  it('that is played again, or that names no transfer, is refused', () =>
    onTransferStage({ rings: 'answered', replies: [{ digits: '1' }] }, async (stage) => {
      const line = await greeted(stage);
      await askFor('financeiro', line);
      await line.call.ended;
      const dial = line.call.performed.find((verb) => verb.verb === 'dial');
      const whisper = (dial?.verb === 'dial' && dial.whisper?.url) || '';
      const answer = whisper.replace('transfer-whisper', 'transfer-answer');
      const replays: [string, Record<string, string>][] = [
        [whisper, {}],
        [answer, { Digits: '1' }],
        [`${stage.url}/transfer-whisper`, {}],
      ];
      for (const [url, params] of replays)
        expect((await send(url, params, authToken)).text).toMatch(
          /<Response><Hangup\/><\/Response>$/,
        );
      expect(await stage.app.metrics.render()).toMatch(/transfer_token_refused_total 3/);
    }));

  it('of another call does not bring that one to the agent', () =>
    onTransferStage({ rings: 'answered', ringMs: 2_000 }, async (stage) => {
      const line = await greeted(stage);
      await askFor('recepção', line);
      const dial = line.call.performed.find((verb) => verb.verb === 'dial');
      const ended = (dial?.verb === 'dial' && dial.attributes.action) || '';
      const other = { CallSid: 'CAother', AccountSid: accountSid, DialCallStatus: 'busy' };
      const answer = await send(ended, { ...other, CallStatus: 'in-progress' }, authToken);
      expect(answer.text).not.toContain('<Stream');
      expect(stage.app.live.expectedCount).toBe(0);
      await line.call.hangUp();
    }));
});

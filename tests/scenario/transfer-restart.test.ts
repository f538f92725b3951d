import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnswerLeg } from '../../src/sandbox/dial-leg.ts';
import { sendSigned } from '../../src/sandbox/signed-request.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { bookByTools } from '../support/booking-by-tools.ts';
import { markedAudio } from '../support/marked-audio.ts';
import { openProcessStage, type ProcessStage } from '../support/process-stage.ts';
import { answersWith, callerSays, heardMs } from '../support/spoken-turn.ts';
import { accountSid, authToken, jsonIn, until } from '../support/stage.ts';

const longMs = 45_000;
/** Shorter than the carrier lets it ring, and longer than a start takes on a busy machine. */
const ringMs = 24_000;
const question = { text: 'Posso passar a ligação agora?', audio: markedAudio(40, 300) };
const announcement = { text: 'Vou passar a ligação, um momento.', audio: markedAudio(41, 600) };

/** Where it is about noon now, and somebody answers on every day: tests run at night and on Sundays, too. */
function awakeClinic(yaml: string): string {
  const offset = 12 - new Date().getUTCHours();
  const zone = `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
  const always =
    'hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "23:59" }]';
  return yaml.replace(/^timeZone: .*$/m, `timeZone: ${zone}`).replace(
    /^transfers:\n.*\n/m,
    `transfers:
  - { id: recepcao, name: Recepção, number: "+558835430001", onHolidays: true, ${always} }
  - { id: financeiro, name: Financeiro, number: "+558835430002", kind: warm, onHolidays: true, ${always} }
`,
  );
}

async function onRestartStage(
  answerLeg: AnswerLeg,
  act: (stage: ProcessStage & { restart(): Promise<void> }) => Promise<void>,
): Promise<void> {
  const stage = await openProcessStage({ answerLeg });
  try {
    const clinics = join(stage.directory, 'clinics');
    await mkdir(clinics);
    const yaml = await readFile(join(clinicsDirectory, 'aurora.yaml'), 'utf8');
    await writeFile(join(clinics, 'aurora.yaml'), awakeClinic(yaml));
    const env = { CLINICS_DIR: clinics };
    let server = await stage.start(env);
    const restart = async () => {
      server.kill('SIGKILL');
      await server.exited;
      server = await stage.start(env);
    };
    await act({ ...stage, restart });
  } finally {
    await stage.close();
  }
}

/** The caller is put through; it rings there. */
async function ringing(
  { directory, greeted }: ProcessStage,
  destination: string,
  before?: (model: Awaited<ReturnType<ProcessStage['greeted']>>['model']) => Promise<unknown>,
) {
  const { call, model } = await greeted();
  await before?.(model);
  const wish = { call: { name: 'transfer_call', arguments: { destination } } };
  answersWith(model, wish, { say: question }, wish, { say: announcement });
  await callerSays(call, model, { text: 'Quero falar com uma pessoa.' });
  await until(() => heardMs(call, 40) === 300, 'the caller is asked', longMs);
  await callerSays(call, model, { text: 'Sim, por favor.' });
  await until(() => call.legs.length > 0, 'a number is dialled', longMs);
  await until(
    async () => (await jsonIn(join(directory, 'recordings'))).every((one) => one.state === 'ended'),
    'the call that was left is written down',
    longMs,
  );
  return call;
}

describe('a server that dies while it puts a caller through', () => {
  it(
    'takes the caller back when nobody answers, and knows what was done',
    () =>
      onRestartStage(
        () => ({ rings: 'no-answer', ringMs }),
        async (stage) => {
          const call = await ringing(stage, 'recepção', bookByTools);
          await stage.restart();
          const again = await until(() => stage.model.connections[1], 'the agent is back', longMs);
          const model = await again.configured();
          await until(() => model.of('response.create').length > 0, 'the agent speaks', longMs);
          const [first] = model.of('response.create');
          expect(first?.event.response?.instructions).toContain('ninguém atendeu');
          const answer = { text: 'A sua consulta está marcada.', audio: markedAudio(42, 600) };
          answersWith(model, { say: answer });
          await until(() => call.heardSilenceMs > 100, 'it is the caller’s turn', longMs);
          await callerSays(call, model, { text: 'E a minha consulta?' });
          await until(() => heardMs(call, 42) === 600, 'the answer', longMs);
          await call.hangUp();
          const [one, two] = await until(
            async () => {
              const all = await jsonIn(join(stage.directory, 'recordings'));
              const over = all.filter(({ state }) => state !== 'live');
              return (
                over.length === 2 && over.sort((a, b) => (a.continues ? 1 : b.continues ? -1 : 0))
              );
            },
            'both records are final',
            longMs,
          );
          expect(one).toMatchObject({ ending: 'transferred', transfer: { outcome: 'no-answer' } });
          expect(two).toMatchObject({ continues: one?.id, brokenPromises: [] });
        },
      ),
    120_000,
  );

  it(
    'still asks whoever picks up, joins them when they accept, and takes no token twice',
    () =>
      onRestartStage(
        () => ({ rings: 'answered', ringMs, replies: [{ digits: '1' }], talkMs: 1_500 }),
        async (stage) => {
          const call = await ringing(stage, 'financeiro');
          await stage.restart();
          await call.ended;
          const [leg] = call.legs;
          expect(leg?.told.join(' ')).toContain('tecle um');
          expect(leg?.wasJoined).toBe(true);
          expect(call.performed.map(({ verb }) => verb)).toEqual(['connect', 'dial', 'hangup']);
          const dial = call.performed.find((verb) => verb.verb === 'dial');
          const url = (dial?.verb === 'dial' && dial.whisper?.url) || '';
          await stage.restart();
          const params = { CallSid: call.sid, AccountSid: accountSid };
          const again = await sendSigned({
            url,
            method: 'POST',
            params,
            authToken,
            timeoutMs: 5_000,
          });
          expect(again.text).toMatch(/<Response><Hangup\/><\/Response>$/);
        },
      ),
    120_000,
  );
});

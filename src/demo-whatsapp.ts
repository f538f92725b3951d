import dotenv from 'dotenv';
import { type App, buildApp } from './app.ts';
import { readConfig } from './config.ts';
import type { Conversation } from './messaging/conversation-record.ts';
import { whatsappPath } from './messaging/whatsapp-routes.ts';
import { createClock } from './platform/clock.ts';
import { CodedError } from './platform/errors.ts';
import { createLog } from './platform/log.ts';

/**
 * A request by a service script and a booking, on WhatsApp, from hello to goodbye, with no account: the sandbox plays Twilio,
 * the model and the person.
 */

/** Invented. */
const person = { e164: '+5588999990077', name: 'Marina' };
/** What she writes; a list is written in one breath, as several messages. */
const script: readonly (string | readonly string[])[] = [
  ['oi', 'boa tarde', 'preciso de um atestado da minha consulta'],
  'Marina Duarte Lima',
  '529.982.247-25',
  'foi na semana passada',
  'sim, tudo certo',
  'agora queria marcar uma consulta com o cardiologista',
  'Tem na próxima semana?',
  'Pode ser a primeira opção.',
  'Não, só essa.',
  'PIX',
  '12/03/1985',
  '2001002003',
  'Isso, está certo, pode confirmar.',
  'Não, só isso, obrigada.',
];
/** Between two messages of one breath. */
const typingMs = 300;
/** An answer takes some two seconds, most of it waiting for further parts. */
const longestAnswerMs = 30_000;
/** Names that would make this a live server: the demo never spends anybody's money. */
const liveNames = ['OPENAI_API_KEY', 'TWILIO_AUTH_TOKEN', 'PUBLIC_URL', 'REDIS_URL'];

dotenv.config({ quiet: true });

async function main(): Promise<void> {
  const environment = { ...process.env };
  for (const name of liveNames) delete environment[name];
  const config = { ...readConfig(environment), PORT: 0 };
  const clock = createClock(config.SANDBOX_NOW ? Date.parse(config.SANDBOX_NOW) : undefined);
  const log = createLog(environment.LOG_LEVEL ? config.LOG_LEVEL : 'warn');
  const app = await buildApp(config, { clock, log });
  const address = await app.listen();
  say(`Alô Clínica — WhatsApp sem contas: tudo fica nesta máquina (${address}).\n`);
  try {
    await converse(app, address);
    report(await conversationOf(app));
  } finally {
    await app.stop(Promise.resolve());
  }
}

async function converse(app: App, address: string): Promise<void> {
  const { sandbox } = app;
  const number = app.clinics.find(({ whatsapp }) => whatsapp)?.whatsapp?.number;
  if (!sandbox || !number)
    throw new CodedError('SANDBOX_UNAVAILABLE', 'the demo needs the sandbox and a WhatsApp number');
  const answers = () => sandbox.messages.filter(({ to }) => to === person.e164);
  for (const step of script) {
    const before = answers().length;
    for (const text of [step].flat()) {
      say(`Paciente  ${text}`);
      const url = `${address}${whatsappPath}`;
      const { status } = await sandbox.whatsapp.write({
        url,
        from: person.e164,
        to: number,
        text,
        name: person.name,
      });
      if (status !== 200)
        throw new CodedError('SANDBOX_UNAVAILABLE', `the webhook answered ${status}`);
      await pause(typingMs);
    }
    await until(async () => answers().length > before && !(await conversationOf(app)).turn);
    for (const { body } of answers().slice(before)) say(`Agente    ${body}\n`);
  }
}

async function conversationOf(app: App): Promise<Conversation> {
  const { conversations } = app.messaging;
  const [head] = await conversations.list({ senderKey: person.e164, limit: 1 });
  const found = head && (await conversations.find(head.id));
  if (!found) throw new CodedError('SANDBOX_UNAVAILABLE', 'there is no conversation');
  return found;
}

/** @throws when nothing was booked or asked for: then the demo has shown nothing. */
function report(conversation: Conversation): void {
  const { status, protocol, summary, outbox, appointments } = conversation;
  const read = outbox.filter(({ delivery }) => delivery === 'read').length;
  say(`Conversa ${status === 'closed' ? 'encerrada' : 'aberta'}, protocolo ${protocol}.`);
  say(`  mensagens enviadas ${outbox.length}, lidas ${read}`);
  say('  resumo para a equipe (guardado, não enviado):');
  for (const line of (summary ?? '').split('\n')) say(`    ${line}`);
  // The request to staff, and the visit.
  if (status !== 'closed' || appointments.length < 2)
    throw new CodedError('SANDBOX_UNAVAILABLE', 'the demo ended without a request or a visit');
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestAnswerMs; waitedMs += 50) {
    if (await isTrue().catch(() => false)) return;
    await pause(50);
  }
  throw new CodedError('DEADLINE_EXCEEDED', 'no answer came');
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function say(line: string): void {
  console.log(line);
}

main().catch((error: unknown) => {
  console.error(error instanceof CodedError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});

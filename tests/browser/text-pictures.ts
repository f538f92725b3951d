import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingWhatsapp } from '../../src/messaging/whatsapp-worker.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileJobQueue } from '../../src/storage/file-job-queue.ts';
import type { ConsoleServer } from '../support/browser-console.ts';
import type { SignedInPerson } from '../support/console-access.ts';
import { until } from '../support/stage.ts';

export const patientNumber = '+5588999990041';

/** Somebody writes to the clinic of the sandbox. */
export async function writeWhatsapp(
  { app, url }: Pick<ConsoleServer, 'app' | 'url'>,
  text: string,
  { from = patientNumber, name = 'Marina Lima' } = {},
): Promise<void> {
  const { sandbox } = app;
  if (!sandbox) throw new Error('there is no sandbox');
  const answer = await sandbox.whatsapp.write({
    ...{ url: `${url}/whatsapp`, from, to: sandbox.phoneNumber, text, name },
  });
  if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}`);
}

/** The texts that this person was sent, oldest first. */
export function sentTo({ app }: Pick<ConsoleServer, 'app'>, to = patientNumber): string[] {
  return (app.sandbox?.messages ?? [])
    .filter((one) => one.to === to && one.by === 'whatsapp')
    .map(({ body }) => body);
}

/** Conversations as a morning leaves them: answered, waiting for staff, closed. */
export async function fillConversations(
  server: ConsoleServer,
  admin: SignedInPerson,
): Promise<void> {
  const { conversations } = server.app.messaging;
  const idOf = async (from: string) => {
    const [head] = await conversations.list({ senderKey: from, limit: 1 });
    return head?.id ?? '';
  };
  const post = (id: string, deed: string, body: object = {}) =>
    admin.fetch(`/console/api/conversations/${id}/${deed}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
  const people = [
    { from: '+5588999990051', name: 'Ana Beatriz', text: 'Boa tarde! Onde fica a clínica?' },
    { from: '+5588999990052', name: 'José Carlos', text: 'Oi, vocês abrem no sábado?' },
    {
      from: patientNumber,
      name: 'Marina Lima',
      text: 'Quero marcar uma consulta com o cardiologista',
    },
  ];
  for (const { text, ...more } of people) {
    await writeWhatsapp(server, text, more);
    await until(() => sentTo(server, more.from).length > 0, 'the agent answers', 20_000);
  }
  const [closed, , held] = await Promise.all(people.map(({ from }) => idOf(from)));
  await post(closed ?? '', 'close');
  await post(held ?? '', 'take');
  const text = 'Oi, Marina! Aqui é da recepção.\nPosso ver um encaixe para amanhã. Serve de manhã?';
  await post(held ?? '', 'messages', { text });
  await until(() => sentTo(server).length > 1, 'staff’s words arrive', 20_000);
  await writeWhatsapp(server, 'Serve sim, de preferência cedo!');
}

/** A message that could not be kept, as the queue remembers it. */
export async function withDeadJob(directory: string): Promise<void> {
  const jobs = join(directory, 'data', 'jobs');
  await mkdir(jobs, { recursive: true });
  const clock = createClock();
  const queue = await openFileJobQueue({
    ...{ directory: jobs, clock, log: createLog('silent') },
    rules: { mostAttempts: 1 },
  });
  queue.start(async () => {
    throw Object.assign(new Error('no'), { code: 'STORE_WRITE_FAILED' });
  });
  const messageSid = `SM${'ef'.repeat(16)}`;
  const data: IncomingWhatsapp = {
    ...{ clinic: 'aurora', messageSid, from: patientNumber, body: 'Oi, tem alguém aí?' },
    ...{ profileName: 'Marina Lima', media: [], atMs: clock.wallMs() },
  };
  await queue.add({ id: messageSid, kind: 'incoming', data });
  await until(async () => (await queue.dead(1)).length === 1, 'the job has failed');
  await queue.close();
}

/** Somebody on the clinic's page, by its own requests. */
export async function chatOnPage(
  url: string,
  texts: readonly string[],
  name = 'Ana Lima',
): Promise<void> {
  const post = (path: string, message: string, cookie = '') =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
      body: JSON.stringify({ message }),
    });
  const begun = await post('/initial-message', name);
  const cookie = begun.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const text of texts) {
    const answer = await post('/chat', text, cookie);
    if (!answer.ok) throw new Error(`the chat answered ${answer.status} ${await answer.text()}`);
  }
}

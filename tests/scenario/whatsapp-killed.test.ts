import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResponsesClient } from '../../src/openai/responses-client.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier, type SandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import {
  type SandboxTextModel,
  startSandboxTextModel,
} from '../../src/sandbox/text-model-server.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';
import { openFileJobQueue } from '../../src/storage/file-job-queue.ts';
import { createTwilioRest } from '../../src/twilio/rest-client.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { accountSid, authToken, until } from '../support/stage.ts';
import { whatsappDesk } from '../support/whatsapp-desk.ts';

const log = createLog('silent');
const clock = createClock();
const child = new URL('../support/whatsapp-child.ts', import.meta.url).pathname;
const numberOf = (round: number) => `+5588997${String(100_000 + round)}`;

let carrier: SandboxCarrier;
let rest: SandboxRest;
let model: SandboxTextModel;
beforeAll(async () => {
  const phoneNumber = '+558835430000';
  carrier = createSandboxCarrier({ accountSid, authToken, phoneNumber, clock, log });
  rest = await startSandboxTwilioRest({ carrier, accountSid, authToken });
  model = await startSandboxTextModel({ clock });
});
afterAll(async () => {
  await carrier.close();
  await rest.close();
  await model.close();
});

/** A process of its own that answers one message. @param killAt the step at which it kills itself, 0 for none */
async function answerIn(directory: string, from: string, killAt: number): Promise<number> {
  for (const name of ['conversations', 'jobs'])
    await mkdir(join(directory, name), { recursive: true });
  const worker = fork(child, [directory, model.url, rest.url, from, String(killAt)], {
    execArgv: ['--import', 'tsx'],
    stdio: 'ignore',
  });
  let steps = 0;
  worker.on('message', (told: { step?: number; steps?: number }) => {
    steps = told.steps ?? told.step ?? steps;
  });
  await new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  return steps;
}

/** The same work goes on in this process; the carrier may deliver the message again. @returns what became of the reply */
async function goOn(directory: string, from: string) {
  const store = await openFileConversationStore({
    directory: join(directory, 'conversations'),
    log,
  });
  const jobs = await openFileJobQueue({ directory: join(directory, 'jobs'), log, clock });
  const { worker } = whatsappDesk({
    clinic: await shippedClinic('aurora'),
    clock,
    store,
    jobs,
    model: createResponsesClient({ baseUrl: model.url, apiKey: 'test', model: 'gpt-5.4-mini' }),
    messageLength: 200,
    send: createTwilioRest({ accountSid, authToken, apiUrl: rest.url }).sendMessage,
  });
  await worker.start();
  await worker.accept({
    clinic: 'aurora',
    messageSid: `SM${from.slice(1)}`,
    from,
    body: 'Quanto custa a consulta com o cardiologista?',
    media: [],
    atMs: clock.wallMs(),
  });
  const conversation = await until(
    async () => {
      const [head] = await store.list({ senderKey: from, limit: 1 });
      const { waiting, running } = await jobs.counts();
      return head && !head.isPending && waiting + running === 0 && store.find(head.id);
    },
    'everything is done',
    30_000,
  );
  await jobs.close();
  await store.close();
  return conversation;
}

async function killed(round: number, killAt: number) {
  const directory = await mkdtemp(join(tmpdir(), 'whatsapp-kill-'));
  const from = numberOf(round);
  try {
    const steps = await answerIn(directory, from, killAt);
    const { outbox, senderTurns } = await goOn(directory, from);
    const sent = rest.messages.filter(({ to }) => to === from).map(({ body }) => body);
    return { steps, outbox, senderTurns, sent };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const rounds = 50;
/** Processes at once: two cores. */
const atOnce = 2;

describe('a worker that is killed in the middle of a reply', { timeout: 600_000, retry: 0 }, () => {
  it(`at ${rounds} points: each part of the reply is sent once, or known to be unknown`, async () => {
    const whole = await killed(0, 0);
    expect(whole.sent.length).toBeGreaterThan(1);
    expect(whole.outbox.map(({ state }) => state)).toEqual(whole.sent.map(() => 'sent'));
    const points = Array.from({ length: rounds }, (_, n) =>
      Math.max(1, Math.round(((n + 1) * (whole.steps - 1)) / rounds)),
    );
    let unknown = 0;
    for (let at = 0; at < rounds; at += atOnce) {
      const batch = points.slice(at, at + atOnce);
      const ends = await Promise.all(batch.map((killAt, n) => killed(1 + at + n, killAt)));
      for (const { outbox, sent, senderTurns } of ends) {
        expect(senderTurns).toBe(1);
        expect(sent).toEqual([...new Set(sent)]);
        const certain = outbox.filter(({ state }) => state === 'sent').map(({ text }) => text);
        const open = outbox.filter(({ state }) => state === 'unknown').map(({ text }) => text);
        expect(outbox).toHaveLength(certain.length + open.length);
        expect(outbox.map(({ text }) => text)).toEqual(whole.sent);
        expect(sent.filter((text) => !open.includes(text))).toEqual(certain);
        unknown += open.length;
      }
    }
    // Only what was on its way at that very moment.
    expect(unknown).toBeLessThanOrEqual(rounds / 4);
  });
});

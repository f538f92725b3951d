import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Conversation } from '../../src/messaging/conversation-record.ts';
import { type Clock, createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import type { SentMessage } from '../../src/sandbox/rest-messages.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import {
  type SandboxTextModel,
  type SandboxTextModelOptions,
  startSandboxTextModel,
} from '../../src/sandbox/text-model-server.ts';
import type { PersonMessage } from '../../src/sandbox/whatsapp-network.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { accountSid, apiKey, authToken, jsonIn, until } from './stage.ts';

/** The whole product with signatures on, between a strict fake of Twilio's messaging and one of the Responses API. */
export interface WhatsappStage {
  app: App;
  rest: SandboxRest;
  model: SandboxTextModel;
  directory: string;
  url: string;
  log: string[];
  /** Somebody writes. */
  write(
    from: string,
    text: string,
    more?: Partial<PersonMessage>,
  ): Promise<{ status: number; messageSid: string }>;
  /** What was sent to a person, oldest first. */
  sentTo(to: string): SentMessage[];
  /** Writes, and waits for the reply to it, in one text. */
  ask(from: string, text: string, more?: Partial<PersonMessage>): Promise<string>;
  conversation(from: string, clinic?: string): Promise<Conversation>;
  appointments(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const auroraNumber = '+558835430000';
export const estrategiaNumber = '+551155550100';

export async function openWhatsappStage(
  options: {
    now?: string;
    clock?: Clock;
    env?: Record<string, string>;
    directory?: string;
    /** Senders of the account beside those of the shipped clinics. */
    ownNumbers?: readonly string[];
    decide?: SandboxTextModelOptions['decide'];
  } = {},
): Promise<WhatsappStage> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'alo-whatsapp-')));
  const lines: string[] = [];
  const clock =
    options.clock ?? createClock(options.now === undefined ? undefined : Date.parse(options.now));
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const model = await startSandboxTextModel({
    clock,
    ...(options.decide ? { decide: options.decide } : {}),
  });
  const carrier = createSandboxCarrier({
    accountSid,
    authToken,
    phoneNumber: auroraNumber,
    clock,
    log,
  });
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    clock,
    ownNumbers: [estrategiaNumber, ...(options.ownNumbers ?? [])],
  });
  const config = readConfig(
    {
      PORT: '0',
      HOST: '127.0.0.1',
      // Replaced by the address that is listened on, below.
      PUBLIC_URL: 'http://127.0.0.1:1',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: model.url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_PHONE_NUMBER: auroraNumber,
      TWILIO_API_URL: rest.url,
      API_KEY: apiKey,
      CLINICS_DIR: clinicsDirectory,
      ...options.env,
    },
    directory,
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const app = await buildApp({ ...config, PORT: port, PUBLIC_URL: url }, { clock, log });
  await app.listen();
  const sentTo = (to: string) => rest.messages.filter((message) => message.to === to);

  const stage: WhatsappStage = {
    app,
    rest,
    model,
    directory,
    url,
    log: lines,
    sentTo,
    async write(from, text, more = {}) {
      const { status, messageSid } = await rest.whatsapp.write({
        url: `${url}/whatsapp`,
        from,
        to: auroraNumber,
        text,
        ...more,
      });
      return { status, messageSid };
    },
    async ask(from, text, more) {
      const before = sentTo(from).length;
      await stage.write(from, text, more);
      await until(() => sentTo(from).length > before, `an answer to «${text}»`, 20_000);
      await until(
        async () =>
          (await app.messaging.conversations.list({ senderKey: from, isPending: true, limit: 1 }))
            .length === 0,
        'all of it was sent',
        20_000,
      );
      return sentTo(from)
        .slice(before)
        .map(({ body }) => body)
        .join('\n');
    },
    async conversation(senderKey, clinic = 'aurora') {
      const sender = { clinic, channel: 'whatsapp', senderKey } as const;
      const { conversations } = app.messaging;
      const found =
        (await conversations.findOpen(sender)) ?? (await conversations.findLastClosed(sender));
      if (!found) throw new Error('no conversation');
      return found;
    },
    appointments: () => jsonIn(join(directory, 'appointments')),
    async close() {
      await app.stop(Promise.resolve());
      await carrier.close();
      await rest.close();
      await model.close();
      if (!options.directory) await rm(directory, { recursive: true, force: true });
    },
  };
  return stage;
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

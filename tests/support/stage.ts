import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, buildApp } from '../../src/app.ts';
import type { CallEvent } from '../../src/call/call-event.ts';
import type { CallRecord } from '../../src/call/call-record.ts';
import { readConfig } from '../../src/config.ts';
import { type Clock, createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  createSandboxCarrier,
  type DialOptions,
  type SandboxCarrier,
} from '../../src/sandbox/carrier.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import type { AnswerLeg } from '../../src/sandbox/dial-leg.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { markedAudio } from './marked-audio.ts';
import {
  type ModelConversation,
  type ScriptedModel,
  type ScriptedModelOptions,
  startScriptedModel,
} from './scripted-model.ts';

export const apiKey = 'test-api-key-0123456789';
export const accountSid = 'AC0123456789abcdef0123456789abcdef';
export const authToken = 'test-auth-token';
const caller = '+5588999990001';
const clinicNumber = '+558835430000';

/** The greeting of scripted calls: short, so that tests do not wait for it. */
export const greeting = {
  text: 'Olá! Esta ligação pode ser gravada. Em que posso ajudar?',
  audio: markedAudio(1, 400),
};

export interface StageOptions {
  model?: ScriptedModelOptions;
  env?: Record<string, string>;
  /** Replaces text in the shipped clinic profile, like the silence ladder. */
  voice?: string;
  /** Changes the shipped clinic's file. */
  clinic?: (yaml: string) => string;
  /** The clinic's time when the stage opens, ISO 8601 with offset. Default: that of this machine. */
  now?: string;
  /** What becomes of numbers that calls dial. */
  answerLeg?: AnswerLeg;
  /** Replaces the address at which the product finds the model, or the carrier the product: a bad line between them. */
  lineTo?: { model?: (url: string) => Promise<string>; product?: (url: string) => Promise<string> };
  clock?: Clock;
}

/** The whole product with its real sockets: real server, strict carrier, strict scripted model, files in a fresh folder. */
export interface Stage {
  app: App;
  model: ScriptedModel;
  carrier: SandboxCarrier;
  rest: SandboxRest;
  directory: string;
  url: string;
  log: string[];
  events: CallEvent[];
  dial(options?: Partial<DialOptions>): CarrierCall;
  /** Dials, and waits until the stream is open and the greeting was heard. */
  answered(
    options?: Partial<DialOptions>,
  ): Promise<{ call: CarrierCall; model: ModelConversation }>;
  /** The record of a call that is over, as it is on disk. */
  record(call: CarrierCall): Promise<CallRecord>;
  wav(call: CarrierCall): Promise<Buffer>;
  appointments(): Promise<Record<string, unknown>[]>;
  /** What was asked of the staff. */
  requests(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'alo-stage-'));
  await stageClinics(directory, options);
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  const url = (await options.lineTo?.product?.(own))?.replace(/\/$/, '') ?? own;
  const lines: string[] = [];
  const startsAt = options.now === undefined ? undefined : Date.parse(options.now);
  const clock = options.clock ?? createClock(startsAt);
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const model = await startScriptedModel({ defaultReply: greeting, ...options.model });
  const carrier = createSandboxCarrier({
    accountSid,
    authToken,
    phoneNumber: clinicNumber,
    ...(options.answerLeg ? { answerLeg: options.answerLeg } : {}),
    clock,
    log,
  });
  const rest = await startSandboxTwilioRest({ carrier, accountSid, authToken });
  const config = readConfig(
    {
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: url,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_REALTIME_URL: (await options.lineTo?.model?.(model.url)) ?? model.url,
      TWILIO_ACCOUNT_SID: accountSid,
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_PHONE_NUMBER: clinicNumber,
      TWILIO_API_URL: rest.url,
      API_KEY: apiKey,
      CLINICS_DIR: 'clinics',
      CALL_DRAIN_MS: '2000',
      ...options.env,
    },
    directory,
  );
  const app = await buildApp(config, { clock, log });
  await app.listen();
  const events: CallEvent[] = [];
  app.live.watch((event) => events.push(event));
  const recordings = join(directory, 'recordings');

  const stage: Stage = {
    app,
    model,
    carrier,
    rest,
    directory,
    url,
    log: lines,
    events,
    dial: (more = {}) =>
      carrier.dial({
        url: `${url}/incoming-call`,
        from: caller,
        to: clinicNumber,
        keepAudioMs: 120_000,
        ...more,
      }),
    async answered(more = {}) {
      const connection = model.nextConnection();
      const call = stage.dial(more);
      const conversation = await (await connection).configured();
      await call.started;
      let heardBytes = 0;
      let heardAtMs = performance.now();
      await until(() => {
        const bytes = played(call).length;
        if (bytes !== heardBytes) heardAtMs = performance.now();
        heardBytes = bytes;
        return bytes > 0 && performance.now() - heardAtMs > 120;
      }, 'the greeting was heard to its end');
      return { call, model: conversation };
    },
    async record(call) {
      await call.ended;
      const name = await until(async () => {
        const found = (await readdir(recordings)).find((file) => file.endsWith(`${call.sid}.json`));
        if (!found) return undefined;
        const record = JSON.parse(await readFile(join(recordings, found), 'utf8')) as CallRecord;
        return record.state === 'live' ? undefined : found;
      }, 'the call record is final');
      return JSON.parse(await readFile(join(recordings, name), 'utf8')) as CallRecord;
    },
    async wav(call) {
      const { recording } = await stage.record(call);
      return readFile(join(recordings, recording?.file ?? 'missing'));
    },
    appointments: () => jsonIn(join(directory, 'appointments')),
    requests: () => jsonIn(join(directory, 'data', 'requests')),
    async close() {
      await carrier.close();
      await app.stop(Promise.resolve());
      await rest.close();
      await model.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return stage;
}

export async function jsonIn(directory: string): Promise<Record<string, unknown>[]> {
  const texts = (await readdir(directory))
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFile(join(directory, name), 'utf8'));
  return (await Promise.all(texts)).map((text) => JSON.parse(text) as Record<string, unknown>);
}

/** Polls until the value is there; fails with a sentence when it does not come. */
export async function until<T>(
  read: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline)
      throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Real time must pass: what is tested is what a person would hear. */
export function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Bytes of agent audio that were played, silence left out, by position on the call's timeline. */
export function played(call: CarrierCall): Buffer {
  return Buffer.concat(call.heard.map((span) => span.ulaw));
}

async function stageClinics(
  directory: string,
  { clinic, voice }: Pick<StageOptions, 'clinic' | 'voice'>,
): Promise<void> {
  const target = join(directory, 'clinics');
  await cp(clinicsDirectory, target, { recursive: true });
  const file = join(target, 'aurora.yaml');
  const shipped = await readFile(file, 'utf8');
  const text = clinic?.(shipped) ?? shipped;
  if (clinic) await writeFile(file, text);
  if (voice === undefined) return;
  const withoutVoice = text.replace(/^voice:\n(?:[ \t]+.*\n|\s*\n)*/m, '');
  await writeFile(file, `${withoutVoice}\n${voice}\n`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

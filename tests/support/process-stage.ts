import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallRecord } from '../../src/call/call-record.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier, type SandboxCarrier } from '../../src/sandbox/carrier.ts';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import type { AnswerLeg } from '../../src/sandbox/dial-leg.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { readMarks } from './marked-audio.ts';
import type { Line } from './raw-caller.ts';
import {
  type ModelConversation,
  type ScriptedModel,
  startScriptedModel,
} from './scripted-model.ts';
import { freePort, type ServerOptions, type ServerProcess, spawnServer } from './server-process.ts';
import { accountSid, apiKey, authToken, greeting, played, until } from './stage.ts';

const clinicNumber = '+558835430000';

/** The product as a process of its own, between a carrier and a model that live here and outlive it. */
export interface ProcessStage {
  model: ScriptedModel;
  carrier: SandboxCarrier;
  rest: SandboxRest;
  directory: string;
  line: Line;
  /** Starts the server and waits until it listens; again after it died, on the same files and the same port. */
  start(env?: Record<string, string>, more?: Partial<ServerOptions>): Promise<ServerProcess>;
  /** The same without waiting. */
  spawn(env?: Record<string, string>, more?: Partial<ServerOptions>): ServerProcess;
  /** A call whose greeting was heard. */
  greeted(): Promise<{ call: CarrierCall; model: ModelConversation }>;
  record(callSid: string): Promise<CallRecord>;
  wav(callSid: string): Promise<Buffer>;
  appointments(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** @param options.answerLeg what becomes of numbers that callers are put through to */
export async function openProcessStage(
  options: { answerLeg?: AnswerLeg } = {},
): Promise<ProcessStage> {
  const directory = await mkdtemp(join(tmpdir(), 'alo-process-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const clock = createClock();
  const log = createLog('silent', { write: () => {} });
  const model = await startScriptedModel({ defaultReply: greeting });
  const carrier = createSandboxCarrier({
    accountSid,
    authToken,
    phoneNumber: clinicNumber,
    ...options,
    clock,
    log,
  });
  const rest = await startSandboxTwilioRest({ carrier, accountSid, authToken });
  const servers: ServerProcess[] = [];
  const usual = {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: url,
    OPENAI_API_KEY: 'sk-test',
    OPENAI_REALTIME_URL: model.url,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_PHONE_NUMBER: clinicNumber,
    TWILIO_API_URL: rest.url,
    API_KEY: apiKey,
    CLINICS_DIR: clinicsDirectory,
    RECORDINGS_DIR: join(directory, 'recordings'),
    APPOINTMENTS_DIR: join(directory, 'appointments'),
    DATA_DIR: join(directory, 'data'),
  };
  const fileOf = async (callSid: string, ending: string) => {
    const names = await readdir(usual.RECORDINGS_DIR);
    const name = names.find((one) => one.endsWith(`${callSid}${ending}`));
    return name === undefined ? undefined : readFile(join(usual.RECORDINGS_DIR, name));
  };
  const stage: ProcessStage = {
    model,
    carrier,
    rest,
    directory,
    line: { url, accountSid, authToken },
    spawn(env = {}, more = {}) {
      const server = spawnServer({ env: { ...usual, ...env }, directory, ...more });
      servers.push(server);
      return server;
    },
    async start(env, more) {
      const server = stage.spawn(env, more);
      await server.wrote('"listening"');
      return server;
    },
    async greeted() {
      const index = model.connections.length;
      const call = carrier.dial({
        url: `${url}/incoming-call`,
        from: '+5588999990001',
        to: clinicNumber,
        keepAudioMs: 60_000,
      });
      await call.started;
      const conversation = await until(() => model.connections[index], 'the model is connected');
      await until(() => readMarks(played(call)).length === 20, 'the greeting is heard');
      await until(() => !conversation.isReplying && call.heardSilenceMs > 100, 'it is over');
      await until(() => fileOf(call.sid, '.part'), 'it is recorded');
      return { call, model: conversation };
    },
    async record(callSid) {
      const text = await until(() => fileOf(callSid, '.json'), 'the call record is there');
      return JSON.parse(text.toString()) as CallRecord;
    },
    wav: (callSid) => until(() => fileOf(callSid, '.wav'), 'the recording is there'),
    async appointments() {
      const files = await readdir(usual.APPOINTMENTS_DIR);
      const names = files.filter((name) => name.endsWith('.json'));
      const texts = names.map((name) => readFile(join(usual.APPOINTMENTS_DIR, name), 'utf8'));
      return (await Promise.all(texts)).map((text) => JSON.parse(text) as Record<string, unknown>);
    },
    async close() {
      for (const server of servers) server.kill('SIGKILL');
      await Promise.all(servers.map(({ exited }) => exited));
      await carrier.close();
      await rest.close();
      await model.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return stage;
}

/** One situation on a stage of its own; all is freed afterwards. */
export async function onProcessStage(play: (stage: ProcessStage) => Promise<void>): Promise<void> {
  const stage = await openProcessStage();
  try {
    await play(stage);
    if (stage.model.violations.length > 0) throw new Error(stage.model.violations.join('\n'));
  } finally {
    await stage.close();
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { startSandboxTextModel } from '../../src/sandbox/text-model-server.ts';
import { freePort } from '../../tests/support/server-process.ts';
import { project } from '../calls/compiled-servers.ts';
import { ServerProcess } from '../calls/server-process.ts';

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const authToken = 'bench-auth-token';
export const clinicNumber = '+558835430000';

/** The server in a process of its own; Twilio and the model in this one. */
export interface MessageStage {
  url: string;
  rest: SandboxRest;
  /** What was sent to each number, in order. */
  sent: Map<string, string[]>;
  /** CPU time of the server's process so far, all of its threads. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

export interface MessageStageOptions {
  /** Compiled; the product, or the floor of its webhooks. */
  main: string;
  /** What the model writes to the words of a person; without it the sandbox's receptionist answers. */
  reply?: (said: string) => string;
  /** Where to leave a CPU profile. */
  profileDirectory?: string | undefined;
}

export async function openMessageStage(options: MessageStageOptions): Promise<MessageStage> {
  const { main, reply, profileDirectory } = options;
  const clock = createClock();
  const log = createLog('silent');
  const model = await startSandboxTextModel({
    clock,
    ...(reply
      ? {
          decide: (lines) => {
            const last = lines.findLast(({ kind }) => kind === 'caller');
            return { say: reply(last?.kind === 'caller' ? last.text : '') };
          },
        }
      : {}),
  });
  const carrier = createSandboxCarrier({
    accountSid,
    authToken,
    phoneNumber: clinicNumber,
    clock,
    log,
  });
  const sent = new Map<string, string[]>();
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    onSent: ({ to, body }) => void sent.set(to, [...(sent.get(to) ?? []), body]),
  });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = await mkdtemp(join(tmpdir(), 'alo-bench-messages-'));
  const server = await ServerProcess.start(
    {
      main,
      env: {
        PORT: String(port),
        HOST: '127.0.0.1',
        PUBLIC_URL: url,
        OPENAI_API_KEY: 'sk-bench',
        OPENAI_BASE_URL: model.url,
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_PHONE_NUMBER: clinicNumber,
        TWILIO_API_URL: rest.url,
        CLINICS_DIR: join(project, 'clinics'),
        RECORDINGS_DIR: join(directory, 'recordings'),
        APPOINTMENTS_DIR: join(directory, 'appointments'),
        DATA_DIR: join(directory, 'data'),
        JOURNAL: join(directory, 'messages.jsonl'),
        LOG_LEVEL: 'warn',
      },
      // Wherever there is room: the threads that wait for the disk are part of it.
      core: undefined,
      profileDirectory,
    },
    () => answers(url),
  );
  return {
    url,
    rest,
    sent,
    cpuMs: async () => (await server.sample()).cpuMs,
    async close() {
      await server.stop();
      await carrier.close();
      await rest.close();
      await model.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Any answer will do. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

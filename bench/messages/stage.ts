import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { startSandboxTextModel } from '../../src/sandbox/text-model-server.ts';
import { freePort } from '../../tests/support/server-process.ts';

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const authToken = 'bench-auth-token';
export const clinicNumber = '+558835430000';

/** The server in a process of its own; Twilio and the model in this one. */
export interface MessageStage {
  url: string;
  rest: SandboxRest;
  /** What was sent to each number, in order. */
  sent: Map<string, string[]>;
  /** CPU time of the server's process so far. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

/** @param reply what the model writes to the words of a person; without it the sandbox's receptionist answers */
export async function openMessageStage(reply?: (said: string) => string): Promise<MessageStage> {
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
  const server = fork(
    fileURLToPath(new URL('server.ts', import.meta.url)),
    [
      JSON.stringify({
        PORT: String(port),
        PUBLIC_URL: url,
        OPENAI_API_KEY: 'sk-bench',
        OPENAI_BASE_URL: model.url,
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: authToken,
        TWILIO_PHONE_NUMBER: clinicNumber,
        TWILIO_API_URL: rest.url,
        CLINICS_DIR: fileURLToPath(new URL('../../clinics', import.meta.url)),
      }),
    ],
    { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const directory = await listening(server);
  return {
    url,
    rest,
    sent,
    cpuMs: () =>
      new Promise((resolve) => {
        server.once('message', (told: { cpuMs: number }) => resolve(told.cpuMs));
        server.send({ cpu: true });
      }),
    async close() {
      const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
      server.send({ stop: true });
      await exited;
      await carrier.close();
      await rest.close();
      await model.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('message', (told: { directory: string }) => resolve(told.directory));
    server.once('exit', () => reject(new Error('the server ended')));
  });
}

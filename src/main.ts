import dotenv from 'dotenv';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import type { FirstUser } from './console/first-user.ts';
import { createClock } from './platform/clock.ts';
import { CodedError } from './platform/errors.ts';
import { createLog } from './platform/log.ts';
import { preparePages } from './web-build.ts';

dotenv.config({ quiet: true });

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  const clock = createClock(config.SANDBOX_NOW ? Date.parse(config.SANDBOX_NOW) : undefined);
  await preparePages((text) => log.info(text));
  const app = await buildApp(config, { clock, log });
  const address = await app.listen();
  log.info({ address, mode: config.mode }, 'listening');
  if (config.mode === 'sandbox') {
    log.info(
      'sandbox: no OPENAI_API_KEY and no TWILIO_AUTH_TOKEN; the model, the telephone and the caller are played here, on loopback only',
    );
  }
  if (app.firstUser) process.stderr.write(firstUserNote(address, app.firstUser));

  let hurry: () => void = () => {};
  const hurried = new Promise<void>((resolve) => {
    hurry = resolve;
  });
  let stopping: Promise<void> | undefined;
  const stop = (exitCode: number) => {
    if (stopping !== undefined) return hurry();
    stopping = app
      .stop(hurried)
      .catch((err) => log.error({ err }, 'shutdown failed'))
      .then(() => process.exit(exitCode));
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  // Outside any call nothing is known of what broke: take no new calls, let the live ones finish, leave to the supervisor.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught exception');
    stop(1);
  });
  process.on('unhandledRejection', (err) => {
    log.fatal({ err }, 'unhandled rejection');
    stop(1);
  });
}

/** On the terminal, beside the log: a log is kept and sent elsewhere. */
function firstUserNote(address: string, { login, password }: FirstUser): string {
  return `
  Console: ${address}/console   usuário: ${login}   senha: ${password}
  Feita agora para experimentar; vale até o próximo início. Para ter a sua, troque-a no console ou defina ADMIN_PASSWORD.

`;
}

main().catch((error: unknown) => {
  const known = error instanceof CodedError;
  console.error(known ? `${error.code}: ${error.message}` : error);
  process.exit(1);
});

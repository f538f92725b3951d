import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { compileMessageServers } from '../calls/compiled-servers.ts';
import { type Spread, spreadOf } from '../calls/tally.ts';
import { clinicNumber, type MessageStage, openMessageStage } from './stage.ts';

/*
 * 200 messages a second for 20 s from people who write five parts in four seconds each, signed, over real sockets; replies are
 * written meanwhile. Open loop: each message leaves at its time, whether or not the ones before it were answered. First the
 * same messages to a bare route that only checks the signature and writes one line durably: the floor.
 * `node --import tsx bench/messages/webhook.ts [--per-second N] [--seconds N] [--no-floor] [--profile directory]`
 */
const { values } = parseArgs({
  options: {
    'per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    floor: { type: 'boolean', default: true },
    profile: { type: 'string' },
  },
  allowNegative: true,
});
const perSecond = Number(values['per-second']);
const seconds = Number(values.seconds);
/** Before anything is counted: the compiler has seen the code. */
const warmSeconds = 10;
const partsEach = 5;
const partEveryMs = 800;
/** The floor needs no conversations to become steady. */
const floorSeconds = Math.min(seconds, 10);
const longestSettlingMs = 60_000;

/** Of one server under this load. Milliseconds. */
export interface WebhookLoad {
  messages: number;
  answerMs: Spread;
  refused: number;
  /** Of all threads, from the end of the warm-up to the last reply. */
  cpuMsPerMessage: number;
  /** How late the sender itself was at times, p99: it is in `answerMs`. */
  senderLagMs: number;
}

export interface WebhookResult {
  bench: 'messages-webhook';
  perSecond: number;
  seconds: number;
  floor?: WebhookLoad;
  product: WebhookLoad & { people: number; answered: number; repliesEach: number };
}

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function load(
  stage: MessageStage,
  lastsSeconds: number,
  settled: (people: number) => Promise<void>,
): Promise<WebhookLoad> {
  const people = (perSecond * (lastsSeconds + warmSeconds)) / partsEach;
  const plan = Array.from({ length: people * partsEach }, (_, at) => {
    const person = Math.floor(at / partsEach);
    const part = at % partsEach;
    return { person, part, atMs: (person * partsEach * 1_000) / perSecond + part * partEveryMs };
  }).sort((a, b) => a.atMs - b.atMs);
  const latenciesUs = createHistogram();
  const lag = monitorEventLoopDelay({ resolution: 2 });
  let refused = 0;
  let counted = 0;
  let cpuFrom: Promise<number> | undefined;
  const tasks: Promise<void>[] = [];

  async function write({ person, part, atMs }: (typeof plan)[number], dueMs: number) {
    const from = `+55889${String(10_000_000 + person)}`;
    const text = `parte ${part} de quem quer marcar uma consulta`;
    const message = { url: `${stage.url}/whatsapp`, from, to: clinicNumber, text };
    const status = await stage.rest.whatsapp.write(message).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status !== 200) refused += 1;
    if (atMs >= warmSeconds * 1_000)
      latenciesUs.record(Math.max(1, Math.round((performance.now() - dueMs) * 1_000)));
  }

  const begunMs = performance.now();
  for (const one of plan) {
    const waitMs = begunMs + one.atMs - performance.now();
    if (waitMs > 0) await pass(waitMs);
    if (one.atMs >= warmSeconds * 1_000) {
      counted += 1;
      if (!cpuFrom) {
        cpuFrom = stage.cpuMs();
        lag.enable();
      }
    }
    tasks.push(write(one, begunMs + one.atMs));
  }
  await Promise.all(tasks);
  lag.disable();
  await settled(people);
  const cpuMs = (await stage.cpuMs()) - ((await cpuFrom) ?? 0);
  return {
    messages: counted,
    answerMs: spreadOf(latenciesUs),
    refused,
    cpuMsPerMessage: rounded(cpuMs / counted),
    senderLagMs: rounded(lag.percentile(99) / 1_000_000),
  };
}

const servers = compileMessageServers();

async function measureFloor(): Promise<WebhookLoad> {
  const stage = await openMessageStage({ main: servers.plainWebhook });
  const found = await load(stage, floorSeconds, async () => undefined);
  await stage.close();
  return found;
}

async function measureProduct(): Promise<WebhookResult['product']> {
  const stage = await openMessageStage({ main: servers.product, profileDirectory: values.profile });
  let people = 0;
  const found = await load(stage, seconds, async (all) => {
    people = all;
    const untilMs = performance.now() + longestSettlingMs;
    while (stage.sent.size < people && performance.now() < untilMs) await pass(100);
    // Reports on what was sent come a moment later.
    await pass(500);
  });
  const replies = [...stage.sent.values()].reduce((sum, { length }) => sum + length, 0);
  const answered = stage.sent.size;
  await stage.close();
  return { ...found, people, answered, repliesEach: rounded(replies / Math.max(1, answered)) };
}

const floor = values.floor ? await measureFloor() : undefined;
const product = await measureProduct();
const result: WebhookResult = {
  bench: 'messages-webhook',
  perSecond,
  seconds,
  ...(floor ? { floor } : {}),
  product,
};
console.log(JSON.stringify(result));
process.exit(0);

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

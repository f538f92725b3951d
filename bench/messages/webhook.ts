import { createHistogram } from 'node:perf_hooks';
import { spreadOf } from '../calls/tally.ts';
import { clinicNumber, openMessageStage } from './stage.ts';

/*
 * 200 messages a second for 20 s (or: node … webhook.ts <per second> <seconds>) from people who write five parts in four seconds each, signed, over real sockets; replies
 * are written meanwhile. Open loop: each message leaves at its time, whether or not the ones before it were answered.
 */
const perSecond = Number(process.argv[2] ?? 200);
const seconds = Number(process.argv[3] ?? 20);
const warmSeconds = 3;
const partsEach = 5;
const partEveryMs = 800;

const stage = await openMessageStage();
const people = (perSecond * (seconds + warmSeconds)) / partsEach;
const latenciesUs = createHistogram();
let refused = 0;
const begunMs = performance.now();
const tasks: Promise<void>[] = [];
const plan = Array.from({ length: people }, (_, person) =>
  Array.from({ length: partsEach }, (_, part) => ({
    person,
    part,
    atMs: (person * partsEach * 1_000) / perSecond + part * partEveryMs,
  })),
)
  .flat()
  .sort((a, b) => a.atMs - b.atMs);
for (const { person, part, atMs } of plan) {
  const waitMs = begunMs + atMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const dueMs = begunMs + atMs;
  tasks.push(
    stage.rest.whatsapp
      .write({
        url: `${stage.url}/whatsapp`,
        from: `+55889${String(10_000_000 + person)}`,
        to: clinicNumber,
        text: `parte ${part} de quem quer marcar uma consulta`,
      })
      .then(({ status }) => {
        if (status !== 200) refused += 1;
        if (atMs >= warmSeconds * 1_000)
          latenciesUs.record(Math.max(1, Math.round((performance.now() - dueMs) * 1_000)));
      })
      .catch(() => {
        refused += 1;
      }),
  );
}
await Promise.all(tasks);
const lastMs = performance.now();
for (let waited = 0; waited < 60_000 && stage.sent.size < people; waited += 100)
  await new Promise((resolve) => setTimeout(resolve, 100));
const answered = [...stage.sent.values()];
console.log(
  JSON.stringify({
    bench: 'messages-webhook',
    messages: plan.length,
    perSecond,
    answerMs: spreadOf(latenciesUs),
    refused,
    serverCpuMsPerMessage: Number((await stage.cpuMs()) / plan.length).toFixed(2),
    people,
    answered: answered.length,
    repliesEach: answered.reduce((sum, replies) => sum + replies.length, 0) / answered.length,
    settledMs: Math.round(performance.now() - lastMs),
  }),
);
await stage.close();
process.exit(0);

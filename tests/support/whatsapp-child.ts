import { createResponsesClient } from '../../src/openai/responses-client.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileConversationStore } from '../../src/storage/file-conversation-store.ts';
import { openFileJobQueue } from '../../src/storage/file-job-queue.ts';
import { createTwilioRest } from '../../src/twilio/rest-client.ts';
import { shippedClinic } from './agent-fixtures.ts';
import { createFailingDisk } from './failing-disk.ts';
import { whatsappDesk } from './whatsapp-desk.ts';

/** Answers one message, and kills itself at the given step of the disks or around a request; tells where it is. */
const [directory = '', modelUrl = '', apiUrl = '', from = '', killAt = '0'] = process.argv.slice(2);
let steps = 0;
const step = (what: string) => {
  steps += 1;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  process.send?.({ step: steps, what });
};
const log = createLog('silent');
const clock = createClock();
function steppedDisk(of: string) {
  const disk = createFailingDisk(Number.POSITIVE_INFINITY);
  disk.trouble = (what) => step(`${of} ${what}`);
  return disk;
}
const store = await openFileConversationStore({
  directory: `${directory}/conversations`,
  log,
  disk: steppedDisk('conversations'),
  // A checkpoint in the middle of the reply, too.
  snapshotEvery: 5,
});
const jobs = await openFileJobQueue({
  ...{ directory: `${directory}/jobs`, log, clock },
  disk: steppedDisk('jobs'),
});
const rest = createTwilioRest({
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'test-auth-token',
  apiUrl,
});
const { worker } = whatsappDesk({
  clinic: await shippedClinic('aurora'),
  clock,
  store,
  jobs,
  model: createResponsesClient({ baseUrl: modelUrl, apiKey: 'test', model: 'gpt-5.4-mini' }),
  messageLength: 200,
  async send(request) {
    step('before the request');
    const answer = await rest.sendMessage(request);
    step('after the answer');
    return answer;
  },
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
step('accepted');
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  const [head] = await store.list({ senderKey: from, limit: 1 });
  const { waiting, running } = await jobs.counts();
  if (head && !head.isPending && waiting + running === 0) break;
}
process.send?.({ steps });
await jobs.close();
await store.close();
process.exit(0);

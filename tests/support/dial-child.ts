import { OutboundCalls } from '../../src/call/outbound-calls.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { openFileDialLedger } from '../../src/storage/file-dial-ledger.ts';
import { createMemoryDialSuspensionStore } from '../../src/storage/file-dial-suspension-store.ts';
import { createTwilioRest } from '../../src/twilio/rest-client.ts';
import { createFailingDisk } from './failing-disk.ts';

/** Dials once, and kills itself at the given step of the disk or around the request; tells its parent where it is. */
const [directory = '', apiUrl = '', accountSid = '', authToken = '', to = '', killAt = '0'] =
  process.argv.slice(2);
let steps = 0;
const step = (what: string) => {
  steps += 1;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  process.send?.({ step: steps, what });
};
const disk = createFailingDisk(Number.POSITIVE_INFINITY);
disk.trouble = (what) => step(what);
const log = createLog('silent');
const clock = createClock();
const ledger = await openFileDialLedger({ directory, log, disk });
const rest = createTwilioRest({ accountSid, authToken, apiUrl, timeoutMs: 2_000 });
const calls = new OutboundCalls({
  suspensions: createMemoryDialSuspensionStore(),
  ledger,
  carrier: {
    ...rest,
    async placeCall(request) {
      step('before the request');
      const answer = await rest.placeCall(request);
      step('after the answer');
      return answer;
    },
  },
  permission: () => undefined,
  from: '+558835430000',
  publicUrl: () => 'http://127.0.0.1:9',
  unavailable: () => undefined,
  clock,
  log,
  metrics: createMetrics(),
});
const wish = { to, clinicId: 'aurora', timeLimitS: 60, keyId: 'main', idempotencyKey: to };
const placed = await calls.place(wish);
step('told');
process.send?.({ placed, steps });
await calls.stop();
await ledger.close();
process.exit(0);

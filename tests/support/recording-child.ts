import { createRecorder } from '../../src/call/recorder.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';

/** Records until it is killed, telling its parent how many milliseconds it has handed to the recorder. */
const [directory = '', stem = ''] = process.argv.slice(2);
const clock = createClock();
const recorder = createRecorder({
  directory,
  stem,
  clock,
  log: createLog('silent'),
  metrics: createMetrics(),
});
const frame = Buffer.alloc(160, 0x22);
const startedAt = clock.monotonicMs();
let placedMs = 0;
setInterval(() => {
  while (placedMs + 20 <= clock.monotonicMs() - startedAt) {
    recorder.caller(frame, placedMs * 8);
    recorder.agent(frame, placedMs * 8);
    placedMs += 20;
  }
  process.send?.(placedMs);
}, 20);

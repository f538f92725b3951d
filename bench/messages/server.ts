import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';

/** The product's server between fakes that its parent runs; tells its parent that it listens. */
const settings = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const directory = mkdtempSync(join(tmpdir(), 'alo-bench-messages-'));
const config = readConfig({ ...settings, HOST: '127.0.0.1' }, directory);
const app = await buildApp(config, { clock: createClock(), log: createLog('error') });
await app.listen();
process.send?.({ listening: true, directory });
process.on('message', (asked: { cpu?: boolean }) => {
  const { user, system } = process.cpuUsage();
  if (asked.cpu) process.send?.({ cpuMs: Math.round((user + system) / 1_000) });
  else void app.stop(Promise.resolve()).then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));

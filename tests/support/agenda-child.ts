import { createLog } from '../../src/platform/log.ts';
import { openPostgresProfile } from '../../src/storage/postgres-profile.ts';
import { callOnce, chance } from './agenda-callers.ts';

/** Another server: serves the callers of each round it is told, and says what it acknowledged, until it is killed. */
const [url = '', schema = '', callers = ''] = process.argv.slice(2);
const agenda = await openPostgresProfile({ url, schema, log: createLog('silent') });

process.on('message', async (round: number) => {
  const calls = Array.from({ length: Number(callers) }, (_, caller) =>
    callOnce(agenda.schedule, chance(round * 1_000 + 500 + caller), round, (told) => {
      process.send?.({ told });
    }),
  );
  await Promise.all(calls);
  process.send?.({ done: round });
});
process.send?.({ done: -1 });

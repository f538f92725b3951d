import {
  type OptOut,
  type OptOutChange,
  type OptOutStore,
  optOutChannels,
} from '../agent/opt-out-store.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { damaged } from './journal-recovery.ts';
import { checkedOptOut, createMemoryOptOutStore, type OptOutStep } from './memory-opt-out-store.ts';
import { type Changes, tellChange } from './postgres-changes.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { read, write } from './postgres-work.ts';

type Row = OptOutStep & { number: number };

/**
 * The history is in the database, the list as of now in memory: who may be contacted is asked in the middle of other work.
 * What another server adds is here as soon as it tells. Does not close the database.
 */
export async function openPostgresOptOutStore(options: {
  database: Database;
  changes: Pick<Changes, 'watch'>;
}): Promise<OptOutStore> {
  const { database, changes } = options;
  const mirror = createMemoryOptOutStore();
  const inTurn = createWorkQueue();
  let seen = 0;

  const refresh = () =>
    inTurn(async () => {
      const rows = await read<Row>(
        database,
        `select number, op, e164, at_ms as "atMs", channel from opt_out_steps
         where number > $1 order by number`,
        [seen],
      );
      for (const row of rows) {
        if (!optOutChannels.includes(row.channel))
          throw damaged('the opt-out list', 'it holds something unknown');
        const { op, number, ...entry } = row;
        await mirror[op](entry);
        seen = number;
      }
    });
  async function take(op: OptOutStep['op'], entry: OptOut): Promise<OptOutChange> {
    const step = { op, ...checkedOptOut(entry) };
    const outcome = await write(database, (run) => addStep(run, database.schema, step), true);
    // It is written: that it cannot be read back now must not keep it from counting here.
    await refresh().catch(() => mirror[op](step));
    return outcome;
  }

  await refresh();
  changes.watch('opt-outs', refresh);
  return {
    add: (entry) => take('add', entry),
    remove: (entry) => take('remove', entry),
    has: mirror.has,
    list: mirror.list,
    close: async () => undefined,
  };
}

async function addStep(
  run: RunSql,
  schema: string,
  { op, e164, atMs, channel }: OptOutStep,
): Promise<OptOutChange> {
  await run('lock table opt_out_steps in share row exclusive mode');
  const [last] = await run<{ op: string }>(
    'select op from opt_out_steps where e164 = $1 order by number desc limit 1',
    [e164],
  );
  if ((last?.op === 'add') === (op === 'add')) return 'unchanged';
  await run(
    `insert into opt_out_steps (number, op, e164, at_ms, channel)
     select coalesce(max(number), 0) + 1, $1, $2, $3, $4 from opt_out_steps`,
    [op, e164, Math.round(atMs), channel],
  );
  await tellChange(run, schema, 'opt-outs');
  return 'changed';
}

import { z } from 'zod';
import type { JobQueue } from '../messaging/job-store.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import { createMemoryJobQueue, type KeptJob, type MemoryJobOptions } from './memory-job-queue.ts';
import { journalGatherMs } from './write-batches.ts';

/** Lines after which everything is written anew: some thousands of messages. */
const linesPerSnapshot = 20_000;

const jobSchema = z.strictObject({
  id: z.string().min(1).max(120),
  kind: z.string().min(1).max(60),
  data: z.unknown(),
  attempts: z.number().int().min(0),
  state: z.enum(['waiting', 'done', 'dead']),
  atMs: z.number().int(),
  reason: z.string().max(60).nullable(),
});

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED rather than forget a message.
 */
export function openFileJobQueue(
  options: JournalStoreOptions & MemoryJobOptions,
): Promise<JobQueue> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the jobs' });
    const kept = new Map<string, KeptJob>();
    for (const value of [...values, ...entries.map(({ data }) => data)]) {
      const job = toJob(value);
      // In the order in which they came to what they are.
      kept.delete(job.id);
      kept.set(job.id, job);
    }
    return createMemoryJobQueue(
      { gatherMs: journalGatherMs, ...options },
      (jobs, all) =>
        append(
          jobs.map((job) => ({ op: job.state, id: job.id, idem: '', data: job })),
          all,
        ),
      kept.values(),
    );
  });
}

function toJob(value: unknown): KeptJob {
  const parsed = jobSchema.safeParse(value);
  if (!parsed.success) throw damaged('the jobs', 'it holds something that is no job');
  return parsed.data;
}

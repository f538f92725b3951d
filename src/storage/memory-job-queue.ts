import {
  type DeadJob,
  type Job,
  type JobEnd,
  type JobQueue,
  type JobRules,
  jobRules,
  type NewJob,
  reasonOf,
  retryDelay,
} from '../messaging/job-store.ts';
import type { Clock } from '../platform/clock.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createBatches } from './write-batches.ts';

/** A job as it is kept. */
export interface KeptJob {
  id: string;
  kind: string;
  data: unknown;
  attempts: number;
  /** waiting: also what was running when the process died. */
  state: 'waiting' | 'done' | 'dead';
  /** Not begun before; when it was done or died. */
  atMs: number;
  reason: string | null;
}

/** Makes changed jobs durable before they count. @param all every job with them, for a copy of everything */
export type KeepJobs = (jobs: readonly KeptJob[], all: () => KeptJob[]) => Promise<void>;

export interface MemoryJobOptions {
  clock: Clock;
  log: Log;
  rules?: Partial<JobRules>;
  /** Of `createBatches`. */
  gatherMs?: number;
}

/** Longest timer of Node; further jobs are looked at again then. */
const longestTimerMs = 2_000_000_000;
/** Dead jobs kept. */
const mostDead = 1_000;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found */
export function createMemoryJobQueue(
  { clock, log, ...options }: MemoryJobOptions,
  keep: KeepJobs = async () => undefined,
  kept: Iterable<KeptJob> = [],
): JobQueue {
  const rules: JobRules = { ...jobRules, ...options.rules };
  const jobs = new Map<string, KeptJob>();
  const running = new Map<string, Promise<void>>();
  const write = createBatches<KeptJob>(
    (batch) => keep(batch, () => [...jobs.values()]),
    options.gatherMs,
  );
  let work: ((job: Job) => Promise<JobEnd>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  for (const job of kept) jobs.set(job.id, job);

  function forgetOld(nowMs: number): void {
    const done = [...jobs.values()].filter(({ state }) => state === 'done');
    const tooMany = done.length - rules.mostRemembered;
    for (const [index, job] of done.entries())
      if (index < tooMany || job.atMs < nowMs - rules.rememberedMs) jobs.delete(job.id);
    const dead = [...jobs.values()].filter(({ state }) => state === 'dead');
    for (const job of dead.slice(0, Math.max(0, dead.length - mostDead))) jobs.delete(job.id);
  }

  /** Begins what is due, one at a turn of the event loop: webhooks come between. Wakes again for what is not due yet. */
  function look(): void {
    clearTimeout(timer);
    if (!work || isClosed || running.size >= rules.concurrency) return;
    const nowMs = clock.wallMs();
    const next = waiting.first();
    if (!next) return;
    if (next.atMs <= nowMs) {
      running.set(
        next.id,
        run(next, work).finally(() => afterRun(next.id)),
      );
      setImmediate(look);
      return;
    }
    timer = setTimeout(look, Math.min(Math.max(1, next.atMs - nowMs), longestTimerMs));
    timer.unref();
  }

  function afterRun(id: string): void {
    running.delete(id);
    look();
  }

  async function run(job: KeptJob, begin: (job: Job) => Promise<JobEnd>): Promise<void> {
    waiting.remove(job);
    const attempt = job.attempts + 1;
    const { id, kind, data } = job;
    const after = await begin({ id, kind, data, attempt }).then(
      (end): KeptJob =>
        end === 'done'
          ? { ...job, data: null, state: 'done', atMs: clock.wallMs() }
          : { ...job, atMs: clock.wallMs() + end.againMs },
      (error: unknown) => failed(job, attempt, error),
    );
    try {
      await settle(after);
    } catch (err) {
      log.error({ err }, 'the end of a job could not be written; it will run again');
      jobs.set(id, { ...job, atMs: clock.wallMs() + rules.longestRetryMs });
      waiting.add({ ...job, atMs: clock.wallMs() + rules.longestRetryMs });
    }
  }

  function failed(job: KeptJob, attempts: number, error: unknown): KeptJob {
    const reason = reasonOf(error);
    const isDead = attempts >= rules.mostAttempts;
    log.warn({ job: job.kind, attempts, reason, isDead }, 'a job failed');
    const atMs = clock.wallMs() + (isDead ? 0 : retryDelay(attempts, rules));
    return { ...job, attempts, reason, state: isDead ? 'dead' : 'waiting', atMs };
  }

  async function settle(job: KeptJob): Promise<void> {
    await write(job);
    jobs.delete(job.id);
    jobs.set(job.id, job);
    if (job.state === 'waiting') waiting.add(job);
  }

  const waiting = createDueList();
  for (const job of jobs.values()) if (job.state === 'waiting') waiting.add(job);

  return {
    async add(job: NewJob) {
      if (isClosed) throw new CodedError('QUEUE_UNUSABLE', 'the queue is closed');
      if (jobs.has(job.id)) return 'exists';
      const { id, kind, data, delayMs = 0 } = job;
      const atMs = clock.wallMs() + delayMs;
      const fresh: KeptJob = { id, kind, data, attempts: 0, state: 'waiting', atMs, reason: null };
      jobs.set(id, fresh);
      try {
        await write(fresh);
      } catch (cause) {
        jobs.delete(id);
        throw new CodedError('QUEUE_UNUSABLE', 'a job could not be written', { cause });
      }
      waiting.add(fresh);
      if (jobs.size % 1_000 === 0) forgetOld(atMs);
      look();
      return 'added';
    },
    start(begin) {
      work = begin;
      forgetOld(clock.wallMs());
      look();
    },
    async dead(limit) {
      return [...jobs.values()]
        .filter(({ state }) => state === 'dead')
        .reverse()
        .slice(0, limit)
        .map(toDead);
    },
    async revive(id) {
      const job = jobs.get(id);
      if (job?.state !== 'dead') return 'not-found';
      await settle({ ...job, attempts: 0, state: 'waiting', atMs: clock.wallMs() });
      look();
      return 'revived';
    },
    async counts() {
      const of = (state: KeptJob['state']) =>
        [...jobs.values()].filter((job) => job.state === state).length;
      return { waiting: of('waiting') - running.size, running: running.size, dead: of('dead') };
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}

function toDead({ id, kind, attempts, reason, atMs }: KeptJob): DeadJob {
  return { id, kind, attempts, reason: reason ?? 'unknown', diedAtMs: atMs };
}

/** Jobs by when they are due: a queue of some thousands is looked at hundreds of times a second. */
function createDueList() {
  const sorted: KeptJob[] = [];
  const placeOf = (atMs: number): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (job: KeptJob) => void sorted.splice(placeOf(job.atMs), 0, job),
    remove(job: KeptJob) {
      const at = sorted.findIndex(({ id }) => id === job.id);
      if (at >= 0) sorted.splice(at, 1);
    },
    first: (): KeptJob | undefined => sorted[0],
  };
}

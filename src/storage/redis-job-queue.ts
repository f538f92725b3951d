import { type Job as BullJob, DelayedError, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  type Job,
  type JobEnd,
  type JobQueue,
  type JobRules,
  jobRules,
  reasonOf,
} from '../messaging/job-store.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { connectRedis, longestRequestMs } from './redis-connection.ts';

export interface RedisJobOptions {
  url: string;
  /** Keys begin with it, so that several systems may share a server. */
  prefix: string;
  clock: Clock;
  log: Log;
  rules?: Partial<JobRules>;
  /** A job whose worker has not said for so long that it lives is begun again by another. */
  lockMs?: number;
}

const queueName = 'texts';
const usualLockMs = 15_000;
const mostDead = 1_000;
/** Workers may die under a job so often, by deployments and crashes, without it counting as its fault. */
const mostStalls = 100;

/** BullMQ: several processes may add to it and work on it. Rejects with QUEUE_UNUSABLE when Redis cannot be reached. */
export async function openRedisJobQueue(options: RedisJobOptions): Promise<JobQueue> {
  const { url, clock, log, prefix, lockMs = usualLockMs } = options;
  const rules: JobRules = { ...jobRules, ...options.rules };
  const connection = connectRedis(url, log, 'asks');
  const queue = new Queue(queueName, {
    connection,
    prefix,
    defaultJobOptions: {
      attempts: rules.mostAttempts,
      backoff: { type: 'custom' },
      removeOnComplete: {
        age: Math.ceil(rules.rememberedMs / 1_000),
        count: rules.mostRemembered,
      },
      removeOnFail: { count: mostDead },
    },
  });
  queue.on('error', () => undefined);
  let worker: Worker | undefined;
  let workerConnection: Redis | undefined;
  const running = new Set<Promise<void>>();

  async function ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(request(), longestRequestMs, 'a request to Redis');
    } catch (cause) {
      throw new CodedError('QUEUE_UNUSABLE', 'the queue in Redis cannot be used', { cause });
    }
  }

  /** What runs ends in its own time; a Redis that is away is not waited for, the jobs are there when it is back. */
  async function close(): Promise<void> {
    const closing = worker?.close() ?? Promise.resolve();
    while (running.size > 0) await Promise.allSettled(running);
    const closed = closing.then(() => queue.close());
    await withDeadline(closed, longestRequestMs, 'parting from Redis').catch((error) =>
      log.warn({ reason: reasonOf(error) }, 'the queue in Redis was left without a word'),
    );
    connection.disconnect();
    workerConnection?.disconnect();
  }

  try {
    await ask(() => queue.waitUntilReady());
  } catch (error) {
    connection.disconnect();
    void queue.close().catch(() => undefined);
    throw error;
  }
  return {
    add: ({ id, kind, data, delayMs = 0 }) =>
      ask(async () => {
        await queue.add(kind, data, { jobId: id, delay: delayMs });
        // After it: of a death between the two nothing is lost, and the job is the same one.
        const key = `${prefix}:added:${id}`;
        const isFirst = await connection.set(key, '1', 'PX', rules.rememberedMs, 'NX');
        return isFirst ? 'added' : 'exists';
      }),
    start(work) {
      workerConnection = connectRedis(url, log, 'works');
      const runOne = async (job: BullJob, token: string | undefined) => {
        const one = run(job, token, work, options).finally(() => running.delete(one));
        running.add(one);
        return one;
      };
      worker = new Worker(queueName, runOne, {
        connection: workerConnection,
        prefix,
        concurrency: rules.concurrency,
        lockDuration: lockMs,
        stalledInterval: lockMs,
        maxStalledCount: mostStalls,
        settings: {
          backoffStrategy: (attempts) =>
            Math.min(rules.retryMs * 2 ** ((attempts ?? 1) - 1), rules.longestRetryMs),
        },
      });
      worker.on('error', (error) => log.warn({ reason: reasonOf(error) }, 'the queue in Redis'));
      worker.on('failed', (job, error) => {
        const attempts = job?.attemptsMade ?? 0;
        const isDead = attempts >= rules.mostAttempts;
        log.warn({ job: job?.name, attempts, reason: reasonOf(error), isDead }, 'a job failed');
      });
    },
    dead: (limit) =>
      ask(async () =>
        (await queue.getFailed(0, limit - 1)).map((job) => ({
          id: job.id ?? '',
          kind: job.name,
          attempts: job.attemptsMade,
          reason: job.failedReason.slice(0, 60),
          diedAtMs: job.finishedOn ?? clock.wallMs(),
        })),
      ),
    revive: (id) =>
      ask(async () => {
        const job = await queue.getJob(id);
        if (!job || !(await job.isFailed())) return 'not-found';
        await job.retry('failed', { resetAttemptsMade: true });
        return 'revived';
      }),
    counts: () =>
      ask(async () => {
        const found = await queue.getJobCounts('waiting', 'delayed', 'active', 'failed');
        return {
          waiting: (found.waiting ?? 0) + (found.delayed ?? 0),
          running: found.active ?? 0,
          dead: found.failed ?? 0,
        };
      }),
    close,
  };
}

/** Kept reasons are codes: Redis keeps them, and staff read them. */
async function run(
  job: BullJob,
  token: string | undefined,
  work: (job: Job) => Promise<JobEnd>,
  { clock }: RedisJobOptions,
): Promise<void> {
  const { id = '', name: kind, data, attemptsMade } = job;
  const end = await work({ id, kind, data, attempt: attemptsMade + 1 }).catch((error: unknown) => {
    const failure = new Error(reasonOf(error));
    failure.name = reasonOf(error);
    failure.stack = '';
    throw failure;
  });
  if (end === 'done') return;
  await job.moveToDelayed(clock.wallMs() + end.againMs, token);
  throw new DelayedError();
}

/** Something to do once, that must survive the death of the process. */
export interface NewJob {
  /** Of the work itself: the same id twice is one job. `[A-Za-z0-9_-]`, at most 120 characters. */
  id: string;
  kind: string;
  /** Plain JSON of a few KB; personal data. */
  data: unknown;
  /** Not before; at once when left out. */
  delayMs?: number;
}

export interface Job {
  id: string;
  kind: string;
  data: unknown;
  /** 1 for the first try. */
  attempt: number;
}

/** A job that failed too often. */
export interface DeadJob {
  id: string;
  kind: string;
  attempts: number;
  /** Code of the last failure. */
  reason: string;
  diedAtMs: number;
}

/** `again`: not now and no failure. Rejecting is a failure: tried again later, a few times, then dead. */
export type JobEnd = 'done' | { againMs: number };

export interface JobCounts {
  waiting: number;
  running: number;
  dead: number;
}

/**
 * A durable queue. Work begins after `start`; a job that was begun by a process that died is begun again, so whoever works
 * on it writes down what must not happen twice.
 */
export interface JobQueue {
  /** Durable when it resolves. `exists`: the same id waits, runs or is done (remembered for a day). Rejects with QUEUE_UNUSABLE. */
  add(job: NewJob): Promise<'added' | 'exists'>;
  /** Once. Several jobs at a time, in no order. */
  start(work: (job: Job) => Promise<JobEnd>): void;
  /** Newest first. */
  dead(limit: number): Promise<DeadJob[]>;
  /** A dead job is tried again, with all its tries. */
  revive(id: string): Promise<'revived' | 'not-found'>;
  counts(): Promise<JobCounts>;
  /** Lets go of what is waiting, waits for what is running. */
  close(): Promise<void>;
}

export interface JobRules {
  mostAttempts: number;
  /** Before the second try; doubled each time. */
  retryMs: number;
  longestRetryMs: number;
  /** Jobs at a time, in one process. */
  concurrency: number;
  /** How long an id is remembered after its job is done. */
  rememberedMs: number;
  /** Ids remembered, newest first. */
  mostRemembered: number;
}

export const jobRules: JobRules = {
  mostAttempts: 6,
  retryMs: 2_000,
  longestRetryMs: 60_000,
  concurrency: 50,
  rememberedMs: 24 * 3_600_000,
  mostRemembered: 50_000,
};

/** Milliseconds before the next try, after so many. */
export function retryDelay(attempts: number, { retryMs, longestRetryMs }: JobRules): number {
  return Math.min(retryMs * 2 ** (attempts - 1), longestRetryMs);
}

/** For lists and logs: a code, never a message that may quote what was said. */
export function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error)
    return String(error.code).slice(0, 60);
  return error instanceof Error ? error.name.slice(0, 60) : 'unknown';
}

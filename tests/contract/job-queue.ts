import { describe, expect, it } from 'vitest';
import type { Job, JobEnd, JobQueue, JobRules } from '../../src/messaging/job-store.ts';
import { CodedError } from '../../src/platform/errors.ts';
import { until } from '../support/stage.ts';

/** Short, so that retries are seen; given to each driver. */
export const quickRules: Partial<JobRules> = { mostAttempts: 3, retryMs: 20, longestRetryMs: 50 };

export interface OpenedQueue {
  queue: JobQueue;
  /** The same jobs in a new queue, after the first was closed. Absent: the driver forgets. */
  reopen?(): Promise<JobQueue>;
  close(): Promise<void>;
}

/** What every queue of jobs does, whatever keeps it. */
export function describeJobQueue(name: string, open: () => Promise<OpenedQueue>): void {
  describe(`${name} as a queue of jobs`, { timeout: 30_000 }, () => {
    const withQueue = async (test: (opened: OpenedQueue) => Promise<void>) => {
      const opened = await open();
      try {
        await test(opened);
      } finally {
        await opened.close();
      }
    };

    it('runs each job once, with what it was given', () =>
      withQueue(async ({ queue }) => {
        const ran: Job[] = [];
        queue.start(async (job) => {
          ran.push(job);
          return 'done';
        });
        for (let n = 0; n < 20; n += 1)
          expect(await queue.add({ id: `job-${n}`, kind: 'greet', data: { n } })).toBe('added');
        await until(() => ran.length === 20, 'all ran');
        expect(new Set(ran.map(({ id }) => id)).size).toBe(20);
        expect(ran.find(({ id }) => id === 'job-7')).toEqual({
          id: 'job-7',
          kind: 'greet',
          data: { n: 7 },
          attempt: 1,
        });
      }));

    it('the same id fifty times at once is one job, also after it was done', () =>
      withQueue(async ({ queue }) => {
        let runs = 0;
        queue.start(async () => {
          runs += 1;
          return 'done';
        });
        const add = () => queue.add({ id: 'SM1', kind: 'text', data: null });
        const answers = await Promise.all(Array.from({ length: 50 }, add));
        expect(answers.filter((answer) => answer === 'added')).toHaveLength(1);
        await until(() => runs === 1, 'it ran');
        expect(await add()).toBe('exists');
        const counts = await until(async () => {
          const found = await queue.counts();
          return found.waiting + found.running === 0 ? found : undefined;
        }, 'nothing waits');
        expect(counts.dead).toBe(0);
        expect(runs).toBe(1);
      }));

    it('a job is not begun before its time', () =>
      withQueue(async ({ queue }) => {
        let ranAfterMs = 0;
        const begunMs = performance.now();
        queue.start(async () => {
          ranAfterMs = performance.now() - begunMs;
          return 'done';
        });
        await queue.add({ id: 'later', kind: 'wait', data: null, delayMs: 300 });
        await until(() => ranAfterMs > 0, 'it ran');
        expect(ranAfterMs).toBeGreaterThan(280);
      }));

    it('what fails is tried again, and may succeed', () =>
      withQueue(async ({ queue }) => {
        const attempts: number[] = [];
        queue.start(async ({ attempt }) => {
          attempts.push(attempt);
          if (attempt < 3) throw new CodedError('DEADLINE_EXCEEDED', 'too slow');
          return 'done';
        });
        await queue.add({ id: 'shaky', kind: 'send', data: null });
        await until(() => attempts.length === 3, 'the third try');
        expect(attempts).toEqual([1, 2, 3]);
        expect(await queue.dead(10)).toEqual([]);
      }));

    it('what fails too often is dead, is listed with its code, and can be revived', () =>
      withQueue(async ({ queue }) => {
        let isMended = false;
        let runs = 0;
        queue.start(async () => {
          runs += 1;
          if (!isMended) throw new CodedError('TEXT_MODEL_FAILED', 'Maria said something');
          return 'done';
        });
        await queue.add({ id: 'hopeless', kind: 'turn', data: null });
        const [dead] = await until(async () => {
          const found = await queue.dead(10);
          return found.length > 0 && found;
        }, 'it is dead');
        expect(dead).toMatchObject({
          id: 'hopeless',
          kind: 'turn',
          attempts: 3,
          reason: 'TEXT_MODEL_FAILED',
        });
        expect(runs).toBe(3);
        expect((await queue.counts()).dead).toBe(1);
        isMended = true;
        expect(await queue.revive('hopeless')).toBe('revived');
        await until(async () => (await queue.counts()).dead === 0 && runs === 4, 'it ran again');
        expect(await queue.revive('unheard-of')).toBe('not-found');
      }));

    it('“not now” is no failure, however often', () =>
      withQueue(async ({ queue }) => {
        let runs = 0;
        queue.start(async (): Promise<JobEnd> => {
          runs += 1;
          return runs < 8 ? { againMs: 5 } : 'done';
        });
        await queue.add({ id: 'patient', kind: 'turn', data: null });
        await until(() => runs === 8, 'the eighth look');
        expect(await queue.dead(10)).toEqual([]);
      }));

    it('what waits when the queue closes is begun by the next one', () =>
      withQueue(async ({ queue, reopen }) => {
        if (!reopen) return;
        await queue.add({ id: 'kept', kind: 'text', data: { words: 'olá' } });
        await queue.close();
        const next = await reopen();
        const ran: Job[] = [];
        next.start(async (job) => {
          ran.push(job);
          return 'done';
        });
        await until(() => ran.length === 1, 'it ran');
        expect(ran[0]).toMatchObject({ id: 'kept', data: { words: 'olá' } });
        expect(await next.add({ id: 'kept', kind: 'text', data: null })).toBe('exists');
        await next.close();
      }));
  });
}

import { describe, expect, it } from 'vitest';
import { withDeadline } from '../../src/platform/deadline.ts';

const never = new Promise<never>(() => undefined);

describe('work with a deadline', () => {
  it('that finishes in time gives its value', async () => {
    expect(await withDeadline(Promise.resolve(7), 1_000, 'work')).toBe(7);
  });

  it('that fails in time gives its own error', async () => {
    await expect(withDeadline(Promise.reject(new Error('own')), 1_000, 'work')).rejects.toThrow(
      'own',
    );
  });

  it('that never finishes is given up with a coded error naming the work and the limit', async () => {
    await expect(withDeadline(never, 5, 'the model')).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: 'the model took longer than 5 ms',
    });
  });

  it('that fails after it was given up disturbs nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      let failLate: (error: Error) => void = () => undefined;
      const work = new Promise<never>((_, reject) => {
        failLate = reject;
      });
      await expect(withDeadline(work, 5, 'work')).rejects.toThrow();
      failLate(new Error('late'));
      // Unhandled rejections are reported after the microtasks of the turn in which they happen.
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('leaves no timer behind, whichever way it ends', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await withDeadline(Promise.resolve(), 60_000, 'work');
    await withDeadline(Promise.reject(new Error('x')), 60_000, 'work').catch(() => undefined);
    expect(timers()).toBe(before);
  });
});

import { describe, expect, it } from 'vitest';
import { createKeyedQueue } from '../../src/platform/work-queue.ts';

describe('work under one key', () => {
  it('is done one after another, in order, while another key goes ahead', async () => {
    const inTurn = createKeyedQueue();
    const done: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = inTurn('a', () => held.then(() => done.push('a1')));
    const second = inTurn('a', async () => done.push('a2'));
    await inTurn('b', async () => done.push('b'));
    expect(done).toEqual(['b']);
    release();
    await Promise.all([first, second]);
    expect(done).toEqual(['b', 'a1', 'a2']);
  });

  it('goes on after a failure, which only its own asker learns', async () => {
    const inTurn = createKeyedQueue();
    const failing = inTurn('a', () => Promise.reject(new Error('broken')));
    const next = inTurn('a', async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
    expect(await inTurn('a', async () => 'later')).toBe('later');
  });
});

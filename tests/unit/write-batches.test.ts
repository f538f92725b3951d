import { describe, expect, it } from 'vitest';
import { createBatches } from '../../src/storage/write-batches.ts';

describe('writers that share a disk', () => {
  it('what comes while something is written is written next, together and in order', async () => {
    const written: number[][] = [];
    const releases: (() => void)[] = [];
    const write = createBatches<number>((items) => {
      written.push([...items]);
      return new Promise((release) => releases.push(release));
    });
    const first = write(1);
    await Promise.resolve();
    const rest = [2, 3, 4].map((item) => write(item));
    expect(written).toEqual([[1]]);
    releases.shift()?.();
    await first;
    await new Promise(setImmediate);
    expect(written).toEqual([[1], [2, 3, 4]]);
    releases.shift()?.();
    await Promise.all(rest);
  });

  it('a failure is told to those of its batch alone', async () => {
    let isBroken = true;
    const write = createBatches<number>(async () => {
      if (isBroken) throw new Error('full');
    });
    const lost = [write(1), write(2)].map((one) => expect(one).rejects.toThrow('full'));
    await Promise.all(lost);
    isBroken = false;
    await expect(write(3)).resolves.toBeUndefined();
  });

  it('with a pause between, who comes alone does not wait and the others are gathered', async () => {
    const written: number[][] = [];
    const write = createBatches<number>(async (items) => void written.push([...items]), 20);
    await write(1);
    const rest: Promise<void>[] = [];
    for (const item of [2, 3, 4]) {
      rest.push(write(item));
      await new Promise(setImmediate);
    }
    expect(written).toEqual([[1]]);
    await Promise.all(rest);
    expect(written).toEqual([[1], [2, 3, 4]]);
  });
});

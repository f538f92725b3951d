import { describe, expect, it } from 'vitest';
import { createDescriptorWatch } from '../../src/platform/descriptor-watch.ts';

/** A process that has so many descriptors left, or in which counting them meets trouble. */
function processWith(free: number | undefined | string) {
  const world = { free, counted: 0 };
  const watch = createDescriptorWatch(async () => {
    world.counted += 1;
    if (typeof world.free === 'string')
      throw Object.assign(new Error('no more'), { code: world.free });
    return world.free;
  });
  const look = async () => {
    watch.look();
    await new Promise(setImmediate);
    return watch.trouble();
  };
  return { world, watch, look };
}

describe('a process', () => {
  it('that was not looked at yet has no trouble', () => {
    expect(processWith(0).watch.trouble()).toBeUndefined();
  });

  it('that is nearly out of descriptors says so until there are more', async () => {
    const { look, world } = processWith(16);
    expect(await look()).toBeUndefined();
    world.free = 15;
    expect(await look()).toBe('out-of-descriptors');
    world.free = 16;
    expect(await look()).toBeUndefined();
  });

  it.each(['EMFILE', 'ENFILE'])('that has none left to count with (%s) says so', async (code) => {
    expect(await processWith(code).look()).toBe('out-of-descriptors');
  });

  it.each([undefined, 'ENOENT'])('of which nobody knows (%s) has no trouble', async (free) => {
    expect(await processWith(free).look()).toBeUndefined();
  });

  it('is looked at once at a time, however often it is asked', async () => {
    const { watch, world } = processWith(1_000);
    for (let i = 0; i < 5; i += 1) watch.look();
    await new Promise(setImmediate);
    expect(world.counted).toBe(1);
  });
});

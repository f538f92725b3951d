import { describe, expect, it } from 'vitest';
import { ModelHealth } from '../../src/call/model-health.ts';

describe('whether new calls may rely on the model', () => {
  it('one or two failures are nobody’s business', () => {
    const health = new ModelHealth();
    health.failed('http-500', false, 0);
    health.failed('http-500', false, 100);
    expect(health.unavailable(100)).toBeUndefined();
  });

  it('three in a row send new calls to the fallback for ten seconds, then one may try', () => {
    const health = new ModelHealth();
    for (const atMs of [0, 100, 200]) health.failed('http-500', false, atMs);
    expect(health.unavailable(200)).toBe('model unreachable: http-500');
    expect(health.unavailable(10_199)).toBeDefined();
    expect(health.unavailable(10_200)).toBeUndefined();
  });

  it('the one that tries and fails closes the way again, at once', () => {
    const health = new ModelHealth();
    for (const atMs of [0, 100, 200]) health.failed('http-500', false, atMs);
    health.failed('connect-timeout', false, 11_000);
    expect(health.unavailable(11_000)).toBe('model unreachable: connect-timeout');
    expect(health.unavailable(21_000)).toBeUndefined();
  });

  it('a success forgets the failures before it', () => {
    const health = new ModelHealth();
    health.failed('http-500', false, 0);
    health.failed('http-500', false, 1);
    health.succeeded();
    health.failed('http-500', false, 2);
    expect(health.unavailable(2)).toBeUndefined();
  });

  it('a success opens the way at once', () => {
    const health = new ModelHealth();
    health.failed('http-401', true, 0);
    health.succeeded();
    expect(health.unavailable(1)).toBeUndefined();
  });

  it('a refused key closes the way at the first time, and for a minute', () => {
    const health = new ModelHealth();
    health.failed('http-401', true, 5_000);
    expect(health.unavailable(5_000)).toBe('model refused: http-401');
    expect(health.unavailable(64_999)).toBeDefined();
    expect(health.unavailable(65_000)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  crowded,
  type Interval,
  intersect,
  normalize,
  overlaps,
  peak,
  subtract,
  union,
  widen,
} from '../../src/scheduling/interval.ts';

const at = (startMs: number, endMs: number): Interval => ({ startMs, endMs });
const interval = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }))
  .map(([startMs, length]) => at(startMs, startMs + length));
const intervals = fc.array(interval, { maxLength: 12 });

/** The same question asked instant by instant, which cannot be wrong. */
const instants = Array.from({ length: 60 }, (_, i) => i);
const countAt = (list: readonly Interval[], ms: number) =>
  list.filter(({ startMs, endMs }) => startMs <= ms && ms < endMs).length;
const covered = (list: readonly Interval[]) => instants.map((ms) => countAt(list, ms) > 0);

function expectNormal(list: readonly Interval[]): void {
  for (const [i, { startMs, endMs }] of list.entries()) {
    expect(startMs).toBeLessThan(endMs);
    expect(startMs).toBeGreaterThan(list[i - 1]?.endMs ?? -1);
  }
}

describe('two intervals', () => {
  it('that touch do not overlap, and one minute more does', () => {
    expect(overlaps(at(0, 10), at(10, 20))).toBe(false);
    expect(overlaps(at(0, 11), at(10, 20))).toBe(true);
    expect(contains(at(0, 10), at(0, 10))).toBe(true);
    expect(contains(at(0, 10), at(5, 11))).toBe(false);
  });

  it('overlap when a visit’s buffers reach the other', () => {
    expect(overlaps(widen(at(10, 20), 0, 5), at(20, 30))).toBe(true);
  });
});

describe('any intervals', () => {
  it('normalized cover the same time in the fewest pieces', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        const normal = normalize(list);
        expectNormal(normal);
        expect(covered(normal)).toEqual(covered(list));
        expect(normalize(normal)).toEqual(normal);
      }),
    );
  });

  it('united, met and taken away agree with every single instant', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const both: [Interval[], (inA: boolean, inB: boolean) => boolean][] = [
          [union(a, b), (inA, inB) => inA || inB],
          [intersect(a, b), (inA, inB) => inA && inB],
          [subtract(a, b), (inA, inB) => inA && !inB],
        ];
        const [inA, inB] = [covered(a), covered(b)];
        for (const [result, rule] of both) {
          expectNormal(result);
          expect(covered(result)).toEqual(instants.map((i) => rule(!!inA[i], !!inB[i])));
        }
      }),
    );
  });

  it('are crowded exactly where so many are present, and peak at the most', () => {
    fc.assert(
      fc.property(intervals, fc.integer({ min: 1, max: 4 }), interval, (list, count, within) => {
        const stretches = crowded(list, count);
        expectNormal(stretches);
        expect(covered(stretches)).toEqual(instants.map((ms) => countAt(list, ms) >= count));
        const inside = instants.filter((ms) => within.startMs <= ms && ms < within.endMs);
        expect(peak(list, within)).toBe(Math.max(0, ...inside.map((ms) => countAt(list, ms))));
      }),
    );
  });

  it('are left as they were handed in', () => {
    const list = [at(5, 9), at(0, 6)];
    normalize(list);
    subtract(list, [at(1, 2)]);
    expect(list).toEqual([at(5, 9), at(0, 6)]);
  });
});

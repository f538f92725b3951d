import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerClock } from '../../src/call/caller-clock.ts';

describe("the call's one clock", () => {
  it('frames in order stand one behind the other', () => {
    const clock = new CallerClock(1_000);
    expect(clock.place(0, 20, 1_010)).toEqual({ kind: 'next', atMs: 0, gapMs: 0 });
    expect(clock.place(20, 20, 1_030)).toEqual({ kind: 'next', atMs: 20, gapMs: 0 });
  });

  it('a hole is named, so that it can become silence', () => {
    const clock = new CallerClock(0);
    clock.place(0, 20, 20);
    expect(clock.place(100, 20, 120)).toEqual({ kind: 'next', atMs: 100, gapMs: 80 });
  });

  it('a frame that comes twice is dropped, one that comes late keeps its place', () => {
    const clock = new CallerClock(0);
    clock.place(0, 20, 20);
    clock.place(40, 20, 60);
    expect(clock.place(40, 20, 61).kind).toBe('duplicate');
    expect(clock.place(20, 20, 62)).toEqual({ kind: 'late', atMs: 20, gapMs: 0 });
  });

  it('a stall of three seconds and its burst leave no hole and do not move the time', () => {
    const clock = new CallerClock(0);
    for (let ts = 0; ts < 1_000; ts += 20) clock.place(ts, 20, ts + 25);
    for (let ts = 1_000; ts < 4_000; ts += 20) {
      expect(clock.place(ts, 20, 4_030).gapMs).toBe(0);
    }
    expect(clock.nowMs(4_030)).toBeGreaterThan(4_015);
    expect(clock.nowMs(4_030)).toBeLessThan(4_030);
  });

  it('a timestamp that jumps by hours is bridged by our own clock', () => {
    const clock = new CallerClock(0);
    for (let ts = 0; ts < 1_000; ts += 20) clock.place(ts, 20, ts + 20);
    const jumped = clock.place(7_200_000, 20, 1_020);
    expect(jumped.atMs).toBe(1_000);
    expect(clock.place(7_200_020, 20, 1_040)).toEqual({ kind: 'next', atMs: 1_020, gapMs: 0 });
  });

  it('jitter of the network never shows as more than a few milliseconds of error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 300, maxLength: 600 }),
        (jitter) => {
          const clock = new CallerClock(0);
          let worst = 0;
          jitter.forEach((late, index) => {
            const trueNow = index * 20 + 20 + (index % 10 === 0 ? 0 : late);
            clock.place(index * 20, 20, trueNow);
            if (index > 20) worst = Math.max(worst, Math.abs(clock.nowMs(trueNow) - trueNow));
          });
          expect(worst).toBeLessThan(3);
        },
      ),
    );
  });

  it('thirty minutes of a clock that runs 100 ppm fast stay within 20 ms', () => {
    const clock = new CallerClock(0);
    let worst = 0;
    for (let index = 0; index < 90_000; index++) {
      const carrierMs = index * 20;
      const ours = (carrierMs + 20) * 1.0001 + (index % 7);
      clock.place(carrierMs, 20, ours);
      worst = Math.max(worst, Math.abs(clock.nowMs(ours) - (carrierMs + 20) - (index % 7)));
    }
    expect(worst).toBeLessThan(20);
  });
});

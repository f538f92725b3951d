import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerAudioRate, createFrameRate } from '../../src/twilio/frame-rate.ts';

const admitAt = (times: number[]) => {
  const rate = createFrameRate(callerAudioRate);
  return times.map((time) => rate.admit(time));
};
const steady = (perSecond: number, seconds: number) =>
  Array.from({ length: perSecond * seconds }, (_, i) => (i * 1_000) / perSecond);

describe('caller frames', () => {
  it('at Twilio’s pace are all admitted, for an hour', () => {
    expect(admitAt(steady(50, 3_600)).every((verdict) => verdict === 'admitted')).toBe(true);
  });

  it('of a five-second stall that arrive at once are all admitted', () => {
    const burst = Array.from({ length: 250 }, () => 60_000);
    expect(admitAt([0, ...burst]).filter((verdict) => verdict !== 'admitted')).toEqual([]);
  });

  it('beyond the burst are dropped and the following ones at normal pace admitted again', () => {
    const burst = Array.from({ length: 300 }, () => 0);
    const verdicts = admitAt([...burst, 20, 40, 60, 80]);
    expect(verdicts.slice(0, 300).filter((verdict) => verdict === 'dropped')).toHaveLength(50);
    expect(verdicts.slice(-3)).toEqual(['admitted', 'admitted', 'admitted']);
  });

  it('at twice the pace become a flood five seconds after the first dropped one, not before', () => {
    const times = steady(120, 20);
    const verdicts = admitAt(times);
    const dropped = times[verdicts.indexOf('dropped')] ?? Number.NaN;
    const flood = times[verdicts.indexOf('flood')] ?? Number.NaN;
    expect(flood - dropped).toBeGreaterThanOrEqual(5_000);
    expect(flood - dropped).toBeLessThan(5_050);
  });

  it('in bursts with quiet times between them are never a flood', () => {
    const times = [0, 10_000, 20_000, 30_000].flatMap((at) =>
      Array.from({ length: 400 }, () => at),
    );
    const verdicts = admitAt(times);
    expect(verdicts).toContain('dropped');
    expect(verdicts).not.toContain('flood');
  });

  it('are never admitted faster than the burst plus the pace, in any stretch of time', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 800 });
    fc.assert(
      fc.property(gaps, fc.nat(), fc.nat(), (steps, one, other) => {
        let now = 0;
        const times = steps.map((step) => (now += step));
        const verdicts = admitAt(times);
        const [from, to] = [one % times.length, other % times.length].sort((a, b) => a - b) as [
          number,
          number,
        ];
        const admitted = verdicts.slice(from, to + 1).filter((v) => v === 'admitted').length;
        const elapsedMs = (times[to] ?? 0) - (times[from] ?? 0);
        expect(admitted).toBeLessThanOrEqual(250 + (elapsedMs * 60) / 1_000 + 1);
      }),
    );
  });
});

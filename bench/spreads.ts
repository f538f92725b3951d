import { createHistogram } from 'node:perf_hooks';
import { nowUs, spreadOf } from './calls/tally.ts';

/** How long each of these takes, in microseconds. */
export async function spreadsOf<Name extends string>(
  works: Record<Name, () => unknown>,
  { warmUps, rounds }: { warmUps: number; rounds: number } = { warmUps: 3, rounds: 30 },
) {
  const names = Object.keys(works) as Name[];
  const histograms = names.map((name) => ({ name, histogram: createHistogram() }));
  // In turn, so that each meets the same machine.
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { name, histogram } of histograms) {
      const began = nowUs();
      await works[name]();
      if (round >= 0) histogram.record(Math.max(1, Math.round(nowUs() - began)));
    }
  }
  const entries = histograms.map(({ name, histogram }) => [name, spreadOf(histogram)] as const);
  return Object.fromEntries(entries) as Record<Name, ReturnType<typeof spreadOf>>;
}

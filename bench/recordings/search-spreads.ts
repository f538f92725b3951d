import { createHistogram } from 'node:perf_hooks';
import { nowUs, spreadOf } from '../calls/tally.ts';

const warmUps = 3;
const rounds = 30;

/** How long each of these takes, in microseconds. */
export async function spreadsOf<Name extends string>(searches: Record<Name, () => unknown>) {
  const names = Object.keys(searches) as Name[];
  const histograms = names.map((name) => ({ name, histogram: createHistogram() }));
  // In turn, so that each meets the same machine.
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const { name, histogram } of histograms) {
      const began = nowUs();
      await searches[name]();
      if (round >= 0) histogram.record(Math.max(1, Math.round(nowUs() - began)));
    }
  }
  const entries = histograms.map(({ name, histogram }) => [name, spreadOf(histogram)] as const);
  return Object.fromEntries(entries) as Record<Name, ReturnType<typeof spreadOf>>;
}

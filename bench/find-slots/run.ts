import type { Spread } from '../calls/tally.ts';
import { measureAlone } from '../fresh-process.ts';

/** Ten thousand bookings and every round together take about 30 s. */
const timeoutMs = 180_000;

export interface FindSlotsResult {
  appointments: number;
  practitioners: number;
  oneNextMs: Spread;
  oneMonthMs: Spread;
  allNextMs: Spread;
  allMonthMs: Spread;
  naiveOneMonthMs: Spread;
  /** Of the medians: the share of the naive search's time. */
  ratio: number;
  foreignCpu: number;
}

export function measureFindSlots(): Promise<FindSlotsResult | undefined> {
  return measureAlone('find-slots', new URL('measure.ts', import.meta.url), timeoutMs);
}

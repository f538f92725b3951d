import type { Spread } from './tally.ts';

export type ServerKind = 'relay' | 'product';

/** One measurement to make, in a fresh generator against a fresh server. */
export interface MeasurementPlan {
  server: ServerKind;
  /** Compiled entry point. */
  main: string;
  calls: number;
  windowSeconds: number;
  /** Pinned to their cores, when the machine has two and `taskset`. */
  serverCore: number | undefined;
  generatorCore: number | undefined;
  profileDirectory?: string | undefined;
}

/** What one measurement found: one JSON line. */
export interface Measurement {
  server: ServerKind;
  calls: number;
  windowSeconds: number;
  /** Only what was sent within the window. */
  framesSent: number;
  framesLost: number;
  framesMisordered: number;
  deltasSent: number;
  deltasLost: number;
  callsLost: number;
  /** Through the server, one way, ms. */
  toModelMs: Spread;
  toCallerMs: Spread;
  cpuSecondsPerCallMinute: number;
  /** Share of one core that the server used. */
  serverCpu: number;
  rssPerCallKiB: number;
  heapPerCallKiB: number;
  /** `speech_started` sent → `clear` received, ms. The relay has none. */
  bargeInMs: Spread;
  /** |what the model was told was heard − what the carrier had played|, ms. */
  cutErrorMs: Spread;
  missedCuts: number;
  unplannedReplies: number;
  /** Recordings on disk that the server calls complete. */
  recordingsComplete: number;
  /** Of the generator's own loop, ms. */
  lagMs: Spread;
  generatorCpu: number;
  /** Cores that other programs used meanwhile. */
  foreignCpu: number;
  /** Why nothing may be concluded from it, if so. */
  void?: string;
}

/** Above this the generator's own delays are measured, not the server's. */
const mostLagMs = 5;

/** Cores. Above this, other programs took time from the server's core or the generator's. */
const mostForeignCpu = 0.4;

export function voidReason(lagMs: Spread, foreignCpu: number): string | undefined {
  if (foreignCpu > mostForeignCpu) return `other programs used ${foreignCpu} cores`;
  return lagMs.p99 > mostLagMs ? `generator lag p99 ${lagMs.p99} ms` : undefined;
}

/** Whether a server holds this many calls: both ways within the limit, nothing lost. */
export const heldDelayMs = 20;

export function holds(one: Measurement): boolean {
  return (
    one.toModelMs.p99 <= heldDelayMs &&
    one.toCallerMs.p99 <= heldDelayMs &&
    one.framesLost + one.deltasLost + one.callsLost === 0
  );
}

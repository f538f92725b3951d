import { holds, type Measurement, type ServerKind } from './measurement.ts';
import type { Measuring } from './measuring.ts';

/** The product refuses more, and the generator would not keep up. */
const mostCalls = 1_000;
/** The search ends when it is known this closely. */
const precision = 0.1;
const mostSteps = 5;

export interface Capacity {
  server: ServerKind;
  /** The most calls that were seen to be held. */
  calls: number;
  /** The fewest that were seen not to be. */
  tooMany: number | undefined;
  /** The generator gave out first: the server holds at least `calls`. */
  isLowerBound: boolean;
}

/**
 * How many calls a server holds on one core. The first step is what the CPU of an earlier measurement suggests; then the
 * interval is halved. A step that fails is made once more, so that a neighbour's noise does not decide.
 */
export async function findCapacity(
  measuring: Measuring,
  server: ServerKind,
  options: { windowSeconds: number; serverCpuPerCall: number },
): Promise<Capacity> {
  const guess = Math.round(0.8 / options.serverCpuPerCall / 10) * 10;
  let calls = Math.min(mostCalls, Math.max(20, guess));
  let held = 0;
  let tooMany: number | undefined;
  let isLowerBound = false;
  for (let step = 0; step < mostSteps; step += 1) {
    const found = await tryTwice(measuring, server, calls, options.windowSeconds);
    if (found && holds(found)) {
      held = calls;
      isLowerBound = calls >= mostCalls;
    } else {
      tooMany = calls;
      isLowerBound = found?.void !== undefined;
    }
    const next =
      tooMany === undefined ? held * 1.2 : held === 0 ? tooMany * 0.75 : (held + tooMany) / 2;
    if (held >= mostCalls || (tooMany !== undefined && tooMany - held <= tooMany * precision))
      break;
    calls = Math.min(mostCalls, Math.round(next / 5) * 5);
  }
  return { server, calls: held, tooMany, isLowerBound };
}

async function tryTwice(
  measuring: Measuring,
  server: ServerKind,
  calls: number,
  windowSeconds: number,
): Promise<Measurement | undefined> {
  const first = await measuring.measure(server, { calls, windowSeconds });
  if (first && holds(first)) return first;
  const second = await measuring.measure(server, { calls, windowSeconds });
  return second && holds(second) ? second : (first ?? second);
}

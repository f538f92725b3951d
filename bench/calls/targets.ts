import type { Capacity } from './capacity.ts';
import type { Measurement } from './measurement.ts';

export interface Verdict {
  target: string;
  measured: string;
  reached: boolean | undefined;
}

const mostCpuRatio = 1.5;
const leastCapacityRatio = 0.65;
const mostBargeInMs = 5;
const mostCutErrorMs = 20;
const mostMemoryKiB = 200;

/** The targets of the calls, each with what was measured; `undefined` when it could not be decided. */
export function judge(
  measurements: readonly Measurement[],
  capacities: readonly Capacity[],
): Verdict[] {
  const sound = measurements.filter((one) => one.void === undefined);
  const product = sound.filter((one) => one.server === 'product');
  const cpu = cpuRatio(sound);
  const held = capacityRatio(capacities);
  // What is asked of every call is asked at the loads that are promised, not in the search for the breaking point.
  const moderate = product.filter((one) => one.calls <= mostModerateCalls);
  return [
    verdict(`CPU per call-minute ≤ ${mostCpuRatio} × relay`, cpu, (r) => r <= mostCpuRatio, '×'),
    verdict(
      `calls held on one core ≥ ${leastCapacityRatio} × relay`,
      held,
      (ratio) => ratio >= leastCapacityRatio,
      '×',
    ),
    ...loadsOf(moderate).map((calls) =>
      verdict(
        `speech_started → clear p99 ≤ ${mostBargeInMs} ms, ${calls} calls`,
        median(moderate.filter((one) => one.calls === calls).map((one) => one.bargeInMs.p99)),
        (ms) => ms <= mostBargeInMs,
        'ms',
      ),
    ),
    verdict(
      `truncation within ${mostCutErrorMs} ms of what was played, always`,
      largest(moderate.map((one) => one.cutErrorMs.max)),
      (ms) => ms <= mostCutErrorMs,
      'ms',
    ),
    verdict(
      `memory per call ≤ ${mostMemoryKiB} KiB`,
      memoryPerCall(product),
      (kib) => kib <= mostMemoryKiB,
      'KiB',
    ),
    verdict(
      `memory that each further call adds ≤ ${mostMemoryKiB} KiB`,
      memoryOfFurtherCall(product),
      (kib) => kib <= mostMemoryKiB,
      'KiB',
    ),
  ];
}

const mostModerateCalls = 200;

/** Of the measurements with the same number of calls, one by one in the order they were made. */
export function cpuRatio(measurements: readonly Measurement[]): number | undefined {
  const of = (server: string) => measurements.filter((one) => one.server === server);
  const ratios: number[] = [];
  for (const product of of('product')) {
    const relays = of('relay').filter((relay) => relay.calls === product.calls);
    const relay = median(relays.map((one) => one.cpuSecondsPerCallMinute));
    if (relay) ratios.push(product.cpuSecondsPerCallMinute / relay);
  }
  return median(ratios);
}

function capacityRatio(capacities: readonly Capacity[]): number | undefined {
  const relay = capacities.find((one) => one.server === 'relay');
  const product = capacities.find((one) => one.server === 'product');
  return relay && product && relay.calls > 0 ? product.calls / relay.calls : undefined;
}

/** At the largest load below the search, so that what is there once for all calls weighs least. */
function memoryPerCall(product: readonly Measurement[]): number | undefined {
  const moderate = product.filter((one) => one.calls <= mostModerateCalls);
  const most = largest(moderate.map((one) => one.calls));
  return median(moderate.filter((one) => one.calls === most).map((one) => one.rssPerCallKiB));
}

function loadsOf(measurements: readonly Measurement[]): number[] {
  return [...new Set(measurements.map((one) => one.calls))].sort((a, b) => a - b);
}

/** Between the smallest and the largest load: without what is there once for all calls. */
function memoryOfFurtherCall(product: readonly Measurement[]): number | undefined {
  const moderate = product.filter((one) => one.calls <= mostModerateCalls);
  const loads = loadsOf(moderate);
  const [least, most] = [loads[0], loads.at(-1)];
  if (least === undefined || most === undefined || least === most) return undefined;
  const whole = (calls: number) =>
    calls *
    (median(moderate.filter((one) => one.calls === calls).map((one) => one.rssPerCallKiB)) ?? 0);
  return (whole(most) - whole(least)) / (most - least);
}

function verdict(
  target: string,
  value: number | undefined,
  isReached: (value: number) => boolean,
  unit: string,
): Verdict {
  if (value === undefined) return { target, measured: 'not measured', reached: undefined };
  return {
    target,
    measured: `${Math.round(value * 100) / 100} ${unit}`,
    reached: isReached(value),
  };
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)];
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

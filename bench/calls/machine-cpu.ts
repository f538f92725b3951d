import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A machine is quiet when all programs together use less than this of one core. */
const quietShare = 0.2;
const lookMs = 1_000;
/** Measured anyway after this; what other programs used stands beside the result. */
const longestWaitMs = 20_000;

/** Busy time of all cores together. */
export function machineCpuMs(): number {
  try {
    // proc(5): user nice system idle iowait irq softirq steal …, in hundredths of a second.
    const [, ...ticks] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = ticks.map(Number);
    return (user + nice + system + irq + softirq) * 10;
  } catch {
    return cpus().reduce(
      (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
      0,
    );
  }
}

/** Waits for other programs to rest, for a while. */
export async function quietMachine(): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestWaitMs; waitedMs += lookMs) {
    const before = machineCpuMs();
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    if (machineCpuMs() - before < quietShare * lookMs) return;
  }
}

import { loadavg } from 'node:os';

/** Programs that wanted a core during the last minute, ours among them: 1 is a machine of our own. */
export function loadNow(): number {
  return Math.round(10 * (loadavg()[0] ?? 0)) / 10;
}

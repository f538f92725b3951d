/** The only reader of time. `monotonicMs` never jumps (durations, timers); `wallMs` is the date a person would read. */
export interface Clock {
  /** Milliseconds, fractional, from an arbitrary origin. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch, whole. */
  wallMs(): number;
}

/** @param startsAt epoch ms at which the clock begins (sandbox only, `SANDBOX_NOW`); it runs at normal speed from there. */
export function createClock(startsAt?: number): Clock {
  const monotonicMs = () => performance.now();
  if (startsAt === undefined) return { monotonicMs, wallMs: () => Date.now() };
  const origin = performance.now();
  return { monotonicMs, wallMs: () => startsAt + Math.floor(performance.now() - origin) };
}

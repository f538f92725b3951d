import type { Spread } from '../calls/tally.ts';
import { measureAlone } from '../fresh-process.ts';
import type { Bookings } from './steady-booker.ts';

/** Three times twenty seconds of bookings, and the calls beside the last of them, take about 90 s. */
const timeoutMs = 300_000;

export interface BookingResult {
  seconds: number;
  alone: Bookings;
  files: number;
  withFiles: Bookings;
  calls: number;
  besideCalls: Bookings;
  callsMeanwhile: { toModelMs: Spread; toCallerMs: Spread; serverCpu: number; foreignCpu: number };
}

export function measureBooking(): Promise<BookingResult | undefined> {
  return measureAlone('booking', new URL('measure.ts', import.meta.url), timeoutMs);
}

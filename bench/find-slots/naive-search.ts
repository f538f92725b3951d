import type { Bookable, ClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import { openingsFor } from '../../src/scheduling/offer.ts';
import type { Claim } from '../../src/scheduling/reservation-record.ts';
import { month, nowMs } from './full-agenda.ts';

const minuteMs = 60_000;

/**
 * The floor to compare with: what one would write first. The rules are worked out, every time of the month is made, and
 * each is compared with every appointment there is.
 */
export function naiveFind(agenda: ClinicAgenda, { plan }: Bookable, busy: readonly Claim[]) {
  const { durationMinutes, stepMinutes } = plan.needs;
  const resource = plan.needs.resources[0]?.[0]?.id;
  const free: number[] = [];
  for (const { startMs, endMs } of openingsFor(plan, month, agenda.calendar)) {
    const lastMs = (endMs ?? startMs) - durationMinutes * minuteMs;
    for (let atMs = startMs; atMs <= lastMs; atMs += stepMinutes * minuteMs) {
      const untilMs = atMs + durationMinutes * minuteMs;
      const isTaken = busy.some(
        (one) => one.resource === resource && one.startMs < untilMs && atMs < one.endMs,
      );
      if (!isTaken && atMs > nowMs) free.push(atMs);
    }
  }
  return free;
}

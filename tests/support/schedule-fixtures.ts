import { createId } from '../../src/platform/id.ts';
import type { Claim, Reservation } from '../../src/scheduling/reservation-record.ts';
import {
  fits,
  type ReserveRequest,
  type ScheduleStore,
} from '../../src/scheduling/schedule-store.ts';

const minute = 60_000;
/** A Monday, 8:00 in Fortaleza. */
export const monday = Date.parse('2026-11-30T08:00-03:00');
export const before = Date.parse('2026-11-20T12:00-03:00');

/** Minutes are counted from that Monday, 8:00. */
export function claim(from = 0, until = 30, more: Partial<Claim> = {}): Claim {
  const times = { startMs: monday + from * minute, endMs: monday + until * minute };
  return { resource: 'practitioner:ana', capacity: 1, ...times, ...more };
}

export function reserveRequest(more: Partial<ReserveRequest> = {}): ReserveRequest {
  const id = more.id ?? createId();
  const claims = more.claims ?? [claim()];
  const [first = claim()] = claims;
  const { startMs, endMs } = first;
  return {
    id,
    key: `reserve/${id}`,
    clinic: 'aurora',
    holder: 'call-1',
    items: [{ service: 'consulta', practitioner: 'ana', startMs, endMs }],
    claims,
    nowMs: before,
    holdExpiresAtMs: before + 3 * minute,
    ...more,
  };
}

export const seen = ({ id, version }: Pick<Reservation, 'id' | 'version'>, op: string) => ({
  id,
  version,
  key: `${op}/${id}/${version}`,
  nowMs: before + 1,
});

/** Holds and books; fails the test when it cannot. */
export async function book(store: ScheduleStore, more: Partial<ReserveRequest> = {}) {
  const held = await store.reserve(reserveRequest(more));
  if (held.outcome !== 'done') throw new Error(`not held: ${held.outcome}`);
  const booked = await store.confirm(seen(held.reservation, 'confirm'));
  if (booked.outcome !== 'done') throw new Error(`not booked: ${booked.outcome}`);
  return booked.reservation;
}

/** Claims that break the rule among these reservations; a hold does not stand in the way of what it replaces. */
export function clashesIn(reservations: readonly Reservation[]): Claim[] {
  const live = reservations.filter(({ status }) => status !== 'cancelled');
  return live.flatMap((one) => {
    const others = live.filter(
      (other) =>
        other.id !== one.id && other.id !== one.replaces?.id && other.replaces?.id !== one.id,
    );
    return one.claims.filter(
      (mine) =>
        !fits(
          mine,
          others.flatMap(({ claims }) => claims),
        ),
    );
  });
}

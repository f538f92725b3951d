import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import { createId } from '../platform/id.ts';
import { type Claim, longestClaimMs, type Reservation } from '../scheduling/reservation-record.ts';
import { boundaryOf } from '../scheduling/wall-time.ts';
import { blockReasonOf, blockService } from './agenda-block.ts';
import { practitionerResource, roomResource } from './agenda-lane.ts';
import type { AppointmentLine, BlockReason } from './agenda-view.ts';
import { appointmentLine } from './appointment-summary.ts';
import type { DeskParts } from './desk-booking.ts';

/** Closed in one go, days. Longer absences belong into the clinic's file. */
export const longestBlockDays = 31;
/** Between taking the time and closing it, ms: what dies in between leaves nothing behind. */
const settleMs = 60_000;

export interface NewBlock {
  kind: 'practitioner' | 'room';
  lane: string;
  /** `YYYY-MM-DD` and `HH:MM` in the clinic's zone. */
  from: { date: string; time: string };
  until: { date: string; time: string };
  reason: BlockReason;
  /** Of the person at the desk. */
  by: string;
}

export type BlockAnswer =
  | { outcome: 'blocked'; id: string }
  /** These are in the way: they are moved or called off first. `held`: times that somebody is being offered. */
  | { outcome: 'occupied'; appointments: AppointmentLine[]; held: number }
  | { outcome: 'unknown-lane' | 'wrong-time' | 'changed' };

/** Closes time of a practitioner or a room: wholly or not at all, and nothing that is booked is touched. */
export async function blockTime(
  { appointments, schedule, clock }: DeskParts,
  agenda: ClinicAgenda,
  wish: NewBlock,
): Promise<BlockAnswer> {
  const { clinic } = agenda;
  const resource = resourceOf(agenda, wish);
  if (!resource) return { outcome: 'unknown-lane' };
  const startMs = boundaryOf(wish.from.date, wish.from.time, clinic.timeZone);
  const endMs = boundaryOf(wish.until.date, wish.until.time, clinic.timeZone);
  if (startMs >= endMs || endMs - startMs > longestBlockDays * longestClaimMs)
    return { outcome: 'wrong-time' };
  const id = createId();
  const nowMs = clock.wallMs();
  const answer = await schedule.reserve({
    id,
    key: `block/${id}`,
    clinic: clinic.id,
    holder: `staff-${wish.by}`,
    items: [
      {
        service: blockService(wish.reason),
        practitioner: wish.kind === 'practitioner' ? wish.lane : null,
        startMs,
        endMs,
      },
    ],
    claims: claimsOf(resource, startMs, endMs),
    holdExpiresAtMs: nowMs + settleMs,
    nowMs,
  });
  if (answer.outcome === 'taken') {
    const query = { resources: [resource], startMs, endMs, nowMs };
    return occupied(await schedule.within(query), appointments);
  }
  if (answer.outcome !== 'done') return { outcome: 'changed' };
  const { version } = answer.reservation;
  const done = await schedule.confirm({ id, version, key: `confirm/${id}/${version}`, nowMs });
  return done.outcome === 'done' ? { outcome: 'blocked', id } : { outcome: 'changed' };
}

/** Opens it again. */
export async function unblockTime(
  { schedule, clock }: DeskParts,
  agenda: ClinicAgenda,
  id: string,
): Promise<'unblocked' | 'not-found' | 'changed'> {
  const found = await schedule.find(id);
  if (!found || found.clinic !== agenda.clinic.id || !blockReasonOf(found.items))
    return 'not-found';
  if (found.status === 'cancelled') return 'unblocked';
  const { version } = found;
  const key = `unblock/${id}/${version}`;
  const answer = await schedule.release({ id, version, key, nowMs: clock.wallMs() });
  return answer.outcome === 'done' ? 'unblocked' : 'changed';
}

function resourceOf({ clinic }: ClinicAgenda, { kind, lane }: NewBlock): string | undefined {
  const known = kind === 'room' ? clinic.rooms : clinic.practitioners;
  if (!known.some(({ id }) => id === lane)) return undefined;
  return kind === 'room' ? roomResource(clinic.id, lane) : practitionerResource(clinic.id, lane);
}

/** A claim is a day at most. */
function claimsOf(resource: string, startMs: number, endMs: number): Claim[] {
  const claims: Claim[] = [];
  for (let fromMs = startMs; fromMs < endMs; fromMs += longestClaimMs)
    claims.push({
      resource,
      startMs: fromMs,
      endMs: Math.min(endMs, fromMs + longestClaimMs),
      capacity: 1,
    });
  return claims;
}

async function occupied(
  inTheWay: readonly Reservation[],
  appointments: DeskParts['appointments'],
): Promise<BlockAnswer> {
  const lines: AppointmentLine[] = [];
  let held = 0;
  for (const { id, status } of inTheWay) {
    const found = await appointments.find(id);
    if (found) lines.push(appointmentLine(found));
    else if (status === 'pending') held += 1;
  }
  return { outcome: 'occupied', appointments: lines, held };
}

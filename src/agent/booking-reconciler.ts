import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { type AppointmentStore, hasPlace } from '../scheduling/appointment-store.ts';
import type { Reservation } from '../scheduling/reservation-record.ts';
import { countsAt, type ScheduleStore } from '../scheduling/schedule-store.ts';
import { addDays, wallTimeOf } from '../scheduling/wall-time.ts';
import { type Pause, unhurried } from './appointment-rewrite.ts';

/** Days gone by that are looked at again: a machine that stood still over the holidays finds its work. */
const daysBack = 14;
const lastDay = '9999-12-31';
/** Looked up at once, so that an agenda in a database is not asked one by one. */
const atOnce = 16;
/** After so many the agenda itself is ill: start-up is not held up by asking it thousands of times. */
const mostFailures = 20;

/** How many appointments were looked at, and what became of them; `failed` ones are tried at the next start. */
export interface Reconciled {
  checked: number;
  booked: number;
  cancelled: number;
  failed: number;
}

type Agenda = Pick<ScheduleStore, 'confirm' | 'find' | 'swap'>;

/**
 * Makes appointments say what the agenda says. A booking is first written as `pending`, then confirmed in the agenda,
 * which is the truth of it, then written as `booked`: a process that dies in between leaves the rest to this one.
 * Done at start and now and then; doing it again changes nothing more. What is held by then is looked at once more when that is over: a
 * conversation that died with the process before this one will not come back to it.
 */
export async function reconcileBookings(parts: {
  appointments: AppointmentStore;
  schedule: Agenda;
  nowMs: number;
  log: Log;
  pause?: Pause;
  /** What the agenda changed less than this ago is left to whoever is writing it down, ms, and looked at again after it. At the start of the only server nobody is. */
  leaveRecentMs?: number;
}): Promise<Reconciled> {
  const { appointments, nowMs, log } = parts;
  const from = addDays(wallTimeOf(nowMs, 'UTC').date, -daysBack);
  const listed = await appointments.list({ from, to: lastDay });
  const unsettled = listed.filter(isUnsettled);
  const successors = new Map<string, Appointment[]>();
  for (const one of listed) {
    if (one.replaces === null) continue;
    successors.set(one.replaces, [...(successors.get(one.replaces) ?? []), one]);
  }
  const counts: Reconciled = { checked: 0, booked: 0, cancelled: 0, failed: 0 };
  let heldUntilMs = nowMs;
  for (let i = 0; i < unsettled.length && counts.failed < mostFailures; i += atOnce) {
    const batch = unsettled.slice(i, i + atOnce);
    counts.checked += batch.length;
    const settled = await Promise.all(
      batch.map((one) => settleOne(parts, one, successors.get(one.id) ?? [])),
    );
    for (const outcome of settled) {
      if (typeof outcome === 'number') heldUntilMs = Math.max(heldUntilMs, outcome);
      else if (outcome !== 'same') counts[outcome] += 1;
    }
  }
  if (counts.booked + counts.cancelled + counts.failed > 0) {
    log.warn({ ...counts }, 'appointments were compared with the agenda and corrected');
  }
  if (heldUntilMs > nowMs) void reconcileLater(parts, heldUntilMs);
  return counts;
}

async function reconcileLater(
  parts: Parameters<typeof reconcileBookings>[0],
  nowMs: number,
): Promise<void> {
  const { pause = unhurried, log } = parts;
  try {
    await pause(nowMs - parts.nowMs);
    await reconcileBookings({ ...parts, nowMs });
  } catch (error) {
    log.error({ error: errorSummary(error) }, 'appointments were not compared again');
  }
}

/**
 * What an appointment becomes, given its reservation; `undefined`: it stays as it is. A booked one without a
 * reservation stays, because nothing says that its place was given up.
 */
function settledBy(
  kept: Appointment,
  reservation: Reservation | undefined,
  nowMs: number,
): Appointment | undefined {
  if (!isUnsettled(kept)) return undefined;
  if (reservation?.endedBecause === 'replaced') return cancelled(kept, 'rescheduled', nowMs);
  if (kept.status === 'booked') {
    return reservation?.status === 'cancelled' ? cancelled(kept, 'unknown', nowMs) : undefined;
  }
  if (reservation?.status === 'booked') return { ...kept, status: 'booked' };
  const isHeld = reservation !== undefined && countsAt(reservation, nowMs);
  return isHeld ? undefined : cancelled(kept, 'not-completed', nowMs);
}

/** Without services it is a request of an earlier version: the clinic's people decide about it, no place is held. */
function isUnsettled({ status, items }: Appointment): boolean {
  return (status === 'pending' || status === 'booked') && items.length > 0;
}

/** @returns what became of it, or until when it is held or left to somebody else, epoch ms */
async function settleOne(
  parts: Parameters<typeof reconcileBookings>[0],
  seen: Appointment,
  successors: readonly Appointment[],
): Promise<'booked' | 'cancelled' | 'failed' | 'same' | number> {
  const { appointments, schedule, nowMs, log } = parts;
  try {
    const reservation = await bookedAgain(schedule, seen, await schedule.find(seen.id));
    if (hasLostItsPlace(seen, reservation)) {
      log.error({ appointmentId: seen.id }, 'a booked appointment has no place in the agenda');
    }
    const leftUntilMs = (reservation?.changedAtMs ?? 0) + (parts.leaveRecentMs ?? 0);
    const isLeft = nowMs < leftUntilMs;
    if (!settledBy(seen, reservation, nowMs)) {
      const isHeld = seen.status === 'pending' && reservation !== undefined;
      return isHeld && !isLeft ? reservation.holdExpiresAtMs : 'same';
    }
    if (isLeft) return leftUntilMs;
    const replacedBy =
      reservation?.endedBecause === 'replaced' ? await takerOf(schedule, successors) : null;
    const answer = await appointments.update(seen.id, (kept) => {
      const settled = settledBy(kept, reservation, nowMs);
      return settled ? { ...settled, replacedBy: settled.replacedBy ?? replacedBy } : kept;
    });
    const status = answer.outcome === 'updated' ? answer.appointment.status : undefined;
    return status === 'booked' || status === 'cancelled' ? status : 'same';
  } catch (error) {
    log.error(
      { appointmentId: seen.id, error: errorSummary(error) },
      'an appointment was not compared',
    );
    return 'failed';
  }
}

/**
 * `booked` is only ever written after the agenda booked it durably: a place that is held all the same lost its last line
 * to the disk. Nobody else has it yet, so it is booked again, as of the last moment of its hold.
 */
async function bookedAgain(
  schedule: Agenda,
  { status }: Appointment,
  reservation: Reservation | undefined,
): Promise<Reservation | undefined> {
  if (status !== 'booked' || reservation?.status !== 'pending') return reservation;
  const { id, version, replaces, holdExpiresAtMs } = reservation;
  const change = { id, version, key: `confirm/${id}/${version}`, nowMs: holdExpiresAtMs - 1 };
  const answer = await (replaces ? schedule.swap(change) : schedule.confirm(change));
  return answer.outcome === 'done' ? answer.reservation : reservation;
}

/** Somebody else may be given its time. */
function hasLostItsPlace(seen: Appointment, reservation: Reservation | undefined): boolean {
  const isWithout = reservation === undefined || reservation.status === 'pending';
  return isWithout && hasPlace(seen);
}

/** The one whose place was really taken instead: attempts that came to nothing also say what they would replace. */
async function takerOf(
  schedule: Pick<ScheduleStore, 'find'>,
  successors: readonly Appointment[],
): Promise<string | null> {
  for (const { id } of successors) {
    const reservation = await schedule.find(id);
    if (reservation?.status === 'booked' || reservation?.endedBecause === 'replaced') return id;
  }
  return null;
}

function cancelled(
  kept: Appointment,
  reason: NonNullable<Appointment['cancellation']>['reason'],
  nowMs: number,
): Appointment {
  const at = new Date(nowMs).toISOString();
  return {
    ...kept,
    status: 'cancelled',
    cancellation: { reason, callId: null, recordingMs: null, at },
  };
}

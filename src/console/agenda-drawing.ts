import { Temporal } from 'temporal-polyfill';
import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import { openStretches } from '../agent/opening-hours.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { type Interval, intersect, overlaps, subtract } from '../scheduling/interval.ts';
import { openingsFor } from '../scheduling/offer.ts';
import type { Opening } from '../scheduling/recurrence.ts';
import type { Claim, Reservation } from '../scheduling/reservation-record.ts';
import { addDays, boundaryOf } from '../scheduling/wall-time.ts';
import { blockReasonOf } from './agenda-block.ts';
import { closedDay, closedLane, type Lane, lanesOf } from './agenda-lane.ts';
import type {
  AgendaDay,
  AgendaView,
  AppointmentEntry,
  LaneEntry,
  LaneOpening,
} from './agenda-view.ts';

const minuteMs = 60_000;

/** What the drawing is made of. */
export interface AgendaFacts {
  /** Those that count now, of all lanes. */
  reservations: readonly Reservation[];
  /** Of these days, and of the reservations. */
  appointments: readonly Appointment[];
  nowMs: number;
}

/** Days one after another from `from`, `YYYY-MM-DD`. */
export interface AgendaQuestion {
  from: string;
  days: number;
  by: 'practitioner' | 'room';
}

/** Pure: the agenda of these days as staff see it. */
export function drawAgenda(
  agenda: ClinicAgenda,
  { from, days: count, by }: AgendaQuestion,
  facts: AgendaFacts,
): AgendaView {
  const { clinic } = agenda;
  const days = Array.from({ length: count }, (_, i) => dayOf(agenda, addDays(from, i)));
  const lanes = lanesOf(agenda, by).map((lane) => ({
    id: lane.id,
    kind: lane.kind,
    name: lane.name,
    days: days.map((day) => laneDay(agenda, lane, day, facts)),
  }));
  const { id, name, timeZone } = clinic;
  return { clinic: { id, name, timeZone }, by, days, lanes, nowMs: facts.nowMs };
}

function dayOf({ clinic }: ClinicAgenda, date: string): AgendaDay {
  const hours = openStretches(clinic, Temporal.PlainDate.from(date));
  return {
    date,
    hours: hours ?? null,
    closed: closedDay(clinic, date, hours),
    startMs: boundaryOf(date, '00:00', clinic.timeZone),
    endMs: boundaryOf(addDays(date, 1), '00:00', clinic.timeZone),
  };
}

function laneDay(agenda: ClinicAgenda, lane: Lane, day: AgendaDay, facts: AgendaFacts) {
  const { date } = day;
  const claims = facts.reservations
    .flatMap((one) => one.claims)
    .filter((claim) => lane.resources.includes(claim.resource) && overlaps(claim, day));
  const openings = openingsIn(agenda, lane, date, claims, facts.nowMs);
  return {
    date,
    closed: openings.length > 0 ? null : closedLane(agenda.clinic, lane, date, day.closed),
    openings,
    entries: entriesIn(lane, day, facts),
  };
}

function openingsIn(
  { calendar }: ClinicAgenda,
  lane: Lane,
  date: string,
  claims: readonly Claim[],
  nowMs: number,
): LaneOpening[] {
  const found = new Map<string, LaneOpening>();
  for (const { plan } of lane.bookables) {
    for (const opening of openingsFor(plan, { from: date, to: date }, calendar)) {
      const drawn = openingOf(opening, plan.needs.durationMinutes, lane, claims, nowMs);
      const key = `${drawn.startMs}/${opening.endMs}/${drawn.mode}`;
      const known = found.get(key);
      if (!known || known.endMs < drawn.endMs) found.set(key, drawn);
    }
  }
  return [...found.values()].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

function openingOf(
  { mode, startMs, endMs: ends, places }: Opening,
  durationMinutes: number,
  lane: Lane,
  claims: readonly Claim[],
  nowMs: number,
): LaneOpening {
  const endMs = ends ?? startMs + durationMinutes * minuteMs;
  const whole = { startMs, endMs };
  const here = claims.filter((claim) => overlaps(claim, whole));
  // Several services of the team have places of their own each; a room is shared by those who use it.
  if (lane.kind !== 'practitioner') return { ...whole, mode, places: null, free: left(whole) };
  if (mode === 'appointed') return { ...whole, mode, places: null, free: left(whole, here) };
  const all = Math.min(places ?? 1, ...here.map(({ capacity }) => capacity));
  const taken = here.length;
  return { ...whole, mode, places: { all, taken }, free: taken < all ? left(whole) : [] };

  function left(stretch: Interval, busy: readonly Claim[] = []): Interval[] {
    const ahead = [{ startMs: nowMs, endMs: Math.max(nowMs, stretch.endMs) }];
    return intersect(subtract([stretch], busy), ahead);
  }
}

function entriesIn(lane: Lane, day: AgendaDay, facts: AgendaFacts): LaneEntry[] {
  const byId = new Map(facts.appointments.map((one) => [one.id, one]));
  const placed = facts.reservations.flatMap((one) => {
    const claims = one.claims.filter(
      (claim) => lane.resources.includes(claim.resource) && overlaps(claim, day),
    );
    return claims.length > 0 ? entriesOf(one, claims, byId.get(one.id)) : [];
  });
  const drawn = new Set(placed.map(({ id }) => id));
  const reserved = new Set(facts.reservations.map(({ id }) => id));
  // What other programs wrote has no place in the agenda, and is seen all the same.
  const rest = facts.appointments.filter(
    (one) => !drawn.has(one.id) && !reserved.has(one.id) && lane.kind !== 'room',
  );
  const without = rest.flatMap((one) =>
    appointmentEntries(one).filter(
      (entry) => entry.practitionerId === lane.owner && overlaps(entry, day),
    ),
  );
  return [...placed, ...without].sort(
    (a, b) => a.startMs - b.startMs || a.endMs - b.endMs || (a.id < b.id ? -1 : 1),
  );
}

function entriesOf(
  { id, status, items, holdExpiresAtMs }: Reservation,
  claims: readonly Claim[],
  appointment: Appointment | undefined,
): LaneEntry[] {
  const reason = blockReasonOf(items);
  if (reason)
    return claims.map(({ startMs, endMs }) => ({ kind: 'block', id, startMs, endMs, reason }));
  const isInside = ({ startMs, endMs }: Interval) =>
    claims.some((claim) => claim.startMs <= startMs && endMs <= claim.endMs);
  const entries = appointment ? appointmentEntries(appointment).filter(isInside) : [];
  if (entries.length > 0) return entries;
  if (status !== 'pending') return [];
  return items
    .filter(isInside)
    .map(({ startMs, endMs }) => ({ kind: 'hold', id, startMs, endMs, untilMs: holdExpiresAtMs }));
}

function appointmentEntries(appointment: Appointment): AppointmentEntry[] {
  const { id, status, items, patient, bookedBy, confirmation } = appointment;
  if (status === 'cancelled') return [];
  return items.map((item, index) => ({
    kind: 'appointment',
    id,
    item: index,
    items: items.length,
    startMs: Date.parse(item.startsAt),
    endMs: Date.parse(item.endsAt),
    mode: item.mode,
    status,
    patient: patient.name,
    service: item.service,
    serviceId: item.serviceId,
    practitionerId: item.professionalId,
    byStaff: bookedBy !== undefined,
    answer: confirmation?.answer ?? null,
  }));
}

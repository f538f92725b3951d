import type { Bookable, ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { Booking } from '../scheduling/booking.ts';
import { addDays, wallTimeOf } from '../scheduling/wall-time.ts';
import type { RequestView, SlotView, WaitingView } from './agenda-view.ts';
import { slotView } from './desk-booking.ts';

/** Open requests that are looked through; a clinic with more has other worries. */
const mostOpen = 500;
/** Days in which a place for somebody who waits is looked for. */
const daysAhead = 60;

type Wish = NonNullable<StaffRequest['wish']>;

/** Everybody who waits at a clinic, who asked first first. */
export async function waitersOf(
  requests: Pick<StaffRequestStore, 'list'>,
  clinic: string,
): Promise<StaffRequest[]> {
  const open = await requests.list({ clinic, status: 'open', limit: mostOpen });
  return open.filter(({ kind, wish }) => kind === 'waiting-list' && wish !== null).reverse();
}

/** Who waits for what this appointment gave up. */
export async function waitersFor(
  requests: Pick<StaffRequestStore, 'list'>,
  { clinic, items }: Appointment,
): Promise<{ id: string; name: string; phone: string | null; when: string | null }[]> {
  const waiting = await waitersOf(requests, clinic);
  return waiting
    .filter(({ wish }) => wish && items.some((item) => isWanted(wish, item)))
    .map(({ id, name, phone, wish }) => ({ id, name, phone, when: wish?.when ?? null }));
}

/** Pure: an exam stands for all of its variants, nobody named for everybody. */
function isWanted(
  { serviceId, professionalId }: Wish,
  item: { serviceId: string; professionalId: string | null },
): boolean {
  const isService = item.serviceId === serviceId || item.serviceId.startsWith(`${serviceId}/`);
  return isService && (professionalId === null || professionalId === item.professionalId);
}

/** What they could be booked for. */
export function wantedBookables({ bookables }: ClinicAgenda, wish: Wish): Bookable[] {
  return bookables.filter(({ serviceId, practitionerId }) =>
    isWanted(wish, { serviceId, professionalId: practitionerId }),
  );
}

/** The next place that somebody who waits could have. */
export async function nextFree(
  agenda: ClinicAgenda,
  booking: Pick<Booking, 'find'>,
  wish: Wish,
  nowMs: number,
): Promise<SlotView | null> {
  const { timeZone } = agenda.clinic;
  const from = wallTimeOf(nowMs, timeZone).date;
  const range = { from, to: addDays(from, daysAhead) };
  let first: SlotView | null = null;
  for (const { id, plan } of wantedBookables(agenda, wish)) {
    const answer = await booking.find({ plan, range, limit: 1 }, nowMs);
    const [slot] = answer.outcome === 'found' ? answer.slots : [];
    if (slot && (first === null || slot.startMs < first.startMs))
      first = slotView(id, slot, timeZone);
  }
  return first;
}

/** Somebody who waited got a place: their request is done. */
export async function doneByBooking(
  requests: Pick<StaffRequestStore, 'find' | 'change'>,
  id: string,
  clinic: string,
  { userId, name }: { userId: string; name: string },
  nowMs: number,
): Promise<void> {
  const found = await requests.find(id);
  if (found?.clinic !== clinic) return;
  const taken = { by: userId, name, at: new Date(nowMs).toISOString() };
  await requests.change(id, (kept) => ({ ...kept, status: 'done', taken }));
}

/** Pure. @param next free place @param me whose page it is */
export function waitingView(one: StaffRequest, next: SlotView | null, me: string): WaitingView {
  const { id, protocol, timestamp, name, phone, wish, text, taken } = one;
  return {
    id,
    protocol,
    since: timestamp,
    name,
    phone,
    service: wish?.service ?? '',
    serviceId: wish?.serviceId ?? '',
    practitioner: wish?.professional ?? null,
    practitionerId: wish?.professionalId ?? null,
    when: wish?.when ?? null,
    notes: text,
    callId: callOf(one),
    taken: takenView(taken, me),
    nextFree: next,
  };
}

/** Pure. @param me whose page it is */
export function requestView(one: StaffRequest, me: string): RequestView {
  const { id, protocol, kind, status, timestamp, channel, name, phone, cpf, text } = one;
  return {
    id,
    protocol,
    kind,
    status,
    at: timestamp,
    channel,
    name,
    phone,
    cpf,
    text,
    service: one.wish?.service ?? null,
    isUrgent: one.isUrgent,
    callId: callOf(one),
    atS: one.recordingMs === null ? null : Math.floor(one.recordingMs / 1000),
    taken: takenView(one.taken, me),
  };
}

function callOf({ channel, conversationId }: StaffRequest): string | null {
  return channel === 'voice' ? conversationId : null;
}

function takenView(taken: StaffRequest['taken'], me: string) {
  return taken ? { name: taken.name, at: taken.at, mine: taken.by === me } : null;
}

import { type Pause, unhurried } from '../agent/appointment-rewrite.ts';
import { commitBooking } from '../agent/booking-commit.ts';
import type { Bookable, ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { HeldVisit, OfferedSlot, PatientDraft, Payment } from '../agent/conversation-state.ts';
import { draftOf } from '../agent/patient-draft.ts';
import { nearestSlots } from '../agent/slot-search.ts';
import { callOff, type StaffCancelAnswer } from '../agent/staff-cancellation.ts';
import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { Log } from '../platform/log.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { Slot } from '../scheduling/availability.ts';
import { type Booking, createBooking } from '../scheduling/booking.ts';
import { checkVisit, type Trouble } from '../scheduling/offer.ts';
import type { Reservation } from '../scheduling/reservation-record.ts';
import type { Seen } from '../scheduling/schedule-store.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { AgendaStores } from './agenda-reading.ts';
import type { SlotView } from './agenda-view.ts';

export interface DeskParts extends AgendaStores {
  clock: Clock;
  log: Log;
  /** Waits between tries of a write that failed; for tests. */
  pause?: Pause;
}

/** One service at one time; everything else is worked out again. */
export interface WantedSlot {
  bookable: string;
  startMs: number;
}

export interface DeskWish {
  slots: readonly WantedSlot[];
  /** Of the person at the desk. */
  by: string;
  /** Of the form, 26 characters: sent twice, it is one booking. */
  key: string;
}

export interface NewVisit extends DeskWish {
  draft: PatientDraft;
  payment: Payment | null;
  /** What was agreed, when it is not what the clinic's file says. */
  priceCentavos?: number;
}

export type DeskAnswer =
  | { outcome: 'booked'; appointment: Appointment }
  /** `slot`: which of the wanted; `alternatives`: free times for it, nearest first. */
  | { outcome: Trouble; slot: number; alternatives: SlotView[] }
  | { outcome: 'unknown-service' | 'not-found' | 'changed' | 'hold-expired' };

/** The clinic's people at its agenda. They go the same way as a caller's booking does: the same judge decides. */
export interface DeskBooking {
  /** Staff need no notice: somebody may stand before them. */
  bookingOf(agenda: ClinicAgenda): Booking;
  book(agenda: ClinicAgenda, visit: NewVisit): Promise<DeskAnswer>;
  /** The new place and the end of the old one are one step; until then the old one stands. */
  move(agenda: ClinicAgenda, id: string, wish: DeskWish): Promise<DeskAnswer>;
  cancel(
    agenda: ClinicAgenda,
    id: string,
    why: { by: string; note: string },
  ): Promise<StaffCancelAnswer>;
}

export function createDeskBooking(parts: DeskParts): DeskBooking {
  const { appointments, schedule, clock, log, pause = unhurried } = parts;
  const bookings = new WeakMap<ClinicAgenda, Booking>();

  function rulesOf({ rules }: ClinicAgenda) {
    return { ...rules, window: { ...rules.window, noticeMinutes: 0 } };
  }

  function bookingOf(agenda: ClinicAgenda): Booking {
    const { clinic, calendar } = agenda;
    const known =
      bookings.get(agenda) ??
      createBooking({ store: schedule, clinic: clinic.id, calendar, rules: rulesOf(agenda) });
    bookings.set(agenda, known);
    return known;
  }

  async function take(
    agenda: ClinicAgenda,
    visit: NewVisit & { replaces?: { appointment: Appointment; seen: Seen } },
  ): Promise<DeskAnswer> {
    const nowMs = clock.wallMs();
    const wanted = wantedOf(agenda, visit.slots);
    if (!wanted) return { outcome: 'unknown-service' };
    const booking = bookingOf(agenda);
    const holder = `desk-${visit.key}`;
    const held = await booking.hold(
      {
        id: createId(),
        holder,
        key: `desk/${visit.key}/${visit.by}`,
        visits: wanted.map(({ bookable, startMs }) => ({ plan: bookable.plan, startMs })),
        ...(visit.replaces ? { replaces: visit.replaces.seen } : {}),
      },
      nowMs,
    );
    if ('alternatives' in held) {
      const missed = wanted[held.visit] ?? wanted[0];
      const near = missed
        ? await nearestSlots({ ...agenda, booking }, nearTo(missed, visit.replaces?.seen), nowMs)
        : [];
      const alternatives = near.map((one) =>
        slotView(one.bookable.id, one, agenda.clinic.timeZone),
      );
      return { outcome: held.outcome, slot: held.visit, alternatives };
    }
    if (held.outcome !== 'held') return held;
    const { reservation } = held;
    const answer = await commitBooking(
      { agenda: { booking }, appointments, log },
      { hold: heldVisit(agenda, wanted, reservation, visit), draft: visit.draft },
      {
        clinic: agenda.clinic,
        channel: 'staff',
        bookedBy: visit.by,
        conversationId: holder,
        clock,
        positionMs: () => null,
      },
      pause,
    );
    if (answer.outcome === 'booked') return answer;
    const { id, version } = reservation;
    await booking.cancel({ id, version }, clock.wallMs());
    return answer;
  }

  function heldVisit(
    agenda: ClinicAgenda,
    wanted: readonly { bookable: Bookable; startMs: number }[],
    reservation: Reservation,
    visit: Parameters<typeof take>[1],
  ): HeldVisit {
    const { id, version, replaces, holdExpiresAtMs } = reservation;
    const items = wanted.map(({ bookable, startMs }, i): OfferedSlot => {
      const placed = reservation.items[i];
      const checked = checkVisit(
        { plan: bookable.plan, startMs },
        agenda.calendar,
        rulesOf(agenda),
        startMs - 1,
      );
      return {
        token: '',
        bookable,
        date: wallTimeOf(startMs, agenda.clinic.timeZone).date,
        mode: typeof checked === 'string' ? 'appointed' : checked.mode,
        startMs,
        endMs: placed?.endMs ?? startMs,
      };
    });
    return {
      reservation: { id, version, replaces },
      items: items.sort((a, b) => a.startMs - b.startMs),
      expiresAtMs: holdExpiresAtMs,
      totalCentavos: visit.priceCentavos ?? totalOf(items),
      replaces: visit.replaces?.appointment ?? null,
      payment: visit.payment,
      atTurn: 0,
    };
  }

  async function move(agenda: ClinicAgenda, id: string, wish: DeskWish): Promise<DeskAnswer> {
    const appointment = await appointments.find(id);
    if (!appointment || appointment.clinic !== agenda.clinic.id) return { outcome: 'not-found' };
    const reservation = await schedule.find(id);
    // Sent twice: the answer of the first time.
    const before = await schedule.recall(`desk/${wish.key}/${wish.by}`);
    const seen = before?.replaces?.id === id ? before.replaces : reservation;
    const stands = appointment.status === 'booked' && reservation?.status === 'booked';
    if (!seen || (!stands && !before)) return { outcome: 'changed' };
    const nowMs = clock.wallMs();
    if (!before && reservation?.items.some(({ startMs }) => startMs <= nowMs))
      return { outcome: 'past', slot: 0, alternatives: [] };
    const replaces = { appointment, seen: { id, version: seen.version } };
    return take(agenda, { ...wish, draft: draftOf(appointment), payment: null, replaces });
  }

  return {
    bookingOf,
    book: take,
    move,
    cancel: (agenda, id, { by, note }) =>
      callOff(
        { appointments, schedule, clock, bookingOf: () => bookingOf(agenda) },
        id,
        (kept, at) => ({
          ...kept,
          status: 'cancelled',
          cancellation: {
            reason: 'by-staff',
            callId: null,
            recordingMs: null,
            at,
            by,
            ...(note === '' ? {} : { note }),
          },
        }),
      ),
  };
}

function nearTo(
  { bookable, startMs }: { bookable: Bookable; startMs: number },
  instead: Seen | undefined,
): Parameters<typeof nearestSlots>[1] {
  const ignoring = instead === undefined ? {} : { ignoring: instead.id };
  return { bookables: [bookable], atMs: startMs, ...ignoring };
}

/** @returns nothing when one of them is not done here */
function wantedOf({ bookables }: ClinicAgenda, slots: readonly WantedSlot[]) {
  const wanted = slots.map(({ bookable, startMs }) => ({
    bookable: bookables.find(({ id }) => id === bookable),
    startMs,
  }));
  const known = wanted.flatMap(({ bookable, startMs }) =>
    bookable ? [{ bookable, startMs }] : [],
  );
  return known.length === slots.length && known.length > 0 ? known : undefined;
}

function totalOf(items: readonly OfferedSlot[]): number | null {
  const prices = items.map(({ bookable }) => bookable.priceCentavos);
  return prices.reduce<number | null>(
    (sum, price) => (sum === null || price === null ? null : sum + price),
    0,
  );
}

/** A free time as the form offers it. */
export function slotView(
  bookable: string,
  { date, startMs, endMs, mode }: Pick<Slot, 'date' | 'startMs' | 'endMs' | 'mode'>,
  timeZone: string,
): SlotView {
  return { bookable, date, time: wallTimeOf(startMs, timeZone).time, startMs, endMs, mode };
}

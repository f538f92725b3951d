import { Temporal } from 'temporal-polyfill';
import { type Appointment, type AppointmentItem, protocolOf } from '../scheduling/appointment.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { HeldVisit, OfferedSlot, PatientDraft } from './conversation-state.ts';
import { callerNumber } from './patient-phone.ts';
import { recordedMoment } from './recorded-moment.ts';
import type { ToolContext } from './tool.ts';

/** Where something is booked: in a conversation, or by staff, whose id then stands in `bookedBy`. */
export type BookingContext = Pick<
  ToolContext,
  'clinic' | 'conversationId' | 'clock' | 'positionMs' | 'callerE164'
> & { channel: Appointment['channel']; bookedBy?: string };

/** A held visit and its patient as the appointment that staff will read; not booked yet. Pure. */
export function appointmentOf(
  hold: HeldVisit,
  draft: PatientDraft,
  context: BookingContext,
): Appointment {
  const { clinic, channel, conversationId, bookedBy } = context;
  const { id } = hold.reservation;
  const items = hold.items.map((slot) => itemOf(slot, clinic.timeZone));
  const [first] = items;
  if (!first) throw new RangeError('a visit without services is no appointment');
  return {
    schemaVersion: 1,
    id,
    protocol: protocolOf(id),
    status: 'pending',
    clinic: clinic.id,
    channel,
    callId: conversationId,
    ...(bookedBy === undefined ? {} : { bookedBy }),
    timestamp: isoOf(context.clock.wallMs()),
    ...draft,
    bookedFrom: callerNumber(context) ?? null,
    day: first.day,
    time: first.time,
    items,
    service: first.service,
    serviceId: first.serviceId,
    professional: first.professional,
    professionalId: first.professionalId,
    price: priceOf(hold.totalCentavos),
    payment: hold.payment ?? paymentOfMoved(hold),
    evidence: { callId: conversationId, recordingMs: recordedMoment(context), readBackMs: null },
    replaces: hold.replaces?.id ?? null,
    replacedBy: null,
    cancellation: null,
    confirmation: null,
  };
}

function itemOf(
  { bookable, date, mode, startMs, endMs }: OfferedSlot,
  timeZone: string,
): AppointmentItem {
  return {
    service: bookable.serviceName,
    serviceId: bookable.serviceId,
    professional: bookable.practitionerName,
    professionalId: bookable.practitionerId,
    day: date,
    time: wallTimeOf(startMs, timeZone).time,
    startsAt: isoOf(startMs),
    endsAt: isoOf(endMs),
    mode,
    price: priceOf(bookable.priceCentavos),
  };
}

/** How it was to be paid stays, but not the change for a sum that is another one now. */
function paymentOfMoved({ replaces, totalCentavos }: HeldVisit): Appointment['payment'] {
  const before = replaces?.payment ?? null;
  if (!before || replaces?.price?.centavos === totalCentavos) return before;
  return { method: before.method, cashCentavos: null, changeCentavos: null };
}

function priceOf(centavos: number | null): Appointment['price'] {
  return centavos === null ? null : { currency: 'BRL', centavos };
}

/** ISO 8601, UTC. @param wallMs epoch milliseconds, fractions are dropped */
function isoOf(wallMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(wallMs)).toString({
    fractionalSecondDigits: 3,
  });
}

/** What became of an appointment that is not kept. */
export function cancelledAs(
  appointment: Appointment,
  reason: 'rescheduled' | 'not-completed',
  context: BookingContext,
  replacedBy: string | null = null,
): Appointment {
  return {
    ...appointment,
    status: 'cancelled',
    replacedBy,
    cancellation: {
      reason,
      callId: context.conversationId,
      recordingMs: recordedMoment(context),
      at: isoOf(context.clock.wallMs()),
      ...(context.bookedBy === undefined ? {} : { by: context.bookedBy }),
    },
  };
}

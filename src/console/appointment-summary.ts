import { Temporal } from 'temporal-polyfill';
import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { AppointmentActions, AppointmentLine, AppointmentView } from './agenda-view.ts';

/** Pure: one line of a list. */
export function appointmentLine(one: Appointment): AppointmentLine {
  const { id, protocol, status, day, time, patient, service, professional } = one;
  return {
    id,
    protocol,
    status,
    day,
    time,
    patient: patient.name,
    service,
    practitioner: professional,
  };
}

/** Pure: all of it. @param agreed where the visit was agreed, of this appointment or of the one it moved */
export function appointmentView(
  one: Appointment,
  agreed: Appointment,
  agenda: ClinicAgenda,
  nowMs: number,
): AppointmentView {
  const { id, clinic, protocol, status, channel, bookedBy, day, time, price, payment } = one;
  const { patient, clientName, phone, email, notes, replaces, replacedBy } = one;
  return {
    id,
    clinic,
    protocol,
    status,
    channel,
    byStaff: bookedBy !== undefined,
    writtenAt: one.timestamp,
    day,
    time,
    items: one.items.map((item) => ({
      bookable: `${item.serviceId}@${item.professionalId ?? 'team'}`,
      date: item.day,
      time: item.time,
      startMs: Date.parse(item.startsAt),
      endMs: Date.parse(item.endsAt),
      mode: item.mode,
      service: item.service,
      practitioner: item.professional,
      priceCentavos: item.price?.centavos ?? null,
    })),
    patient,
    clientName,
    phone,
    email,
    notes,
    priceCentavos: price?.centavos ?? null,
    payment: payment && { method: payment.method, changeCentavos: payment.changeCentavos },
    evidence: evidenceOf(agreed),
    confirmation: one.confirmation && {
      answer: one.confirmation.answer,
      at: one.confirmation.at,
      callId: one.confirmation.callId,
      atS: secondOf(one.confirmation.recordingMs),
    },
    cancellation: one.cancellation && {
      reason: one.cancellation.reason,
      note: one.cancellation.note ?? null,
      at: one.cancellation.at,
    },
    replaces,
    replacedBy,
    may: actionsOf(one, agenda.clinic.timeZone, nowMs),
  };
}

/** Only a call can be listened to. */
function evidenceOf({ channel, evidence }: Appointment): AppointmentView['evidence'] {
  if (channel !== 'voice') return null;
  return { callId: evidence.callId, atS: secondOf(evidence.recordingMs) };
}

function secondOf(recordingMs: number | null): number | null {
  return recordingMs === null ? null : Math.floor(recordingMs / 1000);
}

/**
 * Pure: what can be done with it now. Somebody arrives on the day, has not come once it began, and has been seen once it
 * began; each of these can be taken back on the day.
 */
export function actionsOf(
  { status, items, day, time }: Appointment,
  timeZone: string,
  nowMs: number,
): AppointmentActions {
  const [first] = items;
  const startMs = first ? Date.parse(first.startsAt) : instant(day, time, timeZone);
  const today = wallTimeOf(nowMs, timeZone).date;
  const isToday = day === today;
  const hasBegun = startMs <= nowMs;
  const isOpen = status === 'booked' || status === 'pending';
  const isMarked = status === 'arrived' || status === 'noshow' || status === 'fulfilled';
  return {
    move: status === 'booked' && !hasBegun && items.length > 0,
    cancel: isOpen && !hasBegun,
    arrived: isToday && (status === 'booked' || status === 'noshow'),
    fulfilled: day <= today && hasBegun && (status === 'booked' || status === 'arrived'),
    noshow: hasBegun && status === 'booked',
    booked: isToday && isMarked,
  };
}

function instant(day: string, time: string, timeZone: string): number {
  return Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(timeZone).epochMilliseconds;
}

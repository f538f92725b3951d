import ical, { ICalCalendarMethod, type ICalEventData, ICalEventStatus } from 'ical-generator';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Appointment, AppointmentItem } from '../scheduling/appointment.ts';
import type { CalendarFeed } from './calendar-feed-record.ts';

/** iCalendar (RFC 5545) texts. Instants are UTC. What the visit is for stands nowhere: calendars are read by others. */

/** How often a program that subscribed should look, seconds. */
export const feedPaceS = 900;

type Place = Pick<ClinicProfile, 'name' | 'address' | 'city' | 'state'>;

/** For the patient: one event for each service of the visit. */
export function appointmentCalendar(appointment: Appointment, clinic: Place): string {
  const { status, protocol } = appointment;
  const isCancelled = status === 'cancelled';
  const calendar = ical({
    name: clinic.name,
    prodId: product,
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
    events: appointment.items.map((item, i) => ({
      ...eventOf(appointment, item, i, clinic),
      summary: `Consulta – ${clinic.name}`,
      description: `Protocolo ${protocol}`,
      status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      sequence: isCancelled ? 1 : 0,
    })),
  });
  return calendar.toString();
}

/** For the clinic's people. @param appointments of the feed's clinic, in any order */
export function feedCalendar(
  appointments: readonly Appointment[],
  feed: Pick<CalendarFeed, 'practitionerId' | 'details' | 'label'>,
  clinic: Place,
): string {
  const standing = appointments.filter(
    ({ status }) => status !== 'cancelled' && status !== 'pending',
  );
  const events = standing.flatMap((one) =>
    one.items.flatMap((item, i) =>
      feed.practitionerId === null || feed.practitionerId === item.professionalId
        ? [{ ...eventOf(one, item, i, clinic), summary: feedSummary(one, item, feed) }]
        : [],
    ),
  );
  return ical({
    name: `${clinic.name} – ${feed.label}`,
    prodId: product,
    method: ICalCalendarMethod.PUBLISH,
    ttl: feedPaceS,
    events,
  }).toString();
}

const product = { company: 'Alo Clinica', product: 'Agenda', language: 'PT-BR' };

function eventOf(
  { id, timestamp }: Appointment,
  { startsAt, endsAt }: AppointmentItem,
  index: number,
  { name, address, city, state }: Place,
): ICalEventData {
  return {
    id: `${id}-${index}@alo-clinica`,
    start: new Date(startsAt),
    end: new Date(endsAt),
    // When it was written, not when it is read: an unchanged agenda is the same text.
    stamp: new Date(timestamp),
    location: [name, address, city, state].filter(Boolean).join(', '),
  };
}

function feedSummary(
  { patient }: Appointment,
  { professional }: AppointmentItem,
  { practitionerId, details }: Pick<CalendarFeed, 'practitionerId' | 'details'>,
): string {
  const whose = practitionerId === null && professional ? ` (${professional})` : '';
  const what = details === 'initials' ? `Consulta – ${initialsOf(patient.name)}` : 'Ocupado';
  return what + whose;
}

/** `Maria da Silva` → `M. S.`: enough to recognise somebody who is expected. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{Lu}/u.test(word) || word.length > 3);
  return words.map((word) => `${word[0]?.toLocaleUpperCase('pt-BR')}.`).join(' ');
}

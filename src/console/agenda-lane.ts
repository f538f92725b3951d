import type { Bookable, ClinicAgenda } from '../agent/clinic-agenda.ts';
import { exceptionDays, holidayOn } from '../agent/clinic-calendar.ts';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { AgendaLane, ClosedDay, LaneDay } from './agenda-view.ts';

/** A column of the agenda before it is filled: what can be booked in it, and the resources it takes. */
export interface Lane extends Pick<AgendaLane, 'id' | 'kind' | 'name'> {
  bookables: readonly Bookable[];
  resources: readonly string[];
  /** As the clinic's file calls the one it belongs to. */
  owner: string | null;
}

/** Who does what the team does has no name of their own. */
const teamLane = 'team';

/** Everybody who can be booked, in the order of the file, then the team; or every room. */
export function lanesOf(agenda: ClinicAgenda, by: 'practitioner' | 'room'): Lane[] {
  return by === 'room' ? roomLanes(agenda) : [...practitionerLanes(agenda), ...teamLanes(agenda)];
}

export function practitionerResource(clinic: string, id: string): string {
  return `${clinic}/practitioner:${id}`;
}

export function roomResource(clinic: string, id: string): string {
  return `${clinic}/room:${id}`;
}

function practitionerLanes({ clinic, bookables }: ClinicAgenda): Lane[] {
  return clinic.practitioners.flatMap(({ id, name, title }): Lane[] => {
    const mine = bookables.filter(({ practitionerId }) => practitionerId === id);
    if (mine.length === 0) return [];
    return [
      {
        id,
        kind: 'practitioner',
        name: title ? `${title} ${name}` : name,
        bookables: mine,
        resources: [practitionerResource(clinic.id, id)],
        owner: id,
      },
    ];
  });
}

function teamLanes({ bookables }: ClinicAgenda): Lane[] {
  const mine = bookables.filter(({ practitionerId }) => practitionerId === null);
  if (mine.length === 0) return [];
  const resources = mine.flatMap(({ plan }) => plan.needs.resources[0]?.map(({ id }) => id) ?? []);
  return [
    {
      id: teamLane,
      kind: 'team',
      name: 'Equipe',
      bookables: mine,
      resources: [...new Set(resources)],
      owner: null,
    },
  ];
}

function roomLanes({ clinic, bookables }: ClinicAgenda): Lane[] {
  return clinic.rooms.map(({ id, name }) => {
    const resource = roomResource(clinic.id, id);
    const takes = ({ plan }: Bookable) =>
      plan.needs.resources.some((group) => group.some((one) => one.id === resource));
    return {
      id,
      kind: 'room',
      name,
      bookables: bookables.filter(takes),
      resources: [resource],
      owner: null,
    };
  });
}

/** Why the whole clinic is closed that day, if it is. @param hours of that day */
export function closedDay(
  clinic: ClinicProfile,
  date: string,
  hours: readonly unknown[] | undefined,
): ClosedDay | null {
  const holiday = holidayOn(clinic, date);
  if (holiday) return { reason: 'holiday', name: holiday.name };
  if (exceptionDays(clinic).get(date)?.length === 0)
    return { reason: 'exception', name: noteOf(clinic, date) };
  return hours?.length === 0 ? { reason: 'weekday', name: null } : null;
}

/** Why nothing is offered in a lane that day. */
export function closedLane(
  clinic: ClinicProfile,
  { owner }: Pick<Lane, 'owner'>,
  date: string,
  day: ClosedDay | null,
): LaneDay['closed'] {
  if (owner !== null && exceptionDays(clinic, owner).get(date)?.length === 0)
    return { reason: 'exception', name: noteOf(clinic, date, owner) };
  if (day) return { reason: 'clinic', name: day.name };
  return { reason: 'not-here', name: null };
}

function noteOf({ exceptions }: ClinicProfile, date: string, practitioner?: string): string | null {
  const one = exceptions.findLast(
    ({ from, to = from, practitioner: whose }) =>
      whose === practitioner && from <= date && date <= to,
  );
  return one?.note ?? null;
}

import type { Appointment } from '../scheduling/appointment.ts';
import type { OpenQuery } from '../scheduling/appointment-store.ts';
import { countsAt, type ScheduleStore } from '../scheduling/schedule-store.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import type { FrontDesk } from './front-desk.ts';
import { refused, type ToolAnswer, type ToolContext } from './tool.ts';
import { wordingFor } from './visit-words.ts';

/** Who would have one more appointment: the patient and every number it could be traced to. */
export interface Booker {
  /** From `patientKey`; undefined when the date of birth is not asked for. */
  patient?: string | undefined;
  phones: readonly (string | null | undefined)[];
}

/** Whether one more appointment is within what each of them may have open at once. @param except ids that do not count */
export async function mayBookMore(
  { agenda, appointments, schedule }: Pick<FrontDesk, 'agenda' | 'appointments' | 'schedule'>,
  booker: Booker,
  except: readonly string[],
  nowMs: number,
): Promise<boolean> {
  const { clinic } = agenda;
  const from = wallTimeOf(nowMs, clinic.timeZone).date;
  for (const by of bookersOf(booker)) {
    const open = await appointments.findOpen({ clinic: clinic.id, from, by });
    const ahead = open.filter((one) => isAhead(one, nowMs) && !except.includes(one.id));
    const counted = await Promise.all(ahead.map((one) => hasPlace(one, schedule, nowMs)));
    if (counted.filter(Boolean).length >= clinic.booking.openBookingsPerPerson) return false;
  }
  return true;
}

/** What a failed confirmation left as `pending` has lost its place when the hold ran out. */
async function hasPlace(
  { id, status }: Appointment,
  schedule: Pick<ScheduleStore, 'find'>,
  nowMs: number,
): Promise<boolean> {
  if (status !== 'pending') return true;
  const reservation = await schedule.find(id);
  return reservation !== undefined && countsAt(reservation, nowMs);
}

function bookersOf({ patient, phones }: Booker): OpenQuery['by'][] {
  const known = [...new Set(phones)].filter((phone) => phone !== null && phone !== undefined);
  return [...(patient === undefined ? [] : [{ patient }]), ...known.map((phone) => ({ phone }))];
}

/** Names under which bookings of this person wait for each other. */
export function bookerKeys(booker: Booker): string[] {
  return bookersOf(booker).map((by) => JSON.stringify(by));
}

function isAhead({ items }: Appointment, nowMs: number): boolean {
  const [first] = items;
  return first === undefined || Date.parse(first.startsAt) > nowMs;
}

/** One wording for every limit: it tells nobody who has what. */
export function notPossible(context: ToolContext): ToolAnswer {
  const { reception } = context.clinic;
  const number = reception ? `, pelo telefone ${wordingFor(context).phone(reception)}` : '';
  return refused({
    code: 'not-possible',
    message: `Por aqui não consigo fazer mais essa marcação. A recepção pode ajudar${number}.`,
  });
}

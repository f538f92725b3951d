import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import { addDays, boundaryOf } from '../scheduling/wall-time.ts';
import { type AgendaQuestion, drawAgenda } from './agenda-drawing.ts';
import { lanesOf } from './agenda-lane.ts';
import type { AgendaView } from './agenda-view.ts';

export interface AgendaStores {
  appointments: AppointmentStore;
  schedule: ScheduleStore;
}

/** What is taken first, then what is written: an appointment that appears in between is drawn as held. */
export async function readAgenda(
  { appointments, schedule }: AgendaStores,
  agenda: ClinicAgenda,
  question: AgendaQuestion,
  nowMs: number,
): Promise<AgendaView> {
  const { clinic } = agenda;
  const to = addDays(question.from, question.days - 1);
  const reservations = await schedule.within({
    resources: lanesOf(agenda, question.by).flatMap(({ resources }) => resources),
    startMs: boundaryOf(question.from, '00:00', clinic.timeZone),
    endMs: boundaryOf(addDays(to, 1), '00:00', clinic.timeZone),
    nowMs,
  });
  const listed = await appointments.list({ from: question.from, to });
  const mine = listed.filter((one) => one.clinic === clinic.id);
  const known = new Set(mine.map(({ id }) => id));
  // A visit that began on an earlier day.
  const others: Appointment[] = [];
  for (const { id } of reservations) {
    if (known.has(id)) continue;
    const found = await appointments.find(id);
    if (found) others.push(found);
  }
  return drawAgenda(agenda, question, { reservations, appointments: [...mine, ...others], nowMs });
}

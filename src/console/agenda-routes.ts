import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { patientKeyOf } from '../scheduling/appointment-store.ts';
import { addDays } from '../scheduling/wall-time.ts';
import { agendaQuery, clinicQuery, idShape, searchQuery, slotQuery } from './agenda-question.ts';
import { readAgenda } from './agenda-reading.ts';
import { findAppointments } from './appointment-search.ts';
import { appointmentLine, appointmentView } from './appointment-summary.ts';
import { bookableList } from './bookable-list.ts';
import { appointmentCalendar } from './calendar-text.ts';
import type { ConsoleAccess } from './console-access.ts';
import { type DeskBooking, type DeskParts, slotView } from './desk-booking.ts';
import { parsed, refuseUnknown } from './desk-reply.ts';

/** Free times told at once: a month of a busy service. */
const mostSlots = 400;
/** How often a visit was moved, at most, when the call is looked for in which it was agreed. */
const mostMoves = 10;

export interface AgendaRouteParts extends DeskParts {
  access: ConsoleAccess;
  /** By the clinic's id, as it is published now. */
  agendaOf: (clinic: string) => ClinicAgenda | undefined;
  desk: DeskBooking;
}

type Ids = { Params: { id: string } };

/** The agenda of a clinic, for those who may see it: nothing here changes anything. */
export function agendaRoutes(server: FastifyInstance, parts: AgendaRouteParts): void {
  const { access } = parts;
  const read = { onRequest: access.only() };
  server.get('/console/api/agenda', read, (request, reply) => sendAgenda(request, reply, parts));
  server.get('/console/api/agenda/bookables', read, async (request, reply) => {
    const query = parsed(clinicQuery, request.query, reply);
    if (!query) return reply;
    const agenda = agendaFor(request, query.clinic, parts);
    return agenda ? bookableList(agenda) : refuseUnknown(reply);
  });
  server.get('/console/api/agenda/slots', read, (request, reply) =>
    sendSlots(request, reply, parts),
  );
  server.get('/console/api/appointments', read, async (request, reply) => {
    const query = parsed(searchQuery, request.query, reply);
    if (!query) return reply;
    const agenda = agendaFor(request, query.clinic, parts);
    if (!agenda) return refuseUnknown(reply);
    const found = await findAppointments(parts.appointments, agenda.clinic, query.q, parts.clock);
    const detail = { found: found.length };
    await access.audit(request, { action: 'appointment.search', clinicId: query.clinic, detail });
    return { appointments: found.map(appointmentLine) };
  });
  server.get<Ids>('/console/api/appointments/:id', read, async (request, reply) => {
    const seen = await appointmentFor(request, request.params.id, parts);
    if (!seen) return refuseUnknown(reply);
    const { appointment, agenda } = seen;
    await access.audit(request, entryOf('appointment.view', appointment));
    const agreed = await agreedIn(appointment, parts);
    return appointmentView(appointment, agreed, agenda, parts.clock.wallMs());
  });
  server.get<Ids>('/console/api/appointments/:id/calendar.ics', read, async (request, reply) => {
    const seen = await appointmentFor(request, request.params.id, parts);
    if (!seen) return refuseUnknown(reply);
    const { appointment, agenda } = seen;
    await access.audit(request, entryOf('appointment.export', appointment));
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', `attachment; filename="consulta-${appointment.protocol}.ics"`)
      .send(appointmentCalendar(appointment, agenda.clinic));
  });
}

/**
 * With an ETag: a page that looks every few seconds is told nothing, and nothing is written into the trail, while nothing
 * changed.
 */
async function sendAgenda(request: FastifyRequest, reply: FastifyReply, parts: AgendaRouteParts) {
  const query = parsed(agendaQuery, request.query, reply);
  if (!query) return reply;
  const agenda = agendaFor(request, query.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const { clinic, ...question } = query;
  const view = await readAgenda(parts, agenda, question, parts.clock.wallMs());
  // When it was drawn is no change of it; what is over is cut off by the minute.
  const steady = JSON.stringify({ ...view, nowMs: 0 }, (key, value) =>
    key === 'free' ? undefined : value,
  );
  const version = createHash('sha256').update(steady).digest('base64url');
  const etag = `"${version}"`;
  reply.header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const detail = { from: question.from, days: question.days };
  await parts.access.audit(request, { action: 'agenda.view', clinicId: clinic, detail });
  return { ...view, version };
}

async function sendSlots(request: FastifyRequest, reply: FastifyReply, parts: AgendaRouteParts) {
  const query = parsed(slotQuery, request.query, reply);
  if (!query) return reply;
  const agenda = agendaFor(request, query.clinic, parts);
  const bookable = agenda?.bookables.find(({ id }) => id === query.bookable);
  if (!agenda || !bookable) return refuseUnknown(reply);
  const { from, days, instead } = query;
  const answer = await parts.desk.bookingOf(agenda).find(
    {
      plan: bookable.plan,
      range: { from, to: addDays(from, days - 1) },
      limit: mostSlots,
      ...(instead === undefined ? {} : { ignoring: instead }),
    },
    parts.clock.wallMs(),
  );
  if (answer.outcome !== 'found') return { slots: [], why: answer.outcome };
  const { timeZone } = agenda.clinic;
  return { slots: answer.slots.map((slot) => slotView(bookable.id, slot, timeZone)), why: null };
}

/** The clinic's agenda, when this person may see it. */
export function agendaFor(
  request: object,
  clinic: string,
  { access, agendaOf }: Pick<AgendaRouteParts, 'access' | 'agendaOf'>,
): ClinicAgenda | undefined {
  return access.sees(request, clinic) ? agendaOf(clinic) : undefined;
}

/** One appointment with its clinic's agenda; nothing when it is not there, or not theirs. */
export async function appointmentFor(
  request: object,
  id: string,
  parts: Pick<AgendaRouteParts, 'access' | 'agendaOf' | 'appointments'>,
): Promise<{ appointment: Appointment; agenda: ClinicAgenda } | undefined> {
  const appointment = idShape.test(id) ? await parts.appointments.find(id) : undefined;
  const agenda = appointment && agendaFor(request, appointment.clinic, parts);
  return appointment && agenda ? { appointment, agenda } : undefined;
}

export function entryOf(action: string, appointment: Appointment) {
  const patient = patientKeyOf(appointment.patient);
  return {
    action,
    clinicId: appointment.clinic,
    object: appointment.id,
    ...(patient === null ? {} : { patient }),
  };
}

/** Staff who moved a visit did not agree it with the patient on a recording: the call before them did. */
async function agreedIn(
  appointment: Appointment,
  { appointments }: Pick<AgendaRouteParts, 'appointments'>,
): Promise<Appointment> {
  let one = appointment;
  for (let i = 0; i < mostMoves && one.channel === 'staff' && one.replaces !== null; i += 1) {
    const before = await appointments.find(one.replaces);
    if (!before) break;
    one = before;
  }
  return one;
}

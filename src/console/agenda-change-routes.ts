import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Payment } from '../agent/conversation-state.ts';
import { plainText } from '../agent/plain-text.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import {
  attendanceBody,
  blockBody,
  cancelBody,
  idShape,
  moveBody,
  newVisitBody,
} from './agenda-question.ts';
import { type AgendaRouteParts, agendaFor, appointmentFor, entryOf } from './agenda-routes.ts';
import { actionsOf, appointmentView } from './appointment-summary.ts';
import { blockTime, unblockTime } from './desk-block.ts';
import type { DeskAnswer } from './desk-booking.ts';
import { readTypedPatient } from './desk-patient.ts';
import { parsed, refuse, refuseFields, refuseUnknown, written } from './desk-reply.ts';
import { deskRefusals } from './desk-words.ts';
import { doneByBooking, waitersFor } from './waiting-list.ts';

export interface AgendaChangeParts extends AgendaRouteParts {
  requests: StaffRequestStore;
}

type Ids = { Params: { id: string } };

/** What staff do with the agenda. Every change is in the trail before it is done. */
export function agendaChangeRoutes(server: FastifyInstance, parts: AgendaChangeParts): void {
  const write = { onRequest: parts.access.only('staff', 'admin') };
  server.post('/console/api/appointments', write, (request, reply) =>
    written(reply, () => book(request, reply, parts)),
  );
  server.post<Ids>('/console/api/appointments/:id/move', write, (request, reply) =>
    written(reply, () => move(request, reply, parts)),
  );
  server.post<Ids>('/console/api/appointments/:id/cancel', write, (request, reply) =>
    written(reply, () => cancel(request, reply, parts)),
  );
  server.post<Ids>('/console/api/appointments/:id/attendance', write, (request, reply) =>
    written(reply, () => mark(request, reply, parts)),
  );
  server.post('/console/api/agenda/blocks', write, (request, reply) =>
    written(reply, () => block(request, reply, parts)),
  );
  server.delete<Ids>('/console/api/agenda/blocks/:id', write, (request, reply) =>
    written(reply, () => unblock(request, reply, parts)),
  );
}

async function book(request: FastifyRequest, reply: FastifyReply, parts: AgendaChangeParts) {
  const { access, desk, clock, requests } = parts;
  const body = parsed(newVisitBody, request.body, reply);
  if (!body) return reply;
  const agenda = agendaFor(request, body.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const today = wallTimeOf(clock.wallMs(), agenda.clinic.timeZone).date;
  const read = readTypedPatient(body.patient, agenda.clinic.booking.patientData, today);
  if ('troubles' in read) return refuseFields(reply, read.troubles);
  if (body.payment && !agenda.clinic.payment?.methods.includes(body.payment.method))
    return refuseFields(reply, { payment: 'Esta clínica não recebe assim. Escolha outra forma.' });
  const { userId } = access.who(request);
  await access.audit(request, {
    action: 'appointment.book',
    clinicId: body.clinic,
    detail: { services: body.slots.length },
  });
  const { slots, key, priceCentavos } = body;
  const answer = await desk.book(agenda, {
    slots,
    key,
    by: userId,
    draft: read.draft,
    payment: paymentOf(body.payment),
    ...(priceCentavos === undefined ? {} : { priceCentavos }),
  });
  if (answer.outcome === 'booked' && body.waiting)
    await doneByBooking(requests, body.waiting, body.clinic, access.who(request), clock.wallMs());
  return sendDesk(reply, answer, agenda.clinic, parts, 201);
}

function paymentOf(
  payment: { method: Payment['method']; cashCentavos: number | null } | null,
): Payment | null {
  return payment && { ...payment, changeCentavos: null };
}

async function move(request: FastifyRequest<Ids>, reply: FastifyReply, parts: AgendaChangeParts) {
  const body = parsed(moveBody, request.body, reply);
  if (!body) return reply;
  const seen = await appointmentFor(request, request.params.id, parts);
  if (!seen) return refuseUnknown(reply);
  const { access, desk } = parts;
  await access.audit(request, entryOf('appointment.move', seen.appointment));
  const by = access.who(request).userId;
  const answer = await desk.move(seen.agenda, seen.appointment.id, { ...body, by });
  return sendDesk(reply, answer, seen.agenda.clinic, parts, 200);
}

async function sendDesk(
  reply: FastifyReply,
  answer: DeskAnswer,
  { id }: ClinicProfile,
  { agendaOf, clock }: AgendaChangeParts,
  status: number,
) {
  const agenda = agendaOf(id);
  if (answer.outcome === 'booked' && agenda) {
    const { appointment } = answer;
    const view = appointmentView(appointment, appointment, agenda, clock.wallMs());
    return reply.code(status).send(view);
  }
  const code = answer.outcome === 'booked' ? 'changed' : answer.outcome;
  const alternatives = 'alternatives' in answer ? answer.alternatives : [];
  const httpStatus = code === 'not-found' || code === 'unknown-service' ? 404 : 409;
  return reply
    .code(httpStatus)
    .send({ error: { code, message: deskRefusals[code], alternatives } });
}

async function cancel(request: FastifyRequest<Ids>, reply: FastifyReply, parts: AgendaChangeParts) {
  const body = parsed(cancelBody, request.body, reply);
  if (!body) return reply;
  const seen = await appointmentFor(request, request.params.id, parts);
  if (!seen) return refuseUnknown(reply);
  const { access, desk, requests, clock } = parts;
  const { appointment, agenda } = seen;
  await access.audit(request, entryOf('appointment.cancel', appointment));
  const by = access.who(request).userId;
  const why = { by, note: plainText(body.note) };
  const answer = await desk.cancel(agenda, appointment.id, why);
  if (answer.outcome === 'not-found') return refuseUnknown(reply);
  if (answer.outcome !== 'cancelled')
    return refuse(reply, 409, answer.outcome, cancelRefusals[answer.outcome]);
  const view = appointmentView(answer.appointment, answer.appointment, agenda, clock.wallMs());
  // Whoever waits for just this is told of at once.
  const waiting = await waitersFor(requests, answer.appointment);
  return { appointment: view, waiting };
}

const cancelRefusals = {
  past: 'Esta consulta já começou: marque a presença ou a falta em vez de cancelar.',
  changed: deskRefusals.changed,
};

async function mark(request: FastifyRequest<Ids>, reply: FastifyReply, parts: AgendaChangeParts) {
  const body = parsed(attendanceBody, request.body, reply);
  if (!body) return reply;
  const seen = await appointmentFor(request, request.params.id, parts);
  if (!seen) return refuseUnknown(reply);
  const { access, appointments, clock } = parts;
  const { appointment, agenda } = seen;
  const { timeZone } = agenda.clinic;
  const may = actionsOf(appointment, timeZone, clock.wallMs());
  if (!may[body.status]) return refuse(reply, 409, 'not-possible', notNow);
  await access.audit(request, {
    ...entryOf('appointment.attendance', appointment),
    detail: { status: body.status },
  });
  let isMarked = false;
  const answer = await appointments.update(appointment.id, (kept) => {
    isMarked = actionsOf(kept, timeZone, clock.wallMs())[body.status];
    return isMarked ? { ...kept, status: body.status } : kept;
  });
  if (answer.outcome === 'not-found') return refuseUnknown(reply);
  if (!isMarked) return refuse(reply, 409, 'changed', deskRefusals.changed);
  return appointmentView(answer.appointment, answer.appointment, agenda, clock.wallMs());
}

const notNow =
  'Isso não é possível agora: a chegada se marca no dia, a falta e o atendimento depois da hora marcada.';

async function block(request: FastifyRequest, reply: FastifyReply, parts: AgendaChangeParts) {
  const body = parsed(blockBody, request.body, reply);
  if (!body) return reply;
  const agenda = agendaFor(request, body.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const { clinic, ...wish } = body;
  const { access } = parts;
  await access.audit(request, {
    action: 'agenda.block',
    clinicId: clinic,
    object: wish.lane,
    detail: { reason: wish.reason, from: wish.from.date, until: wish.until.date },
  });
  const answer = await blockTime(parts, agenda, { ...wish, by: access.who(request).userId });
  if (answer.outcome === 'blocked') return reply.code(201).send({ id: answer.id });
  if (answer.outcome === 'unknown-lane') return refuseUnknown(reply);
  if (answer.outcome !== 'occupied')
    return refuse(reply, 422, answer.outcome, blockRefusals[answer.outcome]);
  const { appointments, held } = answer;
  const message =
    appointments.length > 0
      ? 'Há agendamentos nesse tempo: mova ou cancele cada um antes.'
      : beingOffered;
  return reply.code(409).send({ error: { code: 'occupied', message, appointments, held } });
}

const beingOffered =
  'Alguém está marcando um horário nesse tempo agora, ou ele já está fechado. Tente de novo em três minutos.';
const blockRefusals = {
  'wrong-time': 'O fim precisa ser depois do começo, no máximo 31 dias.',
  changed: 'A agenda mudou nesse instante. Tente de novo.',
};

async function unblock(
  request: FastifyRequest<Ids>,
  reply: FastifyReply,
  parts: AgendaChangeParts,
) {
  const { id } = request.params;
  const found = idShape.test(id) ? await parts.schedule.find(id) : undefined;
  const agenda = found && agendaFor(request, found.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const clinicId = agenda.clinic.id;
  await parts.access.audit(request, { action: 'agenda.unblock', clinicId, object: id });
  const outcome = await unblockTime(parts, agenda, id);
  if (outcome === 'not-found') return refuseUnknown(reply);
  if (outcome === 'changed') return refuse(reply, 409, outcome, blockRefusals.changed);
  return reply.code(204).send();
}

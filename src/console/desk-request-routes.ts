import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { plainText } from '../agent/plain-text.ts';
import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import { createId } from '../platform/id.ts';
import { protocolOf } from '../scheduling/appointment.ts';
import {
  clinicQuery,
  idShape,
  newWaitingBody,
  requestBody,
  requestQuery,
} from './agenda-question.ts';
import { type AgendaRouteParts, agendaFor } from './agenda-routes.ts';
import type { SignedIn } from './console-access.ts';
import { phoneNumber } from './desk-patient.ts';
import { parsed, refuse, refuseFields, refuseUnknown, written } from './desk-reply.ts';
import { nextFree, requestView, waitersOf, waitingView } from './waiting-list.ts';

/** Requests on one page, newest first. */
const mostRequests = 200;
/** Of how many who wait a free place is looked for; the longest waiting go first. */
const mostLookedUp = 50;

export interface DeskRequestParts extends AgendaRouteParts {
  requests: StaffRequestStore;
}

type Ids = { Params: { id: string } };

/** What callers left for the clinic's people: results, messages, and who waits for a place. */
export function deskRequestRoutes(server: FastifyInstance, parts: DeskRequestParts): void {
  const { access, requests } = parts;
  const read = { onRequest: access.only() };
  const write = { onRequest: access.only('staff', 'admin') };
  server.get('/console/api/waiting', read, (request, reply) => sendWaiting(request, reply, parts));
  server.post('/console/api/waiting', write, (request, reply) =>
    written(reply, () => addWaiting(request, reply, parts)),
  );
  server.get('/console/api/requests', read, async (request, reply) => {
    const query = parsed(requestQuery, request.query, reply);
    if (!query) return reply;
    if (!agendaFor(request, query.clinic, parts)) return refuseUnknown(reply);
    const found = await requests.list({ ...query, limit: mostRequests });
    const detail = { status: query.status, found: found.length };
    await access.audit(request, { action: 'requests.view', clinicId: query.clinic, detail });
    const { userId } = access.who(request);
    return { requests: found.map((one) => requestView(one, userId)) };
  });
  server.post<Ids>('/console/api/requests/:id', write, (request, reply) =>
    written(reply, () => change(request, reply, parts)),
  );
}

async function sendWaiting(request: FastifyRequest, reply: FastifyReply, parts: DeskRequestParts) {
  const { access, requests, desk, clock } = parts;
  const query = parsed(clinicQuery, request.query, reply);
  if (!query) return reply;
  const agenda = agendaFor(request, query.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const waiting = await waitersOf(requests, query.clinic);
  const detail = { found: waiting.length };
  await access.audit(request, { action: 'waiting.view', clinicId: query.clinic, detail });
  const { userId } = access.who(request);
  const booking = desk.bookingOf(agenda);
  const views = [];
  for (const [i, one] of waiting.entries()) {
    const { wish } = one;
    const isLookedUp = wish && i < mostLookedUp;
    const next = isLookedUp ? await nextFree(agenda, booking, wish, clock.wallMs()) : null;
    views.push(waitingView(one, next, userId));
  }
  return { waiting: views };
}

async function addWaiting(request: FastifyRequest, reply: FastifyReply, parts: DeskRequestParts) {
  const { access, requests, clock } = parts;
  const body = parsed(newWaitingBody, request.body, reply);
  if (!body) return reply;
  const agenda = agendaFor(request, body.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const bookable = agenda.bookables.find(({ id }) => id === body.bookable);
  const phone = phoneNumber(body.phone);
  if (!bookable) return refuseFields(reply, { bookable: 'Escolha o atendimento.' });
  if (!phone)
    return refuseFields(reply, { phone: 'O telefone não existe assim: use DDD e número.' });
  const id = createId();
  const { userId } = access.who(request);
  const one: StaffRequest = {
    schemaVersion: 1,
    id,
    protocol: protocolOf(id),
    kind: 'waiting-list',
    status: 'open',
    clinic: body.clinic,
    channel: 'staff',
    conversationId: `staff-${userId}`,
    timestamp: new Date(clock.wallMs()).toISOString(),
    name: plainText(body.name),
    phone,
    cpf: null,
    text: null,
    isUrgent: false,
    wish: {
      service: bookable.serviceName,
      serviceId: bookable.serviceId,
      professional: body.anybody ? null : bookable.practitionerName,
      professionalId: body.anybody ? null : bookable.practitionerId,
      when: plainText(body.when) || null,
    },
    recordingMs: null,
  };
  await access.audit(request, { action: 'waiting.add', clinicId: body.clinic, object: id });
  await requests.save(one);
  return reply.code(201).send(waitingView(one, null, userId));
}

async function change(request: FastifyRequest<Ids>, reply: FastifyReply, parts: DeskRequestParts) {
  const { access, requests, clock } = parts;
  const { id } = request.params;
  const body = parsed(requestBody, request.body, reply);
  if (!body) return reply;
  const found = idShape.test(id) ? await requests.find(id) : undefined;
  if (!found || !access.sees(request, found.clinic)) return refuseUnknown(reply);
  const me = access.who(request);
  await access.audit(request, {
    action: `request.${body.change}`,
    clinicId: found.clinic,
    object: id,
  });
  let isOthers = false;
  const after = await requests.change(id, (kept) => {
    isOthers = body.change === 'take' && kept.taken !== undefined && kept.taken.by !== me.userId;
    return isOthers ? kept : changed(kept, body.change, me, clock.wallMs());
  });
  if (!after) return refuseUnknown(reply);
  if (isOthers)
    return refuse(reply, 409, 'taken', `${after.taken?.name} já está cuidando deste pedido.`);
  return requestView(after, me.userId);
}

/** Pure: what becomes of a request. */
function changed(
  kept: StaffRequest,
  wish: 'take' | 'leave' | 'done' | 'open',
  { userId, name }: SignedIn,
  nowMs: number,
): StaffRequest {
  const taken = { by: userId, name, at: new Date(nowMs).toISOString() };
  const { taken: _before, ...rest } = kept;
  switch (wish) {
    case 'take':
      return { ...kept, taken };
    case 'leave':
      return rest;
    case 'done':
      return { ...kept, status: 'done', taken };
    case 'open':
      return { ...rest, status: 'open' };
    default:
      return wish satisfies never;
  }
}

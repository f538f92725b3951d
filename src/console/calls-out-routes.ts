import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicAgenda } from '../agent/clinic-agenda.ts';
import { type OptOutStore, optOutNumber } from '../agent/opt-out-store.ts';
import { plainText } from '../agent/plain-text.ts';
import type { CallLists } from '../call/call-lists.ts';
import type { CallStore } from '../call/call-record.ts';
import { callLimitS } from '../call/make-call-routes.ts';
import type { OutboundCalls } from '../call/outbound-calls.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';
import { clinicQuery, idShape } from './agenda-question.ts';
import { agendaFor } from './agenda-routes.ts';
import { createCallFinder, dialOutView, holderOf } from './calls-out.ts';
import type { OptOutView } from './calls-out-view.ts';
import type { ConsoleAccess } from './console-access.ts';
import { phoneNumber } from './desk-patient.ts';
import { parsed, refuse, refuseFields, refuseUnknown, written } from './desk-reply.ts';

/** Calls shown, newest first. */
const mostShown = 100;

export interface CallsOutParts {
  access: ConsoleAccess;
  agendaOf: (clinic: string) => ClinicAgenda | undefined;
  outbound: OutboundCalls;
  lists: CallLists;
  calls: Pick<CallStore, 'list'>;
  optOuts: OptOutStore;
  clock: Clock;
}

const newCallBody = z.strictObject({
  clinic: z.string().regex(/^[a-z0-9-]{1,100}$/),
  /** Of the form: sent twice, it is one call. */
  key: z.string().regex(idShape),
  to: z.string().min(1).max(40),
  message: z.string().trim().min(1).max(500),
  voicemail: z.string().trim().max(400).default(''),
  retries: z.number().int().min(0).max(2).default(0),
});

const optOutBody = z.strictObject({
  number: z.string().min(1).max(40),
  reason: z.string().trim().min(1).max(200),
});

type Ids = { Params: { id: string } };

/**
 * Calls that staff ask for. They go through the same door as `POST /make-call`: who may be rung, when and how often is
 * decided there; the member of staff is the holder whose limits count.
 */
export function callsOutRoutes(server: FastifyInstance, parts: CallsOutParts): void {
  const { access, outbound } = parts;
  const read = { onRequest: access.only() };
  const write = { onRequest: access.only('staff', 'admin') };
  const callOf = createCallFinder(parts.calls);
  server.post('/console/api/calls-out', write, (request, reply) => place(request, reply, parts));
  server.get('/console/api/calls-out', read, async (request, reply) => {
    const query = parsed(clinicQuery, request.query, reply);
    if (!query) return reply;
    if (!agendaFor(request, query.clinic, parts)) return refuseUnknown(reply);
    const dials = [...outbound.dials()]
      .filter(({ clinicId }) => clinicId === query.clinic)
      .sort((a, b) => b.createdAtMs - a.createdAtMs)
      .slice(0, mostShown);
    const detail = { found: dials.length };
    await access.audit(request, { action: 'calls-out.view', clinicId: query.clinic, detail });
    const me = holderOf(access.who(request).userId);
    const views = [];
    for (const dial of dials) views.push(dialOutView(dial, me, await callOf(dial)));
    return { dials: views };
  });
  server.get<Ids>('/console/api/calls-out/:id', read, async (request, reply) => {
    const dial = outbound.dial(request.params.id);
    if (!dial || !access.sees(request, dial.clinicId)) return refuseUnknown(reply);
    const me = holderOf(access.who(request).userId);
    // Whoever asked for it looks every second how far it is: that they asked is in the trail.
    if (dial.keyId !== me)
      await access.audit(request, {
        action: 'call-out.view',
        clinicId: dial.clinicId,
        object: dial.id,
      });
    return dialOutView(dial, me, await callOf(dial));
  });
  optOutRoutes(server, parts);
}

async function place(request: FastifyRequest, reply: FastifyReply, parts: CallsOutParts) {
  const { access, outbound } = parts;
  const body = parsed(newCallBody, request.body, reply);
  if (!body) return reply;
  const agenda = agendaFor(request, body.clinic, parts);
  if (!agenda) return refuseUnknown(reply);
  const { userId } = access.who(request);
  const detail = { retries: body.retries };
  await access.audit(request, { action: 'call-out.place', clinicId: body.clinic, detail });
  const voicemail = plainText(body.voicemail);
  const placed = await outbound.place({
    // What is no number is told so, and why, by whoever decides.
    to: phoneNumber(body.to) ?? body.to.trim(),
    clinicId: body.clinic,
    keyId: holderOf(userId),
    idempotencyKey: body.key,
    timeLimitS: callLimitS(agenda.clinic),
    purpose: plainText(body.message),
    ...(voicemail === '' ? {} : { voicemail }),
    ...(body.retries === 0 ? {} : { retries: body.retries }),
  });
  if (placed.outcome !== 'refused') return reply.code(202).send({ id: placed.id });
  const { httpStatus, code, message, retryAfterS, nextAllowedMs } = placed;
  if (retryAfterS !== undefined) reply.header('retry-after', String(retryAfterS));
  const { error } = problem(code, message);
  const next = nextAllowedMs === undefined ? {} : { nextAllowedMs };
  return reply.code(httpStatus).send({ error: { ...error, ...next } });
}

/**
 * The list of people who are left alone holds for all clinics of this server: who sees only some of them may look a number
 * up, not read it.
 */
function optOutRoutes(server: FastifyInstance, parts: CallsOutParts): void {
  const { access, optOuts } = parts;
  server.get('/console/api/opt-outs', { onRequest: access.only() }, async (request, reply) => {
    const query = parsed(
      z.object({ number: z.string().max(40).default('') }),
      request.query,
      reply,
    );
    if (!query) return reply;
    const mayRead = access.who(request).clinics === 'all';
    const wanted = query.number === '' ? undefined : optOutNumber(phoneNumber(query.number) ?? '');
    if (query.number !== '' && wanted === undefined)
      return refuseFields(reply, { number: noNumber });
    if (wanted === undefined && !mayRead)
      return refuse(reply, 403, 'not-allowed', 'Informe o telefone que quer consultar.');
    const all = optOuts.list();
    const shown = wanted === undefined ? all : all.filter(({ e164 }) => e164 === wanted);
    await access.audit(request, { action: 'opt-outs.view', detail: { found: shown.length } });
    const views = shown.map(
      ({ e164, atMs, channel }): OptOutView => ({
        number: e164,
        since: new Date(atMs).toISOString(),
        channel,
      }),
    );
    return { optOuts: views.reverse() };
  });
  for (const [change, url, allowed] of [
    ['add', '/console/api/opt-outs', ['staff', 'admin']],
    ['remove', '/console/api/opt-outs/remove', ['admin']],
  ] as const)
    server.post(url, { onRequest: access.only(...allowed) }, (request, reply) =>
      written(reply, async () => {
        const body = parsed(optOutBody, request.body, reply);
        if (!body) return reply;
        const e164 = optOutNumber(phoneNumber(body.number) ?? '');
        if (e164 === undefined) return refuseFields(reply, { number: noNumber });
        const reason = plainText(body.reason);
        await access.audit(request, { action: `opt-out.${change}`, detail: { reason } });
        const atMs = parts.clock.wallMs();
        const outcome = await optOuts[change]({ e164, atMs, channel: 'staff' });
        return { changed: outcome === 'changed' };
      }),
    );
}

const noNumber = 'O telefone não existe assim: use DDD e número.';

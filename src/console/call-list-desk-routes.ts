import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { contactKinds } from '../agent/outbound-contact.ts';
import { plainText } from '../agent/plain-text.ts';
import { readCallListCsv } from '../call/call-list-csv.ts';
import { fastestPerMinute, longestName } from '../call/call-list-record.ts';
import type { CreatedList, NewList } from '../call/call-lists.ts';
import { problem } from '../platform/problem.ts';
import { wallTimeOf } from '../scheduling/wall-time.ts';
import { clinicQuery } from './agenda-question.ts';
import { agendaFor } from './agenda-routes.ts';
import { callListLine, callListView, holderOf } from './calls-out.ts';
import type { CallsOutParts } from './calls-out-routes.ts';
import { parsed, refuse, refuseUnknown, written } from './desk-reply.ts';

/** Rows of some hundred characters; more is no list of people. */
const largestFileBytes = 2 * 1024 * 1024;
/** A person takes two minutes; so many at once are put through to a reception. */
const usualPerMinute = 6;

const settings = {
  clinic: z.string().regex(/^[a-z0-9-]{1,100}$/),
  kind: z.enum(contactKinds).default('confirm'),
  name: z.string().max(longestName).default(''),
  perMinute: z.coerce.number().int().min(1).max(fastestPerMinute).default(usualPerMinute),
};
const fileQuery = z.object(settings);
const agendaBody = z.strictObject({ ...settings, day: z.iso.date() });
type Settings = z.output<typeof fileQuery>;

type Ids = { Params: { id: string } };

/**
 * Lists of people to be rung. A new list rings nobody: its bad lines are looked at first, then somebody starts it.
 * A plugin for `server.register`: files are read here only.
 */
export function callListDeskRoutes(
  server: FastifyInstance,
  parts: CallsOutParts,
  done: () => void,
): void {
  const { access, lists } = parts;
  const read = { onRequest: access.only() };
  const write = { onRequest: access.only('staff', 'admin') };
  server.addContentTypeParser(
    ['text/csv', 'application/octet-stream', 'application/vnd.ms-excel'],
    { parseAs: 'buffer', bodyLimit: largestFileBytes },
    (_request, body, parsedBody) => parsedBody(null, body),
  );
  server.get('/console/api/call-lists', read, async (request, reply) => {
    const query = parsed(clinicQuery, request.query, reply);
    if (!query) return reply;
    if (!agendaFor(request, query.clinic, parts)) return refuseUnknown(reply);
    const mine = lists.all().filter(({ clinicId }) => clinicId === query.clinic);
    return { lists: mine.map(callListLine).reverse() };
  });
  server.get<Ids>('/console/api/call-lists/:id', read, async (request, reply) => {
    const list = lists.find(request.params.id);
    if (!list || !access.sees(request, list.clinicId)) return refuseUnknown(reply);
    const { clinicId, id } = list;
    await access.audit(request, { action: 'call-list.view', clinicId, object: id });
    return callListView(list);
  });
  server.post(
    '/console/api/call-lists',
    { ...write, bodyLimit: largestFileBytes },
    (request, reply) => written(reply, () => create(request, reply, parts)),
  );
  for (const wish of ['pause', 'resume', 'stop'] as const)
    server.post<Ids>(`/console/api/call-lists/:id/${wish}`, write, (request, reply) =>
      written(reply, () => ask(request, reply, wish, parts)),
    );
  done();
}

async function create(request: FastifyRequest, reply: FastifyReply, parts: CallsOutParts) {
  const { body } = request;
  if (Buffer.isBuffer(body)) {
    const query = parsed(fileQuery, request.query, reply);
    if (!query) return reply;
    const wish = await wishFor(request, query, parts);
    if (!wish) return refuseUnknown(reply);
    const file = readCallListCsv(body);
    if (file.outcome === 'refused') return refuse(reply, 422, file.code, file.message);
    return answer(reply, await parts.lists.createFromCsv(wish, file.rows));
  }
  const asked = parsed(agendaBody, body, reply);
  if (!asked) return reply;
  const wish = await wishFor(request, asked, parts);
  if (!wish) return refuseUnknown(reply);
  return answer(reply, await parts.lists.createFromAgenda(wish, asked.day));
}

async function wishFor(
  request: FastifyRequest,
  { clinic, kind, name, perMinute }: Settings,
  parts: CallsOutParts,
): Promise<NewList | undefined> {
  const agenda = agendaFor(request, clinic, parts);
  if (!agenda) return undefined;
  const { access, clock } = parts;
  await access.audit(request, { action: 'call-list.create', clinicId: clinic, detail: { kind } });
  const today = wallTimeOf(clock.wallMs(), agenda.clinic.timeZone).date;
  return {
    clinicId: clinic,
    kind,
    name: plainText(name) || `${today} ${kind}`,
    perMinute,
    // As with the list API: who is busy or away is rung once more.
    retries: 1,
    keyId: holderOf(access.who(request).userId),
    today,
  };
}

function answer(reply: FastifyReply, created: CreatedList) {
  if (created.outcome !== 'no-rows') return reply.code(201).send(callListView(created.list));
  const { error } = problem('no-rows', 'Não há ninguém para chamar nesta lista.');
  return reply.code(422).send({ error: { ...error, problems: created.problems } });
}

async function ask(
  request: FastifyRequest<Ids>,
  reply: FastifyReply,
  wish: 'pause' | 'resume' | 'stop',
  { access, lists }: CallsOutParts,
) {
  const list = lists.find(request.params.id);
  if (!list || !access.sees(request, list.clinicId)) return refuseUnknown(reply);
  const { clinicId, id } = list;
  await access.audit(request, { action: `call-list.${wish}`, clinicId, object: id });
  const after = await lists.ask(id, wish);
  if (after === 'not-found') return refuseUnknown(reply);
  if (after === 'not-possible')
    return refuse(reply, 409, after, 'No estado em que a lista está, isso não é possível.');
  return callListLine(after);
}

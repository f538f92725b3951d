import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { contactKinds } from '../agent/outbound-contact.ts';
import { plainText } from '../agent/plain-text.ts';
import { clinicTime } from '../agent/spoken-portuguese.ts';
import type { Clock } from '../platform/clock.ts';
import { problem, requireBearer } from '../platform/problem.ts';
import type { ApiScope } from './api-keys.ts';
import { readCallListCsv } from './call-list-csv.ts';
import { fastestPerMinute, longestName, mostRetries } from './call-list-record.ts';
import { callListSummary, callListView } from './call-list-view.ts';
import type { CallLists, CreatedList, NewList } from './call-lists.ts';

/** Rows of some hundred characters; more is no list of people. */
const largestFileBytes = 2 * 1024 * 1024;
/** A person takes two minutes; so many at once are put through to a reception. */
const usualPerMinute = 6;
/** Who is busy or away now may be there in an hour. */
const usualRetries = 1;

const settings = {
  clinic: z.string().optional(),
  kind: z.enum(contactKinds).optional(),
  name: z.string().max(longestName).optional(),
  perMinute: z.coerce.number().int().min(1).max(fastestPerMinute).optional(),
  retries: z.coerce.number().int().min(0).max(mostRetries).optional(),
  /** Only looked at: nothing is kept, and nobody can be rung by it. */
  dryRun: z.literal(['true', 'false', true, false]).optional(),
};
const querySchema = z.strictObject(settings);
const agendaSchema = z.strictObject({
  ...settings,
  from: z.literal('agenda'),
  day: z.iso.date(),
});

export interface CallListRouteParts {
  /** The id of the API key a request carries, if it may do this. */
  holder: (request: FastifyRequest, scope: ApiScope) => string | undefined;
  lists: CallLists;
  clinics: readonly ClinicProfile[];
  defaultClinic: () => ClinicProfile;
  clock: Clock;
}

type Ids = { Params: { id: string } };

/**
 * `POST /api/v1/call-lists` (a CSV file, or `{from: "agenda", day}`) → 201, `GET` of all and of one, `POST :id/pause`,
 * `:id/resume` (also the first start) and `:id/stop`. A plugin for `app.register`.
 */
export function callListRoutes(
  app: FastifyInstance,
  parts: CallListRouteParts,
  done: () => void,
): void {
  const { lists } = parts;
  requireBearer(app, (request) => parts.holder(request, 'calls:create') !== undefined);
  app.addContentTypeParser(
    ['text/csv', 'application/octet-stream', 'application/vnd.ms-excel'],
    { parseAs: 'buffer', bodyLimit: largestFileBytes },
    (_request, body, parsed) => parsed(null, body),
  );
  app.post('/api/v1/call-lists', { bodyLimit: largestFileBytes }, (request, reply) =>
    create(request, reply, parts),
  );
  app.get('/api/v1/call-lists', async () => ({ lists: lists.all().map(callListSummary) }));
  app.get<Ids>('/api/v1/call-lists/:id', async (request, reply) => {
    const list = lists.find(request.params.id);
    return list ? callListView(list) : refuseUnknown(reply);
  });
  for (const wish of ['pause', 'resume', 'stop'] as const)
    app.post<Ids>(`/api/v1/call-lists/:id/${wish}`, async (request, reply) => {
      const answer = await lists.ask(request.params.id, wish);
      if (answer === 'not-found') return refuseUnknown(reply);
      if (answer !== 'not-possible') return callListSummary(answer);
      return refuse(
        reply,
        409,
        'not-possible',
        'No estado em que a lista está, isso não é possível.',
      );
    });
  done();
}

async function create(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: CallListRouteParts,
): Promise<FastifyReply> {
  const isFile = Buffer.isBuffer(request.body);
  const body = (isFile ? querySchema : agendaSchema).safeParse(
    isFile ? request.query : request.body,
  );
  if (!body.success) return refuse(reply, 400, 'invalid-request', usage);
  const { clinic: clinicId } = body.data;
  const clinic = clinicId ? parts.clinics.find(({ id }) => id === clinicId) : parts.defaultClinic();
  if (!clinic)
    return refuse(reply, 422, 'unknown-clinic', 'Não existe clínica com esse identificador.');
  const today = clinicTime(parts.clock.wallMs(), clinic.timeZone).toPlainDate().toString();
  const { kind = 'confirm', name = '', perMinute = usualPerMinute } = body.data;
  const { retries = usualRetries } = body.data;
  const wish: NewList = {
    clinicId: clinic.id,
    kind,
    name: plainText(name) || `${today} ${kind}`,
    perMinute,
    retries,
    isTrial: String(body.data.dryRun) === 'true',
    keyId: parts.holder(request, 'calls:create') ?? '',
    today,
  };
  if (!isFile) {
    const { day } = agendaSchema.parse(request.body);
    return answer(reply, await parts.lists.createFromAgenda(wish, day));
  }
  const file = readCallListCsv(request.body as Buffer);
  if (file.outcome === 'refused') return refuse(reply, 422, file.code, file.message);
  return answer(reply, await parts.lists.createFromCsv(wish, file.rows));
}

const usage =
  'Envie um arquivo CSV (Content-Type: text/csv; ?clinic=…&kind=confirm|remind|custom&name=…&perMinute=1…60&retries=0…2) ou {"from": "agenda", "day": "AAAA-MM-DD"} com os mesmos campos.';

function answer(reply: FastifyReply, created: CreatedList): FastifyReply {
  if (created.outcome !== 'no-rows')
    return reply.code(created.outcome === 'created' ? 201 : 200).send(callListView(created.list));
  const { error } = problem('no-rows', 'Não há ninguém para chamar nesta lista.');
  return reply.code(422).send({ error: { ...error, problems: created.problems } });
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send(problem(code, message));
}

function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Não existe lista com esse id.');
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { longestHint, type StaffAnswer, type StaffMember } from '../call/call-staff.ts';
import { eventStreamType, openEventStream } from '../platform/event-stream.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import type { LiveFeed } from './live-feed.ts';
import type { LiveCall, LiveDestination } from './live-view.ts';

/** Pages that watch at once; each holds a connection. */
const mostWatchers = 200;

export interface LiveRouteParts {
  access: ConsoleAccess;
  feed: LiveFeed;
  calls: { find(id: string): Call | undefined };
  /** Whom callers of a clinic may be put through to, and who answers now. */
  destinations: (clinicId: string) => LiveDestination[];
}

type Ids = { Params: { id: string } };

const hint = z.strictObject({ text: z.string().trim().min(1).max(longestHint) });
const transfer = z.strictObject({ destination: z.string().min(1).max(100) });

/** Calls in progress: seen as they go on, and stepped into. */
export function liveRoutes(server: FastifyInstance, parts: LiveRouteParts): void {
  const { access } = parts;
  watchRoute(server, parts);

  server.get<Ids>(
    '/console/api/live/:id/destinations',
    { onRequest: access.only('staff', 'admin') },
    async (request, reply) => {
      const found = findSeen(parts, request);
      if (!found) return refuseUnknown(reply);
      return { destinations: parts.destinations(found.view.clinic) };
    },
  );

  deed<z.output<typeof hint>>(server, parts, 'hint', hint, ({ call, by, body }) =>
    call.staff.hint(by, body.text),
  );
  deed<undefined>(server, parts, 'take', undefined, ({ call, by }) => call.staff.take(by));
  deed<undefined>(server, parts, 'give-back', undefined, ({ call, by }) => call.staff.giveBack(by));
  deed<undefined>(server, parts, 'end', undefined, ({ call, by }) => call.staff.end(by));
  deed<z.output<typeof transfer>>(server, parts, 'transfer', transfer, ({ call, by, body }) =>
    call.staff.transfer(by, body.destination),
  );
}

function watchRoute(server: FastifyInstance, { access, feed }: LiveRouteParts): void {
  let watchers = 0;
  server.get(
    '/console/api/live',
    { onRequest: access.only('staff', 'admin', 'auditor') },
    async (request, reply) => {
      if (watchers >= mostWatchers) return refuse(reply, 503, 'busy', tooManyWatchers);
      await access.audit(request, { action: 'live.watch' });
      watchers += 1;
      const sees = (clinic: string) => access.sees(request, clinic);
      const stream = openEventStream(() => {
        watchers -= 1;
        stop();
        forget();
      });
      const stop = feed.listen((change) => {
        if (sees(change.call.clinic)) stream.send('change', change);
      });
      const forget = access.whenOver(request, stream.end);
      // A break is mended by a new beginning: what was missed is in it.
      stream.send('snapshot', feed.snapshot(sees));
      return reply
        .type(eventStreamType)
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(stream.body);
    },
  );
}

interface Deed<Body> {
  call: Call;
  by: StaffMember;
  body: Body;
}

/** One thing somebody does to a call: written down before it is done. */
function deed<Body>(
  server: FastifyInstance,
  parts: LiveRouteParts,
  name: string,
  schema: z.ZodType<Body> | undefined,
  act: (deed: Deed<Body>) => StaffAnswer | undefined,
): void {
  const { access } = parts;
  server.post<Ids>(
    `/console/api/live/:id/${name}`,
    { onRequest: access.only('staff', 'admin') },
    async (request, reply) => {
      const found = findSeen(parts, request);
      if (!found) return refuseUnknown(reply);
      const parsed = schema?.safeParse(request.body);
      if (parsed && !parsed.success) return refuse(reply, 400, 'invalid-request', bodyHelp);
      const { userId, name: userName } = access.who(request);
      await access.audit(request, {
        action: `live.${name}`,
        clinicId: found.view.clinic,
        object: found.view.id,
      });
      const by = { id: userId, name: userName };
      return answer(reply, act({ call: found.call, by, body: parsed?.data as Body }));
    },
  );
}

/** A call of a clinic that this person sees, or nothing: one answer for both. */
export function findSeen(
  { access, feed, calls }: Pick<LiveRouteParts, 'access' | 'feed' | 'calls'>,
  request: FastifyRequest<Ids>,
): { call: Call; view: LiveCall } | undefined {
  const view = feed.find(request.params.id);
  const call = calls.find(request.params.id);
  return view && call && access.sees(request, view.clinic) ? { call, view } : undefined;
}

function answer(reply: FastifyReply, staffAnswer: StaffAnswer | undefined): FastifyReply {
  if (!staffAnswer)
    return refuse(
      reply,
      409,
      'no-destination',
      'Ninguém atende nesse destino agora. Escolha outro.',
    );
  switch (staffAnswer.outcome) {
    case 'done':
      return reply.code(200).send({ ok: true });
    case 'ending':
      return refuse(reply, 409, 'ending', 'Esta ligação já está terminando.');
    case 'held':
      return refuse(
        reply,
        409,
        'held',
        staffAnswer.by === 'você'
          ? 'Você já está falando com quem ligou.'
          : `${staffAnswer.by} já está falando com quem ligou.`,
      );
    case 'not-yours':
      return refuse(reply, 409, 'not-yours', 'A ligação já não está com você.');
    default:
      return staffAnswer satisfies never;
  }
}

const tooManyWatchers = 'Há páginas demais acompanhando as ligações. Feche uma e tente de novo.';
const bodyHelp = `Escreva de 1 a ${longestHint} caracteres.`;

export function refuse(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  return reply.code(status).type('application/json').send(problem(code, message));
}

export function refuseUnknown(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'not-found', 'Esta ligação não existe ou já terminou.');
}

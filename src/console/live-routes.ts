import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { longestHint } from '../call/call-staff.ts';
import { eventStreamType, openEventStream } from '../platform/event-stream.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import { type DeedAnswer, type LiveDeed, liveDeedSchema } from './live-deeds.ts';
import type { LiveView } from './live-feed.ts';
import type { LiveHands } from './live-hands.ts';
import type { LiveCall, LiveDestination } from './live-view.ts';

/** Pages that watch at once; each holds a connection. */
const mostWatchers = 200;

export interface LiveRouteParts {
  access: ConsoleAccess;
  feed: LiveView;
  hands: LiveHands;
  /** Whom callers of a clinic may be put through to, and who answers now. */
  destinations: (clinicId: string) => LiveDestination[];
}

type Ids = { Params: { id: string } };

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
      return { destinations: parts.destinations(found.clinic) };
    },
  );

  for (const name of ['hint', 'take', 'give-back', 'end', 'transfer'] as const)
    deedRoute(server, parts, name);
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

const anyBody = z.looseObject({}).catch({});

/** One thing somebody does to a call: written down before it is done. */
function deedRoute(server: FastifyInstance, parts: LiveRouteParts, name: LiveDeed['do']): void {
  const { access, hands } = parts;
  server.post<Ids>(
    `/console/api/live/:id/${name}`,
    { onRequest: access.only('staff', 'admin') },
    async (request, reply) => {
      const found = findSeen(parts, request);
      if (!found) return refuseUnknown(reply);
      // Only what belongs to the deed is looked at where it takes nothing.
      const takesNothing = name !== 'hint' && name !== 'transfer';
      const body = takesNothing ? {} : anyBody.parse(request.body);
      const deed = liveDeedSchema.safeParse({ ...body, do: name });
      if (!deed.success) return refuse(reply, 400, 'invalid-request', bodyHelp);
      const { userId, name: userName } = access.who(request);
      await access.audit(request, {
        action: `live.${name}`,
        clinicId: found.clinic,
        object: found.id,
      });
      return answer(reply, await hands.do(found, { id: userId, name: userName }, deed.data));
    },
  );
}

/** A call of a clinic that this person sees, or nothing: one answer for both. */
export function findSeen(
  { access, feed }: Pick<LiveRouteParts, 'access' | 'feed'>,
  request: FastifyRequest<Ids>,
): LiveCall | undefined {
  const found = feed.find(request.params.id);
  return found && access.sees(request, found.clinic) ? found : undefined;
}

function answer(reply: FastifyReply, staffAnswer: DeedAnswer): FastifyReply {
  switch (staffAnswer.outcome) {
    case 'done':
      return reply.code(200).send({ ok: true });
    case 'no-destination':
      return refuse(
        reply,
        409,
        'no-destination',
        'Ninguém atende nesse destino agora. Escolha outro.',
      );
    case 'gone':
      return refuseUnknown(reply);
    case 'unreachable':
      return refuse(reply, 503, 'unreachable', otherServer);
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

const otherServer =
  'O servidor desta ligação não respondeu. Veja se ela ainda está em andamento antes de tentar de novo.';
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

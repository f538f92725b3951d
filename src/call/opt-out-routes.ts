import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type OptOutStore, optOutNumber } from '../agent/opt-out-store.ts';
import type { Clock } from '../platform/clock.ts';
import { problem } from '../platform/problem.ts';

export interface OptOutRouteParts {
  authorise: (request: FastifyRequest) => boolean;
  optOuts: OptOutStore;
  clock: Clock;
}

/** `PUT` and `DELETE /api/v1/opt-outs/:number`: staff keep the list of people who are not to be contacted. */
export function optOutRoutes(app: FastifyInstance, parts: OptOutRouteParts): void {
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    if (parts.authorise(request)) return;
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send(problem('unauthorized', 'Informe a chave da API: Authorization: Bearer …'));
  };
  for (const [method, change] of [
    ['PUT', 'add'],
    ['DELETE', 'remove'],
  ] as const) {
    app.route<{ Params: { number: string } }>({
      method,
      url: '/api/v1/opt-outs/:number',
      onRequest,
      handler: async (request, reply) => {
        const e164 = optOutNumber(request.params.number);
        if (e164 === undefined)
          return reply
            .code(422)
            .send(problem('invalid-number', 'Use o formato internacional, como +5511987654321.'));
        await parts.optOuts[change]({ e164, atMs: parts.clock.wallMs(), channel: 'staff' });
        return reply.code(204).send();
      },
    });
  }
}

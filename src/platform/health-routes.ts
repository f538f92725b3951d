import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.ts';
import { problem } from './problem.ts';

export interface HealthParts {
  /** Reasons why a new call cannot be taken now; none when it can. */
  notReady: () => string[];
  /** What does not work meanwhile although calls do. */
  impaired: () => string[];
  metrics: Metrics;
  authorise: (request: FastifyRequest) => boolean;
}

/** `/healthz`: the process answers. `/readyz`: it may take a call, or why not. `/metrics`: Prometheus text, with the API key. */
export function healthRoutes(app: FastifyInstance, parts: HealthParts): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = parts.notReady();
    if (reasons.length > 0) reply.code(503);
    const status = reasons.length === 0 ? 'ready' : 'not-ready';
    const impaired = parts.impaired();
    return { status, reasons, ...(impaired.length > 0 ? { impaired } : {}) };
  });
  app.get('/metrics', async (request, reply) => {
    if (!parts.authorise(request)) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send(problem('unauthorized', 'Informe a chave da API: Authorization: Bearer …'));
    }
    return reply.type('text/plain; version=0.0.4').send(await parts.metrics.render());
  });
}

import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healthRoutes } from '../../src/platform/health-routes.ts';
import { createMetrics } from '../../src/platform/metrics.ts';

let app: FastifyInstance;
let reasons: string[];
let impaired: string[];
beforeEach(() => {
  reasons = [];
  impaired = [];
  app = fastify();
  const metrics = createMetrics();
  metrics.count('calls_total', { reason: 'caller-hung-up' });
  healthRoutes(app, {
    notReady: () => reasons,
    impaired: () => impaired,
    metrics,
    authorise: (request) => request.headers.authorization === 'Bearer right',
  });
});
afterEach(() => app.close());

describe('what an operator asks', () => {
  it('alive is alive, also when no call can be taken', async () => {
    reasons = ['draining'];
    const answer = await app.inject('/healthz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('ready says so', async () => {
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ready', reasons: [] }]);
  });

  it('what works no more beside calls is named, and calls are taken', async () => {
    impaired = ['redis-unreachable'];
    const answer = await app.inject('/readyz');
    const body = { status: 'ready', reasons: [], impaired };
    expect([answer.statusCode, answer.json()]).toEqual([200, body]);
  });

  it('not ready says why, with 503, and mends itself', async () => {
    reasons = ['full', 'model unreachable: closed'];
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not-ready', reasons }]);
    reasons = [];
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  it.each([{}, { authorization: 'Bearer wrong' }])(
    'metrics are not for everybody: %j',
    async (headers) => {
      const answer = await app.inject({ url: '/metrics', headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
      expect(answer.body).not.toContain('calls_total');
    },
  );

  it('metrics are Prometheus text for who has the key', async () => {
    const answer = await app.inject({
      url: '/metrics',
      headers: { authorization: 'Bearer right' },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4');
    expect(answer.body).toContain('calls_total{reason="caller-hung-up"} 1');
  });
});

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DeadJob, JobQueue } from '../messaging/job-store.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import type { DeadJobView, JobsView } from './conversation-view.ts';

export interface JobRouteParts {
  access: ConsoleAccess;
  jobs: Pick<JobQueue, 'dead' | 'revive' | 'counts'>;
}

type Ids = { Params: { id: string } };

const mostDead = 200;

/** What the queue gave up: seen, and tried again. Jobs belong to no clinic: only for admins of all of them. */
export function jobRoutes(server: FastifyInstance, { access, jobs }: JobRouteParts): void {
  const admin = { onRequest: access.only('admin') };
  const isOfAll = (request: FastifyRequest) => access.who(request).clinics === 'all';

  server.get('/console/api/jobs', admin, async (request, reply) => {
    if (!isOfAll(request)) return refuseSome(reply);
    const dead = await jobs.dead(mostDead);
    const view: JobsView = { counts: await jobs.counts(), dead: dead.map(deadView) };
    return view;
  });

  server.post<Ids>('/console/api/jobs/:id/retry', admin, async (request, reply) => {
    if (!isOfAll(request)) return refuseSome(reply);
    const { id } = request.params;
    await access.audit(request, { action: 'job.retry', object: id.slice(0, 120) });
    const outcome = await jobs.revive(id);
    if (outcome === 'revived') return { outcome };
    return reply
      .code(404)
      .send(problem('not-found', 'Esta tarefa não está entre as que falharam.'));
  });
}

function deadView({ id, kind, attempts, reason, diedAtMs }: DeadJob): DeadJobView {
  return { id, kind, attempts, reason, diedAt: new Date(diedAtMs).toISOString() };
}

function refuseSome(reply: FastifyReply): FastifyReply {
  return reply
    .code(403)
    .send(problem('not-allowed', 'Só quem administra todas as clínicas vê as tarefas.'));
}

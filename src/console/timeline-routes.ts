import type { FastifyInstance } from 'fastify';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { problem } from '../platform/problem.ts';
import type { ConsoleAccess } from './console-access.ts';
import type { TimelineView } from './conversation-view.ts';
import { personTimeline, type TimelineParts } from './person-timeline.ts';

export interface TimelineRouteParts extends TimelineParts {
  access: ConsoleAccess;
  clinicOf(id: string): Pick<ClinicProfile, 'timeZone'> | undefined;
}

const idShape = /^[a-z2-7]{26}$/;
/** Where a clinic's file is gone. */
const usualZone = 'America/Sao_Paulo';

/** What the person of a conversation had to do with its clinic before, on every channel. */
export function timelineRoutes(server: FastifyInstance, parts: TimelineRouteParts): void {
  const { access, conversations, clinicOf } = parts;
  server.get<{ Params: { id: string } }>(
    '/console/api/conversations/:id/timeline',
    { onRequest: access.only('staff', 'admin', 'auditor') },
    async (request, reply) => {
      const { id } = request.params;
      const found = idShape.test(id) ? await conversations.find(id) : undefined;
      if (!found || !access.sees(request, found.clinic))
        return reply.code(404).send(problem('not-found', 'Esta conversa não existe.'));
      await access.audit(request, {
        action: 'conversation.timeline',
        clinicId: found.clinic,
        object: id,
      });
      const timeZone = clinicOf(found.clinic)?.timeZone ?? usualZone;
      const answer: TimelineView = { entries: await personTimeline(parts, found, timeZone) };
      return answer;
    },
  );
}

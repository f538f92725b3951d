import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { plainText } from '../agent/plain-text.ts';
import { problem } from '../platform/problem.ts';
import { clinicQuery } from './agenda-question.ts';
import { type AgendaRouteParts, agendaFor } from './agenda-routes.ts';
import type { CalendarFeedView } from './agenda-view.ts';
import { type CalendarFeed, feedDetails } from './calendar-feed-record.ts';
import type { CalendarFeeds } from './calendar-feeds.ts';
import { feedPaceS } from './calendar-text.ts';
import type { SignedIn } from './console-access.ts';
import { parsed, refuse, refuseUnknown, written } from './desk-reply.ts';

export interface CalendarFeedRouteParts extends Pick<AgendaRouteParts, 'access' | 'agendaOf'> {
  feeds: CalendarFeeds;
  publicUrl: () => string;
  /** Durable when it resolves; when it rejects, nothing is told. */
  noteReading: (feed: Pick<CalendarFeed, 'id' | 'clinicId' | 'by'>, ip: string) => Promise<void>;
}

const newFeedBody = z.strictObject({
  clinic: z.string().regex(/^[a-z0-9-]{1,100}$/),
  practitioner: z.string().min(1).max(100).nullable().default(null),
  details: z.enum(feedDetails).default('initials'),
  label: z.string().trim().min(1).max(100),
});

const tokenFile = /^([a-z2-7]{26})\.ics$/;

type Ids = { Params: { id: string } };

/**
 * `/calendar/<secret>.ics` is read by calendar programs, which cannot sign in; it only tells, and stays in no cache.
 * Addresses are made and closed in the console: staff see their own, admins all of a clinic.
 */
export function calendarFeedRoutes(server: FastifyInstance, parts: CalendarFeedRouteParts): void {
  const { access } = parts;
  const write = { onRequest: access.only('staff', 'admin') };
  server.get<{ Params: { file: string } }>('/calendar/:file', (request, reply) =>
    sendCalendar(request, reply, parts),
  );
  server.get('/console/api/calendar-feeds', { onRequest: access.only() }, (request, reply) =>
    sendFeeds(request, reply, parts),
  );
  server.post('/console/api/calendar-feeds', write, (request, reply) =>
    written(reply, () => open(request, reply, parts)),
  );
  server.delete<Ids>('/console/api/calendar-feeds/:id', write, (request, reply) =>
    written(reply, () => close(request, reply, parts)),
  );
}

async function sendCalendar(
  request: FastifyRequest<{ Params: { file: string } }>,
  reply: FastifyReply,
  { feeds, noteReading }: CalendarFeedRouteParts,
) {
  reply
    .header('cache-control', `private, max-age=0, must-revalidate`)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('x-robots-tag', 'noindex');
  const token = tokenFile.exec(request.params.file)?.[1];
  const answer = token ? await feeds.read(token) : ({ outcome: 'not-found' } as const);
  if (answer.outcome === 'too-often')
    return reply
      .code(429)
      .header('retry-after', String(answer.retryAfterS))
      .send(problem('too-often', `Esta agenda pode ser lida a cada ${feedPaceS / 60} minutos.`));
  if (answer.outcome === 'not-found') return refuseUnknown(reply);
  reply.header('etag', answer.etag);
  if (request.headers['if-none-match'] === answer.etag) return reply.code(304).send();
  await noteReading(answer.feed, request.ip);
  return reply.type('text/calendar; charset=utf-8').send(answer.text);
}

async function sendFeeds(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: CalendarFeedRouteParts,
) {
  const query = parsed(clinicQuery, request.query, reply);
  if (!query) return reply;
  if (!agendaFor(request, query.clinic, parts)) return refuseUnknown(reply);
  const me = parts.access.who(request);
  const mine = parts.feeds
    .all()
    .filter((one) => one.clinicId === query.clinic && isTheirs(one, me, 'see'));
  return { feeds: mine.map((one) => viewOf(one, parts)) };
}

async function open(request: FastifyRequest, reply: FastifyReply, parts: CalendarFeedRouteParts) {
  const body = parsed(newFeedBody, request.body, reply);
  if (!body) return reply;
  const agenda = agendaFor(request, body.clinic, parts);
  const isKnown =
    body.practitioner === null ||
    agenda?.clinic.practitioners.some(({ id }) => id === body.practitioner);
  if (!agenda || !isKnown) return refuseUnknown(reply);
  const by = parts.access.who(request).userId;
  await parts.access.audit(request, {
    action: 'calendar.open',
    clinicId: body.clinic,
    detail: { details: body.details, practitioner: body.practitioner ?? 'all' },
  });
  const answer = await parts.feeds.open({
    clinicId: body.clinic,
    practitionerId: body.practitioner,
    details: body.details,
    label: plainText(body.label),
    by,
  });
  if (answer.outcome === 'too-many')
    return refuse(reply, 409, 'too-many', 'Há endereços demais. Feche um que ninguém usa.');
  const url = `${parts.publicUrl()}/calendar/${answer.token}.ics`;
  return reply.code(201).send({ feed: viewOf(answer.feed, parts), url });
}

async function close(
  request: FastifyRequest<Ids>,
  reply: FastifyReply,
  parts: CalendarFeedRouteParts,
) {
  const { access, feeds } = parts;
  const feed = feeds.all().find(({ id }) => id === request.params.id);
  if (!feed || !access.sees(request, feed.clinicId)) return refuseUnknown(reply);
  if (!isTheirs(feed, access.who(request), 'close')) return refuseUnknown(reply);
  const { clinicId, id } = feed;
  await access.audit(request, { action: 'calendar.close', clinicId, object: id });
  await feeds.close(id);
  return reply.code(204).send();
}

function isTheirs({ by }: CalendarFeed, { userId, role }: SignedIn, wish: 'see' | 'close') {
  return by === userId || role === 'admin' || (role === 'auditor' && wish === 'see');
}

function viewOf(feed: CalendarFeed, parts: CalendarFeedRouteParts): CalendarFeedView {
  const { id, label, clinicId, practitionerId, details, createdAtMs } = feed;
  const practitioners = parts.agendaOf(clinicId)?.clinic.practitioners ?? [];
  const readMs = parts.feeds.lastReadMs(id);
  return {
    id,
    label,
    practitioner: practitioners.find((one) => one.id === practitionerId)?.name ?? practitionerId,
    details,
    createdAt: new Date(createdAtMs).toISOString(),
    lastReadAt: readMs === undefined ? null : new Date(readMs).toISOString(),
  };
}

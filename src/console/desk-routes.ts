import type { FastifyInstance } from 'fastify';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import { agendaChangeRoutes } from './agenda-change-routes.ts';
import { agendaRoutes } from './agenda-routes.ts';
import { calendarFeedRoutes } from './calendar-feed-routes.ts';
import type { CalendarFeedStore } from './calendar-feed-store.ts';
import { createCalendarFeeds } from './calendar-feeds.ts';
import { callListDeskRoutes } from './call-list-desk-routes.ts';
import { type CallsOutParts, callsOutRoutes } from './calls-out-routes.ts';
import { createDeskBooking, type DeskParts } from './desk-booking.ts';
import { deskRequestRoutes } from './desk-request-routes.ts';

export interface DeskRouteParts extends Omit<DeskParts, 'clock'>, CallsOutParts {
  requests: StaffRequestStore;
  calendarFeeds: CalendarFeedStore;
  publicUrl: () => string;
  /** A calendar's address was read by somebody who is not signed in. Durable when it resolves. */
  noteReading: (feed: { id: string; clinicId: string; by: string }, ip: string) => Promise<void>;
}

/** Everything of the front desk: the agenda, requests, calendars, and calls that staff ask for. */
export async function deskRoutes(server: FastifyInstance, parts: DeskRouteParts): Promise<void> {
  const agendaParts = { ...parts, desk: createDeskBooking(parts) };
  agendaRoutes(server, agendaParts);
  agendaChangeRoutes(server, agendaParts);
  deskRequestRoutes(server, agendaParts);
  const feeds = createCalendarFeeds({
    ...parts,
    store: parts.calendarFeeds,
    clinicOf: (id) => parts.agendaOf(id)?.clinic,
  });
  calendarFeedRoutes(server, { ...parts, feeds });
  callsOutRoutes(server, parts);
  await server.register(callListDeskRoutes, parts);
}

import type { FastifyInstance } from 'fastify';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { clinicTime } from './agent/spoken-portuguese.ts';
import { transferDestinations } from './agent/transfer-destination.ts';
import { attendanceOf } from './agent/transfer-hours.ts';
import type { AnnouncedCall } from './call/announced-call.ts';
import type { Call } from './call/call.ts';
import { costOfCall } from './call/call-cost.ts';
import type { LiveCalls } from './call/live-calls.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { LiveFeed } from './console/live-feed.ts';
import { liveRoutes } from './console/live-routes.ts';
import { liveSoundRoutes } from './console/live-sound-routes.ts';
import type { LiveDestination } from './console/live-view.ts';
import { softphoneRoutes } from './console/softphone-routes.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** What the console needs of calls that go on. */
export interface LiveParts {
  live: LiveCalls;
  createCall: (announced: AnnouncedCall) => Call;
  /** Why no call can be taken now. */
  unavailable: () => string | undefined;
  sandbox: Sandbox | undefined;
}

/** Calls in progress on the console: seen, heard, stepped into, and made from the browser. */
export function registerLive(
  server: FastifyInstance,
  parts: LiveParts & {
    access: ConsoleAccess;
    config: { USD_BRL: number };
    clinics: readonly ClinicProfile[];
    clock: Clock;
    log: Log;
    metrics: Metrics;
  },
): { feed: LiveFeed } {
  const { live, clock, config, clinics, access, sandbox } = parts;
  const clinicOf = (id: string) => clinics.find((one) => one.id === id);
  const feed = new LiveFeed({
    events: live,
    cost: (usage, model) => costOfCall(usage, model, config.USD_BRL),
    keepsWords: (id) => clinicOf(id)?.consent.transcript ?? false,
    wallMs: clock.wallMs,
  });
  const destinations = (id: string) => {
    const clinic = clinicOf(id);
    return clinic ? openDestinations(clinic, clock.wallMs()) : [];
  };
  liveRoutes(server, { access, feed, calls: live, destinations });
  liveSoundRoutes(server, { access, feed, calls: live, destinations, clock });
  softphoneRoutes(server, { ...parts, clinics: () => clinics, patients: sandbox?.patients });
  return { feed };
}

function openDestinations(clinic: ClinicProfile, nowMs: number): LiveDestination[] {
  const now = clinicTime(nowMs, clinic.timeZone);
  return transferDestinations(clinic).map((one) => ({
    id: one.id,
    name: one.name,
    open: attendanceOf(one, clinic, now).open,
  }));
}

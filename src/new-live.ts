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
import { createLiveHands } from './console/live-hands.ts';
import { createLiveLines } from './console/live-lines.ts';
import { liveRoutes } from './console/live-routes.ts';
import { liveSoundRoutes } from './console/live-sound-routes.ts';
import type { LiveDestination } from './console/live-view.ts';
import { beatMs, SharedLiveFeed } from './console/shared-live-feed.ts';
import { softphoneRoutes } from './console/softphone-routes.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import type { ServerBus } from './platform/server-bus.ts';
import type { Sandbox } from './sandbox/sandbox.ts';

/** What the console needs of calls that go on. */
export interface LiveParts {
  live: LiveCalls;
  createCall: (announced: AnnouncedCall) => Call;
  /** Why no call can be taken now. */
  unavailable: () => string | undefined;
  sandbox: Sandbox | undefined;
  /** To the other servers, where there are some. */
  bus: ServerBus | undefined;
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
): { stop(): void } {
  const { live, clock, config, clinics, access, sandbox } = parts;
  const clinicOf = (id: string) => clinics.find((one) => one.id === id);
  const own = new LiveFeed({
    events: live,
    cost: (usage, model) => costOfCall(usage, model, config.USD_BRL),
    keepsWords: (id) => clinicOf(id)?.consent.transcript ?? false,
    wallMs: clock.wallMs,
  });
  const destinations = (id: string) => {
    const clinic = clinicOf(id);
    return clinic ? openDestinations(clinic, clock.wallMs()) : [];
  };
  const shared = parts.bus && shareFeed(own, parts.bus, clock);
  const others = shared && parts.bus ? { bus: parts.bus, serverOf: shared.serverOf } : undefined;
  const hands = createLiveHands({ calls: live, own, others });
  const lines = createLiveLines({ calls: live, own, others });
  const routes = { access, feed: shared?.feed ?? own, hands, destinations };
  liveRoutes(server, routes);
  liveSoundRoutes(server, { ...routes, lines, clock });
  softphoneRoutes(server, { ...parts, clinics: () => clinics, patients: sandbox?.patients });
  return {
    stop() {
      lines.stop();
      hands.stop();
      shared?.stop();
    },
  };
}

/** How often servers that are silent are looked for. */
const lookMs = 1_000;

function shareFeed(own: LiveFeed, bus: ServerBus, { wallMs, monotonicMs }: Clock) {
  const feed = new SharedLiveFeed({ own, bus, wallMs, monotonicMs });
  const timers = [setInterval(() => feed.beat(), beatMs), setInterval(() => feed.look(), lookMs)];
  for (const timer of timers) timer.unref();
  return {
    feed,
    serverOf: (id: string) => feed.serverOf(id),
    stop() {
      for (const timer of timers) clearInterval(timer);
      feed.stop();
    },
  };
}

function openDestinations(clinic: ClinicProfile, nowMs: number): LiveDestination[] {
  const now = clinicTime(nowMs, clinic.timeZone);
  return transferDestinations(clinic).map((one) => ({
    id: one.id,
    name: one.name,
    open: attendanceOf(one, clinic, now).open,
  }));
}

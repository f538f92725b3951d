import type { FastifyInstance } from 'fastify';
import type { ClinicDirectory } from './agent/clinic-directory.ts';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import type { Config } from './config.ts';
import { auditRoutes } from './console/audit-routes.ts';
import { browserReportRoutes } from './console/browser-report-routes.ts';
import { createClinicEditing } from './console/clinic-editing.ts';
import { clinicRoutes } from './console/clinic-routes.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { createConsoleGate } from './console/console-gate.ts';
import { type DeskRouteParts, deskRoutes } from './console/desk-routes.ts';
import { type FirstUser, makeFirstUser } from './console/first-user.ts';
import { numbersRoutes } from './console/numbers-routes.ts';
import { pageRoutes } from './console/page-routes.ts';
import { recordingRoutes } from './console/recording-routes.ts';
import { sessionRoutes } from './console/session-routes.ts';
import { createSessions } from './console/sessions.ts';
import { createSignIn } from './console/sign-in.ts';
import { keepTerminalNotes } from './console/terminal-notes.ts';
import { userRoutes } from './console/user-routes.ts';
import { type LiveParts, registerLive } from './new-live.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { swapFile } from './storage/file-commit.ts';
import type { Storage } from './storage/storage-profile.ts';
import { newestPages } from './web-build.ts';

/** @see deskRoutes */
type DeskPart = Pick<DeskRouteParts, 'agendaOf' | 'outbound' | 'lists'>;

export interface ConsoleParts extends DeskPart, LiveParts {
  config: Config;
  storage: Storage;
  clinics: readonly ClinicProfile[];
  clinicDirectory: ClinicDirectory;
  publicUrl: () => string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Console {
  access: ConsoleAccess;
  /** A password that was just made, to be shown to whoever started the server. */
  firstUser: FirstUser | undefined;
  stop(): void;
}

/** Assembles what staff see. Before any other route: its headers are for everything below `/console`. */
export async function registerConsole(
  server: FastifyInstance,
  parts: ConsoleParts,
): Promise<Console> {
  const { config, storage, clinics } = parts;
  const rules = {
    idleMs: config.CONSOLE_IDLE_MIN * 60_000,
    longestMs: config.CONSOLE_HOURS * 3_600_000,
    isSandbox: config.mode === 'sandbox',
  };
  const { users, audit: trail } = storage;
  const firstUser = await makeFirstUser({
    ...parts,
    users,
    trail,
    config: {
      adminPassword: config.ADMIN_PASSWORD,
      isSandbox: rules.isSandbox,
    },
  });
  const sessions = createSessions({ ...parts, store: storage.sessions, users, rules });
  const gate = createConsoleGate({ ...parts, sessions, trail });
  const signIn = createSignIn({ ...parts, users, sessions, trail, rules });
  const clinicNames = () => clinics.map(({ id, name, timeZone }) => ({ id, name, timeZone }));

  browserReportRoutes(server, parts);
  sessionRoutes(server, { gate, signIn, sessions, rules, clinics: clinicNames });
  await pageRoutes(server, { directory: await newestPages() });
  clinicRoutes(server, {
    access: gate,
    directory: parts.clinicDirectory,
    editing: createClinicEditing({
      directory: parts.clinicDirectory,
      store: storage.clinicVersions,
      nowMs: () => parts.clock.wallMs(),
    }),
  });
  userRoutes(server, { ...parts, access: gate, users, sessions, clinics: clinicNames });
  auditRoutes(server, { access: gate, trail });
  await deskRoutes(server, {
    ...parts,
    ...storage,
    access: gate,
    async noteReading({ id, clinicId, by }, ip) {
      const at = new Date(parts.clock.wallMs()).toISOString();
      const who = { user: by, login: 'calendar', role: '', ip };
      await trail.append({ at, ...who, action: 'calendar.read', clinicId, object: id });
    },
  });
  const calls = {
    access: gate,
    calls: storage.calls,
    callIndex: storage.callIndex,
    appointments: storage.appointments,
    recordingsDirectory: config.RECORDINGS_DIR,
    madeHere: storage.madeHere,
    replaceFile: swapFile,
    clinics: clinicNames,
    usualModel: config.OPENAI_REALTIME_MODEL,
    usdBrl: config.USD_BRL,
    clock: parts.clock,
  };
  recordingRoutes(server, calls);
  numbersRoutes(server, calls);
  const liveCalls = registerLive(server, { ...parts, access: gate });
  // Further parts of the console are registered here, each with `access: gate`.
  const endNotes = keepTerminalNotes({ ...parts, users, trail });
  return {
    access: gate,
    firstUser,
    stop() {
      liveCalls.stop();
      endNotes();
      sessions.stop();
    },
  };
}

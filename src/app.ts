import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { reconcileBookings } from './agent/booking-reconciler.ts';
import { keepBookingsReconciled, underWayMs } from './agent/booking-upkeep.ts';
import { createClinicDirectory } from './agent/clinic-directory.ts';
import { watchClinicFolder } from './agent/clinic-folder-watch.ts';
import { clinicForNumber, loadClinicTexts } from './agent/clinic-loader.ts';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { createContactVisits } from './agent/contact-visits.ts';
import { recallDeeds } from './agent/deed-reference.ts';
import { createReception } from './agent/reception.ts';
import { cancelByStaff } from './agent/staff-cancellation.ts';
import { createVerificationCodes } from './agent/verification-codes.ts';
import { createApiGate } from './call/api-key-file.ts';
import { callApiRoutes } from './call/call-api-routes.ts';
import { callListRoutes } from './call/call-list-routes.ts';
import { CallLists } from './call/call-lists.ts';
import { createDialPermission } from './call/dial-permission.ts';
import { LiveCalls } from './call/live-calls.ts';
import { callLimitS, makeCallRoutes } from './call/make-call-routes.ts';
import { ModelHealth } from './call/model-health.ts';
import { startOperatorWatch } from './call/operator-watch.ts';
import { optOutRoutes } from './call/opt-out-routes.ts';
import { OutboundCalls } from './call/outbound-calls.ts';
import { repairRecordings } from './call/recording-recovery.ts';
import { loadSpokenPrompts } from './call/spoken-prompts.ts';
import { transferRoutes } from './call/transfer-routes.ts';
import { Transfers } from './call/transfers.ts';
import { voiceRoutes } from './call/voice-routes.ts';
import type { Config } from './config.ts';
import { appointmentApiRoutes } from './console/appointment-api-routes.ts';
import type { FirstUser } from './console/first-user.ts';
import { createCallFactory } from './new-call.ts';
import { registerConsole } from './new-console.ts';
import { type Messaging, openMessaging } from './new-messaging.ts';
import { openScripts, registerWebChat } from './new-web-chat.ts';
import { openOutside } from './outside.ts';
import { createAlarmWebhook } from './platform/alarm-webhook.ts';
import type { Clock } from './platform/clock.ts';
import { createDescriptorWatch } from './platform/descriptor-watch.ts';
import { healthRoutes } from './platform/health-routes.ts';
import type { Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { answerProblems } from './platform/problem.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { holidaysOf } from './scheduling/holidays.ts';
import { openServerBus } from './storage/server-bus.ts';
import { openStorage } from './storage/storage-profile.ts';
import { createTwilioRest } from './twilio/rest-client.ts';
import { dialDestination } from './twilio/transfer-twiml.ts';
import { acceptStreams, createServer, httpLimits } from './web-server.ts';

export interface App {
  server: FastifyInstance;
  live: LiveCalls;
  clinics: readonly ClinicProfile[];
  metrics: Metrics;
  messaging: Messaging;
  /** The people and companies outside, when there are no keys. */
  sandbox: Sandbox | undefined;
  /** The console's first user, when this start made its password; for the terminal only. */
  firstUser: FirstUser | undefined;
  /** @returns the address, with the port that was given for port 0. */
  listen(): Promise<string>;
  /** Takes no new calls, lets the live ones finish within CALL_DRAIN_MS (or until `hurry`), frees everything. */
  stop(hurry?: Promise<unknown>): Promise<void>;
}

/** Constructs everything by hand. Nothing listens on the product's port until `listen`. */
export async function buildApp(config: Config, parts: { clock: Clock; log: Log }): Promise<App> {
  const { clock, log } = parts;
  const metrics = createMetrics();
  const shipped = await loadClinicTexts(config.CLINICS_DIR);
  clinicForNumber(
    shipped.map(({ clinic }) => clinic),
    'unknown',
    config.CLINIC,
  );
  const prompts = await loadSpokenPrompts();
  const storage = await openStorage({
    kind: config.STORAGE,
    recordingsDirectory: config.RECORDINGS_DIR,
    appointmentsDirectory: config.APPOINTMENTS_DIR,
    dataDirectory: config.DATA_DIR,
    databaseUrl: config.DATABASE_URL,
    log,
  });
  const clinicDirectory = await createClinicDirectory({
    directory: config.CLINICS_DIR,
    shipped,
    versions: storage.clinicVersions,
    log,
  });
  storage.changes.watch('clinics', clinicDirectory.refresh);
  const clinics = clinicDirectory.all;
  const endFolderWatch = watchClinicFolder({
    directory: config.CLINICS_DIR,
    readAgain: clinicDirectory.readAgain,
    log,
  });
  const defaultClinic = () => clinicForNumber(clinics, 'unknown', config.CLINIC);
  const directory = config.RECORDINGS_DIR;
  await repairRecordings({ ...parts, directory, store: storage.calls, metrics });
  const outside = await openOutside(config, parts);
  const bus = await openServerBus({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX }, log);
  const descriptors = createDescriptorWatch();
  const { trouble } = descriptors;
  const live = new LiveCalls({ clock, log, metrics, maxCalls: config.MAX_CALLS, trouble });
  const health = new ModelHealth();
  const rest = createTwilioRest({
    accountSid: outside.accountSid,
    authToken: outside.authToken,
    apiUrl: outside.twilioUrl,
  });
  const server = createServer(config.TRUSTED_PROXIES);
  let publicUrl = config.PUBLIC_URL ?? '';
  const modelRefusal = () => health.unavailable(clock.monotonicMs());
  const unavailable = () => live.refusal() ?? modelRefusal();
  const permission = createDialPermission({
    clinics,
    callerNumber: outside.phoneNumber,
    rules: {
      allowedCountries: config.ALLOWED_COUNTRIES,
      allowedServices: config.DIAL_SERVICES ?? [],
    },
    hours: config.DIAL_HOURS,
    optOuts: storage.optOuts,
    isHoliday: (date) => holidaysOf(Number(date.slice(0, 4))).some((one) => one.date === date),
  });
  const outbound: OutboundCalls = new OutboundCalls({
    ledger: storage.dials,
    suspensions: storage.suspensions,
    mayRingAgain: (row) => lists.mayRingAgain(row),
    carrier: rest,
    permission,
    from: outside.phoneNumber ?? '',
    publicUrl: () => publicUrl,
    unavailable,
    clock,
    log,
    metrics,
  });

  const operator = startOperatorWatch({
    watch: (watcher) => live.watch(watcher),
    modelTrouble: modelRefusal,
    agendaTrouble: storage.trouble,
    descriptors,
    directories: [config.RECORDINGS_DIR, config.DATA_DIR],
    send: createAlarmWebhook(config.ALARM_WEBHOOK_URL, log),
    clock,
    log,
    metrics,
  });
  const lists = new CallLists({
    ...storage,
    store: storage.callLists,
    outbound,
    permission,
    visits: createContactVisits(storage.appointments, () => clock.wallMs()),
    timeLimitOf: (id) => callLimitS(clinics.find((one) => one.id === id) ?? defaultClinic()),
    clock,
    log,
  });
  const reception = createReception({
    ...storage,
    clinics,
    codes: createVerificationCodes({
      send: ({ text, ...to }) =>
        rest.sendMessage({ ...to, body: text, from: outside.phoneNumber ?? '' }),
      clock,
      log,
      metrics,
    }),
    clock,
    log,
    metrics,
  });
  const transfers = new Transfers({
    ...parts,
    metrics,
    store: storage.calls,
    pending: storage.transfers,
    clinics,
    recallDeeds: (references) => recallDeeds(references, storage),
    redirect: (callSid, dial) =>
      rest.redirectCall(callSid, dialDestination(dial, publicUrl, outside.phoneNumber)),
  });
  // With a database other servers may be booking while this one starts.
  const leaveRecentMs = config.DATABASE_URL ? underWayMs : 0;
  await reconcileBookings({ ...storage, nowMs: clock.wallMs(), log, leaveRecentMs });
  const endUpkeep = keepBookingsReconciled({ ...storage, clock, log });
  const createCall = createCallFactory({
    config,
    outside,
    reception,
    transfers,
    operator,
    lists,
    store: storage.calls,
    endCall: rest.endCall,
    prompts,
    health,
    live,
    clock,
    log,
    metrics,
  });

  const gate = createApiGate(join(config.DATA_DIR, 'api-keys.json'), config.API_KEY, log);
  answerProblems(server, log);
  await acceptStreams(server);
  const staffConsole = await registerConsole(server, {
    ...parts,
    config,
    storage,
    clinics,
    clinicDirectory,
    agendaOf: reception.agendaOf,
    outbound,
    lists,
    metrics,
    publicUrl: () => publicUrl,
    live,
    createCall,
    unavailable,
    sandbox: outside.sandbox,
    bus,
  });
  const voiceParts: Parameters<typeof transferRoutes>[1] = {
    transfers,
    signature: outside.signature,
    publicUrl: () => publicUrl,
    clinics,
    fallbackClinic: config.CLINIC,
    createCall,
    outbound,
    callerId: outside.phoneNumber,
    live,
    health,
    clock,
    log,
    metrics,
  };
  voiceRoutes(server, voiceParts);
  transferRoutes(server, voiceParts);
  makeCallRoutes(server, { holder: gate.holder, outbound, clinics, defaultClinic });
  await server.register(callListRoutes, {
    holder: gate.holder,
    lists,
    clinics,
    defaultClinic,
    clock,
  });
  optOutRoutes(server, {
    authorise: gate.may('calls:create'),
    optOuts: storage.optOuts,
    clock,
  });
  await server.register(callApiRoutes, {
    store: storage.calls,
    recordingsDirectory: config.RECORDINGS_DIR,
    authorise: gate.may('calls:read'),
  });
  await server.register(appointmentApiRoutes, {
    ...storage,
    authorise: gate.may('appointments:*'),
    cancel: (id) => cancelByStaff({ ...storage, clock, bookingOf: reception.bookingOf }, id),
  });
  const scripts = await openScripts({ ...parts, config, storage });
  const messaging = await openMessaging(server, {
    ...parts,
    config,
    outside,
    clinics: () => clinics,
    reception,
    scripts,
    rest,
    directory: clinicDirectory,
    telephoneTrouble: () => unavailable() ?? storage.trouble(),
    appointments: storage.appointments,
    requests: storage.requests,
    optOuts: storage.optOuts,
    operator,
    watchCalls: (watcher) => live.watch(watcher),
    access: staffConsole.access,
    publicUrl: () => publicUrl,
    authorise: gate.may('calls:read'),
    metrics,
  });
  const webChat = await registerWebChat(server, {
    ...{ ...parts, config, storage, gate, messaging, operator, metrics },
    scripts,
    access: staffConsole.access,
    clinics: () => clinics,
    publicUrl: () => publicUrl,
    defaultClinic: defaultClinic().id,
  });
  healthRoutes(server, {
    notReady: () => known([live.refusal(), modelRefusal(), storage.trouble()]),
    impaired: () => known([messaging.trouble()]),
    metrics,
    authorise: gate.isMain,
  });

  return {
    server,
    live,
    clinics,
    metrics,
    sandbox: outside.sandbox,
    messaging,
    firstUser: staffConsole.firstUser,
    async listen() {
      const address = await server.listen({ host: config.HOST, port: config.PORT });
      server.server.maxConnections = config.MAX_CALLS * 2 + httpLimits.otherConnections;
      publicUrl = config.PUBLIC_URL ?? address;
      // Not before: whoever answers must find us.
      outbound.start();
      lists.start();
      await messaging.start();
      return address;
    },
    async stop(hurry = new Promise(() => {})) {
      operator.stop();
      endUpkeep();
      endFolderWatch();
      await Promise.all([lists.stop(), outbound.stop()]);
      await live.drain(config.CALL_DRAIN_MS, hurry);
      staffConsole.stop();
      webChat.stop();
      await messaging.stop();
      await bus?.close();
      await outside.sandbox?.close();
      // What is still open belongs to no call; what is closing has its limit.
      for (const socket of server.websocketServer.clients) {
        if (socket.readyState === socket.OPEN) socket.terminate();
      }
      await server.close();
      await storage.close();
    },
  };
}

function known(reasons: readonly (string | undefined)[]): string[] {
  return reasons.filter((reason) => reason !== undefined);
}

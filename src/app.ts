import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import formbody from '@fastify/formbody';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { clinicForNumber, loadClinics } from './agent/clinic-loader.ts';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { endCall } from './agent/end-call.ts';
import { greetingFor, instructionsFor } from './agent/persona.ts';
import { createRecordAppointment } from './agent/record-appointment.ts';
import type { ToolDefinition } from './agent/tool.ts';
import { createToolbox } from './agent/toolbox.ts';
import { Call } from './call/call.ts';
import { callApiRoutes } from './call/call-api-routes.ts';
import type { CallStore } from './call/call-record.ts';
import { LiveCalls } from './call/live-calls.ts';
import { makeCallRoutes } from './call/make-call-routes.ts';
import { ModelHealth } from './call/model-health.ts';
import { OutboundCalls } from './call/outbound-calls.ts';
import { createRecorder } from './call/recorder.ts';
import { repairRecordings } from './call/recording-recovery.ts';
import { loadSpokenPrompts } from './call/spoken-prompts.ts';
import type { OpenVoiceModel } from './call/voice-model.ts';
import { type AnnouncedCall, voiceRoutes } from './call/voice-routes.ts';
import type { Config } from './config.ts';
import { openRealtimeSession } from './openai/realtime-session.ts';
import { isBearer } from './platform/bearer.ts';
import type { Clock } from './platform/clock.ts';
import { healthRoutes } from './platform/health-routes.ts';
import { createId } from './platform/id.ts';
import type { Log } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { answerProblems, answerTornRequest, answerUnroutable } from './platform/problem.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { AppointmentStore } from './scheduling/appointment-store.ts';
import { lockDirectory } from './storage/data-lock.ts';
import { createFileAppointmentStore } from './storage/file-appointment-store.ts';
import { openFileCallStore } from './storage/file-call-store.ts';
import { createMemoryAppointmentStore } from './storage/memory-appointment-store.ts';
import { createMemoryCallStore } from './storage/memory-call-store.ts';
import { createTwilioRest } from './twilio/rest-client.ts';
import { createSignatureCheck } from './twilio/webhook-signature.ts';

/** Limits of the HTTP side; `docs/operations.md` lists them with the rest. */
const limits = {
  /** Twilio's forms and our JSON are a few KiB. */
  bodyBytes: 64 * 1024,
  /** A request that is not whole by then is cut (slow headers, slow body). */
  requestMs: 10_000,
  connectionsCheckMs: 2_000,
  keepAliveMs: 65_000,
  /** Media frames are under 1 KiB. */
  frameBytes: 64 * 1024,
  frameFragments: 16,
  /** A peer that does not answer our close is cut. */
  closeMs: 2_000,
  /** Beside two sockets a call: webhooks, staff, probes. */
  otherConnections: 512,
} as const;

export interface App {
  server: FastifyInstance;
  live: LiveCalls;
  clinics: readonly ClinicProfile[];
  metrics: Metrics;
  /** The people and companies outside, when there are no keys. */
  sandbox: Sandbox | undefined;
  /** @returns the address, with the port that was given for port 0. */
  listen(): Promise<string>;
  /** Takes no new calls, lets the live ones finish within CALL_DRAIN_MS (or until `hurry`), frees everything. */
  stop(hurry?: Promise<unknown>): Promise<void>;
}

/** Constructs everything by hand. Nothing listens on the product's port until `listen`. */
export async function buildApp(config: Config, parts: { clock: Clock; log: Log }): Promise<App> {
  const { clock, log } = parts;
  const metrics = createMetrics();
  const clinics = await loadClinics(config.CLINICS_DIR);
  const defaultClinic = clinicForNumber(clinics, 'unknown', config.CLINIC);
  const prompts = await loadSpokenPrompts();
  const storage = await openStorage(config, log);
  await repairRecordings({
    directory: config.RECORDINGS_DIR,
    store: storage.calls,
    clock,
    log,
    metrics,
  });
  const outside = await openOutside(config, parts);
  const live = new LiveCalls({ clock, log, metrics, maxCalls: config.MAX_CALLS });
  const health = new ModelHealth();
  const rest = createTwilioRest({
    accountSid: outside.accountSid,
    authToken: outside.authToken,
    apiUrl: outside.twilioUrl,
  });
  const server = createServer();
  let publicUrl = config.PUBLIC_URL ?? '';
  const outbound = new OutboundCalls({
    placeCall: (request) => rest.placeCall(request),
    from: outside.phoneNumber ?? '',
    publicUrl: () => publicUrl,
    clock,
    metrics,
  });

  const tools = [createRecordAppointment({ store: storage.appointments, metrics }), endCall];
  const createCall = (announced: AnnouncedCall): Call => {
    const { clinic, direction, purpose, from, to, callSid } = announced;
    const id = createId();
    const callLog = log.child({ callId: id, clinic: clinic.id });
    const caller = direction === 'outbound' ? to : from;
    const callerE164 = caller === 'unknown' ? {} : { callerE164: caller };
    const stated = purpose ? { purpose } : {};
    const toolbox = createToolbox({
      tools,
      context: {
        clinic,
        channel: 'voice',
        conversationId: id,
        positionMs: () => call.positionMs(),
        ...callerE164,
      },
      clock,
      log: callLog,
      metrics,
      onLateEffect: (effect) => call.lateEffect(effect),
    });
    const openModel: OpenVoiceModel = (listener) =>
      openRealtimeSession(listener, {
        url: outside.realtimeUrl,
        apiKey: outside.openaiKey,
        model: clinic.voice.model ?? config.OPENAI_REALTIME_MODEL,
        settings: {
          ...modelSettings(clinic, toolbox.definitions),
          instructions: instructionsFor({
            clinic,
            channel: 'voice',
            nowMs: clock.wallMs(),
            direction,
            ...stated,
            ...callerE164,
          }),
          transcription: { model: config.OPENAI_TRANSCRIPTION_MODEL, language: 'pt' },
        },
        safetyIdentifier: createHash('sha256').update(`${clinic.id}:${caller}`).digest('hex'),
        log: callLog,
        metrics,
      });
    const call = new Call({
      identity: { id, callSid, clinic: clinic.id, direction, from, to, ...stated },
      voice: clinic.voice,
      greeting: {
        why: 'greeting',
        instructions: `Diga exatamente, sem acrescentar nada: «${greetingFor({ clinic, direction, ...stated })}»`,
      },
      openModel,
      toolbox,
      openRecorder: (stem) =>
        createRecorder({ directory: config.RECORDINGS_DIR, stem, clock, log: callLog, metrics }),
      store: storage.calls,
      prompts,
      hangUpPhone: (sid) => rest.endCall(sid),
      health,
      clock,
      log: callLog,
      metrics,
      tell: (fact, atMs) => live.tell({ ...fact, callId: id, clinicId: clinic.id, atMs }),
    });
    return call;
  };

  const authorise = (request: FastifyRequest) =>
    isBearer(request.headers.authorization, config.API_KEY);
  const modelRefusal = () => health.unavailable(clock.monotonicMs());
  const unavailable = () => live.refusal() ?? modelRefusal();
  answerProblems(server, log);
  await server.register(formbody);
  await server.register(websocket, {
    options: {
      maxPayload: limits.frameBytes,
      perMessageDeflate: false,
      maxFragments: limits.frameFragments,
      // Not among the types of ws yet.
      ...{ closeTimeout: limits.closeMs },
    },
    // The default destroys the connection at once, and the close that names the reason may be lost with it.
    errorHandler: (_error, socket) => socket.close(1011),
    // The default hangs up on every caller as soon as the server closes; calls are ended by `stop`, after the drain.
    preClose: (done) => done(),
  });
  // The plugin upgrades any route there is.
  server.addHook('onRequest', async (request, reply) => {
    if (request.ws && !request.is404 && request.routeOptions.url !== '/media-stream')
      return reply.callNotFound();
  });
  voiceRoutes(server, {
    signature: outside.signature,
    publicUrl: () => publicUrl,
    clinics,
    fallbackClinic: config.CLINIC,
    createCall,
    findOutbound: (id) => outbound.find(id),
    callerId: outside.phoneNumber,
    live,
    health,
    clock,
    log,
    metrics,
  });
  makeCallRoutes(server, {
    authorise,
    outbound,
    clinics,
    defaultClinic,
    allowedCountries: config.ALLOWED_COUNTRIES,
    ownNumbers: [...clinics.flatMap((clinic) => clinic.numbers), outside.phoneNumber ?? ''],
    refusal: unavailable,
  });
  await server.register(callApiRoutes, {
    store: storage.calls,
    recordingsDirectory: config.RECORDINGS_DIR,
    authorise,
  });
  healthRoutes(server, {
    notReady: () => [live.refusal(), modelRefusal()].filter((reason) => reason !== undefined),
    metrics,
    authorise,
  });

  return {
    server,
    live,
    clinics,
    metrics,
    sandbox: outside.sandbox,
    async listen() {
      const address = await server.listen({ host: config.HOST, port: config.PORT });
      server.server.maxConnections = config.MAX_CALLS * 2 + limits.otherConnections;
      publicUrl = config.PUBLIC_URL ?? address;
      return address;
    },
    async stop(hurry = new Promise(() => {})) {
      await live.drain(config.CALL_DRAIN_MS, hurry);
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

function createServer(): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
    },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerTornRequest,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
}

/** What stands outside this process: the real services, or the sandbox that plays them. */
async function openOutside(config: Config, parts: { clock: Clock; log: Log }) {
  if (config.mode === 'sandbox') {
    const { openSandbox } = await import('./sandbox/sandbox.ts');
    const sandbox = await openSandbox(parts);
    return {
      sandbox,
      signature: undefined,
      realtimeUrl: sandbox.realtimeUrl,
      openaiKey: 'sandbox',
      twilioUrl: sandbox.twilioUrl,
      accountSid: sandbox.accountSid,
      authToken: sandbox.authToken,
      phoneNumber: sandbox.phoneNumber,
    };
  }
  const authToken = config.TWILIO_AUTH_TOKEN ?? '';
  return {
    sandbox: undefined,
    signature: createSignatureCheck({ authToken, publicUrl: config.PUBLIC_URL ?? '' }),
    realtimeUrl: config.OPENAI_REALTIME_URL,
    openaiKey: config.OPENAI_API_KEY ?? '',
    twilioUrl: config.TWILIO_API_URL,
    accountSid: config.TWILIO_ACCOUNT_SID ?? '',
    authToken,
    phoneNumber: config.TWILIO_PHONE_NUMBER,
  };
}

async function openStorage(
  config: Config,
  log: Log,
): Promise<{ calls: CallStore; appointments: AppointmentStore; close(): Promise<void> }> {
  await mkdir(config.RECORDINGS_DIR, { recursive: true });
  // A second process would repair the recordings that the first is still writing.
  const unlockRecordings = await lockDirectory(config.RECORDINGS_DIR);
  if (config.STORAGE === 'memory') {
    return {
      calls: createMemoryCallStore(),
      appointments: createMemoryAppointmentStore(),
      close: unlockRecordings,
    };
  }
  await mkdir(config.APPOINTMENTS_DIR, { recursive: true });
  await mkdir(config.DATA_DIR, { recursive: true });
  const unlockData = await lockDirectory(config.DATA_DIR);
  return {
    calls: await openFileCallStore({ directory: config.RECORDINGS_DIR, log }),
    appointments: createFileAppointmentStore({ directory: config.APPOINTMENTS_DIR, log }),
    async close() {
      await unlockData();
      await unlockRecordings();
    },
  };
}

function modelSettings(clinic: ClinicProfile, tools: ToolDefinition[]) {
  const { voice, speed, noiseReduction, reasoningEffort, maxOutputTokens, turnDetection } =
    clinic.voice;
  return { voice, speed, noiseReduction, reasoningEffort, maxOutputTokens, turnDetection, tools };
}

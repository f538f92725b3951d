import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { numberSpellings, type OptOutStore } from './agent/opt-out-store.ts';
import type { Reception } from './agent/reception.ts';
import type { ScriptCatalogue } from './agent/script-catalogue.ts';
import type { StaffRequestStore } from './agent/staff-request.ts';
import type { CallWatcher } from './call/call-event.ts';
import type { OperatorWatch } from './call/operator-watch.ts';
import type { Config } from './config.ts';
import { type ClinicListRouteParts, clinicListRoutes } from './console/clinic-list-routes.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { type ConversationRouteParts, conversationRoutes } from './console/conversation-routes.ts';
import { jobRoutes } from './console/job-routes.ts';
import { reopenRoutes } from './console/reopen-routes.ts';
import type { ChatVisitStore } from './messaging/chat-visit-store.ts';
import type { Conversation, Outgoing } from './messaging/conversation-record.ts';
import {
  type ConversationScripts,
  createConversationScripts,
} from './messaging/conversation-scripts.ts';
import type { ConversationStore } from './messaging/conversation-store.ts';
import { droppedCallNote, isDroppedBooking, offerEveryMs } from './messaging/dropped-call.ts';
import type { JobQueue } from './messaging/job-store.ts';
import { createOutboxSender } from './messaging/outbox-sender.ts';
import { createScriptGuide } from './messaging/script-guide.ts';
import { createScriptLookup, type ScriptLookup } from './messaging/script-lookup.ts';
import { createTextConversations, type TextConversations } from './messaging/text-conversations.ts';
import type { TurnLeases } from './messaging/turn-leases.ts';
import {
  whatsappRoutes,
  whatsappState,
  whatsappStateRoutes,
  whatsappStatusPath,
} from './messaging/whatsapp-routes.ts';
import { invitationTexts, messageFor, toSendResult } from './messaging/whatsapp-sending.ts';
import { splitText, withDatePictures } from './messaging/whatsapp-text.ts';
import { createWhatsappWorker } from './messaging/whatsapp-worker.ts';
import { createTranscription } from './openai/audio-transcription.ts';
import { createResponsesClient } from './openai/responses-client.ts';
import type { Outside } from './outside.ts';
import type { Clock } from './platform/clock.ts';
import { createId } from './platform/id.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { protocolOf } from './scheduling/appointment.ts';
import { openTextStorage } from './storage/text-storage.ts';
import { createMediaDownload } from './twilio/media-download.ts';
import type { TwilioRest } from './twilio/rest-client.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of the scripts that are shipped. */
const personScript = 'falar-com-pessoa';
/** How often idle conversations are looked for. */
const sweepEveryMs = 60_000;

/** What staff are shown beside a conversation. */
type DonePart = Pick<ConversationRouteParts, 'appointments' | 'requests'>;
type ClinicListPart = Pick<ClinicListRouteParts, 'directory' | 'telephoneTrouble'>;

export interface MessagingParts extends DonePart, ClinicListPart {
  config: Config;
  outside: Outside;
  clinics: () => readonly ClinicProfile[];
  reception: Pick<Reception, 'open'>;
  scripts: ScriptCatalogue;
  requests: StaffRequestStore;
  rest: Pick<TwilioRest, 'sendMessage' | 'checkAccount'>;
  optOuts: OptOutStore;
  operator: Pick<OperatorWatch, 'alarms' | 'alsoAsk'>;
  watchCalls: (watcher: CallWatcher) => () => void;
  publicUrl: () => string;
  access: ConsoleAccess;
  /** May read the state of numbers. */
  authorise: (request: FastifyRequest) => boolean;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Messaging {
  /** The agent in writing, and what staff do with its conversations. */
  texts: TextConversations;
  conversations: ConversationStore;
  /** Which script serves a conversation, on every channel. */
  scripts: ConversationScripts;
  lookup: ScriptLookup;
  jobs: JobQueue;
  leases: TurnLeases;
  visits: ChatVisitStore;
  /** Why nothing that is written can be kept at the moment, if so. */
  trouble(): string | undefined;
  /** After the server listens. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Puts the text channels together: conversations, WhatsApp, jobs. A part of `app.ts`. */
export async function openMessaging(
  server: FastifyInstance,
  parts: MessagingParts,
): Promise<Messaging> {
  const { config, outside, optOuts, operator, rest, clock, log, metrics } = parts;
  const { conversations, jobs, leases, visits, ...storage } = await openTextStorage({
    kind: config.STORAGE,
    dataDirectory: config.DATA_DIR,
    redisUrl: config.REDIS_URL,
    redisPrefix: config.REDIS_PREFIX,
    visitMs: config.CHAT_HOURS * hourMs,
    clock,
    log,
  });
  operator.alsoAsk('texts-unusable', storage.trouble);
  const clinicOf = (id: string) => parts.clinics().find((one) => one.id === id);
  const openai = { baseUrl: outside.openaiUrl, apiKey: outside.openaiKey };

  async function send(conversation: Conversation, message: Outgoing) {
    const clinic = clinicOf(conversation.clinic);
    const request = messageFor({
      conversation,
      message,
      clinic,
      nowMs: clock.wallMs(),
      statusUrl: `${parts.publicUrl()}${whatsappStatusPath}`,
    });
    return 'code' in request
      ? ({ outcome: 'refused', code: request.code, mayRepeat: false } as const)
      : toSendResult(await rest.sendMessage(request));
  }

  const lookup = createScriptLookup({
    scripts: parts.scripts,
    rules: { desks: config.CHAT_DESKS, personScript },
    ...{ clinicOf, clock },
  });
  const scripts = createConversationScripts({
    ...{ store: conversations, leases, lookup, requests: parts.requests, mode: config.CHAT_MODE },
    ...{ protocolOf, newId: createId, clock, metrics },
  });
  const sender = createOutboxSender({ store: conversations, leases, send, log, metrics });
  const texts = createTextConversations({
    store: conversations,
    leases,
    model: createResponsesClient({ ...openai, model: config.OPENAI_TEXT_MODEL }),
    reception: parts.reception,
    scripts: createScriptGuide({ store: conversations, scripts, lookup, newId: createId }),
    partsOf: (text, { channel }) =>
      channel === 'whatsapp'
        ? splitText(withDatePictures(text), config.WHATSAPP_MESSAGE_LENGTH)
        : [],
    onEmergency({ id }) {
      operator.alarms.raise('emergency-in-call');
      // Nothing that lasts: the next one is another person's.
      operator.alarms.clear('emergency-in-call');
      log.warn({ conversationId: id }, 'somebody who writes may be in danger');
    },
    async onOrder({ channel, senderKey }, order) {
      if (channel !== 'whatsapp') return;
      const entry = { e164: senderKey, atMs: clock.wallMs(), channel };
      await (order === 'stop' ? optOuts.add(entry) : optOuts.remove(entry));
    },
    onDone: () => undefined,
    newId: createId,
    protocolOf,
    turnDue: (conversation) => worker.turnDue(conversation),
    sendDue: (conversation) => worker.sendDue(conversation),
    sendingSettled: sender.settled,
    idleMs: config.CONVERSATION_IDLE_HOURS * hourMs,
    keptMs: config.CONVERSATION_KEEP_DAYS * dayMs,
    clock,
    log,
    metrics,
  });
  const worker = createWhatsappWorker({
    jobs,
    texts,
    sender,
    store: conversations,
    clinicOf,
    download: createMediaDownload({
      accountSid: outside.accountSid,
      authToken: outside.authToken,
      apiUrl: outside.twilioUrl,
    }),
    transcribe: createTranscription({ ...openai, model: config.OPENAI_TRANSCRIPTION_MODEL }),
    clock,
    log,
  });

  whatsappRoutes(server, {
    signature: outside.signature,
    clinics: parts.clinics,
    worker,
    store: conversations,
    clock,
    log,
    metrics,
  });
  conversationRoutes(server, { ...parts, texts, conversations });
  reopenRoutes(server, { ...parts, texts, conversations, clinicOf });
  jobRoutes(server, { access: parts.access, jobs });
  const trouble = createTroubleWatch(rest, jobs, clock);
  await server.register(whatsappStateRoutes, {
    clinics: parts.clinics,
    store: conversations,
    trouble,
    authorise: parts.authorise,
  });

  clinicListRoutes(server, {
    ...parts,
    whatsappState: async (clinic) =>
      whatsappState({ store: conversations }, clinic, await trouble()),
  });

  const unwatch = parts.watchCalls((event) => {
    if (event.type !== 'call-ended') return;
    const { record, clinicId } = event;
    const { direction, ending = '', from, tools, appointments } = record;
    const call = { direction, ending, from, tools, appointments };
    if (isDroppedBooking(call))
      offerToGoOn(clinicId, from).catch((err) =>
        log.error({ err }, 'a dropped call was not followed'),
      );
  });

  /** Only to who has written to this clinic before, does not mind, and was not asked today. */
  async function offerToGoOn(clinic: string, from: string): Promise<void> {
    const query = { clinics: [clinic], channel: 'whatsapp', limit: 1 } as const;
    const lists = numberSpellings(from).map((senderKey) =>
      conversations.list({ ...query, senderKey }),
    );
    const [earlier] = (await Promise.all(lists)).flat();
    if (!earlier || !clinicOf(clinic)?.whatsapp || optOuts.has(from)) return;
    const last = await conversations.find(earlier.id);
    const asked = last?.outbox.findLast(({ template }) => template === 'continueBooking');
    if (asked && clock.wallMs() - asked.atMs < offerEveryMs) return;
    await texts.invite(
      { clinic, channel: 'whatsapp', senderKey: earlier.senderKey },
      { text: invitationTexts.continueBooking, template: 'continueBooking', note: droppedCallNote },
    );
  }

  const sweep = () =>
    void texts.sweep(clinicOf).catch((err) => log.error({ err }, 'idle texts could not be closed'));
  const timer = setInterval(sweep, sweepEveryMs);
  timer.unref();
  return {
    texts,
    conversations,
    scripts,
    lookup,
    jobs,
    leases,
    visits,
    trouble: storage.trouble,
    start: () => worker.start(),
    async stop() {
      unwatch();
      clearInterval(timer);
      await storage.close();
    },
  };
}

/** Whether WhatsApp can be answered: the account and the queue, asked at most once a minute. */
function createTroubleWatch(
  rest: Pick<TwilioRest, 'checkAccount'>,
  jobs: Pick<JobQueue, 'counts'>,
  clock: Clock,
): () => Promise<string | undefined> {
  let known: { untilMs: number; answer: Promise<string | undefined> } | undefined;
  const look = async () => {
    const account = await rest.checkAccount();
    if (!account.ok) return `twilio-${account.reason}`;
    return jobs.counts().then(
      () => undefined,
      () => 'queue-unusable',
    );
  };
  return () => {
    const nowMs = clock.monotonicMs();
    if (!known || nowMs > known.untilMs) known = { untilMs: nowMs + 60_000, answer: look() };
    return known.answer;
  };
}

import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { openScriptCatalogue, type ScriptCatalogue } from './agent/script-catalogue.ts';
import { loadScripts } from './agent/script-loader.ts';
import { createMeaningMatcher, type MeaningMatcher } from './agent/script-meaning.ts';
import type { ApiGate } from './call/api-key-file.ts';
import type { OperatorWatch } from './call/operator-watch.ts';
import type { Config } from './config.ts';
import { chatScriptRoutes } from './console/chat-script-routes.ts';
import type { ConsoleAccess } from './console/console-access.ts';
import { scriptApiRoutes, scriptConsoleRoutes } from './console/script-routes.ts';
import { timelineRoutes } from './console/timeline-routes.ts';
import { createWebChat } from './messaging/web-chat.ts';
import { webChatRoutes } from './messaging/web-chat-routes.ts';
import type { Messaging } from './new-messaging.ts';
import { createEmbeddings } from './openai/embeddings-client.ts';
import type { Clock } from './platform/clock.ts';
import { createId } from './platform/id.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { protocolOf } from './scheduling/appointment.ts';
import { createFileScriptVectorStore } from './storage/file-script-vector-store.ts';
import type { Storage } from './storage/storage-profile.ts';
import { newestPages } from './web-build.ts';

interface Parts {
  config: Config;
  storage: Storage;
  clock: Clock;
  log: Log;
}

/** The scripts people are served with: those that are shipped, and what was made of them since. */
export async function openScripts(parts: Parts): Promise<ScriptCatalogue> {
  const shipped = await loadScripts(join(parts.config.CLINICS_DIR, 'scripts'));
  const meaning = meaningOf(parts);
  const { scripts: store, changes } = parts.storage;
  const catalogue = await openScriptCatalogue({ ...parts, store, shipped, meaning });
  changes.watch('scripts', catalogue.refresh);
  return catalogue;
}

/** With a key only: the sandbox has nobody who knows what words mean. */
function meaningOf({ config, log }: Parts): MeaningMatcher | undefined {
  const { mode, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = config;
  if (mode !== 'live' || !apiKey) return undefined;
  const model = config.OPENAI_EMBEDDING_MODEL;
  return createMeaningMatcher({
    embed: createEmbeddings({ baseUrl, apiKey, model }),
    store: createFileScriptVectorStore(join(config.DATA_DIR, 'script-vectors.json')),
    ...{ model, log },
  });
}

export interface WebChatAssembly extends Parts {
  scripts: ScriptCatalogue;
  access: ConsoleAccess;
  gate: ApiGate;
  messaging: Pick<
    Messaging,
    'texts' | 'conversations' | 'scripts' | 'lookup' | 'leases' | 'visits'
  >;
  operator: Pick<OperatorWatch, 'alarms'>;
  clinics: () => readonly ClinicProfile[];
  publicUrl: () => string;
  /** Whose chat it is when nothing says another. */
  defaultClinic: string;
  metrics: Metrics;
}

const hourMs = 3_600_000;
/** How often visits whose time is over are forgotten. */
const sweepEveryMs = 600_000;

/** Scripts over HTTP, and the chat of the page at `/`. @returns what ends it */
export async function registerWebChat(
  server: FastifyInstance,
  parts: WebChatAssembly,
): Promise<{ stop(): void }> {
  const { scripts: catalogue, access, gate, config, messaging, log, metrics } = parts;
  const { defaultClinic, clinics, operator, storage } = parts;
  const holder = (request: Parameters<ApiGate['holder']>[0]) => gate.holder(request, 'scripts:*');
  scriptApiRoutes(server, { catalogue, holder, defaultClinic });
  scriptConsoleRoutes(server, { catalogue, access, defaultClinic });

  const clinicOf = (id: string) => clinics().find((one) => one.id === id);
  const idleMs = config.CHAT_HOURS * hourMs;
  const chat = createWebChat({
    ...messaging,
    ...{ agent: messaging.texts, clinicOf, rules: { mode: config.CHAT_MODE, idleMs } },
    onEmergency({ id }) {
      operator.alarms.raise('emergency-in-call');
      // Nothing that lasts: the next one is another person's.
      operator.alarms.clear('emergency-in-call');
      log.warn({ conversationId: id }, 'somebody who writes may be in danger');
    },
    ...{ protocolOf, newId: createId, clock: parts.clock, log, metrics },
  });
  chatScriptRoutes(server, { scripts: messaging.scripts, access });
  timelineRoutes(server, {
    ...{ access, clinicOf, conversations: messaging.conversations },
    ...{ calls: storage.callIndex, appointments: storage.appointments },
    requests: storage.requests,
  });
  const door = () => ({ publicUrl: parts.publicUrl(), origins: config.CHAT_ORIGINS ?? [] });
  const pages = await newestPages();
  await webChatRoutes(server, { ...parts, chat, door, clinicOf, idleMs, pages });

  const sweep = () =>
    void chat.sweep().catch((err) => log.error({ err }, 'old chats could not be forgotten'));
  const timer = setInterval(sweep, sweepEveryMs);
  timer.unref();
  return {
    stop: () => clearInterval(timer),
  };
}

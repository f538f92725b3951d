import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { Conversation, TextChannel } from '../../src/messaging/conversation-record.ts';
import type { ConversationStore } from '../../src/messaging/conversation-store.ts';
import {
  createTextConversations,
  type TextConversationParts,
  type TextConversations,
} from '../../src/messaging/text-conversations.ts';
import type { TextModel } from '../../src/messaging/text-model.ts';
import { createResponsesClient } from '../../src/openai/responses-client.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import {
  type SandboxTextModel,
  startSandboxTextModel,
} from '../../src/sandbox/text-model-server.ts';
import { protocolOf } from '../../src/scheduling/appointment.ts';
import { createMemoryConversationStore } from '../../src/storage/memory-conversation-store.ts';
import { createMemoryTurnLeases } from '../../src/storage/memory-turn-leases.ts';
import { type DirectStores, directReception, memoryStores } from './direct-desk.ts';
import { openScriptDesk } from './script-desk.ts';

/** Text conversations without a server: the strict fake of the Responses API over HTTP, everything else in this process. */
export interface TextDesk {
  texts: TextConversations;
  store: ConversationStore;
  stores: DirectStores;
  model: SandboxTextModel;
  logged: string[];
  emergencies: string[];
  orders: string[];
  turnsDue: string[];
  /** The whole answer to one message in a chat. */
  say(text: string, senderKey?: string): Promise<string>;
  conversation(senderKey?: string): Promise<Conversation>;
  close(): Promise<void>;
}

export const visitor = 'visitante-0123456789';

export async function openTextDesk(options: {
  clinic: ClinicProfile;
  clock: Clock;
  stores?: DirectStores;
  store?: ConversationStore;
  model?: TextModel;
  parts?: Partial<TextConversationParts>;
  decide?: Parameters<typeof startSandboxTextModel>[0]['decide'];
  /** Served with the scripts that are shipped. */
  withScripts?: boolean;
  channel?: TextChannel;
}): Promise<TextDesk> {
  const { clinic, clock, stores = memoryStores(), channel = 'web-chat' } = options;
  const store = options.store ?? createMemoryConversationStore();
  const model = await startSandboxTextModel({
    clock,
    ...(options.decide ? { decide: options.decide } : {}),
  });
  const { reception } = directReception({ clinic, clock, stores });
  const scripts = options.withScripts
    ? await openScriptDesk({ clinic, clock, store, requests: stores.requests })
    : undefined;
  const logged: string[] = [];
  const emergencies: string[] = [];
  const orders: string[] = [];
  const turnsDue: string[] = [];
  const texts = createTextConversations({
    store,
    leases: createMemoryTurnLeases(),
    model:
      options.model ??
      createResponsesClient({
        baseUrl: model.url,
        apiKey: 'test',
        model: 'gpt-5.4-mini',
        pause: async () => undefined,
      }),
    reception,
    scripts: scripts?.guide,
    partsOf: (text, { channel }) => (channel === 'whatsapp' && text ? [text] : []),
    onEmergency: (_, kind) => void emergencies.push(kind),
    onOrder: async (_, order) => void orders.push(order),
    onDone: () => undefined,
    newId: createId,
    protocolOf,
    turnDue: ({ id }) => void turnsDue.push(id),
    sendDue: () => undefined,
    sendingSettled: async () => undefined,
    idleMs: 24 * 3_600_000,
    keptMs: 90 * 24 * 3_600_000,
    clock,
    log: createLog('debug', { write: (line: string) => void logged.push(line) }),
    metrics: createMetrics(),
    ...options.parts,
  });
  const sender = (senderKey: string) => ({ clinic: clinic.id, channel, senderKey }) as const;
  return {
    texts,
    store,
    stores,
    model,
    logged,
    emergencies,
    orders,
    turnsDue,
    async say(text, senderKey = visitor) {
      let streamed = '';
      for await (const part of texts.answer({ clinic, channel, senderKey, text })) {
        if (part.type === 'delta') streamed += part.text;
        else if (part.text !== streamed)
          throw new Error(`streamed «${streamed}», but the whole is «${part.text}»`);
        else return part.text;
      }
      throw new Error('no last part');
    },
    async conversation(senderKey = visitor) {
      const found =
        (await store.findOpen(sender(senderKey))) ??
        (await store.findLastClosed(sender(senderKey)));
      if (!found) throw new Error('no conversation');
      return found;
    },
    close: () => model.close(),
  };
}

import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { ConversationStore } from '../../src/messaging/conversation-store.ts';
import type { JobQueue } from '../../src/messaging/job-store.ts';
import { createOutboxSender } from '../../src/messaging/outbox-sender.ts';
import { createTextConversations } from '../../src/messaging/text-conversations.ts';
import type { TextModel } from '../../src/messaging/text-model.ts';
import type { TurnLeases } from '../../src/messaging/turn-leases.ts';
import { messageFor, toSendResult } from '../../src/messaging/whatsapp-sending.ts';
import { splitText } from '../../src/messaging/whatsapp-text.ts';
import { createWhatsappWorker } from '../../src/messaging/whatsapp-worker.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { protocolOf } from '../../src/scheduling/appointment.ts';
import { createMemoryTurnLeases } from '../../src/storage/memory-turn-leases.ts';
import type { TwilioRest } from '../../src/twilio/rest-client.ts';
import { type DirectStores, directReception } from './direct-desk.ts';

/** The worker of WhatsApp over any stores, without a web server. */
export function whatsappDesk(options: {
  clinic: ClinicProfile;
  clock: Clock;
  store: ConversationStore;
  jobs: JobQueue;
  leases?: TurnLeases;
  model: TextModel;
  send: TwilioRest['sendMessage'];
  stores?: DirectStores;
  messageLength?: number;
}) {
  const { clinic, clock, store, jobs, model, stores, messageLength = 1_600 } = options;
  const log = createLog('silent');
  const metrics = createMetrics();
  const { leases = createMemoryTurnLeases() } = options;
  const sender = createOutboxSender({
    store,
    leases,
    log,
    metrics,
    async send(conversation, message) {
      const statusUrl = 'http://127.0.0.1:1/whatsapp-status';
      const nowMs = clock.wallMs();
      const request = messageFor({ conversation, message, clinic, nowMs, statusUrl });
      if ('code' in request) return { outcome: 'refused', code: request.code, mayRepeat: false };
      return toSendResult(await options.send(request));
    },
  });
  const texts = createTextConversations({
    store,
    leases,
    model,
    reception: directReception({ clinic, clock, ...(stores ? { stores } : {}) }).reception,
    partsOf: (text) => splitText(text, messageLength),
    onEmergency: () => undefined,
    onOrder: async () => undefined,
    onDone: () => undefined,
    newId: createId,
    protocolOf,
    turnDue: (conversation) => worker.turnDue(conversation),
    sendDue: (conversation) => worker.sendDue(conversation),
    sendingSettled: sender.settled,
    idleMs: 24 * 3_600_000,
    keptMs: 90 * 24 * 3_600_000,
    clock,
    log,
    metrics,
  });
  const worker = createWhatsappWorker({
    jobs,
    texts,
    sender,
    store,
    clinicOf: (id) => (id === clinic.id ? clinic : undefined),
    download: async () => ({ outcome: 'refused' }),
    transcribe: async () => '',
    rules: { quietMs: 20, mostMs: 100 },
    clock,
    log,
  });
  return { texts, worker, sender };
}

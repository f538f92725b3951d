import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Conversation, Outgoing } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import {
  abandoned,
  attempted,
  givenUp,
  intended,
  nextToSend,
  type SendResult,
} from './outbox-steps.ts';
import { fencedStore } from './turn-fence.ts';
import type { TurnLeases } from './turn-leases.ts';

/** How long what leaves from another server is waited for. */
const longestSettlingMs = 15_000;

export interface OutboxSenderParts {
  store: Pick<ConversationStore, 'update'>;
  leases: TurnLeases;
  /** One message, asked of the carrier once. Never rejects. */
  send(conversation: Conversation, message: Outgoing): Promise<SendResult>;
  log: Log;
  metrics: Metrics;
}

export interface OutboxSender {
  /**
   * Sends what is due, in order. Each message is written down as about to be sent before its request leaves, so that a
   * death at any point sends nothing twice; what may or may not have arrived is unknown for ever.
   * @returns `again` when the carrier asked for patience; `elsewhere` when another server is sending them
   */
  deliver(id: string, isLastTry?: boolean): Promise<'done' | 'again' | 'elsewhere'>;
  /** What is leaving now has left, from whatever server; waited for as long as one request may take. */
  settled(id: string): Promise<void>;
}

export function createOutboxSender(parts: OutboxSenderParts): OutboxSender {
  const { metrics, log } = parts;
  const keyOf = (id: string) => `send-${id}`;

  async function deliver(
    store: Pick<ConversationStore, 'update'>,
    id: string,
    isLastTry: boolean,
  ): Promise<'done' | 'again'> {
    // Here nothing of ours is on its way: what stands as about to be sent is of a process that died.
    let conversation = await store.update(id, abandoned);
    for (;;) {
      const message = conversation && nextToSend(conversation);
      if (!conversation || !message) return 'done';
      const before = await store.update(id, (newest) => intended(newest, message.id));
      const isOurs = before?.outbox.some((one) => one.id === message.id && one.state === 'intent');
      if (!before || !isOurs) {
        conversation = before;
        continue;
      }
      const result = await parts.send(before, message);
      conversation = await store.update(id, (newest) => attempted(newest, message.id, result));
      metrics.count('text_messages_total', { channel: before.channel, what: result.outcome });
      if (result.outcome !== 'sent')
        log.warn(
          {
            conversationId: id,
            outcome: result.outcome,
            ...('code' in result ? { code: result.code } : {}),
          },
          'a message was not sent for certain',
        );
      if (result.outcome === 'refused' && result.mayRepeat) {
        if (!isLastTry) return 'again';
        await store.update(id, givenUp);
        return 'done';
      }
    }
  }

  return {
    async deliver(id, isLastTry = false) {
      try {
        const held = await parts.leases.hold(keyOf(id), (lease) =>
          deliver(fencedStore(parts.store, 'send', lease), id, isLastTry),
        );
        return held.outcome === 'done' ? held.result : 'elsewhere';
      } catch (error) {
        if (!hasCode(error, 'LEASE_LOST')) throw error;
        log.warn({ conversationId: id }, 'another server has gone on with sending');
        return 'elsewhere';
      }
    },
    async settled(id) {
      await parts.leases.hold(keyOf(id), async () => undefined, longestSettlingMs);
    },
  };
}

import type { Conversation, Outgoing } from './conversation-record.ts';

/** Pure: what becomes of messages on their way. */

/** What to do about the outbox next. In order: nothing overtakes what is about to be sent. */
export function nextToSend({ outbox }: Pick<Conversation, 'outbox'>): Outgoing | undefined {
  return outbox.find(({ state }) => state === 'due');
}

/** Whoever was about to send these died; they may have arrived and are never sent again. */
export function abandoned(conversation: Conversation): Conversation {
  if (!conversation.outbox.some(({ state }) => state === 'intent')) return conversation;
  return withOutbox(conversation, (one) =>
    one.state === 'intent' ? { ...one, state: 'unknown' } : one,
  );
}

/** Written before the request leaves. The agent's own words stay unsent while a person holds the conversation. */
export function intended(conversation: Conversation, id: string): Conversation {
  const state = (one: Outgoing) =>
    conversation.heldBy && one.by === 'agent' ? 'withdrawn' : 'intent';
  return withOutbox(conversation, (one) =>
    one.id === id && one.state === 'due' ? { ...one, state: state(one) } : one,
  );
}

export type SendResult =
  | { outcome: 'sent'; messageSid: string }
  | { outcome: 'refused'; code: number; mayRepeat: boolean }
  | { outcome: 'unknown' };

/** A refusal that may pass (too many at once) leaves it due. */
export function attempted(
  conversation: Conversation,
  id: string,
  result: SendResult,
): Conversation {
  return withOutbox(conversation, (one) => {
    if (one.id !== id || one.state !== 'intent') return one;
    if (result.outcome === 'sent')
      return {
        ...one,
        state: 'sent',
        messageSid: result.messageSid,
        delivery: one.delivery ?? 'queued',
      };
    if (result.outcome === 'unknown') return { ...one, state: 'unknown' };
    return result.mayRepeat
      ? { ...one, state: 'due' }
      : { ...one, state: 'refused', code: result.code };
  });
}

/** What failed too often is not tried for ever. */
export function givenUp(conversation: Conversation): Conversation {
  if (!nextToSend(conversation)) return conversation;
  return withOutbox(conversation, (one) =>
    one.state === 'due' ? { ...one, state: 'refused', code: one.code ?? 0 } : one,
  );
}

type Delivery = NonNullable<Outgoing['delivery']>;

/** Order in which a message passes through; reports are separate requests and come in any order. */
const ranks: Record<Delivery, number> = { queued: 0, sent: 1, delivered: 2, read: 3, failed: 4 };

/** A report of the carrier. What is behind what we know changes nothing. */
export function reported(
  conversation: Conversation,
  id: string,
  report: { messageSid: string; delivery: Delivery; code: number | null },
): Conversation {
  return withOutbox(conversation, (one) => {
    if (one.id !== id || (one.messageSid !== null && one.messageSid !== report.messageSid))
      return one;
    if (one.delivery !== null && ranks[report.delivery] <= ranks[one.delivery]) return one;
    const isRead = one.delivery === 'delivered' || one.delivery === 'read';
    if (report.delivery === 'failed' && isRead) return one;
    // The report proves that it was sent, whatever became of our request.
    const state = one.state === 'unknown' || one.state === 'intent' ? 'sent' : one.state;
    const { messageSid, delivery, code } = report;
    return { ...one, state, messageSid, delivery, code: code ?? one.code };
  });
}

function withOutbox(conversation: Conversation, change: (one: Outgoing) => Outgoing): Conversation {
  const outbox = conversation.outbox.map(change);
  const isSame = outbox.every((one, index) => one === conversation.outbox[index]);
  return isSame ? conversation : { ...conversation, outbox };
}

import { describe, expect, it } from 'vitest';
import { takenOver } from '../../src/messaging/conversation-handover.ts';
import type { Conversation, Outgoing } from '../../src/messaging/conversation-record.ts';
import { newConversation, replied } from '../../src/messaging/conversation-steps.ts';
import {
  abandoned,
  attempted,
  intended,
  nextToSend,
  reported,
} from '../../src/messaging/outbox-steps.ts';

function withReply(): Conversation {
  const fresh = newConversation({
    id: 'a'.repeat(26),
    clinic: 'aurora',
    channel: 'whatsapp',
    senderKey: '+5588999990001',
    protocol: '12345678',
    senderName: null,
    nowMs: 0,
  });
  const reply = { lines: [], parts: ['um', 'dois'], desk: null, nowMs: 0 };
  return replied(fresh, { ...reply, idOf: (index) => `m${index}` });
}
const stateOf = ({ outbox }: Conversation, id: string) =>
  outbox.find((one) => one.id === id)?.state;
const report = (delivery: NonNullable<Outgoing['delivery']>, messageSid = 'SM1') => ({
  messageSid,
  delivery,
  code: delivery === 'failed' ? 63_016 : null,
});
const sentOne = attempted(intended(withReply(), 'm0'), 'm0', {
  outcome: 'sent',
  messageSid: 'SM1',
});

describe('a message on its way out', () => {
  it('is written down as about to be sent before it is, and in order', () => {
    const conversation = withReply();
    expect(nextToSend(conversation)?.id).toBe('m0');
    expect(stateOf(intended(conversation, 'm0'), 'm0')).toBe('intent');
    expect(nextToSend(sentOne)?.id).toBe('m1');
  });

  it('that was about to be sent when the process died is never sent again', () => {
    const after = abandoned(intended(withReply(), 'm0'));
    expect(stateOf(after, 'm0')).toBe('unknown');
    expect(nextToSend(after)?.id).toBe('m1');
    expect(intended(after, 'm0')).toBe(after);
  });

  it('that the carrier had no time for is due again; one that it refused is not', () => {
    const asked = intended(withReply(), 'm0');
    const refused = { outcome: 'refused', code: 20_429, mayRepeat: true } as const;
    expect(stateOf(attempted(asked, 'm0', refused), 'm0')).toBe('due');
    const final = attempted(asked, 'm0', { ...refused, mayRepeat: false });
    expect(final.outbox[0]).toMatchObject({ state: 'refused', code: 20_429 });
  });

  it('of the agent is withdrawn when a person takes over', () => {
    const held = takenOver(withReply(), { name: 'Paula' }, 1);
    expect(held.outbox.map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn']);
    const late = { ...withReply(), heldBy: { name: 'Paula', sinceMs: 1 } };
    expect(stateOf(intended(late, 'm0'), 'm0')).toBe('withdrawn');
  });
});

describe('reports on a message', () => {
  const orders = [
    ['sent', 'delivered', 'read'],
    ['read', 'delivered', 'sent'],
    ['delivered', 'sent', 'read'],
    ['read', 'sent', 'delivered'],
  ] as const;
  it.each(orders)('%s, %s, %s: it was read', (...order) => {
    const after = order.reduce((one, delivery) => reported(one, 'm0', report(delivery)), sentOne);
    expect(after.outbox[0]?.delivery).toBe('read');
  });

  it('a failure is kept with its code, and does not undo a delivery', () => {
    expect(reported(sentOne, 'm0', report('failed')).outbox[0]).toMatchObject({
      delivery: 'failed',
      code: 63_016,
    });
    const delivered = reported(sentOne, 'm0', report('delivered'));
    expect(reported(delivered, 'm0', report('failed'))).toBe(delivered);
  });

  it('of another message, or of none of ours, change nothing', () => {
    expect(reported(sentOne, 'm0', report('read', 'SM9'))).toBe(sentOne);
    expect(reported(sentOne, 'm7', report('read'))).toBe(sentOne);
  });

  it('prove that one was sent of which nothing was known', () => {
    const unknown = abandoned(intended(withReply(), 'm0'));
    const after = reported(unknown, 'm0', report('delivered'));
    expect(after.outbox[0]).toMatchObject({ state: 'sent', messageSid: 'SM1' });
  });
});

import { expect, it } from 'vitest';
import { deliveriesOf } from '../../src/console/message-delivery.ts';
import type { Outgoing } from '../../src/messaging/conversation-record.ts';

const agent = (atMs: number) => ({ who: 'agent' as const, atMs });
const staff = (atMs: number) => ({ who: 'staff' as const, atMs });
const sender = (atMs: number) => ({ who: 'sender' as const, atMs });

function part(atMs: number, more: Partial<Outgoing> = {}): Outgoing {
  return {
    ...{ id: `m-${atMs}`, atMs, text: 'x', by: 'agent', template: null },
    ...{ state: 'sent', messageSid: null, delivery: 'read', code: null },
    ...more,
  };
}

const statesOf = (
  lines: Parameters<typeof deliveriesOf>[0],
  outbox: Parameters<typeof deliveriesOf>[1],
) => {
  const found = deliveriesOf(lines, outbox);
  return lines.map((line) => found.get(line)?.state);
};

it('a message of two parts is told by its worse one, with the code', () => {
  const lines = [sender(1), agent(5)];
  const outbox = [part(5), part(5, { delivery: 'failed', code: 63016 })];
  expect(deliveriesOf(lines, outbox).get(lines[1] ?? agent(0))).toEqual({
    state: 'failed',
    code: 63016,
  });
});

it('what is not with the carrier yet waits; what a dead process was sending is unknown', () => {
  const outbox = [
    part(5, { state: 'due', delivery: null }),
    part(9, { state: 'intent', delivery: null }),
    part(12, { state: 'unknown', delivery: null }),
    part(15, { state: 'sent', delivery: null }),
  ];
  const lines = [agent(5), sender(6), agent(9), sender(10), agent(12), sender(13), agent(15)];
  expect(statesOf(lines, outbox).filter(Boolean)).toEqual([
    'waiting',
    'waiting',
    'unknown',
    'queued',
  ]);
});

it('words of an earlier round go out with the whole reply', () => {
  expect(statesOf([sender(1), agent(2), agent(7)], [part(7)])).toEqual([undefined, 'read', 'read']);
});

it('words that were given up do not take the delivery of what is said after somebody else', () => {
  expect(statesOf([agent(2), staff(4), sender(5), agent(9)], [part(9)])).toEqual([
    undefined,
    undefined,
    undefined,
    'read',
  ]);
});

it('staff’s message is told by staff’s, not by the agent’s that went out at the same moment', () => {
  const outbox = [part(5, { state: 'withdrawn', delivery: null }), part(5, { by: 'staff' })];
  expect(statesOf([agent(5), staff(5)], outbox)).toEqual(['withdrawn', 'read']);
});

it('a message that was written before staff’s, and taken in after it, does not come between', () => {
  expect(statesOf([staff(5), sender(3)], [part(5, { by: 'staff' })])).toEqual(['read', undefined]);
});

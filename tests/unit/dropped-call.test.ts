import { describe, expect, it } from 'vitest';
import { type EndedCall, isDroppedBooking } from '../../src/messaging/dropped-call.ts';

const dropped: EndedCall = {
  direction: 'inbound',
  ending: 'stream-lost',
  from: '+5588999990001',
  tools: [
    { name: 'find_slots', outcome: 'ok' },
    { name: 'hold_slots', outcome: 'ok' },
  ],
  appointments: [],
};

describe('a call that is over', () => {
  it('in the middle of a booking is offered to go on', () => {
    expect(isDroppedBooking(dropped)).toBe(true);
    expect(isDroppedBooking({ ...dropped, ending: 'caller-hung-up' })).toBe(true);
  });

  const others: [string, Partial<EndedCall>][] = [
    ['that came to its end', { ending: 'agent-goodbye' }],
    ['whose caller was put through', { ending: 'transferred' }],
    ['in which something was booked', { appointments: ['abc'] }],
    ['in which nothing was chosen yet', { tools: [{ name: 'find_slots', outcome: 'ok' }] }],
    ['in which nothing could be held', { tools: [{ name: 'hold_slots', outcome: 'refused' }] }],
    ['that we made', { direction: 'outbound' }],
    ['from a hidden number', { from: 'unknown' }],
    ['from a landline', { from: '+558835430001' }],
  ];
  it.each(others)('%s is left alone', (_, change) => {
    expect(isDroppedBooking({ ...dropped, ...change })).toBe(false);
  });
});

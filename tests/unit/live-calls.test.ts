import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { CallEvent } from '../../src/call/call-event.ts';
import type { Carrier } from '../../src/call/carrier.ts';
import { LiveCalls } from '../../src/call/live-calls.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Metrics } from '../../src/platform/metrics.ts';
import { clockAt, type HandClock, thursdayMorning } from '../support/agent-fixtures.ts';

const account = 'AC1';
const never = new Promise<never>(() => {});

/** A call as far as the register sees it. */
class FakeCall {
  readonly did: string[] = [];
  readonly ended: Promise<undefined>;
  #end: () => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = () => resolve(undefined);
    });
  }

  warm = () => void this.did.push('warm');
  attach = (_: Carrier, streamSid: string) => void this.did.push(`attach ${streamSid}`);
  finishPolitely = ({ reason }: { reason: string }) => void this.did.push(`goodbye ${reason}`);
  end = (reason: string) => {
    this.did.push(`end ${reason}`);
    this.#end();
  };
}

const carrier: Carrier = {
  sendAudio: () => true,
  sendMark: () => {},
  clear: () => {},
  close: () => {},
};

let clock: HandClock;
let counted: Record<string, number>;
let live: LiveCalls;

function open(maxCalls = 3): void {
  clock = clockAt(thursdayMorning);
  counted = {};
  const metrics: Metrics = {
    count: (name) => {
      counted[name] = (counted[name] ?? 0) + 1;
    },
    set: (name, value) => {
      counted[name] = value;
    },
    observe: () => {},
    render: async () => '',
  };
  const log = createLog('silent', { write: () => {} });
  live = new LiveCalls({ clock, log, metrics, maxCalls });
}

function expectCall(callSid: string) {
  const call = new FakeCall();
  const token = live.expect(call as unknown as Call, callSid, account);
  return { call, token };
}

const admit = (callSid: string, token: string, accountSid = account) =>
  live.admit({ callSid, accountSid, streamSid: `MZ-${callSid}`, token }, carrier) as unknown;

/** A call that is live. */
function liveCall(callSid: string): FakeCall {
  const { call, token } = expectCall(callSid);
  expect(admit(callSid, token)).toBe(call);
  return call;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  open();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a call that was announced', () => {
  it('warms up, and becomes live with the stream that brings its token', async () => {
    const { call, token } = expectCall('CA1');
    expect(call.did).toEqual(['warm']);
    expect([live.expectedCount, live.count]).toEqual([1, 0]);
    expect(admit('CA1', token)).toBe(call);
    expect(call.did).toEqual(['warm', 'attach MZ-CA1']);
    expect([live.expectedCount, live.count, counted.calls_live]).toEqual([0, 1, 1]);
    call.end('caller-hung-up');
    await call.ended;
    expect([live.count, counted.calls_live]).toEqual([0, 0]);
  });

  it('whose stream never comes is dropped after thirty seconds, and its model with it', () => {
    const { call, token } = expectCall('CA1');
    vi.advanceTimersByTime(29_999);
    expect(call.did).toEqual(['warm']);
    vi.advanceTimersByTime(1);
    expect(call.did).toEqual(['warm', 'end stream-error']);
    expect(live.expectedCount).toBe(0);
    expect(admit('CA1', token)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and is over before its stream came is dropped at once', () => {
    const { call, token } = expectCall('CA1');
    live.abandon('CA1');
    live.abandon('CA-unknown');
    expect(call.did).toEqual(['warm', 'end stream-error']);
    expect(admit('CA1', token)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and is live is not dropped by a late word of the carrier, nor by the clock', () => {
    const call = liveCall('CA1');
    live.abandon('CA1');
    vi.advanceTimersByTime(60_000);
    expect(call.did).toEqual(['warm', 'attach MZ-CA1']);
    expect(live.count).toBe(1);
  });

  it('twice keeps only the second, whose token counts', () => {
    const first = expectCall('CA1');
    const second = expectCall('CA1');
    expect(first.call.did).toEqual(['warm', 'end stream-error']);
    expect(live.expectedCount).toBe(1);
    expect(admit('CA1', first.token)).toBeUndefined();
    expect(admit('CA1', second.token)).toBe(second.call);
  });
});

describe('a stream is not admitted', () => {
  it.each([
    ['with a wrong token', 'CA1', 'wrong', account],
    ['without a token', 'CA1', '', account],
    ['for another account', 'CA1', undefined, 'AC2'],
    ['for another call', 'CA2', undefined, account],
  ])('%s, and the right one still is', (_, callSid, token, accountSid) => {
    const { call, token: right } = expectCall('CA1');
    expectCall('CA2');
    expect(admit(callSid, token ?? right, accountSid)).toBeUndefined();
    expect(call.did).toEqual(['warm']);
    expect(admit('CA1', right)).toBe(call);
  });

  it('twice with the same token', () => {
    const { token } = expectCall('CA1');
    admit('CA1', token);
    expect(admit('CA1', token)).toBeUndefined();
    expect(live.count).toBe(1);
  });

  it('when its call is live already, even with a fresh token: the first keeps the line', () => {
    const first = liveCall('CA1');
    const { token } = expectCall('CA1');
    expect(admit('CA1', token)).toBeUndefined();
    expect(first.did).toEqual(['warm', 'attach MZ-CA1']);
  });

  it('after its token expired, even if the timer is late', () => {
    const { token } = expectCall('CA1');
    clock.advance(30_000);
    expect(admit('CA1', token)).toBeUndefined();
  });
});

it('calls that are expected count as much as live ones: no more than allowed are taken', async () => {
  open(2);
  expect(live.refusal()).toBeUndefined();
  const call = liveCall('CA1');
  expectCall('CA2');
  expect(live.refusal()).toBe('full');
  call.end('caller-hung-up');
  await call.ended;
  expect(live.refusal()).toBeUndefined();
});

describe('watchers', () => {
  const event: CallEvent = { type: 'model-lost', callId: 'a', clinicId: 'b', atMs: 0 };

  it('one that throws is counted, and the others still hear', () => {
    const heard: CallEvent[] = [];
    live.watch(() => {
      throw new Error('on purpose');
    });
    const unwatch = live.watch((fact) => heard.push(fact));
    live.tell(event);
    unwatch();
    live.tell(event);
    expect(heard).toEqual([event]);
    expect(counted.observer_failed_total).toBe(2);
  });
});

describe('the drain', () => {
  it('without calls is over at once, and nothing new is taken', async () => {
    const { call } = expectCall('CA1');
    await live.drain(600_000, never);
    expect(live.refusal()).toBe('draining');
    expect(call.did).toEqual(['warm', 'end stream-error']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets live calls end by themselves', async () => {
    const call = liveCall('CA1');
    const drained = live.drain(600_000, never);
    await vi.advanceTimersByTimeAsync(599_999);
    expect(call.did).toEqual(['warm', 'attach MZ-CA1']);
    call.end('caller-hung-up');
    await drained;
    expect(call.did).not.toContain('goodbye server-draining');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('at its limit asks every call to say goodbye, and waits for it', async () => {
    const polite = liveCall('CA1');
    const stubborn = liveCall('CA2');
    const drained = live.drain(1_000, never);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(polite.did.at(-1)).toBe('goodbye server-draining');
    polite.end('server-draining');
    expect(stubborn.did.at(-1)).toBe('goodbye server-draining');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stubborn.did.at(-1)).toBe('end server-draining');
    await drained;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['while calls go on', 0, []],
    ['while they say goodbye', 1_500, ['goodbye server-draining']],
  ])('hurried %s ends them at once', async (_, afterMs, before) => {
    const call = liveCall('CA1');
    let hurry: () => void = () => {};
    const hurried = new Promise<void>((resolve) => {
      hurry = resolve;
    });
    const drained = live.drain(1_000, hurried);
    await vi.advanceTimersByTimeAsync(afterMs);
    hurry();
    await drained;
    expect(call.did).toEqual(['warm', 'attach MZ-CA1', ...before, 'end server-draining']);
    expect(live.count).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

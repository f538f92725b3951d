import { describe, expect, it } from 'vitest';
import { OutboundCalls, type PlaceCall } from '../../src/call/outbound-calls.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';

type Result = Awaited<ReturnType<PlaceCall>>;
const wish = {
  to: '+5588999990002',
  clinicId: 'aurora',
  purpose: 'Confirmar a consulta.',
  timeLimitS: 600,
};

function dialling(options: { results?: Result[]; from?: string } = {}) {
  const clock = clockAt(thursdayMorning);
  const requests: Parameters<PlaceCall>[0][] = [];
  const results = [...(options.results ?? [])];
  const metrics = createMetrics();
  const calls = new OutboundCalls({
    placeCall: async (request) => {
      requests.push(request);
      return results.shift() ?? { outcome: 'placed', callSid: `CA${requests.length}` };
    },
    from: options.from ?? '+558835430000',
    publicUrl: () => 'https://voz.example',
    clock,
    metrics,
  });
  return { calls, clock, requests, metrics };
}

describe('a call that is placed', () => {
  it('tells the carrier only what the server made', async () => {
    const { calls, requests } = dialling();
    const placed = await calls.place(wish);
    expect(placed).toMatchObject({ outcome: 'placed', callSid: 'CA1' });
    expect(requests).toEqual([
      {
        to: '+5588999990002',
        from: '+558835430000',
        url: `https://voz.example/incoming-call?outbound=${'id' in placed ? placed.id : ''}`,
        statusCallback: 'https://voz.example/call-status',
        timeLimitS: 600,
        ringS: 60,
      },
    ]);
  });

  it('is remembered with its purpose, for repeated webhooks too, for ten minutes', async () => {
    const { calls, clock } = dialling();
    const placed = await calls.place(wish);
    const id = 'id' in placed ? placed.id : '';
    const kept = { id, to: wish.to, clinicId: 'aurora', purpose: wish.purpose };
    expect(calls.find(id)).toMatchObject(kept);
    clock.advance(600_000);
    expect(calls.find(id)).toMatchObject(kept);
    clock.advance(1);
    expect(calls.find(id)).toBeUndefined();
    expect(calls.find('')).toBeUndefined();
    expect(calls.find('__proto__')).toBeUndefined();
  });

  it('with an unknown result is told as such, sent once, and still known if it is answered', async () => {
    const { calls, requests } = dialling({ results: [{ outcome: 'unknown' }] });
    const placed = await calls.place(wish);
    expect(placed).toEqual({ outcome: 'unknown', id: expect.stringMatching(/^[a-z2-7]{26}$/) });
    expect(requests).toHaveLength(1);
    expect(calls.find('id' in placed ? placed.id : '')).toBeDefined();
  });

  it.each([
    ['client', 422],
    ['config', 502],
    ['retry', 503],
  ] as const)('and refused (%s) answers %i and is forgotten', async (reason, httpStatus) => {
    const refusal = { outcome: 'refused', code: 21211, reason, message: 'Não dá.' } as const;
    const { calls, requests } = dialling({ results: [refusal] });
    expect(await calls.place(wish)).toEqual({
      outcome: 'refused',
      httpStatus,
      code: 'carrier-21211',
      message: 'Não dá.',
    });
    const id = new URL(requests[0]?.url ?? '').searchParams.get('outbound') ?? '';
    expect(calls.find(id)).toBeUndefined();
  });

  it('without a number of our own is refused before the carrier is asked', async () => {
    const { calls, requests } = dialling({ from: '' });
    expect(await calls.place(wish)).toMatchObject({ httpStatus: 503, code: 'no-caller-number' });
    expect(requests).toEqual([]);
  });

  it('beside a thousand unanswered ones is refused, until they are old', async () => {
    const { calls, clock, requests } = dialling();
    for (let i = 0; i < 1_000; i += 1) await calls.place(wish);
    expect(await calls.place(wish)).toMatchObject({ httpStatus: 503, code: 'too-many-pending' });
    expect(requests).toHaveLength(1_000);
    clock.advance(600_001);
    expect(await calls.place(wish)).toMatchObject({ outcome: 'placed' });
  });

  it('is counted by its outcome', async () => {
    const { calls, metrics } = dialling({ results: [{ outcome: 'unknown' }] });
    await calls.place(wish);
    await calls.place(wish);
    const text = await metrics.render();
    expect(text).toContain('outbound_calls_total{outcome="unknown"} 1');
    expect(text).toContain('outbound_calls_total{outcome="placed"} 1');
  });
});

import { describe, expect, it } from 'vitest';
import type { DialWish } from '../../src/call/dial-answer.ts';
import { type DialLimits, usualDialLimits } from '../../src/call/dial-limits.ts';
import type { DialCarrier } from '../../src/call/dial-parts.ts';
import type { DialPermission } from '../../src/call/dial-permission.ts';
import type { Answerer, DialProgress } from '../../src/call/dial-record.ts';
import type { CallAnswer, ListedCall } from '../../src/call/dial-steps.ts';
import { OutboundCalls } from '../../src/call/outbound-calls.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createMemoryDialSuspensionStore } from '../../src/storage/file-dial-suspension-store.ts';
import { createMemoryDialLedger } from '../../src/storage/memory-dial-ledger.ts';
import { clockAt, thursdayMorning } from '../support/agent-fixtures.ts';

const wish: DialWish = {
  to: '+5588999990002',
  clinicId: 'aurora',
  purpose: 'Confirmar a consulta.',
  timeLimitS: 600,
  keyId: 'main',
};
const minute = 60_000;
const later = { outcome: 'refused', code: 20429, reason: 'retry', message: 'Espere.' } as const;
const roomy: DialLimits = { ...usualDialLimits, perNumberPauseMs: 0, perNumberPerDay: 100 };

interface Options {
  answers?: CallAnswer[];
  from?: string;
  permission?: DialPermission;
  limits?: DialLimits;
  unavailable?: () => string | undefined;
  ledger?: ReturnType<typeof createMemoryDialLedger>;
  clock?: ReturnType<typeof clockAt>;
}

function dialling(options: Options = {}) {
  const clock = options.clock ?? clockAt(thursdayMorning);
  const ledger = options.ledger ?? createMemoryDialLedger();
  const answers = [...(options.answers ?? [])];
  const requests: Parameters<DialCarrier['placeCall']>[0][] = [];
  const listed: ListedCall[] = [];
  const did: string[] = [];
  const heard: Answerer[] = [];
  const metrics = createMetrics();
  const carrier: DialCarrier = {
    placeCall: async (request) => {
      requests.push(request);
      return answers.shift() ?? { outcome: 'placed', callSid: `CA${requests.length}` };
    },
    findCalls: async () => {
      did.push('find');
      return { outcome: 'found', calls: listed };
    },
    endCall: async (callSid) => void did.push(`end ${callSid}`),
    leaveMessage: async (callSid, text) => void did.push(`say ${callSid} ${text}`),
  };
  const calls = new OutboundCalls({
    suspensions: createMemoryDialSuspensionStore(),
    ledger,
    carrier,
    permission: options.permission ?? (() => undefined),
    from: options.from ?? '+558835430000',
    publicUrl: () => 'https://voz.example',
    unavailable: options.unavailable ?? (() => undefined),
    onAnsweredBy: (_, by) => heard.push(by),
    ...(options.limits ? { limits: options.limits } : {}),
    clock,
    log: createLog('silent'),
    metrics,
    pause: async (ms) => clock.advance(ms),
  });
  const report = (id: string, callSid: string, status: DialProgress['status'], attempt = 1) =>
    calls.reported(id, { callSid, attempt }, () => ({ status }));
  return { calls, clock, ledger, requests, listed, did, heard, metrics, report };
}

const idOf = (placed: object) => ('id' in placed ? String(placed.id) : '');

describe('a call that is placed', () => {
  it('tells the carrier only what the server made', async () => {
    const { calls, requests } = dialling();
    const placed = await calls.place(wish);
    expect(placed).toMatchObject({ outcome: 'placed', callSid: 'CA1' });
    const query = `outbound=${idOf(placed)}`;
    expect(requests).toEqual([
      {
        to: '+5588999990002',
        from: '+558835430000',
        url: `https://voz.example/incoming-call?${query}`,
        statusCallback: `https://voz.example/call-status?${query}&attempt=1`,
        machineStatusUrl: `https://voz.example/amd-status?${query}&attempt=1`,
        timeLimitS: 600,
        ringS: 60,
      },
    ]);
  });

  it('is written down before the carrier is asked', async () => {
    const { calls, ledger, requests } = dialling();
    const states: (string | undefined)[] = [];
    const before = requests.push.bind(requests);
    requests.push = (...all) => {
      states.push(...[...ledger.all()].map(({ state }) => state));
      return before(...all);
    };
    await calls.place(wish);
    expect(states).toEqual(['sent']);
  });

  it('is remembered with its purpose, for repeated webhooks too, for ten minutes', async () => {
    const { calls, clock } = dialling();
    const id = idOf(await calls.place(wish));
    const kept = { id, to: wish.to, clinicId: 'aurora', purpose: wish.purpose };
    expect(calls.find(id)).toEqual(kept);
    clock.advance(600_000);
    expect(calls.find(id)).toEqual(kept);
    clock.advance(1);
    expect(calls.find(id)).toBeUndefined();
    expect(calls.find('')).toBeUndefined();
    expect(calls.find('__proto__')).toBeUndefined();
  });

  it.each([
    ['client', 422],
    ['config', 502],
  ] as const)('and refused (%s) answers %i and is not looked for', async (reason, httpStatus) => {
    const refusal = { outcome: 'refused', code: 21211, reason, message: 'Não dá.' } as const;
    const { calls, requests } = dialling({ answers: [refusal] });
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

  it('is not placed while an answer would find no agent', async () => {
    const { calls, requests } = dialling({ unavailable: () => 'full' });
    expect(await calls.place(wish)).toMatchObject({ httpStatus: 503, code: 'not-ready' });
    expect(requests).toEqual([]);
  });
});

describe('a wish with a key', () => {
  const keyed = { ...wish, idempotencyKey: 'k-1' };

  it('is one call, asked fifty times at once, and one answer', async () => {
    const { calls, requests } = dialling();
    const answers = await Promise.all(Array.from({ length: 50 }, () => calls.place(keyed)));
    expect(requests).toHaveLength(1);
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await calls.place(keyed)).toEqual(answers[0]);
  });

  it('is one call after a restart too, at night and beyond every limit', async () => {
    const first = dialling();
    const answer = await first.calls.place(keyed);
    const second = dialling({
      ledger: first.ledger,
      permission: () => ({ httpStatus: 422, code: 'quiet-hours', message: '' }),
      unavailable: () => 'full',
    });
    expect(await second.calls.place(keyed)).toEqual(answer);
    expect(second.requests).toEqual([]);
  });

  it('is refused for another wish, and is another wish for another API key', async () => {
    const { calls, requests } = dialling({ limits: roomy });
    await calls.place(keyed);
    for (const other of [{ to: '+5588999990003' }, { purpose: 'Outro.' }, { retries: 1 }])
      expect(await calls.place({ ...keyed, ...other })).toMatchObject({
        httpStatus: 409,
        code: 'idempotency-conflict',
      });
    expect(requests).toHaveLength(1);
    expect(await calls.place({ ...keyed, keyId: 'other' })).toMatchObject({ outcome: 'placed' });
  });

  it('gives the same refusal again, and the carrier is not asked again', async () => {
    const refusal = { outcome: 'refused', code: 21211, reason: 'client', message: 'x' } as const;
    const { calls, requests } = dialling({ answers: [refusal] });
    const first = await calls.place(keyed);
    expect(await calls.place(keyed)).toEqual(first);
    expect(requests).toHaveLength(1);
  });
});

describe('a request without an answer', () => {
  it('is told as such, and never sent again', async () => {
    const { calls, clock, requests, did } = dialling({ answers: [{ outcome: 'unknown' }] });
    const placed = await calls.place(wish);
    expect(placed).toEqual({ outcome: 'unknown', id: expect.stringMatching(/^[a-z2-7]{26}$/) });
    for (let i = 0; i < 30; i += 1) {
      clock.advance(minute);
      await calls.tick();
    }
    expect(requests).toHaveLength(1);
    expect(did).toEqual(['find', 'find', 'find', 'find']);
    expect(calls.dial(idOf(placed))?.state).toBe('unknown');
  });

  it('is found in the list of the carrier', async () => {
    const { calls, clock, listed, did } = dialling({ answers: [{ outcome: 'unknown' }] });
    const placed = await calls.place(wish);
    const createdAtMs = clock.wallMs();
    listed.push(
      { callSid: 'CAold', status: 'completed', createdAtMs: createdAtMs - 10 * minute },
      { callSid: 'CAnew', status: 'in-progress', createdAtMs: createdAtMs - 900 },
    );
    await calls.tick();
    expect(did).toEqual([]);
    clock.advance(3_000);
    await calls.tick();
    expect(calls.dial(idOf(placed))).toMatchObject({ state: 'known', callSid: 'CAnew' });
    clock.advance(minute);
    await calls.tick();
    expect(did).toEqual(['find']);
  });

  it('is not taken for a call that belongs to another', async () => {
    const { calls, clock, listed } = dialling({
      limits: roomy,
      answers: [{ outcome: 'placed', callSid: 'CA1' }, { outcome: 'unknown' }],
    });
    await calls.place(wish);
    const second = await calls.place(wish);
    listed.push({ callSid: 'CA1', status: 'ringing', createdAtMs: clock.wallMs() });
    clock.advance(3_000);
    await calls.tick();
    expect(calls.dial(idOf(second))?.state).toBe('unknown');
  });

  it('is known from the first report about it', async () => {
    const { calls, report } = dialling({ answers: [{ outcome: 'unknown' }] });
    const id = idOf(await calls.place(wish));
    await report(id, 'CA7', 'ringing');
    expect(calls.dial(id)).toMatchObject({ state: 'known', callSid: 'CA7' });
    await report(id, 'CA8', 'completed');
    expect(calls.dial(id)).toMatchObject({ callSid: 'CA7', progress: { status: 'ringing' } });
  });

  it('that was left by a dead process is looked for, not sent', async () => {
    const first = dialling();
    const id = idOf(await first.calls.place(wish));
    await first.ledger.change(id, ({ callSid: _, ...one }) => ({ ...one, state: 'sent' }));
    const { calls, requests, did, clock } = dialling({ ledger: first.ledger, clock: first.clock });
    clock.advance(5_000);
    await calls.tick();
    expect(calls.dial(id)?.state).toBe('unknown');
    await calls.tick();
    expect(did).toEqual(['find']);
    expect(requests).toEqual([]);
  });
});

describe('a carrier that says “later”', () => {
  it('is asked again, a little later each time, until it takes the call', async () => {
    const { calls, clock, requests } = dialling({ answers: [later, later] });
    const placed = await calls.place(wish);
    expect(placed).toEqual({ outcome: 'queued', id: idOf(placed) });
    await calls.tick();
    expect(requests).toHaveLength(1);
    clock.advance(1_000);
    await calls.tick();
    clock.advance(2_000);
    await calls.tick();
    expect(requests).toHaveLength(3);
    expect(calls.dial(idOf(placed))).toMatchObject({ state: 'known', callSid: 'CA3' });
  });

  it('five times is not asked any more', async () => {
    const { calls, clock, requests } = dialling({
      answers: Array.from({ length: 9 }, () => later),
    });
    const id = idOf(await calls.place(wish));
    for (let i = 0; i < 20; i += 1) {
      clock.advance(10_000);
      await calls.tick();
    }
    expect(requests).toHaveLength(5);
    expect(calls.dial(id)).toMatchObject({
      state: 'failed',
      refusal: { httpStatus: 503, code: 'carrier-20429' },
    });
  });
});

describe('a dial that was accepted and not sent when the process died', () => {
  const left = async () => {
    const first = dialling({ answers: [later] });
    const id = idOf(await first.calls.place(wish));
    return { ...first, id };
  };

  it('is sent by the next one', async () => {
    const { ledger, clock, id } = await left();
    const { calls, requests } = dialling({ ledger, clock });
    clock.advance(minute);
    await calls.tick();
    expect(requests).toHaveLength(1);
    expect(calls.dial(id)?.state).toBe('known');
  });

  it('is not sent when nobody would want it any more, or may', async () => {
    for (const [minutes, permission, code] of [
      [11, () => undefined, 'expired'],
      [1, () => ({ httpStatus: 422, code: 'opted-out', message: '' }), 'opted-out'],
    ] as const) {
      const { ledger, clock, id } = await left();
      const { calls, requests } = dialling({ ledger, clock, permission });
      clock.advance(minutes * minute);
      await calls.tick();
      expect(requests).toEqual([]);
      expect(calls.dial(id)).toMatchObject({ state: 'failed', refusal: { code } });
    }
  });
});

describe('a person who does not answer', () => {
  it.each([
    ['busy', 15],
    ['no-answer', 60],
  ] as const)(
    '(%s) is rung again as often as was asked, after %i minutes',
    async (status, wait) => {
      const { calls, clock, requests, report } = dialling();
      const id = idOf(await calls.place({ ...wish, retries: 2 }));
      for (const attempt of [1, 2, 3]) {
        await report(id, `CA${attempt}`, status, attempt);
        await report(id, `CA${attempt}`, status, attempt);
        clock.advance(wait * minute - 1);
        await calls.tick();
        expect(requests).toHaveLength(attempt);
        clock.advance(1);
        await calls.tick();
        expect(requests).toHaveLength(Math.min(3, attempt + 1));
      }
      expect(calls.dial(id)).toMatchObject({ attempt: 3, retriesLeft: 0, progress: { status } });
      expect(calls.dial(id)?.earlier).toMatchObject([
        { callSid: 'CA1', status },
        { callSid: 'CA2' },
      ]);
      expect(requests[1]?.statusCallback).toContain('attempt=2');
    },
  );

  it('is rung once when no more was asked, or when somebody answered', async () => {
    const { calls, clock, requests, report } = dialling({ limits: roomy });
    await report(idOf(await calls.place(wish)), 'CA1', 'busy');
    await report(idOf(await calls.place({ ...wish, retries: 2 })), 'CA2', 'completed');
    clock.advance(120 * minute);
    await calls.tick();
    expect(requests).toHaveLength(2);
  });

  it('is rung again in the hours that allow it, by the next process too', async () => {
    const first = dialling();
    const id = idOf(await first.calls.place({ ...wish, retries: 1 }));
    await first.report(id, 'CA1', 'no-answer');
    const morningMs = first.clock.wallMs() + 20 * 60 * minute;
    const { calls, clock, requests } = dialling({
      ledger: first.ledger,
      clock: first.clock,
      permission: (_, nowMs) =>
        nowMs < morningMs
          ? { httpStatus: 422, code: 'quiet-hours', message: '', nextAllowedMs: morningMs }
          : undefined,
    });
    clock.advance(60 * minute);
    await calls.tick();
    expect(calls.dial(id)).toMatchObject({ state: 'intent', dueAtMs: morningMs });
    clock.advance(19 * 60 * minute);
    await calls.tick();
    expect(requests).toHaveLength(1);
  });

  it('reports of an earlier ring, come late, change nothing', async () => {
    const { calls, clock, report } = dialling();
    const id = idOf(await calls.place({ ...wish, retries: 1 }));
    await report(id, 'CA1', 'busy');
    clock.advance(15 * minute);
    await calls.tick();
    await report(id, 'CA1', 'completed', 1);
    await calls.reported(undefined, { callSid: 'CA1' }, () => ({ status: 'completed' }));
    const dial = calls.dial(id);
    expect([dial?.callSid, dial?.progress]).toEqual(['CA2', undefined]);
  });
});

describe('a call that is taken', () => {
  it('by a person goes on', async () => {
    const { calls, did, heard } = dialling();
    const id = idOf(await calls.place({ ...wish, voicemail: 'Ligue para nós.' }));
    await calls.answeredBy(id, { callSid: 'CA1', attempt: 1 }, 'human');
    expect([did, heard]).toEqual([[], ['human']]);
  });

  it('by a machine gets the message once, however often it is reported', async () => {
    const { calls, did, heard } = dialling();
    const id = idOf(await calls.place({ ...wish, voicemail: 'Ligue para nós.' }));
    for (let i = 0; i < 3; i += 1)
      await calls.answeredBy(id, { callSid: 'CA1', attempt: 1 }, 'machine');
    await calls.answeredBy(id, { callSid: 'CA1', attempt: 1 }, 'human');
    expect([did, heard]).toEqual([['say CA1 Ligue para nós.'], ['machine']]);
    expect(calls.dial(id)).toMatchObject({ answeredBy: 'machine', messageLeft: true });
  });

  it.each(['machine', 'fax'] as const)('by a %s without a message is hung up', async (by) => {
    const { calls, did } = dialling();
    const id = idOf(await calls.place(wish));
    await calls.answeredBy(undefined, { callSid: 'CA1' }, by);
    expect(did).toEqual(['end CA1']);
    expect(calls.dial(id)?.answeredBy).toBe(by);
  });

  it('that is none of ours changes nothing', async () => {
    const { calls, did } = dialling();
    const id = idOf(await calls.place(wish));
    await calls.answeredBy(id, { callSid: 'CA9', attempt: 1 }, 'machine');
    await calls.answeredBy(undefined, { callSid: 'CA9' }, 'machine');
    expect(did).toEqual([]);
  });
});

describe('limits', () => {
  it('of a second between starts: those that wait keep their turn, more are told to come again', async () => {
    const { calls, clock, requests } = dialling({ limits: { ...roomy, atOnce: 100 } });
    const begun = clock.wallMs();
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, i) => calls.place({ ...wish, to: `+55889999900${10 + i}` })),
    );
    expect(answers.filter(({ outcome }) => outcome === 'placed')).toHaveLength(requests.length);
    const told = answers.filter((one) => one.outcome === 'refused');
    for (const one of told) expect(one).toMatchObject({ httpStatus: 429, code: 'too-fast' });
    expect(clock.wallMs() - begun).toBeGreaterThanOrEqual((requests.length - 1) * 1_000);
  });

  it('of a thousand wishes at once: as many as are allowed, the rest 429 with a time; then the key is suspended', async () => {
    const { calls, clock, requests } = dialling();
    const answers = [];
    for (let i = 0; i < 1_000; i += 1) {
      answers.push(await calls.place({ ...wish, to: `+5588999${String(10_000 + i).slice(-5)}0` }));
      clock.advance(1_000);
    }
    expect(requests).toHaveLength(10);
    const rest = answers.filter((one) => one.outcome === 'refused');
    expect(rest).toHaveLength(990);
    for (const one of rest) {
      expect(one.httpStatus).toBe(429);
      expect(one.retryAfterS).toBeGreaterThan(0);
    }
    const codes = rest.map(({ code }) => code);
    expect(codes.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'too-many-at-once'));
    expect(new Set(codes.slice(50))).toEqual(new Set(['key-suspended']));
    expect(await calls.place({ ...wish, keyId: 'other' })).toMatchObject({ outcome: 'placed' });
    clock.advance(60 * minute);
    expect(await calls.place({ ...wish, to: '+5511987654321' })).toMatchObject({
      outcome: 'placed',
    });
  });

  it('of a number: once in ten minutes, three times a day, whoever asks', async () => {
    const { calls, clock, report } = dialling();
    const ring = async (keyId: string) => {
      const placed = await calls.place({ ...wish, keyId });
      if (placed.outcome === 'placed') await report(placed.id, placed.callSid, 'completed');
      return placed.outcome === 'refused' ? `${placed.code} ${placed.retryAfterS}` : 'placed';
    };
    expect(await ring('a')).toBe('placed');
    clock.advance(minute);
    expect(await ring('b')).toBe('number-called-recently 540');
    clock.advance(9 * minute);
    expect(await ring('b')).toBe('placed');
    clock.advance(10 * minute);
    expect(await ring('c')).toBe('placed');
    clock.advance(10 * minute);
    expect(await ring('c')).toBe(`number-called-too-often ${86_400 - 30 * 60}`);
    clock.advance(24 * 60 * minute - 30 * minute);
    expect(await ring('c')).toBe('placed');
  });

  it('of similar numbers, of a key and of a day', async () => {
    const tight = { ...roomy, perPrefixPerDay: 2, perKeyPerDay: 3, perDay: 4 };
    const { calls, clock } = dialling({ limits: tight });
    const ask = async (to: string, keyId: string) => {
      clock.advance(1_000);
      const placed = await calls.place({ ...wish, to, keyId });
      return placed.outcome === 'refused' ? placed.code : placed.outcome;
    };
    expect(await ask('+5588999990001', 'a')).toBe('placed');
    expect(await ask('+5588999990002', 'a')).toBe('placed');
    expect(await ask('+5588999990003', 'b')).toBe('prefix-limit');
    expect(await ask('+5588999980003', 'a')).toBe('placed');
    expect(await ask('+5588999970003', 'a')).toBe('key-limit');
    expect(await ask('+5588999970003', 'b')).toBe('placed');
    expect(await ask('+5588999960003', 'c')).toBe('day-limit');
  });

  it('do not count a number that certainly did not ring', async () => {
    const refusal = { outcome: 'refused', code: 21210, reason: 'config', message: '' } as const;
    const { calls, clock } = dialling({ answers: [refusal] });
    await calls.place(wish);
    clock.advance(1_000);
    expect(await calls.place(wish)).toMatchObject({ outcome: 'placed' });
  });
});

it('a disk that takes nothing makes no call, and says so', async () => {
  const ledger = createMemoryDialLedger(async () => {
    throw new Error('full');
  });
  const { calls, requests } = dialling({ ledger });
  expect(await calls.place(wish)).toMatchObject({ httpStatus: 503, code: 'not-ready' });
  expect(requests).toEqual([]);
});

it('a disk that fails once the wish is written leaves it due: rung once, when the disk is well', async () => {
  let writes = 0;
  const ledger = createMemoryDialLedger(async () => {
    writes += 1;
    if (writes === 2) throw new Error('full');
  });
  const { calls, clock, requests } = dialling({ ledger });
  expect(await calls.place(wish)).toMatchObject({ outcome: 'queued' });
  expect(requests).toEqual([]);
  clock.advance(1_000);
  await calls.tick();
  expect(requests).toHaveLength(1);
});

it('a server that stops places nothing more, and what waits stays for the next one', async () => {
  const { calls, ledger, clock, requests } = dialling();
  await calls.stop();
  expect(await calls.place(wish)).toMatchObject({ code: 'not-ready' });
  await calls.tick();
  expect(requests).toEqual([]);
  expect([...ledger.all()]).toEqual([]);
  expect(clock.monotonicMs()).toBe(0);
});

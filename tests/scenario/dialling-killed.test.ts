import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacedCall } from '../../src/call/dial-answer.ts';
import { OutboundCalls } from '../../src/call/outbound-calls.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createSandboxCarrier, type SandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { openFileDialLedger } from '../../src/storage/file-dial-ledger.ts';
import { createMemoryDialSuspensionStore } from '../../src/storage/file-dial-suspension-store.ts';
import { createTwilioRest } from '../../src/twilio/rest-client.ts';
import { accountSid, authToken, until } from '../support/stage.ts';

const log = createLog('silent');
const child = new URL('../support/dial-child.ts', import.meta.url).pathname;
const numberOf = (round: number) => `+5588999${String(60_000 + round)}1`;

let carrier: SandboxCarrier;
let rest: SandboxRest;
beforeAll(async () => {
  const clock = createClock();
  const phoneNumber = '+558835430000';
  carrier = createSandboxCarrier({ accountSid, authToken, phoneNumber, clock, log });
  rest = await startSandboxTwilioRest({ carrier, accountSid, authToken, ringMs: 60_000 });
});
afterAll(async () => {
  await carrier.close();
  await rest.close();
});

interface Told {
  step?: number;
  what?: string;
  placed?: PlacedCall;
  steps?: number;
}

/** A process of its own that dials once. @param killAt the step at which it kills itself, 0 for none */
function dialIn(directory: string, to: string, killAt: number) {
  const told: Told[] = [];
  const process_: ChildProcess = fork(
    child,
    [directory, rest.url, accountSid, authToken, to, String(killAt)],
    { execArgv: ['--import', 'tsx'], stdio: 'ignore' },
  );
  process_.on('message', (message) => told.push(message as Told));
  const exited = new Promise<void>((resolve) => process_.on('exit', () => resolve()));
  return { told, exited, kill: () => process_.kill('SIGKILL') };
}

/** What is known of a wish by asking for it again, after a restart that goes on for an hour. */
async function restarted(directory: string, to: string) {
  const real = createClock();
  let aheadMs = 0;
  const clock = {
    monotonicMs: () => real.monotonicMs() + aheadMs,
    wallMs: () => real.wallMs() + aheadMs,
  };
  const ledger = await openFileDialLedger({ directory, log });
  const calls = new OutboundCalls({
    suspensions: createMemoryDialSuspensionStore(),
    ledger,
    carrier: createTwilioRest({ accountSid, authToken, apiUrl: rest.url }),
    permission: () => undefined,
    from: '+558835430000',
    publicUrl: () => 'http://127.0.0.1:9',
    unavailable: () => undefined,
    clock,
    log,
    metrics: createMetrics(),
  });
  await calls.tick();
  const wish = { to, clinicId: 'aurora', timeLimitS: 60, keyId: 'main', idempotencyKey: to };
  const placed = await calls.place(wish);
  for (let i = 0; i < 6; i += 1) {
    aheadMs += 600_000;
    await calls.tick();
  }
  const states = [...ledger.all()].map(({ state, callSid }) => ({ state, callSid }));
  await calls.stop();
  await ledger.close();
  return { placed, states };
}

const rungTo = (to: string) => [...carrier.calls.values()].filter((call) => call.to === to);
const createdFor = (to: string) =>
  rest.requests.filter(({ method, params }) => method === 'POST' && params.To === to).length;

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'dial-kill-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Rings and requests of one wish, killed as told and asked for again. */
async function killed(round: number, killAt: number) {
  const to = numberOf(round);
  return inDirectory(async (directory) => {
    const { told, exited } = dialIn(directory, to, killAt);
    await exited;
    const before = rungTo(to).length;
    const after = await restarted(directory, to);
    return { told, before, ...after, rings: rungTo(to), requests: createdFor(to) };
  });
}

describe('a process that is killed while it dials', () => {
  it('at every step rings once at most, and once in the end when it was asked again', async () => {
    const whole = await killed(0, 0);
    expect(whole.rings).toHaveLength(1);
    const steps = whole.told.find((one) => one.steps !== undefined)?.steps ?? 0;
    expect(steps).toBeGreaterThanOrEqual(30);
    const points = Array.from({ length: steps }, (_, i) => i + 1);
    for (let at = 0; at < points.length; at += 2) {
      const pair = points.slice(at, at + 2).map((point) => killed(point, point));
      for (const { rings, requests, states } of await Promise.all(pair)) {
        expect(rings.length).toBeLessThanOrEqual(1);
        expect(requests).toBe(rings.length);
        expect(states).toHaveLength(1);
        if (rings.length === 1)
          expect(states[0]).toEqual({ state: 'known', callSid: rings[0]?.sid });
        else expect(states[0]?.state).toBe('unknown');
      }
    }
  }, 180_000);

  it('at any moment while Twilio works rings once at most', async () => {
    for (let round = 0; round < 12; round += 1) {
      const to = numberOf(500 + round);
      await inDirectory(async (directory) => {
        const { told, exited, kill } = dialIn(directory, to, 0);
        if (round % 3 === 0) rest.failNext('timeout-after-creating');
        await until(
          () => told.some(({ what }) => what === 'before the request'),
          'it is about to dial',
          15_000,
        );
        await new Promise((resolve) => setTimeout(resolve, round * 12));
        kill();
        await exited;
        // A request that never came leaves the trouble to the next one, of somebody else.
        if (createdFor(to) === 0 && round % 3 === 0)
          await dialIn(directory, numberOf(900 + round), 0).exited;
        const { states } = await restarted(directory, to);
        expect(rungTo(to).length).toBeLessThanOrEqual(1);
        expect(createdFor(to)).toBe(rungTo(to).length);
        expect(states.some(({ state }) => state === 'sent' || state === 'intent')).toBe(false);
      });
    }
  }, 180_000);
});

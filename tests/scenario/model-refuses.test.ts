import { describe, expect, it } from 'vitest';
import type { CallEnd, CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { longestUnexplainedSilence, promptsHeard, soundsHeard } from '../support/heard-silence.ts';
import { openStage, type Stage, type StageOptions, until } from '../support/stage.ts';

/** Whoever fails must not leave the line open much longer than the apology takes (2.5 s). */
const exitMs = { atOnce: 4_000, afterTries: 6_000, afterTimeouts: 8_000 };

interface Refused {
  stage: Stage;
  call: CarrierCall;
  end: CallEnd;
}

/** One call to a model that does not want it, until Twilio has performed what comes after the stream. */
async function dialRefused(
  options: StageOptions,
  check: (refused: Refused) => Promise<void> | void,
): Promise<void> {
  const stage = await openStage(options);
  try {
    const call = stage.dial();
    const end = await call.ended;
    await check({ stage, call, end });
    expect(stage.model.violations).toEqual([]);
  } finally {
    await stage.close();
  }
}

/** We closed the stream, and the way out that needs neither us nor the model was taken: apology in pt-BR, reception. */
function expectWayOut({ call, end }: Pick<Refused, 'call' | 'end'>): void {
  expect(end.by).toBe('server');
  expect(end.performed.map(({ verb }) => verb)).toEqual(['connect', 'say', 'dial']);
  expect(end.performed[1]).toMatchObject({ language: 'pt-BR' });
  expect(JSON.stringify(end.performed[1])).toContain('Desculpe');
  expect(end.performed[2]).toMatchObject({ number: '+558835430001' });
  expect(call.clears).toEqual([]);
}

function expectNoDeadAir(call: CarrierCall): void {
  const wholeCall = { fromMs: 0, toMs: call.nowMs() };
  expect(longestUnexplainedSilence(call, [wholeCall])).toBeLessThanOrEqual(2_000);
}

/** Nothing but shipped prompts was heard, and the model was told nothing of the caller. */
function expectNoNoise({ stage, call }: Pick<Refused, 'stage' | 'call'>): void {
  const prompts = promptsHeard(call);
  for (const sound of soundsHeard(call)) {
    const isPrompt = prompts.some(
      ({ fromMs, toMs }) => fromMs <= sound.fromMs + 1 && sound.toMs <= toMs + 1,
    );
    expect(isPrompt).toBe(true);
  }
  for (const connection of stage.model.connections) {
    expect(connection.of('input_audio_buffer.append')).toEqual([]);
  }
}

async function readiness(stage: Stage): Promise<{ status: number; reasons: string[] }> {
  const reply = await fetch(`${stage.url}/readyz`);
  const { reasons } = (await reply.json()) as { reasons: string[] };
  return { status: reply.status, reasons };
}

const quota = JSON.stringify({ error: { type: 'insufficient_quota', code: 'insufficient_quota' } });

describe.concurrent('a model that refuses', () => {
  for (const [name, upgradeStatus, upgradeBody] of [
    ['a wrong key (401)', 401, ''],
    ['a key without access (403)', 403, ''],
    ['an empty account (429 with quota)', 429, quota],
  ] as const) {
    it(`${name}: never tried again, way out within 4 s, and the next caller is not even connected`, () =>
      dialRefused({ model: { upgradeStatus, upgradeBody } }, async (refused) => {
        const { stage, call } = refused;
        expectWayOut(refused);
        expect(call.nowMs()).toBeLessThanOrEqual(exitMs.atOnce);
        expectNoDeadAir(call);
        expect(stage.model.upgrades).toHaveLength(1);
        const record = await stage.record(call);
        expect(record).toMatchObject({ ending: 'model-refused', outcome: 'failed' });
        const ready = await readiness(stage);
        expect(ready.status).toBe(503);
        expect(ready.reasons.join()).toMatch(/^model refused: /);

        const next = await stage.dial().ended;
        expect(next.performed.map(({ verb }) => verb)).toEqual(['say', 'dial']);
        expect(stage.model.upgrades).toHaveLength(1);
      }));
  }

  it('a refusal that comes after the caller is connected: spoken apology, then the way out', () =>
    dialRefused({ model: { upgradeStatus: 401, connectDelayMs: 400 } }, async (refused) => {
      const { stage, call } = refused;
      expectWayOut(refused);
      expect(call.nowMs()).toBeLessThanOrEqual(exitMs.atOnce);
      expect(promptsHeard(call).map(({ name }) => name)).toEqual(['problema-tecnico']);
      expectNoDeadAir(call);
      expect(stage.model.upgrades).toHaveLength(1);
      expect((await stage.record(call)).ending).toBe('model-refused');
    }));

  for (const [name, upgradeStatus] of [
    ['a busy server (429 without quota)', 429],
    ['a broken server (500)', 500],
    ['a server that is away (503)', 503],
  ] as const) {
    it(`${name}: tried a few times, way out within 6 s, /readyz says why`, () =>
      dialRefused({ model: { upgradeStatus } }, async (refused) => {
        const { stage, call } = refused;
        expectWayOut(refused);
        expect(call.nowMs()).toBeLessThanOrEqual(exitMs.afterTries);
        expectNoDeadAir(call);
        expect(stage.model.upgrades.length).toBeGreaterThanOrEqual(2);
        expect(stage.model.upgrades.length).toBeLessThanOrEqual(3);
        expect((await stage.record(call)).ending).toBe('model-unreachable');
        const ready = await readiness(stage);
        expect(ready.status).toBe(503);
        expect(ready.reasons.join()).toContain(`http-${upgradeStatus}`);
      }));
  }

  it('a server that recovers at the second try: the caller is greeted', async () => {
    const stage = await openStage({ model: { upgradeStatus: 500 } });
    try {
      const connection = stage.model.nextConnection(5_000);
      const call = stage.dial();
      await until(() => stage.model.upgrades.length === 1, 'the first try');
      stage.model.set({ upgradeStatus: undefined });
      await (await connection).configured();
      await until(() => soundsHeard(call).length > 0, 'the greeting');
      expect((await readiness(stage)).status).toBe(200);
      await call.hangUp();
    } finally {
      await stage.close();
    }
  });

  it('a black hole: “um momento” within 2 s, apology within 6 s, way out', () =>
    dialRefused({ model: { blackHole: true } }, async (refused) => {
      const { call } = refused;
      expectWayOut(refused);
      const [first, ...rest] = promptsHeard(call);
      expect(first?.name).toBe('um-momento');
      expect(first?.fromMs).toBeLessThanOrEqual(2_000);
      expect(rest.at(-1)?.name).toBe('problema-tecnico');
      expect(rest.at(-1)?.fromMs).toBeLessThanOrEqual(6_000);
      expect(call.nowMs()).toBeLessThanOrEqual(exitMs.afterTimeouts);
      expectNoDeadAir(call);
    }));

  for (const [name, model] of [
    ['answers with 24 kHz audio', { wrongEcho: true }],
    ['takes the settings of one direction only', { wrongEcho: 'output' }],
    ['never answers the settings', { neverConfigure: true }],
    ['refuses the settings', { refuseSettings: 'invalid_value' }],
  ] as const) {
    it(`a model that ${name}: no word of the caller is forwarded, no noise is heard, way out`, () =>
      dialRefused({ model }, (refused) => {
        const { call, stage } = refused;
        expectWayOut(refused);
        expectNoNoise(refused);
        expectNoDeadAir(call);
        expect(call.nowMs()).toBeLessThanOrEqual(exitMs.afterTimeouts);
        expect(stage.model.connections.length).toBeLessThanOrEqual(3);
      }));
  }

  it('audio that comes before the settings were accepted is noise and is not played', async () => {
    const stage = await openStage({ model: { neverConfigure: true } });
    try {
      const connection = stage.model.nextConnection();
      const call = stage.dial();
      const model = await connection;
      model.raw({ type: 'response.created', response: { id: 'r' } });
      const delta = Buffer.alloc(4_800, 0x11).toString('base64');
      model.raw({ type: 'response.output_audio.delta', response_id: 'r', item_id: 'i', delta });
      await call.ended;
      expectNoNoise({ stage, call });
    } finally {
      await stage.close();
    }
  });

  it('an account that runs dry in the call: at most two connections, apology within 2 s', async () => {
    const stage = await openStage();
    try {
      const { call, model } = await stage.answered();
      const atMs = call.nowMs();
      model.error({ type: 'insufficient_quota', code: 'insufficient_quota' });
      model.close(1008, 'insufficient_quota');
      const end = await call.ended;
      expectWayOut({ call, end });
      const apology = promptsHeard(call).find(({ name }) => name === 'problema-tecnico');
      expect(apology?.fromMs).toBeLessThanOrEqual(atMs + 2_000);
      expect(stage.model.upgrades.length).toBeLessThanOrEqual(2);
      expect((await stage.record(call)).ending).toBe('model-refused');
    } finally {
      await stage.close();
    }
  });

  it('an account that is dry already: it connects, but the first reply fails for good', async () => {
    const stage = await openStage();
    try {
      stage.model.onReplyRequest(() => ({ end: { failed: 'insufficient_quota' } }));
      const call = stage.dial();
      const end = await call.ended;
      expectWayOut({ call, end });
      expect(call.nowMs()).toBeLessThanOrEqual(exitMs.atOnce);
      expect(stage.model.upgrades.length).toBeLessThanOrEqual(2);
      expect((await readiness(stage)).status).toBe(503);
    } finally {
      await stage.close();
    }
  });
});

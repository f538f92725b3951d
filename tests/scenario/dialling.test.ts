import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, writeApiKeys } from '../../src/call/api-keys.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier, type SandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { openProcessStage } from '../support/process-stage.ts';
import { ask, type Line, post, webhookFields } from '../support/raw-caller.ts';
import { accountSid, apiKey, authToken, openStage, type Stage, until } from '../support/stage.ts';

const clinicNumber = '+558835430000';
/** Tests run on Sundays too. */
const atAllHours = { DIAL_HOURS: 'mon-sun 00:00-24:00, hol 00:00-24:00' };

interface Told {
  status: number;
  retryAfter: string | null;
  body: {
    id?: string;
    callSid?: string;
    status?: string;
    attempt?: number;
    answeredBy?: string;
    messageLeft?: boolean;
    error?: { code: string; message: string; nextAllowedAt?: string };
  };
}

async function told(answer: Response): Promise<Told> {
  const body = (await answer.json()) as Told['body'];
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body };
}

/** @param more headers */
async function makeCall(
  url: string,
  body: object,
  more: Record<string, string> = {},
): Promise<Told> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'content-type': 'application/json',
    ...more,
  };
  return told(
    await fetch(`${url}/make-call`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
}

async function dialOf(url: string, id: string | undefined, key = apiKey): Promise<Told> {
  const headers = { authorization: `Bearer ${key}` };
  return told(await fetch(`${url}/api/v1/dials/${id}`, { headers }));
}

/** A telephone company beside the stage's own, whose people do as they are told. */
async function town(options: Partial<Parameters<typeof startSandboxTwilioRest>[0]>) {
  const clock = createClock();
  const log = createLog('silent');
  const carrier = createSandboxCarrier({
    accountSid,
    authToken,
    phoneNumber: clinicNumber,
    clock,
    log,
  });
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    ringMs: 50,
    ...options,
  });
  const stage = await openStage({ env: { ...atAllHours, TWILIO_API_URL: rest.url } });
  return {
    carrier,
    rest,
    stage,
    async close() {
      await carrier.close();
      await stage.close();
      await rest.close();
    },
  };
}

const rings = (carrier: SandboxCarrier, to: string) =>
  [...carrier.calls.values()].filter((call) => call.to === to);

describe('a person who is rung', () => {
  let place: { carrier: SandboxCarrier; rest: SandboxRest; stage: Stage; close(): Promise<void> };
  beforeAll(async () => {
    place = await town({
      answerWith: ({ to }) =>
        to.endsWith('1') ? 'busy' : to.endsWith('2') ? 'no-answer' : 'answer',
      answeredBy: ({ to }) => (to.endsWith('3') ? 'machine_end_beep' : 'human'),
    });
  });
  afterAll(() => place.close());
  const state = (id: string | undefined) => dialOf(place.stage.url, id).then(({ body }) => body);

  it('fifty times at once with one key is rung once, and everybody is told the same', async () => {
    const to = '+5588999910004';
    const headers = { 'idempotency-key': 'fifty' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => makeCall(place.stage.url, { to }, headers)),
    );
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 202, body: { callSid: expect.any(String) } });
    expect(rings(place.carrier, to)).toHaveLength(1);
    const other = await makeCall(place.stage.url, { to, message: 'Outro.' }, headers);
    expect([other.status, other.body.error?.code]).toEqual([409, 'idempotency-conflict']);
    await rings(place.carrier, to)[0]?.hangUp();
    expect(await until(() => state(answers[0]?.body.id), 'its state')).toMatchObject({
      callSid: answers[0]?.body.callSid,
    });
  });

  it.each(['', 'a b', 'ç', 'x'.repeat(201)])('with the key %j is not rung', async (key) => {
    const encoded = Buffer.from(key).toString('latin1');
    const answer = await ask(`${place.stage.url}/make-call`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': encoded,
      },
      body: JSON.stringify({ to: '+5588999910014' }),
    });
    expect(answer.status).toBe(400);
    expect(rings(place.carrier, '+5588999910014')).toEqual([]);
  });

  it.each(['429', '500-after-creating', 'timeout-after-creating'] as const)(
    'while Twilio answers %s is rung once, and it becomes known',
    async (fault) => {
      const to = `+558899991${{ '429': 11, '500-after-creating': 12, 'timeout-after-creating': 13 }[fault]}04`;
      place.rest.failNext(fault);
      const { status, body } = await makeCall(place.stage.url, { to });
      expect(status).toBe(202);
      const known = await until(
        async () => {
          const now = await state(body.id);
          return now.callSid !== undefined && now;
        },
        'it is known',
        10_000,
      );
      expect(rings(place.carrier, to).map(({ sid }) => sid)).toEqual([known.callSid]);
      await rings(place.carrier, to)[0]?.hangUp();
    },
  );

  it('by a request that was torn is not rung again', async () => {
    const to = '+5588999910024';
    place.rest.failNext('reset');
    const { body } = await makeCall(place.stage.url, { to });
    expect(body.status).toBe('unknown');
    await until(
      () =>
        place.rest.requests.some(({ method, path }) => method === 'GET' && path.includes('910024')),
      'Twilio is asked what became of it',
      8_000,
    );
    expect(rings(place.carrier, to)).toEqual([]);
    expect(await state(body.id)).toMatchObject({ status: 'unknown' });
  });

  it.each([
    ['busy', '+5588999910031'],
    ['no-answer', '+5588999910032'],
  ])('and is %s stands so, and is to be rung again when that was asked', async (outcome, to) => {
    const { body } = await makeCall(place.stage.url, { to, retries: 1 });
    const waiting = await until(async () => {
      const now = await state(body.id);
      return now.attempt === 2 && now;
    }, 'another ring is planned');
    expect(waiting).toMatchObject({ status: 'queued', earlier: [{ status: outcome }] });
    expect(rings(place.carrier, to)).toHaveLength(1);
  });

  it('and is a machine gets the message once, by voice of the carrier', async () => {
    const to = '+5588999910033';
    const voicemail = 'Aqui é a Clínica Aurora. Ligue para nós, por favor.';
    const { body } = await makeCall(place.stage.url, { to, voicemail });
    const call = rings(place.carrier, to)[0];
    await call?.ended;
    const updates = place.rest.requests.filter(({ path }) => path.endsWith(`${body.callSid}.json`));
    expect(updates.filter(({ params }) => String(params.Twiml).includes(voicemail))).toHaveLength(
      1,
    );
    expect(await state(body.id)).toMatchObject({ answeredBy: 'machine', messageLeft: true });
  });

  it('and is a person goes on talking to the agent', async () => {
    const to = '+5588999910034';
    const { body } = await makeCall(place.stage.url, { to, voicemail: 'Ligue para nós.' });
    await until(async () => (await state(body.id)).answeredBy === 'human', 'it is known who it is');
    const call = rings(place.carrier, to)[0];
    expect(call?.status).toBe('in-progress');
    await call?.hangUp();
    await until(async () => (await state(body.id)).status === 'completed', 'it is over');
  });

  it('ten times is rung once; the rest is told when', async () => {
    const to = '+5588999910044';
    const answers = [];
    for (let i = 0; i < 10; i += 1) answers.push(await makeCall(place.stage.url, { to }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(9);
    for (const { body, retryAfter } of refused) {
      expect(body.error?.code).toBe('number-called-recently');
      expect(Number(retryAfter)).toBeGreaterThan(500);
    }
    expect(rings(place.carrier, to)).toHaveLength(1);
    await rings(place.carrier, to)[0]?.hangUp();
  });

  it('is a secret of the log', () => {
    const log = place.stage.log.join('');
    for (const secret of ['99991', 'Ligue para nós']) expect(log).not.toContain(secret);
  });
});

it('reports in any order and again leave the last state', async () => {
  const stage = await openStage({ env: atAllHours });
  try {
    const line: Line = { url: stage.url, accountSid, authToken };
    const { body } = await makeCall(stage.url, { to: '+5588999920001' });
    const call = stage.carrier.calls.get(body.callSid ?? '');
    await until(() => call?.status === 'in-progress', 'it is answered');
    await call?.hangUp();
    const report = (CallStatus: string, SequenceNumber: string, CallSid = body.callSid ?? '') =>
      post(
        line,
        `/call-status?outbound=${body.id}&attempt=1`,
        webhookFields(line, { CallSid, CallStatus, SequenceNumber }),
      );
    for (const [status, sequence] of [
      ['ringing', '1'],
      ['in-progress', '2'],
      ['initiated', '0'],
      ['busy', '1'],
      ['completed', '3'],
    ] as const) {
      expect((await report(status, sequence)).status).toBe(200);
    }
    await report('no-answer', '9', 'CA00000000000000000000000000000000');
    const { body: after } = await dialOf(stage.url, body.id);
    expect(after).toMatchObject({ status: 'completed', callSid: body.callSid, attempt: 1 });
  } finally {
    await stage.close();
  }
});

it('a person who does not want to be contacted is not rung, until they do', async () => {
  const stage = await openStage({ env: atAllHours });
  try {
    const to = '+5588999960001';
    const change = async (method: string, number: string, key = apiKey) => {
      const headers = { authorization: `Bearer ${key}` };
      return (await fetch(`${stage.url}/api/v1/opt-outs/${number}`, { method, headers })).status;
    };
    expect(await change('PUT', to, 'wrong')).toBe(401);
    expect(await change('PUT', '88999960001')).toBe(422);
    expect(await change('PUT', '+558899960001')).toBe(204);
    const denied = await makeCall(stage.url, { to });
    expect([denied.status, denied.body.error?.code]).toEqual([422, 'opted-out']);
    expect(stage.rest.requests).toEqual([]);
    expect(await change('DELETE', to)).toBe(204);
    expect((await makeCall(stage.url, { to })).status).toBe(202);
  } finally {
    await stage.close();
  }
});

describe('outside the hours', () => {
  it('nobody is rung, and the next hour is told', async () => {
    const stage = await openStage({ env: { DIAL_HOURS: 'hol 10:00-11:00' } });
    try {
      const { status, body } = await makeCall(stage.url, { to: '+5588999930001' });
      const { code, message, nextAllowedAt } = body.error ?? { code: '', message: '' };
      const isFar = nextAllowedAt === undefined;
      expect([status, code]).toEqual([422, 'quiet-hours']);
      expect(isFar ? message : nextAllowedAt).toMatch(isFar ? /Não há horário/ : /T13:00:00/);
      expect(stage.rest.requests).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});

describe('further keys', () => {
  it('do what their scope says, until they are revoked', async () => {
    const stage = await openStage({ env: atAllHours });
    try {
      const caller = createApiKey('CRM', ['calls:create'], 0);
      const reader = createApiKey('Painel', ['calls:read'], 0);
      const file = join(stage.directory, 'data', 'api-keys.json');
      await mkdir(join(stage.directory, 'data'), { recursive: true });
      await writeFile(file, writeApiKeys([caller.entry, reader.entry]));
      const as = (key: string) => ({ authorization: `Bearer ${key}` });
      const made = await makeCall(stage.url, { to: '+5588999940001' }, as(caller.key));
      expect(made.status).toBe(202);
      expect((await dialOf(stage.url, made.body.id, reader.key)).status).toBe(200);
      expect((await dialOf(stage.url, made.body.id, caller.key)).status).toBe(401);
      const denied = await makeCall(stage.url, { to: '+5588999940002' }, as(reader.key));
      expect(denied.status).toBe(401);
      const metrics = await fetch(`${stage.url}/metrics`, { headers: as(reader.key) });
      expect(metrics.status).toBe(401);
      const revokedAt = '2026-11-26T14:00:00.000Z';
      await writeFile(file, writeApiKeys([{ ...caller.entry, revokedAt }, reader.entry]));
      const late = await makeCall(stage.url, { to: '+5588999940002' }, as(caller.key));
      expect(late.status).toBe(401);
      expect(stage.rest.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
      expect(stage.log.join('')).not.toContain(caller.key);
    } finally {
      await stage.close();
    }
  });
});

it('a wish with a key is one ring, killed and asked again', async () => {
  const stage = await openProcessStage();
  try {
    const to = '+5588999950001';
    const headers = { 'idempotency-key': 'over-the-restart' };
    const first = await stage.start(atAllHours);
    const answer = await makeCall(stage.line.url, { to }, headers);
    expect(answer.body.callSid).toMatch(/^CA/);
    first.kill('SIGKILL');
    await first.exited;
    await stage.start(atAllHours);
    expect(await makeCall(stage.line.url, { to }, headers)).toEqual(answer);
    expect(rings(stage.carrier, to)).toHaveLength(1);
  } finally {
    await stage.close();
  }
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierCall } from '../../src/sandbox/carrier-call.ts';
import { readMarks } from '../support/marked-audio.ts';
import {
  ask,
  createSid,
  type Line,
  openStream,
  post,
  tokenIn,
  webhookFields,
} from '../support/raw-caller.ts';
import type { ModelConversation } from '../support/scripted-model.ts';
import {
  accountSid,
  apiKey,
  authToken,
  openStage,
  pass,
  played,
  type Stage,
  until,
} from '../support/stage.ts';

const patient = '+5588999990002';
/** Tests run on Sundays too. */
const atAllHours = { DIAL_HOURS: 'mon-sun 00:00-24:00, hol 00:00-24:00' };
/** Nobody is rung twice within ten minutes: everybody who is rung here has a number of their own. */
let rungBefore = 0;
const someone = () => {
  rungBefore += 1;
  return `+5588999${String(20_000 + rungBefore * 101)}1`;
};
const clinicNumber = '+558835430000';

let stage: Stage;
let line: Line;
beforeAll(async () => {
  stage = await openStage({ env: atAllHours });
  line = { url: stage.url, accountSid, authToken };
});
afterAll(async () => {
  expect(stage.model.violations).toEqual([]);
  await stage.close();
});

interface Made {
  status: number;
  body: {
    id?: string;
    callSid?: string;
    status?: string;
    error?: { code: string; message: string };
  };
}

async function makeCall(
  body: unknown,
  options: { url?: string; authorization?: string | null; type?: string } = {},
): Promise<Made> {
  const {
    authorization = `Bearer ${apiKey}`,
    type = 'application/json',
    url = stage.url,
  } = options;
  const answer = await ask(`${url}/make-call`, {
    method: 'POST',
    headers: { 'content-type': type, ...(authorization === null ? {} : { authorization }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: JSON.parse(answer.text) as Made['body'] };
}

const asked = () => stage.rest.requests.filter(({ method }) => method === 'POST').length;
const rung = () => [...stage.carrier.calls.values()].filter((call) => call.direction !== 'inbound');
const isGreeted = (call: CarrierCall) =>
  until(
    () => readMarks(played(call)).filter((mark) => mark.id === 1).length === 20,
    'the agent is heard',
  );

/** The instructions of the first reply that was asked of this model. */
const opening = (model: ModelConversation | undefined) =>
  model?.of('response.create')[0]?.event.response?.instructions ?? '';

describe('a request to call', () => {
  it.each([
    ['without a key', null],
    ['with a wrong key', 'Bearer wrong'],
    ['with the key in another scheme', `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`],
    ['with half a key', `Bearer ${apiKey.slice(0, 10)}`],
  ])('%s: 401, whatever its body, and nobody is asked', async (_, authorization) => {
    const before = asked();
    for (const body of [{ to: patient }, {}, '{"to":', 'x'.repeat(70_000)]) {
      const { status, body: answer } = await makeCall(body, { authorization });
      expect(status).toBe(401);
      expect(answer.error?.code).toBe('unauthorized');
    }
    expect(asked()).toBe(before);
  });

  it('with the key: 202, the carrier is told only what the server made, and the agent opens with the purpose', async () => {
    const before = asked();
    const index = stage.model.connections.length;
    const message = 'Confirmar a mamografia de segunda-feira às 14h.';
    const { status, body } = await makeCall({ to: patient, message });
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^[a-z2-7]{26}$/),
      callSid: expect.stringMatching(/^CA/),
      status: 'queued',
    });
    const [request, ...others] = stage.rest.requests
      .filter(({ method }) => method === 'POST')
      .slice(before);
    expect(others).toEqual([]);
    expect(request?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Calls.json`);
    expect(request?.params).toEqual({
      To: patient,
      From: clinicNumber,
      Url: `${stage.url}/incoming-call?outbound=${body.id}`,
      Method: 'POST',
      StatusCallback: `${stage.url}/call-status?outbound=${body.id}&attempt=1`,
      StatusCallbackMethod: 'POST',
      StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
      TimeLimit: expect.stringMatching(/^\d+$/),
      Timeout: '60',
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: `${stage.url}/amd-status?outbound=${body.id}&attempt=1`,
      AsyncAmdStatusCallbackMethod: 'POST',
    });
    const call = stage.carrier.calls.get(body.callSid ?? '');
    if (!call) throw new Error('nobody was called');
    await isGreeted(call);
    expect(opening(stage.model.connections[index])).toContain(message);
    await call.hangUp();
    expect(await stage.record(call)).toMatchObject({
      direction: 'outbound',
      from: clinicNumber,
      to: patient,
      purpose: message,
      clinic: 'aurora',
      ending: 'caller-hung-up',
    });
    expect(stage.log.join('')).not.toContain(patient);
    expect(stage.log.join('')).not.toContain('mamografia');
  });

  it('without a message still opens as a caller does, and for another clinic with its own voice', async () => {
    const index = stage.model.connections.length;
    const { body } = await makeCall({ to: someone(), clinic: 'estrategia' });
    const call = stage.carrier.calls.get(body.callSid ?? '');
    if (!call) throw new Error('nobody was called');
    await isGreeted(call);
    await call.hangUp();
    const record = await stage.record(call);
    expect(record).toMatchObject({ direction: 'outbound', clinic: 'estrategia' });
    expect(record.purpose).toBeUndefined();
    expect(stage.model.connections[index]?.session.instructions).toMatch(/Estratégia|estratégia/);
  });

  it('five at once keep their purposes apart', async () => {
    const index = stage.model.connections.length;
    const names = ['um', 'dois', 'três', 'quatro', 'cinco'];
    const made = await Promise.all(
      names.map((name, i) =>
        makeCall({ to: `+558899999001${i}`, message: `Recado número ${name}.` }),
      ),
    );
    const calls = made.map(({ body }) => stage.carrier.calls.get(body.callSid ?? ''));
    await until(() => stage.app.live.count === 5, 'all have answered');
    await until(
      () => calls.every((call) => call && played(call).length > 1_600),
      'all hear the agent',
    );
    await Promise.all(calls.map((call) => call?.hangUp()));
    for (const [i, call] of calls.entries()) {
      const record = call && (await stage.record(call));
      expect(record).toMatchObject({
        to: `+558899999001${i}`,
        purpose: `Recado número ${names[i]}.`,
      });
    }
    const openings = stage.model.connections.slice(index).map(opening);
    for (const name of names) {
      expect(openings.filter((text) => text.includes(`Recado número ${name}.`))).toHaveLength(1);
    }
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', []],
    ['no number', {}],
    ['a number that is a number', { to: 5588999990002 }],
    ['an empty message', { to: patient, message: '  ' }],
    ['a speech for a message', { to: patient, message: 'a'.repeat(501) }],
    ['a message for machines that is a speech', { to: patient, voicemail: 'a'.repeat(401) }],
    ['three more rings', { to: patient, retries: 3 }],
    ['half a ring', { to: patient, retries: 0.5 }],
    ['TwiML', { to: patient, twiml: '<Response><Dial>+5511900000000</Dial></Response>' }],
    ['an address', { to: patient, url: 'https://evil.example/twiml' }],
    ['another caller', { to: patient, from: '+5511900000000' }],
    ['a callback', { to: patient, statusCallback: 'https://evil.example' }],
    ['upper case fields of Twilio', { to: patient, Url: 'https://evil.example' }],
  ])('with %s: 400, and nobody is asked', async (_, body) => {
    const before = asked();
    const { status, body: answer } = await makeCall(body);
    expect(status).toBe(400);
    expect(answer.error?.code).toBe('invalid-request');
    expect(JSON.stringify(answer)).not.toContain('evil');
    expect(asked()).toBe(before);
  });

  it.each([
    ['invalid-number', '88999990002'],
    ['invalid-number', '+55 88 99999-0002'],
    ['invalid-number', '+5588'],
    ['invalid-number', '+558899999000200'],
    ['invalid-number', '+5500999990002'],
    ['unknown-area', '+5520999990002'],
    ['short-number', '40404'],
    ['invalid-number', 'sip:eve@evil.example'],
    ['invalid-number', `${patient}\r\nTwiml: x`],
    ['country-not-allowed', '+12025550123'],
    ['country-not-allowed', '+351912345678'],
    ['country-not-allowed', '+5491123456789'],
    ['emergency-number', '190'],
    ['emergency-number', '+55192'],
    ['special-number', '+558001234567'],
    ['special-number', '+55900123456'],
    ['satellite-number', '+870773111632'],
    ['satellite-number', '+881612345678'],
    ['special-number', '+979123456789'],
    ['own-number', clinicNumber],
    ['own-number', '+551155550100'],
  ])('that is %s, %j: 422 with the reason, and nobody is asked', async (code, to) => {
    const before = asked();
    const { status, body } = await makeCall({ to });
    expect([status, body.error?.code]).toEqual([422, code]);
    expect(body.error?.message).toMatch(/[a-zç]/);
    expect(asked()).toBe(before);
  });

  it('for a clinic that does not exist: 422', async () => {
    const { status, body } = await makeCall({ to: patient, clinic: '../aurora' });
    expect([status, body.error?.code]).toEqual([422, 'unknown-clinic']);
  });
});

describe('when Twilio is in trouble', () => {
  it('with 429: accepted, asked again a second later, rung once', async () => {
    const [before, calls] = [asked(), rung().length];
    stage.rest.failNext('429');
    const { status, body } = await makeCall({ to: someone() });
    expect([status, body]).toEqual([202, { id: body.id, status: 'queued' }]);
    expect(rung()).toHaveLength(calls);
    await until(() => rung().length > calls, 'it rings');
    expect(asked()).toBe(before + 2);
    await isGreeted(rung().at(-1) as CarrierCall);
    await rung().at(-1)?.hangUp();
    expect(rung()).toHaveLength(calls + 1);
  });

  it.each(['500-after-creating', 'timeout-after-creating'] as const)(
    'with %s: asked once, rung once, and whoever answers hears why we call',
    async (fault) => {
      const [before, calls, index] = [asked(), rung().length, stage.model.connections.length];
      stage.rest.failNext(fault);
      const message = `Aviso da clínica (${fault}).`;
      const made = makeCall({ to: someone(), message });
      await until(() => rung().length > calls, 'it rings');
      const { status, body } = await made;
      const call = rung().at(-1) as CarrierCall;
      // Known when a report of the call came before Twilio's answer was given up.
      const known = body.callSid === undefined ? { status: 'unknown' } : { callSid: call.sid };
      expect([status, body]).toMatchObject([202, known]);
      expect(asked()).toBe(before + 1);
      expect(rung()).toHaveLength(calls + 1);
      await isGreeted(call);
      expect(opening(stage.model.connections[index])).toContain(message);
      await call.hangUp();
      expect((await stage.record(call)).purpose).toBe(message);
    },
  );

  it('with a reset: “unknown”, and not asked a second time', async () => {
    const [before, calls] = [asked(), rung().length];
    stage.rest.failNext('reset');
    const { status, body } = await makeCall({ to: someone() });
    expect([status, body.status, body.callSid]).toEqual([202, 'unknown', undefined]);
    await pass(500);
    expect(asked()).toBe(before + 1);
    expect(rung()).toHaveLength(calls);
  });

  describe('of its own', () => {
    let twilio: Server;
    let answers: { status: number; code: number }[];
    let strange: Stage;
    beforeAll(async () => {
      answers = [];
      twilio = createServer((request, response) => {
        request.resume();
        const { status, code } = answers.shift() ?? { status: 500, code: 20500 };
        response.writeHead(status, { 'content-type': 'application/json' });
        const message = `The number ${patient} is bad: https://secret.example`;
        response.end(JSON.stringify({ code, message, status }));
      });
      await new Promise<void>((resolve) => twilio.listen(0, '127.0.0.1', resolve));
      const { port } = twilio.address() as AddressInfo;
      const env = { ...atAllHours, TWILIO_API_URL: `http://127.0.0.1:${port}` };
      strange = await openStage({ env });
    });
    afterAll(async () => {
      await strange.close();
      twilio.close();
    });

    it.each([
      [400, 21215, 502, /Geographic Permissions/],
      [400, 21211, 422, /não reconhece este número/],
      [400, 21214, 422, /outro telefone/],
      [400, 21210, 502, /TWILIO_PHONE_NUMBER/],
      [401, 20003, 502, /credenciais/],
      [404, 20404, 502, /conta da Twilio/],
      [400, 21608, 502, /de teste/],
      [400, 99999, 422, /código 99999/],
    ])('HTTP %i, code %i → %i, in our words', async (status, code, ours, words) => {
      answers.push({ status, code });
      const made = await makeCall({ to: patient }, { url: strange.url });
      expect([made.status, made.body.error?.code]).toEqual([ours, `carrier-${code}`]);
      expect(made.body.error?.message).toMatch(words);
      expect(JSON.stringify(made.body)).not.toMatch(/secret|5588/);
    });

    it('and cannot be reached at all: it waits, and nothing was said of a call', async () => {
      await new Promise<void>((resolve) => {
        twilio.close(() => resolve());
        twilio.closeAllConnections();
      });
      const made = await makeCall({ to: patient }, { url: strange.url });
      expect([made.status, made.body]).toEqual([202, { id: made.body.id, status: 'queued' }]);
    });
  });
});

describe('nobody is rung to hear an apology', () => {
  it('when all lines are busy, or the server is stopping', async () => {
    const small = await openStage({
      env: { ...atAllHours, MAX_CALLS: '1', CALL_DRAIN_MS: '60000' },
    });
    try {
      const { call } = await small.answered();
      const full = await makeCall({ to: patient }, { url: small.url });
      expect([full.status, full.body.error?.code]).toEqual([503, 'not-ready']);
      const stopping = small.app.stop();
      const draining = await makeCall({ to: patient }, { url: small.url });
      expect([draining.status, draining.body.error?.code]).toEqual([503, 'not-ready']);
      expect(small.rest.requests).toEqual([]);
      await call.hangUp();
      await stopping;
    } finally {
      await small.close().catch(() => {});
    }
  });
});

describe('a call we placed and forgot, because we were started anew while it rang', () => {
  it('is still a call of ours: it opens as an outbound one, for the clinic whose number called', async () => {
    const fields = webhookFields(line, {
      Direction: 'outbound-api',
      From: '+551155550100',
      To: patient,
    });
    const { text } = await post(line, '/incoming-call?outbound=forgotten', fields);
    const stream = await openStream(line);
    stream.start(fields.CallSid ?? '', tokenIn(text));
    await until(() => stream.audio().length > 0, 'the agent is heard');
    stream.stop(fields.CallSid ?? '');
    const record = await stage.record({ sid: fields.CallSid, ended: Promise.resolve() } as never);
    expect(record).toMatchObject({ direction: 'outbound', clinic: 'estrategia', to: patient });
  });
});

describe('status callbacks', () => {
  const status = (callSid: string, more: Record<string, string>) =>
    post(line, '/call-status', webhookFields(line, { CallSid: callSid, ...more }));

  it('in any order, twice, for unknown calls and of unknown kinds do no harm', async () => {
    const { body } = await makeCall({ to: someone(), message: 'Aviso.' });
    const callSid = body.callSid ?? '';
    const call = stage.carrier.calls.get(callSid) as CarrierCall;
    await isGreeted(call);
    const strange: Record<string, string>[] = [
      { CallStatus: 'in-progress', SequenceNumber: '2' },
      { CallStatus: 'ringing', SequenceNumber: '1' },
      { CallStatus: 'initiated', SequenceNumber: '0' },
      { CallStatus: 'in-progress', SequenceNumber: '2' },
      { CallStatus: 'no-answer', SequenceNumber: '1' },
      { CallStatus: 'teleported', SequenceNumber: '99' },
      { CallStatus: 'ringing', SequenceNumber: '-1' },
      { CallStatus: '__proto__', SequenceNumber: 'NaN' },
      {},
    ];
    const answers = await Promise.all([
      ...strange.map((more) => status(callSid, more)),
      ...strange.map((more) => status(createSid('CA'), more)),
      status('../../x', { CallStatus: 'completed' }),
      status('', { CallStatus: 'completed' }),
    ]);
    for (const answer of answers)
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('<Response/>')]);
    expect(stage.app.live.count).toBe(1);
    expect(call.status).toBe('in-progress');
    await call.hangUp();
    await status(callSid, { CallStatus: 'completed', SequenceNumber: '3' });
    await status(callSid, { CallStatus: 'in-progress', SequenceNumber: '2' });
    expect(await stage.record(call)).toMatchObject({ state: 'ended', ending: 'caller-hung-up' });
    expect(stage.app.live.count + stage.app.live.expectedCount).toBe(0);
  });

  it('of calls that nobody took leave nothing behind', async () => {
    for (const CallStatus of ['busy', 'no-answer', 'failed', 'canceled']) {
      const answer = await status(createSid('CA'), { CallStatus, SequenceNumber: '2' });
      expect(answer.status).toBe(200);
    }
    expect(stage.app.live.count + stage.app.live.expectedCount).toBe(0);
  });
});

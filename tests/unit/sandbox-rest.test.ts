import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSilentServer } from 'node:net';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRestOptions, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';

const clock = createClock();
const log = createLog('silent');
const accountSid = 'AC00000000000000000000000000000001';
const authToken = 'sandbox-token';
const phoneNumber = '+558835430000';
const callee = '+5588999994321';

interface Hit {
  path: string;
  signed: boolean;
  params: Record<string, string>;
}

/** Answers every webhook with the same document and remembers what it was told. */
async function startWebhooks(
  document: string,
): Promise<{ url: string; hits: Hit[]; server: Server }> {
  const hits: Hit[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const params = Object.fromEntries(new URLSearchParams(body));
      const signature = String(request.headers['x-twilio-signature']);
      hits.push({
        path,
        params,
        signed: validateRequest(authToken, signature, url() + path, params),
      });
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(path === '/incoming-call' ? document : '');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url(), hits, server };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp(
  options: Partial<SandboxRestOptions> = {},
  document = '<Response><Say>Olá</Say></Response>',
) {
  const webhooks = await startWebhooks(document);
  closers.push(() => new Promise((done) => webhooks.server.close(done)));
  const carrier = createSandboxCarrier({ accountSid, authToken, phoneNumber, clock, log });
  closers.push(() => carrier.close());
  const rest = await startSandboxTwilioRest({
    carrier,
    accountSid,
    authToken,
    ringMs: 20,
    ...options,
  });
  closers.push(() => rest.close());
  const base = `${rest.url}/2010-04-01/Accounts/${accountSid}`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const ask = async (
    path: string,
    params?: [string, string][],
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${base}${path}`, {
      method: params ? 'POST' : 'GET',
      headers: { authorization, ...headers },
      ...(params ? { body: new URLSearchParams(params) } : {}),
      signal: AbortSignal.timeout(1_000),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const place = (...more: [string, string][]) =>
    ask('/Calls.json', [
      ['To', callee],
      ['From', phoneNumber],
      ['Url', `${webhooks.url}/incoming-call`],
      ...more,
    ]);
  return { ask, carrier, place, rest, webhooks };
}

const blocked = '<Response><Connect><Stream url="ws://127.0.0.1:9/media"/></Connect></Response>';

async function settle<T>(read: () => T | undefined, ms = 3_000): Promise<T> {
  const deadline = clock.monotonicMs() + ms;
  for (let value = read(); ; value = read()) {
    if (value !== undefined) return value;
    if (clock.monotonicMs() > deadline) throw new Error('it did not happen in time');
    await new Promise((done) => setTimeout(done, 5));
  }
}

describe('the sandbox telephone REST', () => {
  it('places a call: queued at once, then the signed webhook and every status callback in order', async () => {
    const { carrier, place, webhooks } = await setUp();
    const callback = `${webhooks.url}/call-status`;
    const { status, body } = await place(
      ['StatusCallback', callback],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      sid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      direction: 'outbound-api',
      to: callee,
      from: phoneNumber,
    });
    expect(['queued', 'ringing']).toContain(body.status);
    const call = carrier.calls.get(String(body.sid));
    const end = await call?.ended;
    expect(end).toEqual({ by: 'verbs', performed: [{ verb: 'say', text: 'Olá' }] });
    const twiml = webhooks.hits.find(({ path }) => path === '/incoming-call');
    expect(twiml?.params).toMatchObject({
      CallSid: body.sid,
      CallStatus: 'in-progress',
      Direction: 'outbound-api',
      To: callee,
      From: phoneNumber,
    });
    const callbacks = webhooks.hits.filter(({ path }) => path === '/call-status');
    expect(callbacks.map(({ params }) => [params.SequenceNumber, params.CallStatus])).toEqual([
      ['0', 'initiated'],
      ['1', 'ringing'],
      ['2', 'in-progress'],
      ['3', 'completed'],
    ]);
    expect(callbacks.at(-1)?.params.CallDuration).toBe('0');
    expect(webhooks.hits.every(({ signed }) => signed)).toBe(true);
  });

  it('without named events only the end is reported', async () => {
    const { carrier, place, webhooks } = await setUp();
    const { body } = await place(['StatusCallback', `${webhooks.url}/call-status`]);
    await carrier.calls.get(String(body.sid))?.ended;
    const reported = webhooks.hits.filter(({ path }) => path === '/call-status');
    expect(reported.map(({ params }) => params.CallStatus)).toEqual(['completed']);
  });

  it.each(['busy', 'no-answer', 'failed'] as const)(
    'a person who is %s is never connected',
    async (answer) => {
      const { carrier, place, webhooks } = await setUp({ answerWith: () => answer });
      const { body } = await place(['StatusCallback', `${webhooks.url}/call-status`]);
      await carrier.calls.get(String(body.sid))?.ended;
      expect(webhooks.hits.map(({ path, params }) => [path, params.CallStatus])).toEqual([
        ['/call-status', answer],
      ]);
    },
  );

  it('the person who answers is given the call', async () => {
    let answered = '';
    const { carrier, place } = await setUp({
      answerWith: (call) => {
        answered = call.sid;
        return 'answer';
      },
    });
    const { body } = await place();
    await carrier.calls.get(String(body.sid))?.ended;
    expect(answered).toBe(body.sid);
  });

  it('ends a ringing call, and says so when it is over', async () => {
    const { ask, carrier, place, webhooks } = await setUp({ ringMs: 60_000 });
    const { body } = await place();
    const path = `/Calls/${String(body.sid)}.json`;
    expect((await ask(path, [['Status', 'completed']])).status).toBe(200);
    expect((await carrier.calls.get(String(body.sid))?.ended)?.by).toBe('rest');
    expect(webhooks.hits).toEqual([]);
    expect((await ask(path)).body.status).toBe('canceled');
    expect(await ask(path, [['Status', 'completed']])).toMatchObject({
      status: 400,
      body: { code: 21220, status: 400 },
    });
  });

  it('a call that nobody knows is 20404', async () => {
    const { ask } = await setUp();
    const path = `/Calls/CA${'0'.repeat(32)}.json`;
    expect(await ask(path, [['Status', 'completed']])).toMatchObject({
      status: 404,
      body: { code: 20404 },
    });
    expect(await ask('/Nothing.json')).toMatchObject({ status: 404, body: { code: 20404 } });
  });

  it('wrong credentials are 20003 and do nothing', async () => {
    const { ask, carrier, rest } = await setUp();
    const answer = await ask('/Calls.json', [['To', callee]], { authorization: 'Basic d3Jvbmc=' });
    expect(answer).toMatchObject({ status: 401, body: { code: 20003 } });
    expect(carrier.calls.size).toBe(0);
    expect(rest.requests).toEqual([]);
  });

  it.each([
    ['no To', [['From', phoneNumber]], 21201],
    [
      'a To that is no number',
      [
        ['To', '88'],
        ['From', phoneNumber],
      ],
      21211,
    ],
    [
      'a From that is not ours',
      [
        ['To', callee],
        ['From', '+14155550100'],
      ],
      21210,
    ],
    [
      'no document',
      [
        ['To', callee],
        ['From', phoneNumber],
      ],
      21205,
    ],
    [
      'a broken document',
      [
        ['To', callee],
        ['From', phoneNumber],
        ['Twiml', '<Response>'],
      ],
      12100,
    ],
  ] as [string, [string, string][], number][])('%s is refused', async (_, params, code) => {
    const { ask, carrier } = await setUp();
    expect(await ask('/Calls.json', params)).toMatchObject({ status: 400, body: { code } });
    expect(carrier.calls.size).toBe(0);
  });

  it('finds calls by the number that was called', async () => {
    const { ask, place } = await setUp();
    const { body } = await place();
    const found = await ask(`/Calls.json?To=${encodeURIComponent(callee)}`);
    expect(found.body.calls).toEqual([expect.objectContaining({ sid: body.sid })]);
    expect((await ask('/Calls.json?To=%2B5511999990000')).body.calls).toEqual([]);
  });

  it('knows its account and its one number, and keeps the webhook it is given', async () => {
    const { ask } = await setUp();
    expect((await ask('.json')).body).toMatchObject({ sid: accountSid, status: 'active' });
    const list = await ask(
      `/IncomingPhoneNumbers.json?PhoneNumber=${encodeURIComponent(phoneNumber)}`,
    );
    const [number] = list.body.incoming_phone_numbers as { sid: string; phone_number: string }[];
    expect(number?.phone_number).toBe(phoneNumber);
    await ask(`/IncomingPhoneNumbers/${number?.sid}.json`, [
      ['VoiceUrl', 'https://voz.example/incoming-call'],
    ]);
    const again = await ask('/IncomingPhoneNumbers.json');
    expect(again.body.incoming_phone_numbers).toEqual([
      expect.objectContaining({ sid: number?.sid, voice_url: 'https://voz.example/incoming-call' }),
    ]);
    expect(
      (await ask('/IncomingPhoneNumbers.json?PhoneNumber=%2B10000000')).body.incoming_phone_numbers,
    ).toEqual([]);
  });

  it('remembers what was asked, repeated fields included', async () => {
    const { place, rest } = await setUp();
    await place(['StatusCallbackEvent', 'ringing'], ['StatusCallbackEvent', 'completed']);
    expect(rest.requests).toEqual([
      {
        method: 'POST',
        path: `/2010-04-01/Accounts/${accountSid}/Calls.json`,
        params: expect.objectContaining({
          To: callee,
          StatusCallbackEvent: ['ringing', 'completed'],
        }),
      },
    ]);
  });
});

describe('the sandbox telephone REST in trouble', () => {
  it('429 creates nothing, and the next request goes through', async () => {
    const { carrier, place, rest } = await setUp();
    rest.failNext('429');
    expect(await place()).toMatchObject({ status: 429, body: { code: 20429 } });
    expect(carrier.calls.size).toBe(0);
    expect((await place()).status).toBe(201);
  });

  it('500 after creating leaves a call that rings', async () => {
    const { carrier, place, rest } = await setUp({}, blocked);
    rest.failNext('500-after-creating');
    expect((await place()).status).toBe(500);
    expect(carrier.calls.size).toBe(1);
    expect((await place()).status).toBe(201);
  });

  it('an answer that never comes leaves a call that rings, and the server can still be closed', async () => {
    const { carrier, place, rest } = await setUp();
    rest.failNext('timeout-after-creating');
    await expect(place()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(carrier.calls.size).toBe(1);
    expect((await place()).status).toBe(201);
  });

  it('a reset connection creates nothing', async () => {
    const { carrier, place, rest } = await setUp();
    rest.failNext('reset');
    await expect(place()).rejects.toThrow('fetch failed');
    expect(carrier.calls.size).toBe(0);
    expect((await place()).status).toBe(201);
  });

  it('a stream that cannot be opened ends the call with 31920', async () => {
    const { carrier, place } = await setUp({}, blocked);
    const { body } = await place();
    const call = await settle(() => carrier.calls.get(String(body.sid)));
    expect((await call.ended).by).toBe('server');
    expect(call.errors.map(({ code }) => code)).toEqual([31920]);
  });
});

describe('machine detection that goes on beside the call', () => {
  const asked = (url: string): [string, string][] => [
    ['MachineDetection', 'DetectMessageEnd'],
    ['AsyncAmd', 'true'],
    ['AsyncAmdStatusCallback', `${url}/amd-status`],
  ];

  it('tells, signed, who took the call', async () => {
    const silent = createSilentServer((socket) => setTimeout(() => socket.destroy(), 300));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo;
    closers.push(() => new Promise((done) => silent.close(done)));
    const { place, webhooks } = await setUp(
      { answeredBy: () => 'machine_end_beep' },
      `<Response><Connect><Stream url="ws://127.0.0.1:${port}/media"/></Connect></Response>`,
    );
    const { body } = await place(...asked(webhooks.url));
    const hit = await settle(() => webhooks.hits.find(({ path }) => path === '/amd-status'));
    expect(hit.signed).toBe(true);
    expect(hit.params).toMatchObject({ CallSid: body.sid, AnsweredBy: 'machine_end_beep' });
  });

  it('that is misspelt is refused', async () => {
    const { carrier, place } = await setUp();
    expect((await place(['MachineDetection', 'Yes'])).body.code).toBe(20001);
    expect(carrier.calls.size).toBe(0);
  });
});

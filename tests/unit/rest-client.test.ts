import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CallRequest, createTwilioRest } from '../../src/twilio/rest-client.ts';

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const request: CallRequest = {
  to: '+5511987654321',
  from: '+551140001234',
  url: 'https://voz.clinica.com.br/incoming-call?call=1',
  statusCallback: 'https://voz.clinica.com.br/call-status',
  timeLimitS: 900,
  ringS: 30,
};

interface Received {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  form: Record<string, string | string[]>;
}
type Answer = { status: number; body?: unknown } | 'silence' | 'reset';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function readForm(incoming: IncomingMessage): Promise<Received['form']> {
  let text = '';
  for await (const part of incoming) text += part;
  const fields = new URLSearchParams(text);
  const entries = [...new Set(fields.keys())].map((name) => {
    const values = fields.getAll(name);
    return [name, values.length > 1 ? values : (values[0] ?? '')] as const;
  });
  return Object.fromEntries(entries);
}

function give(answer: Answer, response: ServerResponse): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const isText = typeof answer.body === 'string';
  response.writeHead(answer.status, { 'content-type': isText ? 'text/html' : 'application/json' });
  response.end(isText ? answer.body : JSON.stringify(answer.body ?? {}));
}

/** Answers request by request; the last answer is repeated. */
async function fakeTwilio(answers: Answer[], port = 0) {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    void readForm(incoming).then((form) => {
      const { method, url: path, headers } = incoming;
      received.push({ method, path, authorization: headers.authorization, form });
      give(answers[Math.min(received.length, answers.length) - 1] ?? 'silence', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  servers.push(server);
  const address = server.address() as AddressInfo;
  return { received, apiUrl: `http://127.0.0.1:${address.port}`, port: address.port, server };
}

function connect(apiUrl: string, pause: (ms: number) => Promise<unknown> = async () => {}) {
  return createTwilioRest({ accountSid, authToken: 'secret', apiUrl, timeoutMs: 400, pause });
}

async function closedPort(): Promise<number> {
  const { server, port } = await fakeTwilio([]);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('placing a call', () => {
  it('sends what was asked, authenticated, to the configured address, and gives the call', async () => {
    const twilio = await fakeTwilio([{ status: 201, body: { sid: 'CA1', status: 'queued' } }]);
    expect(await connect(`${twilio.apiUrl}/`).placeCall(request)).toEqual({
      outcome: 'placed',
      callSid: 'CA1',
    });
    expect(twilio.received).toEqual([
      {
        method: 'POST',
        path: `/2010-04-01/Accounts/${accountSid}/Calls.json`,
        authorization: `Basic ${Buffer.from(`${accountSid}:secret`).toString('base64')}`,
        form: {
          To: request.to,
          From: request.from,
          Url: request.url,
          Method: 'POST',
          StatusCallback: request.statusCallback,
          StatusCallbackMethod: 'POST',
          StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          TimeLimit: '900',
          Timeout: '30',
        },
      },
    ]);
  });

  it.each([
    [400, 21211, 'client'],
    [400, 21214, 'client'],
    [400, 21217, 'client'],
    [400, 13224, 'client'],
    [400, 21210, 'config'],
    [400, 21215, 'config'],
    [400, 573005, 'config'],
    [401, 20003, 'config'],
    [404, 20404, 'config'],
    [429, 20429, 'retry'],
    [400, 10004, 'retry'],
    [400, 99999, 'client'],
    [403, 99999, 'config'],
  ])(
    'that Twilio refuses with HTTP %i and code %i is refused as %s, once',
    async (status, code, reason) => {
      const body = { code, status, message: `The number ${request.to} is no good` };
      const twilio = await fakeTwilio([{ status, body }]);
      const result = await connect(twilio.apiUrl).placeCall(request);
      expect(result).toMatchObject({ outcome: 'refused', code, httpStatus: status, reason });
      expect(JSON.stringify(result)).not.toContain('987654321');
      expect(result.outcome === 'refused' && result.message.length > 20).toBe(true);
      expect(twilio.received).toHaveLength(1);
    },
  );

  it.each<[string, Answer, string]>([
    ['401 and no JSON', { status: 401, body: '<h1>no</h1>' }, 'config'],
    ['429 and no code', { status: 429, body: {} }, 'retry'],
    ['a redirect', { status: 302, body: '' }, 'config'],
  ])('that is answered with %s is refused', async (_, answer, reason) => {
    const twilio = await fakeTwilio([answer]);
    expect(await connect(twilio.apiUrl).placeCall(request)).toMatchObject({
      outcome: 'refused',
      reason,
    });
    expect(twilio.received).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['HTTP 500', { status: 500, body: { code: 20500, message: 'oops' } }],
    ['HTTP 503 and no JSON', { status: 503, body: 'busy' }],
    ['HTTP 408', { status: 408 }],
    ['silence', 'silence'],
    ['a reset', 'reset'],
    ['a success without a call', { status: 201, body: {} }],
    ['a success that is no JSON', { status: 201, body: '<html>' }],
  ])('that is answered with %s may be ringing: unknown, and not sent again', async (_, answer) => {
    const twilio = await fakeTwilio([answer]);
    expect(await connect(twilio.apiUrl).placeCall(request)).toEqual({ outcome: 'unknown' });
    expect(twilio.received).toHaveLength(1);
  });

  it('that found nobody listening is tried once more, and placed when somebody is', async () => {
    const port = await closedPort();
    let twilio: Awaited<ReturnType<typeof fakeTwilio>> | undefined;
    const rest = connect(`http://127.0.0.1:${port}`, async () => {
      twilio = await fakeTwilio([{ status: 201, body: { sid: 'CA2' } }], port);
    });
    expect(await rest.placeCall(request)).toEqual({ outcome: 'placed', callSid: 'CA2' });
    expect(twilio?.received).toHaveLength(1);
  });

  it('that found nobody listening twice is refused and may be tried later', async () => {
    const waits: number[] = [];
    const rest = connect(`http://127.0.0.1:${await closedPort()}`, async (ms) => waits.push(ms));
    expect(await rest.placeCall(request)).toMatchObject({
      outcome: 'refused',
      code: 0,
      httpStatus: 0,
      reason: 'retry',
    });
    expect(waits).toHaveLength(1);
  });

  it('uses a connection of its own, so that none that just went stale makes the outcome unknown', async () => {
    const twilio = await fakeTwilio([{ status: 201, body: { sid: 'CA1' } }]);
    const connections: unknown[] = [];
    twilio.server.on('connection', (connection) => connections.push(connection));
    const rest = connect(twilio.apiUrl);
    await rest.placeCall(request);
    await rest.placeCall(request);
    expect(connections).toHaveLength(2);
  });

  it('prints nothing and leaves the configured address for no environment variable', async () => {
    vi.stubEnv('TWILIO_LOG_LEVEL', 'debug');
    vi.stubEnv('TWILIO_EDGE', 'sao-paulo');
    vi.stubEnv('TWILIO_REGION', 'us1');
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const twilio = await fakeTwilio([{ status: 201, body: { sid: 'CA1' } }]);
      const result = await connect(twilio.apiUrl).placeCall(request);
      expect(result.outcome).toBe('placed');
      expect(twilio.received).toHaveLength(1);
      expect(print).not.toHaveBeenCalled();
    } finally {
      print.mockRestore();
      vi.unstubAllEnvs();
    }
  });

  it('with something that is no account is refused at start', () => {
    const make = () => createTwilioRest({ accountSid: 'SK1', authToken: 'x', apiUrl: 'http://h' });
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('ending a call', () => {
  it('asks Twilio to complete it', async () => {
    const twilio = await fakeTwilio([{ status: 200, body: { sid: 'CA1', status: 'completed' } }]);
    expect(await connect(twilio.apiUrl).endCall('CA1')).toBe('ended');
    expect(twilio.received[0]).toMatchObject({
      path: `/2010-04-01/Accounts/${accountSid}/Calls/CA1.json`,
      form: { Status: 'completed' },
    });
  });

  it.each<[string, Answer]>([
    ['is over', { status: 400, body: { code: 21220, status: 400, message: 'not in-progress' } }],
    ['Twilio does not know', { status: 404, body: { code: 20404, status: 404 } }],
  ])('that %s is not a failure', async (_, answer) => {
    const twilio = await fakeTwilio([answer]);
    expect(await connect(twilio.apiUrl).endCall('CA1')).toBe('already-ended');
    expect(twilio.received).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['too many requests', { status: 429 }],
    ['HTTP 500', { status: 500 }],
    ['silence', 'silence'],
    ['a reset', 'reset'],
  ])('is tried three times against %s', async (_, answer) => {
    const waits: number[] = [];
    const twilio = await fakeTwilio([answer]);
    const rest = connect(twilio.apiUrl, async (ms) => waits.push(ms));
    expect(await rest.endCall('CA1')).toBe('failed');
    expect(twilio.received).toHaveLength(3);
    expect(waits).toHaveLength(2);
    expect(waits.every((ms) => ms >= 0 && ms < 1_000)).toBe(true);
  });

  it('succeeds at the second try', async () => {
    const twilio = await fakeTwilio([{ status: 503 }, { status: 200, body: { sid: 'CA1' } }]);
    expect(await connect(twilio.apiUrl).endCall('CA1')).toBe('ended');
    expect(twilio.received).toHaveLength(2);
  });

  it('is not repeated when Twilio refuses it', async () => {
    const twilio = await fakeTwilio([{ status: 401, body: { code: 20003, status: 401 } }]);
    expect(await connect(twilio.apiUrl).endCall('CA1')).toBe('failed');
    expect(twilio.received).toHaveLength(1);
  });

  it('that has no possible address fails without a request', async () => {
    const twilio = await fakeTwilio([{ status: 200 }]);
    expect(await connect(twilio.apiUrl).endCall('../Recordings')).toBe('failed');
    expect(twilio.received).toEqual([]);
  });
});

it('redirecting a call sends the new document', async () => {
  const twilio = await fakeTwilio([{ status: 200, body: { sid: 'CA1' } }]);
  const twiml = '<Response><Dial>+551130000000</Dial></Response>';
  expect(await connect(twilio.apiUrl).redirectCall('CA1', twiml)).toBe('ended');
  expect(twilio.received[0]?.form).toEqual({ Twiml: twiml });
});

describe('checking the account', () => {
  it.each<[string, Answer, unknown]>([
    [
      'is active',
      { status: 200, body: { status: 'active', type: 'Full' } },
      { ok: true, isTrial: false },
    ],
    [
      'is a trial',
      { status: 200, body: { status: 'active', type: 'Trial' } },
      { ok: true, isTrial: true },
    ],
    [
      'is suspended',
      { status: 200, body: { status: 'suspended' } },
      { ok: false, reason: 'not-active' },
    ],
    [
      'refuses the token',
      { status: 401, body: { code: 20003 } },
      { ok: false, reason: 'unauthorized' },
    ],
    ['cannot be reached', { status: 503 }, { ok: false, reason: 'unreachable' }],
  ])('that %s says so', async (_, answer, expected) => {
    const twilio = await fakeTwilio([answer]);
    expect(await connect(twilio.apiUrl).checkAccount()).toEqual(expected);
    expect(twilio.received[0]?.path).toBe(`/2010-04-01/Accounts/${accountSid}.json`);
  });
});

describe('the clinic’s number', () => {
  const number = {
    sid: 'PN1',
    phone_number: '+551140001234',
    voice_url: 'https://old.example/voice',
    voice_method: 'GET',
  };
  const page = (numbers: unknown[]) => ({
    status: 200,
    body: { incoming_phone_numbers: numbers, page: 0, page_size: 1, next_page_uri: null },
  });

  it('is found with its webhook', async () => {
    const twilio = await fakeTwilio([page([number])]);
    expect(await connect(twilio.apiUrl).findNumber('+551140001234')).toEqual({
      outcome: 'found',
      sid: 'PN1',
      voiceUrl: 'https://old.example/voice',
      voiceMethod: 'GET',
    });
    expect(twilio.received[0]?.path).toContain('PhoneNumber=%2B551140001234');
  });

  it('of somebody else, or none, is not found', async () => {
    const other = await fakeTwilio([page([{ ...number, phone_number: '+551140009999' }])]);
    expect(await connect(other.apiUrl).findNumber('+551140001234')).toEqual({
      outcome: 'not-found',
    });
    const none = await fakeTwilio([page([])]);
    expect(await connect(none.apiUrl).findNumber('+551140001234')).toEqual({
      outcome: 'not-found',
    });
  });

  it('cannot be looked up with a wrong token', async () => {
    const twilio = await fakeTwilio([{ status: 401, body: { code: 20003 } }]);
    expect(await connect(twilio.apiUrl).findNumber('+551140001234')).toEqual({
      outcome: 'failed',
      httpStatus: 401,
    });
  });

  it('gets its webhook', async () => {
    const twilio = await fakeTwilio([{ status: 200, body: number }, { status: 500 }]);
    const rest = connect(twilio.apiUrl);
    const url = 'https://voz.clinica.com.br/incoming-call';
    expect(await rest.setVoiceWebhook('PN1', url)).toBe('set');
    expect(twilio.received[0]).toMatchObject({
      method: 'POST',
      path: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/PN1.json`,
      form: { VoiceUrl: url, VoiceMethod: 'POST' },
    });
    expect(await rest.setVoiceWebhook('PN1', url)).toBe('failed');
  });
});

describe('looking for a call', () => {
  it('asks for the last ones between two numbers, whatever became of them', async () => {
    const listed = (sid: string, status: string) => ({
      sid,
      status,
      date_created: 'Thu, 26 Nov 2026 13:00:05 +0000',
    });
    const calls = [listed('CA1', 'canceled'), listed('CA2', 'queued'), listed('CA3', 'dreaming')];
    const twilio = await fakeTwilio([{ status: 200, body: { calls, page_size: 20 } }]);
    const { to, from } = request;
    const createdAtMs = Date.parse('2026-11-26T13:00:05Z');
    expect(await connect(twilio.apiUrl).findCalls({ to, from })).toEqual({
      outcome: 'found',
      calls: [
        { callSid: 'CA1', status: 'cancelled', createdAtMs },
        { callSid: 'CA2', status: 'queued', createdAtMs },
      ],
    });
    const asked = new URL(twilio.received[0]?.path ?? '', 'http://x').searchParams;
    expect([asked.get('To'), asked.get('From')]).toEqual([to, from]);
    expect([...asked.keys()].filter((name) => name.startsWith('StartTime'))).toEqual([]);
  });

  it.each<Answer>([{ status: 500 }, { status: 401 }, 'silence', 'reset'])(
    'that Twilio answers with %j failed, and says nothing of calls',
    async (answer) => {
      const twilio = await fakeTwilio([answer]);
      const { to, from } = request;
      expect(await connect(twilio.apiUrl).findCalls({ to, from })).toEqual({ outcome: 'failed' });
    },
  );
});

describe('a call that may be taken by a machine', () => {
  it('is listened to while it goes on, for the end of the tone', async () => {
    const twilio = await fakeTwilio([{ status: 201, body: { sid: 'CA1' } }]);
    const machineStatusUrl = 'https://voz.clinica.com.br/amd-status?outbound=x';
    await connect(twilio.apiUrl).placeCall({ ...request, machineStatusUrl });
    expect(twilio.received[0]?.form).toMatchObject({
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: machineStatusUrl,
      AsyncAmdStatusCallbackMethod: 'POST',
    });
  });

  it('is told the message in place of the conversation, whatever it says', async () => {
    const twilio = await fakeTwilio([{ status: 200, body: { sid: 'CA1' } }]);
    const text = 'Olá & <bem-vindo>\u0007, às 14h.';
    expect(await connect(twilio.apiUrl).leaveMessage('CA1', text)).toBe('ended');
    const { Twiml } = twilio.received[0]?.form ?? {};
    expect(Twiml).toContain(
      '<Say voice="Polly.Camila-Neural" language="pt-BR">Olá &amp; &lt;bem-vindo&gt; , às 14h.</Say><Hangup/>',
    );
  });
});

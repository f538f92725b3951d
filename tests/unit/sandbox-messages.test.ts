import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier } from '../../src/sandbox/carrier.ts';
import { startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { createTwilioRest, type MessageRequest } from '../../src/twilio/rest-client.ts';

const accountSid = 'AC00000000000000000000000000000001';
const authToken = 'sandbox-token';
const phoneNumber = '+558835430000';
const patient = '+5588999994321';
const text = 'Clínica Aurora: seu código é 123 456. Vale por 5 minutos.';
const message: MessageRequest = { to: patient, from: phoneNumber, body: text, by: 'sms' };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The real client, asking the sandbox's Twilio. */
async function open() {
  const clock = createClock();
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const carrier = createSandboxCarrier({ accountSid, authToken, phoneNumber, clock, log });
  closers.push(() => carrier.close());
  const server = await startSandboxTwilioRest({ carrier, accountSid, authToken, log });
  closers.push(() => server.close());
  const connect = (apiUrl: string, token = authToken) =>
    createTwilioRest({
      accountSid,
      authToken: token,
      apiUrl,
      timeoutMs: 400,
      pause: async () => undefined,
    });
  const post = async (form: Record<string, string>) => {
    const response = await fetch(`${server.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      },
      body: new URLSearchParams(form),
    });
    const body = (await response.json()) as { code?: number };
    return { status: response.status, code: body.code };
  };
  return { connect, logged, post, rest: connect(server.url), server };
}

describe('a message', () => {
  it.each(['sms', 'whatsapp'] as const)('by %s is taken on, once', async (by) => {
    const { rest, server } = await open();
    expect(await rest.sendMessage({ ...message, by })).toEqual({
      outcome: 'sent',
      messageSid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
    });
    expect(server.messages).toEqual([
      { sid: expect.any(String), by, to: patient, from: phoneNumber, body: text },
    ]);
    const prefix = by === 'whatsapp' ? 'whatsapp:' : '';
    expect(server.requests.map(({ params }) => params)).toEqual([
      { To: prefix + patient, From: prefix + phoneNumber, Body: text },
    ]);
  });

  it('can be read in the log of the sandbox, without the number it went to', async () => {
    const { logged, rest } = await open();
    await rest.sendMessage(message);
    const lines = logged.filter((line) => line.includes('delivered'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('123 456');
    expect(lines[0]).not.toContain('99994321');
  });

  it('is one of the last two hundred that are remembered', async () => {
    const { post, server } = await open();
    for (let n = 0; n < 201; n += 1) await post({ To: patient, From: phoneNumber, Body: `${n}` });
    expect(server.messages).toHaveLength(200);
    expect(server.messages.at(-1)?.body).toBe('200');
  });
});

describe('a message that Twilio would refuse', () => {
  const form = { To: patient, From: phoneNumber, Body: text };
  it.each([
    ['without a receiver', { ...form, To: '' }, 21604],
    ['without a sender', { ...form, From: '' }, 21603],
    ['to something that is no number', { ...form, To: '88 99999' }, 21211],
    ['from something that is no number', { ...form, From: 'Clinica' }, 21212],
    ['from a number that is not ours', { ...form, From: '+5511988887777' }, 21606],
    ['to ourselves', { ...form, To: phoneNumber }, 21266],
    ['from SMS to WhatsApp', { ...form, To: `whatsapp:${patient}` }, 63007],
    ['without words', { ...form, Body: ' ' }, 21602],
    ['of more than 1,600 characters', { ...form, Body: 'x'.repeat(1_601) }, 21617],
    ['with a field that nobody sends', { ...form, MediaUrl: 'https://example.com/a.png' }, 20001],
  ])('%s is refused and not remembered', async (_, fields, code) => {
    const { post, server } = await open();
    expect(await post(fields)).toEqual({ status: 400, code });
    expect(server.messages).toEqual([]);
  });

  it('is a value with code and status, and is not sent again', async () => {
    const { rest, server } = await open();
    const from = '+5511988887777';
    expect(await rest.sendMessage({ ...message, from })).toEqual({
      outcome: 'refused',
      code: 21606,
      httpStatus: 400,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('for wrong credentials is refused', async () => {
    const { connect, server } = await open();
    expect(await connect(server.url, 'wrong').sendMessage(message)).toEqual({
      outcome: 'refused',
      code: 20003,
      httpStatus: 401,
    });
  });
});

describe('a message while Twilio is in trouble', () => {
  it.each(['500-after-creating', 'timeout-after-creating'] as const)(
    'that met %s may be on its way, and is not sent twice',
    async (fault) => {
      const { rest, server } = await open();
      server.failNext(fault);
      expect(await rest.sendMessage(message)).toEqual({ outcome: 'unknown' });
      expect(server.messages).toHaveLength(1);
    },
  );

  it('that was cut off is not known to have been sent', async () => {
    const { rest, server } = await open();
    server.failNext('reset');
    expect(await rest.sendMessage(message)).toEqual({ outcome: 'unknown' });
    expect(server.messages).toEqual([]);
  });

  it('that met 429 is refused', async () => {
    const { rest, server } = await open();
    server.failNext('429');
    expect(await rest.sendMessage(message)).toMatchObject({ outcome: 'refused', httpStatus: 429 });
    expect(server.messages).toEqual([]);
  });

  it('that never reached it is refused after one more try', async () => {
    const { connect, server } = await open();
    await server.close();
    expect(await connect(server.url).sendMessage(message)).toEqual({
      outcome: 'refused',
      code: 0,
      httpStatus: 0,
    });
  });
});

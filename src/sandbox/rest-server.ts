import { createHash, timingSafeEqual } from 'node:crypto';
import formbody from '@fastify/formbody';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { type StatusEvent, toRfc2822 } from './call-reports.ts';
import type { SandboxCarrier } from './carrier.ts';
import { type Answer, type CarrierCall, createSid } from './carrier-call.ts';
import { addMessageRoutes, type MessageRoutesOptions, type SentMessage } from './rest-messages.ts';
import { first, notFound, type Params, Refusal } from './rest-refusal.ts';
import { sendSigned } from './signed-request.ts';
import { readTwiml } from './twiml-reader.ts';
import { addMediaRoutes, createWhatsappNetwork, type WhatsappNetwork } from './whatsapp-network.ts';

/** Requests remembered for tests. */
const longestList = 1_000;
/** How long a called person lets it ring, in ms, unless told otherwise. */
const usualRingMs = 200;
/** How long it is listened who took a call, in ms. Twilio takes seconds. */
const listenMs = 100;
/** A server that does not answer is not waited for longer, in ms. */
const callbackMs = 5_000;

export type RestFault = '429' | '500-after-creating' | 'timeout-after-creating' | 'reset';

export interface RestRequest {
  method: string;
  path: string;
  params: Record<string, string | string[]>;
}

export interface SandboxRestOptions extends Pick<MessageRoutesOptions, 'ownNumbers'> {
  /** Told every message that was taken on: only the last 200 are remembered. */
  onSent?: (message: SentMessage) => void;
  carrier: SandboxCarrier;
  accountSid: string;
  authToken: string;
  /** Called when a person's telephone has rung; attach a patient to the call here. Without it everybody answers. */
  answerWith?: (call: CarrierCall) => Answer;
  /** With it, free text to who has not written for a day fails, as on WhatsApp. */
  clock?: Pick<Clock, 'wallMs'>;
  ringMs?: number;
  /** Who takes a call, in Twilio's words (`machine_end_beep`, `fax` …), when that was asked for. Without it a person. */
  answeredBy?: (call: CarrierCall) => string;
  /** Told every message that is sent, one-time codes included: there is no telephone to read them on. */
  log?: Log;
}

export interface SandboxRest {
  /** Goes into TWILIO_API_URL. */
  url: string;
  requests: readonly RestRequest[];
  /** What was sent by SMS and WhatsApp, oldest first; the last 200. */
  messages: readonly SentMessage[];
  /** People who write by WhatsApp to numbers of the account. */
  whatsapp: WhatsappNetwork;
  /** The next request that changes something meets this trouble. */
  failNext(fault: RestFault): void;
  close(): Promise<void>;
}

/** The part of Twilio's REST API that this system uses, on loopback. Bodies and codes as Twilio's, 2010-04-01. */
export async function startSandboxTwilioRest(options: SandboxRestOptions): Promise<SandboxRest> {
  const app = fastify({ logger: false, forceCloseConnections: true });
  const requests: RestRequest[] = [];
  const faults: RestFault[] = [];
  const number = { sid: createSid('PN'), voice_url: '', voice_method: 'POST' };

  await app.register(formbody);
  app.addHook('onRequest', async (request) => {
    if (!isAllowed(request, options)) throw new Refusal(401, 20003, 'Authenticate');
  });
  app.addHook('preHandler', async (request, reply) => {
    requests.push({
      method: request.method,
      path: request.url,
      params: (request.body ?? request.query ?? {}) as RestRequest['params'],
    });
    if (requests.length > longestList) requests.shift();
    if (request.method === 'POST') failBefore(faults, reply);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const fault = request.method === 'POST' ? faults[0] : undefined;
    if (fault !== '500-after-creating' && fault !== 'timeout-after-creating') return payload;
    faults.shift();
    if (fault === 'timeout-after-creating') return new Promise(() => undefined);
    reply.code(500);
    return JSON.stringify({ code: 20500, message: 'Internal Server Error', status: 500 });
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(() => notFound());
  addCallRoutes(app, options);
  addNumberRoutes(app, options, number);
  const whatsapp = createWhatsappNetwork({ ...options, url: () => url });
  addMediaRoutes(app, options, whatsapp.media);
  const messages = addMessageRoutes(app, { ...options, ...whatsapp });

  const url: string = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    requests,
    messages,
    whatsapp,
    failNext: (fault) => {
      faults.push(fault);
    },
    async close() {
      whatsapp.close();
      await app.close();
    },
  };
}

/** Fails before anything was done: the later two faults wait until the answer is about to leave. */
function failBefore(faults: RestFault[], reply: FastifyReply): void {
  if (faults[0] === '429') {
    faults.shift();
    reply.header('retry-after', '1');
    throw new Refusal(429, 20429, 'Too Many Requests');
  }
  if (faults[0] === 'reset') {
    faults.shift();
    reply.hijack();
    reply.raw.socket?.resetAndDestroy();
  }
}

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message } =
    error instanceof Refusal
      ? error
      : { status: 500, code: 20500, message: 'Internal Server Error' };
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return reply.code(status).send({ code, message, more_info, status });
}

function addCallRoutes(app: FastifyInstance, options: SandboxRestOptions): void {
  const { accountSid, carrier } = options;
  const base = `/2010-04-01/Accounts/${accountSid}`;
  const one = `${base}/Calls/:callSid(^CA[0-9a-f]+).json`;
  app.post<{ Body: Params }>(`${base}/Calls.json`, async (request, reply) => {
    const call = placeCall(options, request.body ?? {});
    return reply.code(201).send(toCallJson(call, accountSid));
  });
  app.get<{ Querystring: { To?: string; From?: string; Status?: string } }>(
    `${base}/Calls.json`,
    async (request) => {
      const { To, From, Status } = request.query;
      const calls = [...carrier.calls.values()]
        .filter(
          (call) =>
            (To ? call.to === To : true) &&
            (From ? call.from === From : true) &&
            (Status ? call.status === Status : true),
        )
        .reverse();
      return { calls: calls.map((call) => toCallJson(call, accountSid)), page: 0, page_size: 50 };
    },
  );
  app.get<{ Params: { callSid: string } }>(one, async (request) =>
    toCallJson(carrier.calls.get(request.params.callSid) ?? notFound(), accountSid),
  );
  app.post<{ Params: { callSid: string }; Body: Params }>(one, async (request) => {
    const call = carrier.calls.get(request.params.callSid) ?? notFound();
    await updateCall(call, request.body ?? {});
    return toCallJson(call, accountSid);
  });
}

function placeCall(options: SandboxRestOptions, body: Params): CarrierCall {
  const { carrier, ringMs = usualRingMs } = options;
  const to = first(body.To);
  const from = first(body.From);
  if (!to) throw new Refusal(400, 21201, "No 'To' number is specified");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    throw new Refusal(400, 21211, "Invalid 'To' Phone Number");
  }
  if (from !== carrier.phoneNumber) {
    throw new Refusal(400, 21210, 'The source phone number is not a number of this account');
  }
  const statusUrl = first(body.StatusCallback);
  return carrier.place({
    from,
    to,
    twiml: readTwimlSource(body),
    statusCallback: statusUrl
      ? {
          url: statusUrl,
          method: first(body.StatusCallbackMethod) === 'GET' ? 'GET' : 'POST',
          events: readEvents(body.StatusCallbackEvent),
        }
      : undefined,
    ringMs,
    answer: answerOf(options, body),
  });
}

/** What the person does when it has rung, and who it was, told a moment later as asynchronous machine detection does. */
function answerOf(options: SandboxRestOptions, body: Params): (call: CarrierCall) => Answer {
  const detection = first(body.MachineDetection);
  if (detection !== undefined && detection !== 'Enable' && detection !== 'DetectMessageEnd')
    throw new Refusal(400, 20001, 'MachineDetection is not one of its values');
  const url = first(body.AsyncAmdStatusCallback);
  const isTold = detection !== undefined && first(body.AsyncAmd) === 'true' && url !== undefined;
  return (call) => {
    const answer = options.answerWith?.(call) ?? 'answer';
    if (isTold && answer === 'answer') void tellWhoAnswered(options, call, url);
    return answer;
  };
}

async function tellWhoAnswered(
  { accountSid, authToken, answeredBy }: SandboxRestOptions,
  call: CarrierCall,
  url: string,
): Promise<void> {
  await new Promise((done) => setTimeout(done, listenMs));
  if (call.status !== 'in-progress') return;
  const params = {
    AccountSid: accountSid,
    CallSid: call.sid,
    AnsweredBy: answeredBy?.(call) ?? 'human',
    MachineDetectionDuration: String(listenMs),
  };
  await sendSigned({ url, method: 'POST', params, authToken, timeoutMs: callbackMs }).catch(
    () => undefined,
  );
}

function readTwimlSource(body: Params): { url: string; method: 'GET' | 'POST' } | { xml: string } {
  const url = first(body.Url);
  const xml = first(body.Twiml);
  if (url) {
    if (!URL.canParse(url)) throw new Refusal(400, 21205, 'Url is not a valid URL');
    return { url, method: first(body.Method) === 'GET' ? 'GET' : 'POST' };
  }
  if (!xml) throw new Refusal(400, 21205, 'Url or Twiml is required');
  const reading = readTwiml(xml);
  if ('problem' in reading) throw new Refusal(400, reading.problem.code, reading.problem.reason);
  return { xml };
}

const allEvents: readonly StatusEvent[] = ['initiated', 'ringing', 'answered', 'completed'];

/** Repeated fields, as the SDK sends them. Without any, Twilio reports the end only. */
function readEvents(value: Params[string]): StatusEvent[] {
  const asked = [value ?? 'completed'].flat();
  return allEvents.filter((event) => asked.includes(event));
}

async function updateCall(call: CarrierCall, body: Params): Promise<void> {
  const status = first(body.Status);
  const isLive = ['queued', 'ringing', 'in-progress'].includes(call.status);
  if (!isLive) throw new Refusal(400, 21220, 'Call is not in-progress. Cannot redirect.');
  if (status === 'completed' || status === 'canceled') {
    // The answer does not wait for the status callbacks that follow.
    void call.endByRest();
    return;
  }
  if (status !== undefined) throw new Refusal(400, 20001, 'Status is not one that can be set');
  const twiml = readTwimlSource(body);
  if (call.status !== 'in-progress') {
    throw new Refusal(400, 21220, 'Call is not in-progress. Cannot redirect.');
  }
  await call.replaceTwiml(twiml);
}

function addNumberRoutes(
  app: FastifyInstance,
  { accountSid, carrier }: SandboxRestOptions,
  number: { sid: string; voice_url: string; voice_method: string },
): void {
  const base = `/2010-04-01/Accounts/${accountSid}`;
  const toJson = () => ({
    ...number,
    account_sid: accountSid,
    phone_number: carrier.phoneNumber,
    friendly_name: carrier.phoneNumber,
    capabilities: { voice: true, sms: true, mms: false, fax: false },
    uri: `${base}/IncomingPhoneNumbers/${number.sid}.json`,
  });
  app.get(`${base}.json`, async () => ({
    sid: accountSid,
    friendly_name: 'Sandbox',
    status: 'active',
    type: 'Full',
    uri: `${base}.json`,
  }));
  app.get<{ Querystring: { PhoneNumber?: string } }>(
    `${base}/IncomingPhoneNumbers.json`,
    async (request) => {
      const { PhoneNumber } = request.query;
      const isAsked = !PhoneNumber || PhoneNumber === carrier.phoneNumber;
      return { incoming_phone_numbers: isAsked ? [toJson()] : [], page: 0, page_size: 50 };
    },
  );
  app.post<{ Params: { sid: string }; Body: Params }>(
    `${base}/IncomingPhoneNumbers/:sid(^PN[0-9a-f]+).json`,
    async (request) => {
      if (request.params.sid !== number.sid) notFound();
      const body = request.body ?? {};
      number.voice_url = first(body.VoiceUrl) ?? number.voice_url;
      number.voice_method = first(body.VoiceMethod) ?? number.voice_method;
      return toJson();
    },
  );
}

function toCallJson(call: CarrierCall, accountSid: string): Record<string, unknown> {
  const created = toRfc2822(call.createdAtMs);
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}.json`;
  const isOver = !['queued', 'ringing', 'in-progress'].includes(call.status);
  return {
    sid: call.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    parent_call_sid: null,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    status: call.status,
    direction: call.direction,
    date_created: created,
    date_updated: created,
    start_time: null,
    end_time: null,
    duration: isOver ? String(call.durationSeconds) : null,
    price: null,
    price_unit: 'USD',
    answered_by: null,
    forwarded_from: null,
    caller_name: null,
    group_sid: null,
    phone_number_sid: null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri,
    subresource_uris: {},
  };
}

function isAllowed(request: FastifyRequest, options: SandboxRestOptions): boolean {
  const expected = Buffer.from(`${options.accountSid}:${options.authToken}`).toString('base64');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Basic ${expected}`));
}

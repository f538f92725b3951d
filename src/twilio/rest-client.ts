import { setTimeout as sleep } from 'node:timers/promises';
import type { Twilio } from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { withDeadline } from '../platform/deadline.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import { type CallRefusal, toCallRefusal } from './call-refusal.ts';

const usualTimeoutMs = 5_000;

/** Tries for requests that may be repeated (ending or redirecting a call). */
const mostTries = 3;

/** Full jitter: a wait is between 0 and this, doubled per try. */
const retryBaseMs = 200;

/** Longest answer that is read. A call or number resource has about 3 KB. */
const mostAnswerBytes = 1_024 * 1_024;

const progressEvents = ['initiated', 'ringing', 'answered', 'completed'];

export interface TwilioRestOptions {
  accountSid: string;
  authToken: string;
  /** `https://api.twilio.com`, or a compatible server on loopback. All requests go there. */
  apiUrl: string;
  /** Longest wait for one answer. Default 5,000. */
  timeoutMs?: number;
  /** Waits between tries; for tests. */
  pause?: (ms: number) => Promise<unknown>;
}

export interface CallRequest {
  /** E.164, already checked. */
  to: string;
  /** E.164, a number of the account. */
  from: string;
  /** Address of the TwiML. */
  url: string;
  statusCallback: string;
  /** Longest call, seconds. */
  timeLimitS: number;
  /** How long it may ring, seconds (Twilio allows 600). */
  ringS: number;
}

export type PlaceCallResult =
  | { outcome: 'placed'; callSid: string }
  | ({ outcome: 'refused' } & CallRefusal)
  /** Twilio may be dialling: no answer, or one that says nothing. Must not be repeated blindly. */
  | { outcome: 'unknown' };

export type EndCallResult = 'ended' | 'already-ended' | 'failed';

export type AccountCheck =
  | { ok: true; isTrial: boolean }
  | { ok: false; reason: 'unauthorized' | 'not-active' | 'unreachable' };

export type NumberSearch =
  | { outcome: 'found'; sid: string; voiceUrl: string; voiceMethod: string }
  | { outcome: 'not-found' }
  | { outcome: 'failed'; httpStatus: number };

export interface TwilioRest {
  /** Never rejects. Sent once; again only when the first was refused before a byte of it was sent. */
  placeCall(request: CallRequest): Promise<PlaceCallResult>;
  /** Never rejects. */
  endCall(callSid: string): Promise<EndCallResult>;
  /** Replaces what the call is doing; its media stream ends. Never rejects. @param twiml at most 4,000 characters. */
  redirectCall(callSid: string, twiml: string): Promise<EndCallResult>;
  checkAccount(): Promise<AccountCheck>;
  findNumber(e164: string): Promise<NumberSearch>;
  setVoiceWebhook(numberSid: string, url: string): Promise<'set' | 'failed'>;
}

/**
 * The few things we ask of Twilio's REST API. Results are values: `unknown` is never guessed away. Nothing is logged.
 *
 * @throws CONFIG_INVALID when `accountSid` is not an account's.
 */
export function createTwilioRest(options: TwilioRestOptions): TwilioRest {
  if (!options.accountSid.startsWith('AC')) {
    throw new CodedError('CONFIG_INVALID', 'TWILIO_ACCOUNT_SID must start with AC');
  }
  const timeoutMs = options.timeoutMs ?? usualTimeoutMs;
  const pause = options.pause ?? ((ms: number) => sleep(ms));
  let loading: Promise<Twilio> | undefined;

  async function ask<T>(request: (client: Twilio) => Promise<T>): Promise<Answer<T>> {
    loading ??= loadClient(options, timeoutMs);
    const client = await loading;
    try {
      const value = await withDeadline(request(client), timeoutMs, 'a request to Twilio');
      return { kind: 'done', value };
    } catch (error) {
      return toFailure(error);
    }
  }

  async function updateCall(
    callSid: string,
    update: { status: 'completed' } | { twiml: string },
  ): Promise<EndCallResult> {
    for (let tries = 1; ; tries += 1) {
      const answer = await ask((client) => client.calls(callSid).update(update));
      if (answer.kind === 'done') return 'ended';
      if (answer.kind === 'refused' && (answer.code === 21220 || answer.httpStatus === 404)) {
        return 'already-ended';
      }
      const mayRepeat = answer.kind !== 'refused' || answer.httpStatus === 429;
      if (!mayRepeat || tries === mostTries) return 'failed';
      await pause(Math.random() * retryBaseMs * 2 ** tries);
    }
  }

  return {
    async placeCall(request) {
      const place = () => ask((client) => client.calls.create(toCreateOptions(request)));
      let answer = await place();
      if (answer.kind === 'unsent') {
        await pause(Math.random() * retryBaseMs);
        answer = await place();
      }
      return toPlaceCallResult(answer);
    },

    endCall: (callSid) => updateCall(callSid, { status: 'completed' }),

    redirectCall: (callSid, twiml) => updateCall(callSid, { twiml }),

    async checkAccount() {
      const answer = await ask((client) => client.api.v2010.accounts(options.accountSid).fetch());
      if (answer.kind === 'refused') return { ok: false, reason: 'unauthorized' };
      if (answer.kind !== 'done') return { ok: false, reason: 'unreachable' };
      if (answer.value.status !== 'active') return { ok: false, reason: 'not-active' };
      return { ok: true, isTrial: answer.value.type === 'Trial' };
    },

    async findNumber(e164) {
      const answer = await ask((client) =>
        client.incomingPhoneNumbers.list({ phoneNumber: e164, limit: 1 }),
      );
      if (answer.kind !== 'done') {
        return {
          outcome: 'failed',
          httpStatus: answer.kind === 'refused' ? answer.httpStatus : 0,
        };
      }
      const number = answer.value.find((one) => one.phoneNumber === e164);
      if (number === undefined) return { outcome: 'not-found' };
      const { sid, voiceUrl, voiceMethod } = number;
      return { outcome: 'found', sid, voiceUrl: voiceUrl ?? '', voiceMethod: voiceMethod ?? '' };
    },

    async setVoiceWebhook(numberSid, url) {
      const answer = await ask((client) =>
        client.incomingPhoneNumbers(numberSid).update({ voiceUrl: url, voiceMethod: 'POST' }),
      );
      return answer.kind === 'done' ? 'set' : 'failed';
    },
  };
}

type Failure =
  /** Twilio answered and did nothing. */
  | { kind: 'refused'; httpStatus: number; code: number }
  /** The connection was refused before a byte was sent. */
  | { kind: 'unsent' }
  /** Anything may have happened. */
  | { kind: 'unknown' };

type Answer<T> = { kind: 'done'; value: T } | Failure;

/** The package takes 80 ms and 23 MB to load, so only a process that calls out pays for it. */
async function loadClient(options: TwilioRestOptions, timeoutMs: number): Promise<Twilio> {
  const { default: twilio } = await import('twilio');
  class RedirectedClient extends twilio.RequestClient {
    override request<T>(request: RequestClient.RequestOptions<T>) {
      return super.request({ ...request, uri: toApiUrl(request.uri, options.apiUrl) });
    }
  }
  // A kept connection that the other side has just closed fails after the request was sent: unknown for no reason.
  const httpClient = new RedirectedClient({ timeout: timeoutMs, keepAlive: false });
  httpClient.axios.defaults.maxContentLength = mostAnswerBytes;
  return twilio(options.accountSid, options.authToken, { httpClient, autoRetry: false });
}

/** Every address of the package has a host of twilio.com, whatever edge or region the environment names. */
function toApiUrl(uri: string, apiUrl: string): string {
  const { pathname, search } = new URL(uri);
  return apiUrl.replace(/\/+$/, '') + pathname + search;
}

function toCreateOptions(request: CallRequest) {
  return {
    to: request.to,
    from: request.from,
    url: request.url,
    method: 'POST',
    statusCallback: request.statusCallback,
    statusCallbackMethod: 'POST',
    statusCallbackEvent: progressEvents,
    timeLimit: request.timeLimitS,
    timeout: request.ringS,
  };
}

const codesOfUnsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** A 4xx (or an unfollowed 3xx) is a refusal, except 408; 5xx, silence, resets and unreadable answers are unknown. */
function toFailure(error: unknown): Failure {
  if (codesOfUnsent.some((code) => hasCode(error, code))) return { kind: 'unsent' };
  if (!(error instanceof Error) || !('status' in error)) return { kind: 'unknown' };
  const { status: httpStatus } = error;
  if (typeof httpStatus !== 'number' || httpStatus < 300 || httpStatus >= 500 || httpStatus === 408)
    return { kind: 'unknown' };
  const code = 'code' in error && typeof error.code === 'number' ? error.code : undefined;
  return { kind: 'refused', httpStatus, code: code ?? usualCode(httpStatus) };
}

function usualCode(httpStatus: number): number {
  if (httpStatus === 401) return 20003;
  if (httpStatus === 404) return 20404;
  return httpStatus === 429 ? 20429 : 0;
}

function toPlaceCallResult(answer: Answer<{ sid: unknown }>): PlaceCallResult {
  if (answer.kind === 'unknown') return { outcome: 'unknown' };
  if (answer.kind === 'unsent') return { outcome: 'refused', ...toCallRefusal(0, 0) };
  if (answer.kind === 'refused') {
    return { outcome: 'refused', ...toCallRefusal(answer.code, answer.httpStatus) };
  }
  const { sid } = answer.value;
  return typeof sid === 'string' && /^CA[A-Za-z0-9]+$/.test(sid)
    ? { outcome: 'placed', callSid: sid }
    : { outcome: 'unknown' };
}

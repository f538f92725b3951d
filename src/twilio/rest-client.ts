import { setTimeout as sleep } from 'node:timers/promises';
import type { Twilio } from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { withDeadline } from '../platform/deadline.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import { type CallRefusal, toCallRefusal } from './call-refusal.ts';
import {
  type CallRequest,
  type MessageRequest,
  toCreateOptions,
  toMessageOptions,
} from './rest-requests.ts';
import { type CallStatus, toCallStatus } from './status-callback.ts';
import { spokenMessage } from './voicemail.ts';

export type { CallRequest, MessageRequest } from './rest-requests.ts';

const usualTimeoutMs = 5_000;

/** Tries for requests that may be repeated (ending or redirecting a call). */
const mostTries = 3;

/** Full jitter: a wait is between 0 and this, doubled per try. */
const retryBaseMs = 200;

/** Seconds that an announcement rings, and lasts. */
const announcementLimits = { timeout: 30, timeLimit: 30 } as const;

/** Calls looked at when one is sought. Nobody is rung so often in the days that matter. */
const mostListed = 20;

/** Longest answer that is read. A call or number resource has about 3 KB. */
const mostAnswerBytes = 1_024 * 1_024;

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

export type PlaceCallResult =
  | { outcome: 'placed'; callSid: string }
  | ({ outcome: 'refused' } & CallRefusal)
  /** Twilio may be dialling: no answer, or one that says nothing. Must not be repeated blindly. */
  | { outcome: 'unknown' };

export type SendMessageResult =
  /** Twilio took it on. Whether it arrives is not known here. */
  | { outcome: 'sent'; messageSid: string }
  /** `code`: Twilio's, 0 when it gave none. `httpStatus`: 0 when Twilio was never reached. */
  | { outcome: 'refused'; code: number; httpStatus: number }
  /** It may be on its way: no answer, or one that says nothing. Must not be repeated blindly. */
  | { outcome: 'unknown' };

export type CallSearch =
  | {
      outcome: 'found';
      /** Newest first. */
      calls: { callSid: string; status: CallStatus; createdAtMs: number }[];
    }
  | { outcome: 'failed' };

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
  /** Rings, says it and hangs up; needs no server of ours. Never rejects. Sent once. @param text pt-BR, at most 500 characters */
  sayTo(call: { to: string; from: string; text: string }): Promise<PlaceCallResult>;
  /** Never rejects. Sent once, as `placeCall` is. */
  sendMessage(request: MessageRequest): Promise<SendMessageResult>;
  /**
   * The last calls from one number to another, whatever became of them. Without a bound on `StartTime`: a call that waits
   * in Twilio's queue has none yet, and it is the one that must not be missed. Never rejects.
   */
  findCalls(query: { to: string; from: string }): Promise<CallSearch>;
  /** Never rejects. */
  endCall(callSid: string): Promise<EndCallResult>;
  /** Replaces what the call is doing; its media stream ends. Never rejects. @param twiml at most 4,000 characters. */
  redirectCall(callSid: string, twiml: string): Promise<EndCallResult>;
  /** Says it to whoever or whatever took the call, and hangs up. Never rejects. @param text pt-BR, at most 500 characters */
  leaveMessage(callSid: string, text: string): Promise<EndCallResult>;
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

  /** Again only when the first was refused before a byte of it was sent. */
  async function askOnce<T>(request: (client: Twilio) => Promise<T>): Promise<Answer<T>> {
    const answer = await ask(request);
    if (answer.kind !== 'unsent') return answer;
    await pause(Math.random() * retryBaseMs);
    return ask(request);
  }

  return {
    async placeCall(request) {
      return toPlaceCallResult(
        await askOnce((client) => client.calls.create(toCreateOptions(request))),
      );
    },

    async sayTo({ to, from, text }) {
      const options = { to, from, twiml: spokenMessage(text), ...announcementLimits };
      return toPlaceCallResult(await askOnce((client) => client.calls.create(options)));
    },

    async sendMessage(request) {
      return toSendMessageResult(
        await askOnce((client) => client.messages.create(toMessageOptions(request))),
      );
    },

    async findCalls(query) {
      const answer = await ask((client) => client.calls.list({ ...query, limit: mostListed }));
      if (answer.kind !== 'done') return { outcome: 'failed' };
      const calls = answer.value.flatMap(({ sid, status, dateCreated }) => {
        const known = toCallStatus(status);
        const createdAtMs = dateCreated?.getTime();
        return known === undefined || createdAtMs === undefined
          ? []
          : [{ callSid: sid, status: known, createdAtMs }];
      });
      return { outcome: 'found', calls };
    },

    endCall: (callSid) => updateCall(callSid, { status: 'completed' }),

    redirectCall: (callSid, twiml) => updateCall(callSid, { twiml }),

    leaveMessage: (callSid, text) => updateCall(callSid, { twiml: spokenMessage(text) }),

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

function toSendMessageResult(answer: Answer<{ sid: unknown }>): SendMessageResult {
  if (answer.kind === 'unknown') return { outcome: 'unknown' };
  if (answer.kind === 'unsent') return { outcome: 'refused', code: 0, httpStatus: 0 };
  if (answer.kind === 'refused') {
    return { outcome: 'refused', code: answer.code, httpStatus: answer.httpStatus };
  }
  const { sid } = answer.value;
  return typeof sid === 'string' && /^(SM|MM)[A-Za-z0-9]+$/.test(sid)
    ? { outcome: 'sent', messageSid: sid }
    : { outcome: 'unknown' };
}

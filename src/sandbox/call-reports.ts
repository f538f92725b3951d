import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { sendSigned } from './signed-request.ts';
import type { StreamNoun } from './twiml-reader.ts';

/** A server that does not answer a status callback is not waited for longer, in ms. */
const callbackMs = 5_000;

export type StatusEvent = 'initiated' | 'ringing' | 'answered' | 'completed';
export type StreamEvent = 'stream-started' | 'stream-stopped' | 'stream-error';

export interface StatusCallback {
  url: string;
  method: 'GET' | 'POST';
  events: readonly StatusEvent[];
}

export interface CallReportsOptions {
  accountSid: string;
  authToken?: string | undefined;
  callSid: string;
  from: string;
  to: string;
  direction: string;
  statusCallback?: StatusCallback | undefined;
  clock: Clock;
  log: Log;
}

/** The status callbacks of one call, posted one after the other; the call does not wait for them until its end. */
export class CallReports {
  readonly #options: CallReportsOptions;
  #posted: Promise<void> = Promise.resolve();
  #sequence = 0;

  constructor(options: CallReportsOptions) {
    this.#options = options;
  }

  /** The fields of every webhook of this call. */
  params(status: string): Record<string, string> {
    const { accountSid, callSid, direction, from, to } = this.#options;
    return {
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      CallSid: callSid,
      CallStatus: status,
      Called: to,
      Caller: from,
      Direction: direction,
      From: from,
      To: to,
    };
  }

  /** @param durationSeconds for `completed`: from answer to end. */
  status(event: StatusEvent, status: string, durationSeconds = 0): void {
    const { clock, statusCallback } = this.#options;
    if (!statusCallback?.events.includes(event)) return;
    const params: Record<string, string> = {
      ...this.params(status),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequence++),
      Timestamp: toRfc2822(clock.wallMs()),
    };
    if (event === 'completed') {
      params.CallDuration = String(durationSeconds);
      params.Duration = String(Math.ceil(durationSeconds / 60));
    }
    this.#post(statusCallback.url, statusCallback.method, params);
  }

  stream(noun: StreamNoun, streamSid: string, event: StreamEvent): void {
    if (noun.statusCallback === undefined) return;
    const { accountSid, callSid, clock } = this.#options;
    this.#post(noun.statusCallback, noun.statusCallbackMethod === 'GET' ? 'GET' : 'POST', {
      AccountSid: accountSid,
      CallSid: callSid,
      StreamSid: streamSid,
      StreamName: noun.name ?? streamSid,
      StreamEvent: event,
      Timestamp: new Date(clock.wallMs()).toISOString(),
      ...(event === 'stream-error' ? { StreamError: 'the media stream was not opened' } : {}),
    });
  }

  /** Settles when all of them were answered or given up. Never rejects. */
  allPosted(): Promise<void> {
    return this.#posted;
  }

  #post(url: string, method: 'GET' | 'POST', params: Record<string, string>): void {
    const { authToken, callSid, log } = this.#options;
    this.#posted = this.#posted.then(async () => {
      try {
        await sendSigned({ url, method, params, authToken, timeoutMs: callbackMs });
      } catch (error) {
        log.debug({ callSid, err: error }, 'Sandbox status callback failed');
      }
    });
  }
}

/** As Twilio writes moments in callbacks and REST: `Sat, 21 Nov 2026 12:00:00 +0000`. */
export function toRfc2822(wallMs: number): string {
  return new Date(wallMs).toUTCString().replace('GMT', '+0000');
}

import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { CarrierCall, type CarrierCallOptions } from './carrier-call.ts';
import type { AnswerLeg } from './dial-leg.ts';
import type { Misbehaviour } from './misbehaviour.ts';

/** Calls remembered after their end, so that REST can still say that they are over. */
const mostEndedCalls = 50;
/** Heard audio kept of a call unless it says otherwise: 2 minutes, about 1 MB. */
const usualKeepAudioMs = 120_000;

export interface SandboxCarrierOptions {
  accountSid: string;
  /** Signs webhooks and media upgrades. Without it nothing is signed. */
  authToken?: string | undefined;
  /** The account's only number, E.164. */
  phoneNumber: string;
  /** What becomes of the numbers that calls dial. Without it everybody answers, presses 1 and talks for a moment. */
  answerLeg?: AnswerLeg;
  clock: Clock;
  log: Log;
}

/** An inbound call: a sandbox person dials the clinic. */
export interface DialOptions {
  /** The number's voice webhook. */
  url: string;
  from: string;
  to: string;
  method?: 'GET' | 'POST';
  /** The number's status callback; it hears of the end only. */
  statusCallback?: string;
  keepAudioMs?: number;
  misbehave?: Misbehaviour;
}

export type PlaceOptions = Pick<
  CarrierCallOptions,
  'from' | 'to' | 'twiml' | 'statusCallback' | 'ringMs' | 'answer'
> & { keepAudioMs?: number; misbehave?: Misbehaviour };

export interface SandboxCarrier {
  readonly phoneNumber: string;
  /** By CallSid: every live call and the last 50 that ended. */
  readonly calls: ReadonlyMap<string, CarrierCall>;
  dial(options: DialOptions): CarrierCall;
  /** An outbound call, as REST creates it. It rings by itself. */
  place(options: PlaceOptions): CarrierCall;
  /** Everybody hangs up. */
  close(): Promise<void>;
}

/** A telephone company of one number, on loopback: Twilio as far as this system can see it. */
export function createSandboxCarrier(options: SandboxCarrierOptions): SandboxCarrier {
  const { accountSid, answerLeg, authToken, clock, log, phoneNumber } = options;
  const calls = new Map<string, CarrierCall>();
  const live = new Set<CarrierCall>();

  function begin(call: CarrierCall): CarrierCall {
    calls.set(call.sid, call);
    live.add(call);
    void call.ended.then(() => {
      live.delete(call);
      forgetOldest(calls, live);
    });
    call.begin();
    return call;
  }

  return {
    phoneNumber,
    calls,
    dial({ url, from, to, method = 'POST', statusCallback, keepAudioMs, misbehave }) {
      return begin(
        new CarrierCall({
          accountSid,
          authToken,
          answerLeg,
          clock,
          log,
          from,
          to,
          direction: 'inbound',
          twiml: { url, method },
          statusCallback:
            statusCallback === undefined
              ? undefined
              : { url: statusCallback, method: 'POST', events: ['completed'] },
          keepAudioMs: keepAudioMs ?? usualKeepAudioMs,
          misbehave: misbehave ?? {},
        }),
      );
    },
    place({ keepAudioMs = usualKeepAudioMs, misbehave = {}, ...rest }) {
      const direction = 'outbound-api';
      return begin(
        new CarrierCall({
          accountSid,
          authToken,
          answerLeg,
          clock,
          log,
          direction,
          keepAudioMs,
          misbehave,
          ...rest,
        }),
      );
    },
    async close() {
      await Promise.all([...live].map((call) => call.hangUp()));
    },
  };
}

function forgetOldest(calls: Map<string, CarrierCall>, live: ReadonlySet<CarrierCall>): void {
  const ended = [...calls].filter(([, call]) => !live.has(call));
  for (const [sid] of ended.slice(0, Math.max(0, ended.length - mostEndedCalls))) calls.delete(sid);
}

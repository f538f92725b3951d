import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { Metrics } from '../platform/metrics.ts';

/** A call that rings longer than this is not answered any more. */
const ringS = 60;
/** Calls that were placed and not yet answered. */
const mostPending = 1_000;
/** An answer later than this belongs to no call of ours. */
const pendingLifeMs = 600_000;

export interface OutboundCall {
  id: string;
  to: string;
  clinicId: string;
  /** Why we call, as given by staff; the agent opens with it. */
  purpose?: string;
  placedAtMs: number;
}

export type PlacedCall =
  | { outcome: 'placed'; id: string; callSid: string }
  | { outcome: 'unknown'; id: string }
  | { outcome: 'refused'; httpStatus: number; code: string; message: string };

/** What dialling needs of the carrier's REST interface. */
export type PlaceCall = (request: {
  to: string;
  from: string;
  url: string;
  statusCallback: string;
  timeLimitS: number;
  ringS: number;
}) => Promise<
  | { outcome: 'placed'; callSid: string }
  | { outcome: 'refused'; code: number; reason: 'client' | 'config' | 'retry'; message: string }
  | { outcome: 'unknown' }
>;

const noCallerNumber: PlacedCall = {
  outcome: 'refused',
  httpStatus: 503,
  code: 'no-caller-number',
  message: 'Este servidor não tem número para ligar. Defina TWILIO_PHONE_NUMBER.',
};

const statusOfRefusal = { client: 422, config: 502, retry: 503 } as const;

/** Calls we place: remembered from the request until the callee answers. */
export class OutboundCalls {
  readonly #placeCall: PlaceCall;
  readonly #from: string;
  readonly #publicUrl: () => string;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #pending = new Map<string, OutboundCall>();

  constructor(parts: {
    placeCall: PlaceCall;
    from: string;
    publicUrl: () => string;
    clock: Clock;
    metrics: Metrics;
  }) {
    this.#placeCall = parts.placeCall;
    this.#from = parts.from;
    this.#publicUrl = parts.publicUrl;
    this.#clock = parts.clock;
    this.#metrics = parts.metrics;
  }

  /** Never rejects. An unknown result is told as such and never dialled again from here. */
  async place(call: {
    to: string;
    clinicId: string;
    purpose?: string;
    timeLimitS: number;
  }): Promise<PlacedCall> {
    if (this.#from === '') return noCallerNumber;
    this.#forgetOld();
    if (this.#pending.size >= mostPending) {
      return refused(
        503,
        'too-many-pending',
        'Há chamadas demais esperando resposta. Tente de novo em instantes.',
      );
    }
    const id = createId();
    const { timeLimitS, ...kept } = call;
    this.#pending.set(id, { id, ...kept, placedAtMs: this.#clock.monotonicMs() });
    const result = await this.#placeCall({
      to: call.to,
      from: this.#from,
      url: `${this.#publicUrl()}/incoming-call?outbound=${id}`,
      statusCallback: `${this.#publicUrl()}/call-status`,
      timeLimitS,
      ringS,
    });
    this.#metrics.count('outbound_calls_total', { outcome: result.outcome });
    if (result.outcome === 'placed') return { outcome: 'placed', id, callSid: result.callSid };
    if (result.outcome === 'unknown') return { outcome: 'unknown', id };
    this.#pending.delete(id);
    return refused(statusOfRefusal[result.reason], `carrier-${result.code}`, result.message);
  }

  /** The callee answered: what the call is about. The same answer again for a repeated webhook. */
  find(id: string): OutboundCall | undefined {
    this.#forgetOld();
    return this.#pending.get(id);
  }

  #forgetOld(): void {
    const limit = this.#clock.monotonicMs() - pendingLifeMs;
    for (const [id, call] of this.#pending) {
      if (call.placedAtMs < limit) this.#pending.delete(id);
    }
  }
}

function refused(httpStatus: number, code: string, message: string): PlacedCall {
  return { outcome: 'refused', httpStatus, code, message };
}

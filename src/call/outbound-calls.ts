import { DialAdmission, notReady } from './dial-admission.ts';
import { answerOf, type DialWish, type PlacedCall } from './dial-answer.ts';
import { limitReached } from './dial-limits.ts';
import { DialPace } from './dial-pace.ts';
import { type OutboundParts, ringS } from './dial-parts.ts';
import type { Answerer, Dial, DialProgress } from './dial-record.ts';
import { DialStarter } from './dial-starter.ts';
import {
  type DialReport,
  heardBy,
  isGivenUp,
  isStale,
  lookedUp,
  orphaned,
  reported,
  tryAgain,
  wantsLookup,
} from './dial-steps.ts';

/** An answer later than this belongs to no call of ours, ms. */
const answerableMs = 600_000;
/** How often due dials and open questions are looked at, ms. */
const tickMs = 1_000;
/** Questions asked of the carrier in one tick: each is a request of its own. */
const lookupsPerTick = 5;
/** A dial that would find no agent now is looked at again after this, ms. */
const postponeMs = 60_000;

export interface OutboundCall {
  id: string;
  to: string;
  clinicId: string;
  purpose?: string;
  row?: { listId: string; line: number };
}

const noCallerNumber: PlacedCall = {
  outcome: 'refused',
  httpStatus: 503,
  code: 'no-caller-number',
  message: 'Este servidor não tem número para ligar. Defina TWILIO_PHONE_NUMBER.',
};
const notAnyMore = {
  httpStatus: 422,
  code: 'not-any-more',
  message: 'A lista foi encerrada, ou o agendamento não está mais marcado.',
};
const expired = {
  httpStatus: 503,
  code: 'expired',
  message: 'A ligação não pôde ser feita a tempo e foi abandonada.',
};

/**
 * Calls we place. Written to the ledger before anything is done, so that whatever dies, and whatever the carrier answers,
 * nobody is rung twice for one wish.
 */
export class OutboundCalls {
  readonly #parts: OutboundParts;
  readonly #pace = new DialPace();
  readonly #starter: DialStarter;
  readonly #admission: DialAdmission;
  #ticking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: OutboundParts) {
    this.#parts = parts;
    this.#starter = new DialStarter(parts);
    this.#admission = new DialAdmission(parts, this.#starter, this.#pace);
  }

  /** Takes up what an earlier process left, and looks after due dials from now on. */
  start(): void {
    this.#timer = setInterval(() => void this.tick(), tickMs);
    this.#timer.unref();
  }

  /** Starts nothing more; waits for requests that are on their way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#starter.stop();
    await this.#ticking;
  }

  /** Never rejects. An unknown result is told as such and never dialled again. */
  async place(wish: DialWish): Promise<PlacedCall> {
    if (this.#parts.from === '') return noCallerNumber;
    try {
      const admitted = await this.#admission.admit(wish);
      if ('refusal' in admitted) return { outcome: 'refused', ...admitted.refusal };
      return answerOf((await this.#starter.get(admitted.id)) ?? admitted);
    } catch (err) {
      this.#parts.log.error({ err }, 'a dial could not be written down, and was not made');
      return { outcome: 'refused', ...notReady };
    }
  }

  /** The callee answered: what the call is about. The same answer again for a repeated webhook. */
  find(id: string): OutboundCall | undefined {
    const dial = this.#parts.ledger.find(id);
    const sinceMs = this.#parts.clock.wallMs() - answerableMs;
    if (dial?.sentAtMs === undefined || dial.state === 'failed' || dial.sentAtMs < sinceMs)
      return undefined;
    const { to, clinicId, purpose, row } = dial;
    const why = purpose === undefined ? {} : { purpose };
    return { id, to, clinicId, ...why, ...(row === undefined ? {} : { row }) };
  }

  dial(id: string): Dial | undefined {
    return this.#parts.ledger.find(id);
  }

  /** Every dial of the last days, in no order. */
  dials(): Iterable<Dial> {
    return this.#parts.ledger.all();
  }

  /** The carrier reported a call. @param id of the dial, when the report names it @param next what is known after it */
  async reported(
    id: string | undefined,
    report: DialReport,
    next: (known: DialProgress | undefined) => DialProgress,
  ): Promise<void> {
    const dial = this.#dialOf(id, report.callSid);
    if (!dial) return;
    const nowMs = this.#parts.clock.wallMs();
    await this.#change(dial.id, (one) => tryAgain(reported(one, report, next), nowMs));
  }

  /** The carrier heard who took a call: a machine is left its message or hung up on, once. */
  async answeredBy(id: string | undefined, report: DialReport, by: Answerer): Promise<void> {
    const { carrier, metrics, onAnsweredBy } = this.#parts;
    const dial = this.#dialOf(id, report.callSid);
    if (!dial) return;
    let message: string | undefined;
    let isFirst = false;
    const written = await this.#change(dial.id, (one) => {
      const heard = heardBy(one, report, by);
      isFirst = heard !== one;
      message = by === 'machine' && !one.messageLeft ? one.voicemail : undefined;
      return isFirst && message !== undefined ? { ...heard, messageLeft: true } : heard;
    });
    if (!isFirst || !written) return;
    metrics.count('outbound_calls_total', { outcome: `answered-by-${by}` });
    onAnsweredBy?.(report.callSid, by);
    if (message !== undefined) await carrier.leaveMessage(report.callSid, message);
    else if (by === 'machine' || by === 'fax') await carrier.endCall(report.callSid);
  }

  /** Asks what became of what is not known, and starts what is due. Never rejects; one at a time. */
  async tick(): Promise<void> {
    if (this.#starter.isStopped) return;
    this.#ticking ??= this.#work()
      .catch((err) => this.#parts.log.error({ err }, 'due dials could not be looked after'))
      .finally(() => {
        this.#ticking = undefined;
      });
    await this.#ticking;
  }

  async #work(): Promise<void> {
    const { ledger, clock } = this.#parts;
    const idle = [...ledger.all()].filter(({ id }) => !this.#starter.get(id));
    for (const { id, state } of idle) if (state === 'sent') await this.#change(id, orphaned);
    const doubtful = idle.filter((dial) => wantsLookup(dial, ringS, clock.wallMs()));
    for (const { id } of doubtful.slice(0, lookupsPerTick)) await this.#lookUp(id);
    const due = idle
      .filter(({ state, dueAtMs }) => state === 'intent' && dueAtMs <= clock.wallMs())
      .sort((a, b) => a.dueAtMs - b.dueAtMs);
    for (const dial of due) await this.#startDue(dial);
  }

  /** One that may not start now waits, or is over. */
  async #startDue(dial: Dial): Promise<void> {
    const { clock } = this.#parts;
    const next = this.#verdict(dial, clock.wallMs()) ?? (await this.#verdictOfList(dial));
    if (next !== undefined) {
      await this.#change(dial.id, (one) => (one.state === 'intent' ? { ...one, ...next } : one));
      return;
    }
    if (this.#starter.isStopped || !this.#pace.isFree(clock.monotonicMs())) return;
    this.#pace.take(clock.monotonicMs());
    await this.#starter.begin(dial, 0);
  }

  /** What a due dial becomes instead of starting; nothing when it may start. */
  #verdict(dial: Dial, nowMs: number): Partial<Dial> | undefined {
    const { ledger, limits, permission, unavailable } = this.#parts;
    if (isStale(dial, nowMs)) return { state: 'failed', refusal: expired };
    const forbidden = permission(dial, nowMs);
    if (forbidden?.nextAllowedMs !== undefined) return { dueAtMs: forbidden.nextAllowedMs };
    if (forbidden) {
      const { httpStatus, code, message } = forbidden;
      return { state: 'failed', refusal: { httpStatus, code, message } };
    }
    const limit = limitReached(dial, ledger.all(), { nowMs, ringS, self: dial.id }, limits);
    if (limit) return { dueAtMs: nowMs + limit.retryAfterS * 1_000 };
    return unavailable() === undefined ? undefined : { dueAtMs: nowMs + postponeMs };
  }

  /** Staff may have paused or stopped a list between two rings of one of its rows. */
  async #verdictOfList({ attempt, row }: Dial): Promise<Partial<Dial> | undefined> {
    const { clock, mayRingAgain } = this.#parts;
    const answer = row && attempt > 1 ? await mayRingAgain?.(row) : undefined;
    if (answer === 'later') return { dueAtMs: clock.wallMs() + postponeMs };
    return answer === 'never' ? { state: 'failed', refusal: notAnyMore } : undefined;
  }

  async #lookUp(id: string): Promise<void> {
    const { carrier, clock, from, ledger, log, metrics } = this.#parts;
    const dial = ledger.find(id);
    if (!dial) return;
    const answer = await carrier.findCalls({ to: dial.to, from });
    const calls = answer.outcome === 'found' ? answer.calls : [];
    const isTaken = (callSid: string) => ledger.findByCall(callSid) !== undefined;
    const after = await this.#change(id, (one) =>
      tryAgain(lookedUp(one, calls, isTaken), clock.wallMs()),
    );
    if (!after || !isGivenUp(after)) return;
    metrics.count('outbound_calls_total', { outcome: 'never-known' });
    log.error({ dialId: id }, 'it is not known whether a call was made; it is not dialled again');
  }

  #dialOf(id: string | undefined, callSid: string): Dial | undefined {
    const { ledger } = this.#parts;
    return id === undefined ? ledger.findByCall(callSid) : ledger.find(id);
  }

  async #change(id: string, change: (dial: Dial) => Dial): Promise<Dial | undefined> {
    try {
      return await this.#parts.ledger.change(id, change);
    } catch (err) {
      this.#parts.log.error({ err, dialId: id }, 'what became of a dial could not be written down');
      return undefined;
    }
  }
}

import { createId } from '../platform/id.ts';
import { unusualUntilMs } from './dial-anomaly.ts';
import { type DialWish, fingerprintOf, newDial } from './dial-answer.ts';
import { DialDenials } from './dial-denials.ts';
import { limitReached } from './dial-limits.ts';
import type { DialPace } from './dial-pace.ts';
import { type OutboundParts, ringS } from './dial-parts.ts';
import type { DialRefusal } from './dial-permission.ts';
import type { Dial } from './dial-record.ts';
import type { DialStarter } from './dial-starter.ts';

/** Who may be rung now: everything is checked, then the wish is written down and given its turn. */
export class DialAdmission {
  readonly #parts: OutboundParts;
  readonly #starter: DialStarter;
  readonly #pace: DialPace;
  readonly #denials: DialDenials;
  /** One after another: two at once would both see room for one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: OutboundParts, starter: DialStarter, pace: DialPace) {
    this.#parts = parts;
    this.#denials = new DialDenials(parts.suspensions, parts.log);
    this.#starter = starter;
    this.#pace = pace;
  }

  /** A dial that stands in the ledger, new or from before. Rejects with STORE_WRITE_FAILED: then there is none. */
  admit(wish: DialWish): Promise<Dial | { refusal: DialRefusal }> {
    const mine = this.#last.then(() => this.#admit(wish));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #admit(wish: DialWish): Promise<Dial | { refusal: DialRefusal }> {
    const { ledger, clock } = this.#parts;
    const { keyId, idempotencyKey } = wish;
    const known =
      idempotencyKey === undefined ? undefined : ledger.findByKey(keyId, idempotencyKey);
    if (known) return isSame(known, wish) ? known : { refusal: conflict };
    const nowMs = clock.wallMs();
    const refusal = this.#refusal(wish, nowMs);
    if (refusal) return { refusal: this.#denied(keyId, refusal, nowMs) };
    const turn = this.#pace.take(clock.monotonicMs());
    if ('retryAfterS' in turn) return { refusal: tooFast(turn.retryAfterS) };
    const dial = newDial(wish, createId(), nowMs);
    const begun = await ledger.begin(dial);
    if (begun.outcome === 'exists') return begun.dial;
    void this.#starter.begin(dial, turn.waitMs);
    return dial;
  }

  #refusal(wish: DialWish, nowMs: number): DialRefusal | undefined {
    const { ledger, limits, permission, unavailable } = this.#parts;
    const untilMs = this.#denials.suspendedUntilMs(wish.keyId, nowMs);
    if (untilMs !== undefined) return suspended(Math.ceil((untilMs - nowMs) / 1_000));
    const forbidden = permission(wish, nowMs);
    if (forbidden) return forbidden;
    if (this.#starter.isStopped || unavailable() !== undefined) return notReady;
    const unusualMs = wish.row ? undefined : unusualUntilMs(wish.keyId, ledger.all(), nowMs);
    if (unusualMs !== undefined) return unusual(Math.ceil((unusualMs - nowMs) / 1_000));
    const limit = limitReached(wish, ledger.all(), { nowMs, ringS }, limits);
    return limit && { httpStatus: 429, ...limit };
  }

  #denied(keyId: string, refusal: DialRefusal, nowMs: number): DialRefusal {
    const { log, metrics } = this.#parts;
    metrics.count('outbound_calls_total', { outcome: 'denied' });
    log.info({ keyId, reason: refusal.code }, 'a dial was denied');
    const counts = refusal.httpStatus < 500 && refusal.code !== suspendedCode;
    if (counts && this.#denials.note(keyId, nowMs))
      log.warn({ keyId }, 'an API key was suspended: too many of its dials were denied');
    return refusal;
  }
}

function isSame(dial: Dial, wish: DialWish): boolean {
  return dial.idempotency?.fingerprint === fingerprintOf(wish);
}

const conflict: DialRefusal = {
  httpStatus: 409,
  code: 'idempotency-conflict',
  message:
    'Esta Idempotency-Key já foi usada para outro pedido. Use uma nova chave para cada ligação.',
};
export const notReady: DialRefusal = {
  httpStatus: 503,
  code: 'not-ready',
  message: 'Não é possível ligar agora. Tente de novo em instantes.',
};
const suspendedCode = 'key-suspended';

function suspended(retryAfterS: number): DialRefusal {
  return {
    httpStatus: 429,
    code: suspendedCode,
    message: 'Esta chave foi suspensa por uma hora: muitas ligações dela foram recusadas.',
    retryAfterS,
  };
}

function unusual(retryAfterS: number): DialRefusal {
  return {
    httpStatus: 429,
    code: 'unusual-calls',
    message:
      'Quase ninguém atende as ligações desta chave, ou elas duram poucos segundos. Confira os números antes de continuar.',
    retryAfterS: Math.max(1, retryAfterS),
  };
}

function tooFast(retryAfterS: number): DialRefusal {
  return {
    httpStatus: 429,
    code: 'too-fast',
    message: 'Só uma ligação por segundo pode ser iniciada. Tente de novo em instantes.',
    retryAfterS,
  };
}

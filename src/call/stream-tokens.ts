import { randomBytes, timingSafeEqual } from 'node:crypto';

/** A token is worth something for this long after the webhook was answered. */
export const tokenLifeMs = 30_000;

interface Issued {
  token: string;
  accountSid: string;
  expiresAtMs: number;
}

/** One-time proof that a media stream belongs to the call whose webhook we answered. Time is passed in. */
export class StreamTokens {
  readonly #issued = new Map<string, Issued>();

  /** @returns 128 random bits, base64url; bound to both ids, valid once and for `tokenLifeMs`. */
  issue(callSid: string, accountSid: string, nowMs: number): string {
    const token = randomBytes(16).toString('base64url');
    this.#issued.set(callSid, { token, accountSid, expiresAtMs: nowMs + tokenLifeMs });
    return token;
  }

  /** True once, for the right token of this call and account, in time. A wrong guess spends nothing. */
  redeem(token: string, callSid: string, accountSid: string, nowMs: number): boolean {
    const issued = this.#issued.get(callSid);
    if (!issued || !equal(issued.token, token) || issued.accountSid !== accountSid) return false;
    this.#issued.delete(callSid);
    return nowMs < issued.expiresAtMs;
  }

  /** Streams that may still come. */
  get outstanding(): number {
    return this.#issued.size;
  }

  forget(callSid: string): void {
    this.#issued.delete(callSid);
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

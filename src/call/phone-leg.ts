import type { EndReason } from './call-record.ts';
import type { HangUpPhone } from './carrier.ts';

/** After the phone leg was ended by REST, the stream must stop within this. */
const stopWaitMs = 5_000;

/** The telephone leg of a call that is to end: asked of the carrier, and not waited for without limit. */
export class PhoneLeg {
  readonly #hangUpPhone: HangUpPhone;
  readonly #callSid: string;
  /** The stream will not stop by itself. */
  readonly #end: (reason: EndReason) => void;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(parts: {
    hangUpPhone: HangUpPhone;
    identity: { callSid: string };
    end: (reason: EndReason) => void;
  }) {
    this.#hangUpPhone = parts.hangUpPhone;
    this.#callSid = parts.identity.callSid;
    this.#end = parts.end;
  }

  async hangUp(reason: EndReason): Promise<void> {
    const result = await this.#hangUpPhone(this.#callSid, reason);
    if (this.#isOver) return;
    if (result === 'failed') return this.#end(reason);
    this.#timer = setTimeout(() => this.#end(reason), stopWaitMs);
  }

  /** The call has ended: nothing is waited for any more. */
  release(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

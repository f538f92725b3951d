import { randomBytes } from 'node:crypto';
import type { Call } from '../call/call.ts';
import type { SoftphoneCall, SoftphoneOrder } from './softphone-view.ts';

/** Nobody has this number: no operator gives out numbers that begin with 90. */
export const softphoneE164 = '+5588900000001';
export const softphoneAccount = 'ACsoftphone';

/** One browser that is a telephone, from when its call was announced until the call is over. */
export interface SoftphoneLine {
  userId: string;
  call: Call;
  announced: SoftphoneCall;
  /** To the page; false while it has no stream. */
  order: (order: SoftphoneOrder) => boolean;
  /** The page has its stream. */
  connected: (send: (text: string) => void) => void;
}

/** The softphones in use: one for each person. */
export class SoftphoneLines {
  readonly #lines = new Map<string, SoftphoneLine>();

  of(userId: string): SoftphoneLine | undefined {
    return this.#lines.get(userId);
  }

  add(userId: string, call: Call, announced: SoftphoneCall): SoftphoneLine {
    let send: ((text: string) => void) | undefined;
    const line: SoftphoneLine = {
      userId,
      call,
      announced,
      order: (order) => {
        send?.(JSON.stringify(order));
        return send !== undefined;
      },
      connected: (newSend) => {
        send = newSend;
      },
    };
    this.#lines.set(userId, line);
    void call.ended.then(() => {
      if (this.#lines.get(userId) === line) this.#lines.delete(userId);
    });
    return line;
  }
}

/** Ids like the carrier's. */
export function softphoneSids(): { callSid: string; streamSid: string } {
  const hex = () => randomBytes(16).toString('hex');
  return { callSid: `CA${hex()}`, streamSid: `MZ${hex()}` };
}

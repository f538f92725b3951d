import type { Dial } from '../../src/call/dial-record.ts';

export const callee = '+5588999990002';

export function dial(rest: Partial<Dial> = {}): Dial {
  return {
    id: 'abcdefghijklmnopqrstuvwxyz',
    to: callee,
    clinicId: 'aurora',
    timeLimitS: 600,
    keyId: 'main',
    createdAtMs: 1_000,
    retriesLeft: 0,
    attempt: 1,
    state: 'intent',
    dueAtMs: 1_000,
    refusals: 0,
    lookups: 0,
    earlier: [],
    ...rest,
  };
}

import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { DialLedger } from './dial-ledger.ts';
import type { DialLimits } from './dial-limits.ts';
import type { DialPermission } from './dial-permission.ts';
import type { Answerer } from './dial-record.ts';
import type { CallAnswer, ListedCall } from './dial-steps.ts';
import type { DialSuspensionStore } from './dial-suspension-store.ts';

/** A call that rings longer than this is not answered any more. */
export const ringS = 60;

/** What dialling needs of the carrier. None of these ever rejects. */
export interface DialCarrier {
  placeCall(request: {
    to: string;
    from: string;
    url: string;
    statusCallback: string;
    /** Told who took the call. */
    machineStatusUrl: string;
    timeLimitS: number;
    ringS: number;
  }): Promise<CallAnswer>;
  findCalls(query: {
    to: string;
    from: string;
  }): Promise<{ outcome: 'found'; calls: ListedCall[] } | { outcome: 'failed' }>;
  endCall(callSid: string): Promise<unknown>;
  /** Says it in place of the conversation, and hangs up. */
  leaveMessage(callSid: string, text: string): Promise<unknown>;
}

export interface OutboundParts {
  ledger: DialLedger;
  carrier: DialCarrier;
  permission: DialPermission;
  from: string;
  publicUrl: () => string;
  /** Why an answered call would find no agent now, if so: nobody is rung to hear an apology. */
  unavailable: () => string | undefined;
  /** Told who took a call, once. */
  onAnsweredBy?: (callSid: string, by: Answerer) => void;
  limits?: DialLimits;
  suspensions: DialSuspensionStore;
  /** Whether a row of a list may be rung once more: its list was paused or stopped, or the matter is settled. */
  mayRingAgain?: (row: { listId: string; line: number }) => Promise<'now' | 'later' | 'never'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Waits for a call's turn; for tests. */
  pause?: (ms: number) => Promise<unknown>;
}

import type { ToolEffect } from '../agent/tool.ts';
import type { CallIdentity } from './call-journal.ts';
import type { CallRecord, ModelUsage, StaffDeed, ToolUse, TranscriptLine } from './call-record.ts';

/** Facts about one call, for those who watch: the live view, the demo's terminal. Watchers change nothing. */
export type CallFact =
  | {
      type: 'call-started';
      direction: 'inbound' | 'outbound';
      /** Of the person at the other end: E.164 or `unknown`. */
      caller: string;
      model?: string | undefined;
      softphone?: CallRecord['softphone'];
    }
  | { type: 'line-spoken'; line: TranscriptLine }
  | { type: 'agent-interrupted' }
  | { type: 'agent-resumed' }
  | { type: 'tool-used'; use: ToolUse }
  | Exclude<ToolEffect, { type: 'end-call' }>
  /** The agent said that something was done which was not; it is made to correct itself. */
  | { type: 'promise-broken'; claim: string }
  /** The caller's words tell of danger: somebody should look. */
  | { type: 'emergency'; kind: string }
  | { type: 'read-back-heard'; appointmentId: string }
  | { type: 'staff-acted'; deed: StaffDeed }
  /** May what is said be recorded, and so be listened to, from now on? */
  | { type: 'recording'; isAllowed: boolean }
  /** Tokens of all replies so far. */
  | { type: 'tokens-used'; usage: ModelUsage }
  | { type: 'model-lost' }
  | { type: 'model-restored' }
  | { type: 'call-ended'; record: CallRecord };

/** `atMs`: on the recording's clock. */
export type CallEvent = CallFact & { callId: string; clinicId: string; atMs: number };

/** May throw; a call does not hear of it. */
export type CallWatcher = (event: CallEvent) => void;

/** The first fact of every call. */
export function callStarted(identity: Omit<CallIdentity, 'streamSid'>): CallFact {
  const { direction, from, to, model, softphone } = identity;
  return {
    type: 'call-started',
    direction,
    caller: direction === 'outbound' ? to : from,
    model,
    ...(softphone ? { softphone } : {}),
  };
}

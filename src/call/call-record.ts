import type { ConsentEvidence } from '../agent/consent.ts';

/** What is kept of a call, and the contract of the store that keeps it. Personal data lives here, never in logs. */

export interface TranscriptLine {
  speaker: 'caller' | 'agent';
  /** Agent lines that were interrupted hold only what was heard. */
  text: string;
  /** Milliseconds on the recording's clock (carrier audio time, 0 = stream start). */
  startMs: number;
  endMs?: number;
  /** The caller spoke over this line and it was cut where it was heard. */
  interrupted?: true;
  /** What was generated but never heard of an interrupted line. */
  unheardText?: string;
  /**
   * Spoken by a shipped prompt, typed on the keypad, said through the model; `person`: somebody of the clinic spoke in the
   * agent's place, whose words are not known, only who it was.
   */
  source: 'speech' | 'prompt' | 'keypad' | 'person';
  itemId?: string;
}

export interface ToolUse {
  name: string;
  atMs: number;
  durationMs: number;
  outcome: 'ok' | 'refused' | 'failed' | 'timeout';
  arguments: unknown;
  output: unknown;
}

/** Token counts summed over the call's responses. Cached tokens are a part of the input tokens, never added to them. */
export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  inputTextTokens: number;
  inputAudioTokens: number;
  cachedTextTokens: number;
  cachedAudioTokens: number;
  outputTextTokens: number;
  outputAudioTokens: number;
}

export interface CallLatencies {
  /** Stream start → first agent audio sent. */
  firstAudioMs?: number;
  /** Caller stopped → first agent audio, per turn. */
  replyMs: number[];
  /** Speech started → clear sent, per barge-in. */
  bargeInMs: number[];
}

/** What somebody of the clinic did to a call while it went on. */
export interface StaffDeed {
  atMs: number;
  /** Their user id, and the name it had. */
  byId: string;
  by: string;
  /** `lost`: their microphone went away and the agent took the caller back. */
  did: 'hint' | 'took' | 'gave-back' | 'lost' | 'transferred' | 'ended';
  /** Of a hint: what the agent was told. */
  text?: string;
  /** Of a transfer: the destination's id. */
  destination?: string;
}

/** Why a call ended; `docs/endings.md` lists the same reasons (a test compares them). */
export const endReasons = [
  'caller-hung-up',
  'agent-goodbye',
  'transferred',
  'caller-silent',
  'time-limit',
  'stream-lost',
  'stream-error',
  'model-unreachable',
  'model-refused',
  'server-draining',
  'ended-by-staff',
  'process-died',
] as const;
export type EndReason = (typeof endReasons)[number];

/** `agreed`: announced to the caller, not dialled (yet). */
export type TransferOutcome =
  | 'agreed'
  | 'answered'
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'voicemail'
  | 'failed'
  | 'caller-left';

export interface CallRecord {
  schemaVersion: 1;
  /** Ours: 26 characters, unguessable. */
  id: string;
  callSid: string;
  streamSid: string;
  clinic: string;
  direction: 'inbound' | 'outbound';
  /** E.164, or `unknown`. A hint, never a proof of who speaks. */
  from: string;
  to: string;
  /** Purpose given to `POST /make-call`. */
  purpose?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string;
  durationMs: number;
  /** `live` while it goes on; `interrupted` when the process died and it was repaired at the next start. */
  state: 'live' | 'ended' | 'interrupted';
  ending?: EndReason;
  outcome?:
    | 'appointment'
    | 'cancellation'
    | 'request'
    | 'no-appointment'
    | 'transfer'
    | 'abandoned'
    | 'failed';
  /** Absent when nothing was recorded, or all of it was deleted. */
  recording?: { file: string; durationMs: number; complete: boolean };
  /** In spoken order. */
  transcript: TranscriptLine[];
  tools: ToolUse[];
  /** Ids of appointments booked or moved during the call. */
  appointments: string[];
  /** Ids of appointments cancelled during the call, those that were moved not among them. */
  cancelled: string[];
  /** Ids of what was asked of the staff. */
  requests: string[];
  /** Things the agent said were done and were not; it corrected itself. */
  brokenPromises: { atMs: number; claim: string }[];
  /** Dangers that the caller's words told of, when and of what kind; no word of theirs. */
  emergencies: { atMs: number; kind: string }[];
  /** Why it is recorded or not. Not in records of earlier versions, nor before it is decided. */
  consent?: ConsentEvidence & { policy: 'notice' | 'question' };
  /** The caller was put through to this destination of the clinic's file, or was to be. */
  transfer?: { destination: string; outcome: TransferOutcome; atMs: number };
  /** Our id of the call that this one goes on from, after a transfer that nobody took. */
  continues?: string;
  /** What people of the clinic did meanwhile. Absent when nobody did anything. */
  staff?: StaffDeed[];
  /** It came from a browser and not by telephone; who held it. */
  softphone?: { byId: string; by: string };
  /** Eight digits that name the conversation. Once it is over. */
  protocol?: string;
  /** What came of it, for staff, in Portuguese. Once it is over. */
  summary?: string;
  /** The realtime model that spoke. Not in records of earlier versions. */
  model?: string;
  usage: ModelUsage;
  latencies: CallLatencies;
  bargeIns: { resumed: number; cut: number };
  modelReconnects: number;
}

/** Newest first. `nextBefore` is passed back as `before` for the following page. */
export interface CallPage {
  calls: CallRecord[];
  nextBefore?: string;
}

/**
 * Keeps call records. It does not keep audio (the recorder does) and knows nothing of live calls.
 * `save` takes the whole record as it is now and replaces the one that is kept; saves of one record follow each other.
 * It resolves when the record survives the death of the process and, unless it is still `live`, that of the machine.
 */
export interface CallStore {
  save(record: CallRecord): Promise<void>;
  find(id: string): Promise<CallRecord | undefined>;
  list(options: { limit: number; before?: string }): Promise<CallPage>;
  /** Records still marked `live`: after a start, those are calls that a dead process left behind. */
  unfinished(): Promise<CallRecord[]>;
}

/** `2026-11-21T10-15-30-CA…`: common stem of the files of one call. `callSid` was checked to be `[A-Za-z0-9]+`. */
export function callFileStem(startedAt: string, callSid: string): string {
  return `${startedAt.slice(0, 19).replaceAll(':', '-')}-${callSid}`;
}

export function emptyUsage(): ModelUsage {
  return {
    inputTokens: 0,
    outputTokens: 0,
    inputTextTokens: 0,
    inputAudioTokens: 0,
    cachedTextTokens: 0,
    cachedAudioTokens: 0,
    outputTextTokens: 0,
    outputAudioTokens: 0,
  };
}

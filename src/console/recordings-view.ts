import type { CallRecord, ModelUsage, StaffDeed, TranscriptLine } from '../call/call-record.ts';

/** Answer of GET /console/api/calls: newest first. */
export interface CallListView {
  calls: CallItemView[];
  total: number;
  /** Calls whose words are not searched yet, for some seconds after a start. */
  unread: number;
  /** Given back as `before` for the following page. */
  nextBefore?: string;
}

export interface CallItemView {
  id: string;
  clinic: string;
  direction: 'inbound' | 'outbound';
  /** The other side's: E.164 or `unknown`. */
  number: string;
  names: string[];
  startedAt: string;
  durationMs: number;
  state: CallRecord['state'];
  outcome?: NonNullable<CallRecord['outcome']>;
  ending?: NonNullable<CallRecord['ending']>;
  protocol?: string;
  isRecorded: boolean;
  booked: number;
  transfer?: NonNullable<CallRecord['transfer']>['outcome'];
  emergencies: number;
  brokenPromises: number;
}

/** Answer of GET /console/api/calls/:id. All `…Ms` that are moments are on the recording's clock. */
export interface CallDetailView extends CallItemView {
  timeZone: string;
  from: string;
  to: string;
  purpose?: string;
  endedAt?: string;
  summary?: string;
  lines: TranscriptLine[];
  tools: ToolUseView[];
  appointments: AgreedVisitView[];
  broken: { atMs: number; claim: string }[];
  /** What people of the clinic did while it went on. */
  deeds: Omit<StaffDeed, 'byId'>[];
  /** It came from a browser: whose. */
  softphoneOf?: string;
  dangers: { atMs: number; kind: string }[];
  consent?: NonNullable<CallRecord['consent']>;
  transferredTo?: NonNullable<CallRecord['transfer']>;
  continues?: string;
  latencies: CallRecord['latencies'];
  bargeIns: CallRecord['bargeIns'];
  modelReconnects: number;
  model?: string;
  usage: ModelUsage;
  /** Missing when the model has no known price. */
  cost?: { usd: number; brl: number; usdBrl: number; pricesOf: string };
  recording: RecordingView;
}

export interface ToolUseView {
  name: string;
  atMs: number;
  durationMs: number;
  outcome: 'ok' | 'refused' | 'failed' | 'timeout';
  /** JSON, indented; secrets and, for some roles, documents are dots. */
  given: string;
  answered: string;
}

/** An appointment that was made in the call. */
export interface AgreedVisitView {
  id: string;
  protocol: string;
  status: string;
  day: string;
  time: string;
  service: string | null;
  professional: string | null;
  patient: string;
  /** Where the person agreed; null when that cannot be heard. */
  agreedMs: number | null;
}

export type RecordingView =
  | { state: 'playable'; durationMs: number; complete: boolean; needsReason: boolean }
  /** The call goes on. */
  | { state: 'live' }
  /** The caller did not want it, or withdrew; or it was never known. */
  | { state: 'refused' }
  /** Nothing was recorded, for another reason. */
  | { state: 'none' }
  /** There was one, and it is not there any more. */
  | { state: 'gone' }
  /** Another server of the clinic made it and keeps it. */
  | { state: 'elsewhere' };

/** Body of POST /console/api/calls/:id/plays. Refused: 400 `reason-needed`. */
export interface PlayWish {
  reason?: string;
}

/** Answer of GET /console/api/calls/:id/peaks: how loud each side is, 0 … 100, in stretches of one length. */
export interface PeaksView {
  durationMs: number;
  caller: number[];
  agent: number[];
}

/** What the screen of calls out is given. Read by browser code as types. */

export interface DialOutView {
  id: string;
  clinic: string;
  /** E.164. */
  to: string;
  purpose: string | null;
  status:
    | 'queued'
    | 'initiated'
    | 'ringing'
    | 'in-progress'
    | 'completed'
    | 'busy'
    | 'no-answer'
    | 'failed'
    | 'cancelled'
    | 'unknown';
  /** Nothing more will come of it. */
  isOver: boolean;
  answeredBy: 'human' | 'machine' | 'fax' | 'unknown' | null;
  messageLeft: boolean;
  attempt: number;
  retriesLeft: number;
  durationS: number | null;
  /** Why nobody was rung, in Portuguese. */
  refusal: { code: string; message: string } | null;
  createdAt: string;
  /** When it is tried, while it waits. */
  dueAt: string | null;
  mine: boolean;
  listId: string | null;
  /** Our call, once there is one to be listened to. */
  callId: string | null;
}

export interface CallListLine {
  id: string;
  clinic: string;
  name: string;
  kind: 'confirm' | 'remind' | 'custom';
  state: 'ready' | 'running' | 'paused' | 'stopped' | 'done';
  because: 'failures' | 'few-answers' | 'expired' | null;
  perMinute: number;
  createdAt: string;
  rows: { all: number; waiting: number; dialled: number; ended: number; skipped: number };
  results: Record<string, number>;
  answers: Record<string, number>;
  problems: number;
}

export interface CallListView extends CallListLine {
  problemLines: { line: number; reason: string }[];
  people: CallListPerson[];
}

export interface CallListPerson {
  line: number;
  name: string | null;
  to: string;
  visit: { day: string; time: string } | null;
  appointmentId: string | null;
  state: 'waiting' | 'dialled' | 'ended' | 'skipped';
  result: string | null;
  reason: string | null;
  dueAt: string | null;
  answer: string | null;
  callId: string | null;
}

export interface OptOutView {
  number: string;
  since: string;
  channel: string;
}

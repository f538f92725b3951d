/** What the console shows of calls in progress. Shapes only: the browser shares them. */

/** Who speaks with the caller. `ending`: a goodbye is being said. */
export type LiveState = 'agent' | 'person' | 'ended';

export interface LiveCall {
  id: string;
  clinic: string;
  direction: 'inbound' | 'outbound';
  via: 'telephone' | 'softphone';
  /** Masked: area code and the last four digits; `null` when it is hidden. */
  caller: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** How long it had lasted when this was sent: the clock of whoever looks may be wrong. */
  elapsedMs: number;
  state: LiveState;
  /** Who of the clinic speaks with the caller. */
  holder: { id: string; name: string } | null;
  /** Recording is allowed by now, so it may be listened to. */
  mayListen: boolean;
  /** The model is away; the caller hears fillers. */
  modelLost: boolean;
  emergency: boolean;
  /** Appointments booked or moved. */
  booked: number;
  /** Of the model's tokens so far; `null` when the model's price is not known. */
  costBrl: number | null;
  /** Once it is over. */
  ending: string | null;
  durationMs: number | null;
}

export interface LiveLine {
  kind: 'line';
  id: string;
  atMs: number;
  speaker: 'caller' | 'agent' | 'person';
  /** `null`: the clinic keeps no words of a call that is not recorded. */
  text: string | null;
  interrupted: boolean;
}

export type LiveNoteName =
  | 'interrupted'
  | 'resumed'
  | 'tool'
  | 'booked'
  | 'moved'
  | 'cancelled'
  | 'request'
  | 'read-back'
  | 'emergency'
  | 'promise-broken'
  | 'model-lost'
  | 'model-restored'
  | 'recording-on'
  | 'recording-off'
  | 'transfer'
  | 'hint'
  | 'took'
  | 'gave-back'
  | 'lost'
  | 'transferred'
  | 'ended'
  | 'over';

export interface LiveNote {
  kind: 'note';
  id: string;
  atMs: number;
  note: LiveNoteName;
  /** The tool, the kind of danger, the destination, the hint, the ending. */
  detail?: string;
  /** Of a tool. */
  outcome?: string;
  /** Who of the clinic did it. */
  by?: string;
}

export type LiveEntry = LiveLine | LiveNote;

/** First event of the stream, also after a break: it replaces everything that was shown. */
export interface LiveSnapshot {
  calls: (LiveCall & { entries: LiveEntry[] })[];
}

/** Every later event. An entry whose id is known replaces that one. */
export interface LiveChange {
  call: LiveCall;
  entry?: LiveEntry;
}

/** Whom a caller may be put through to. */
export interface LiveDestination {
  id: string;
  name: string;
  open: boolean;
}

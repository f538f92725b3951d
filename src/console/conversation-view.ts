/** Text conversations as staff see them. Shapes only: the browser reads this file too. */

export interface ConversationRow {
  id: string;
  clinic: string;
  channel: 'whatsapp' | 'web-chat';
  /** As the person calls themselves. */
  name: string | null;
  /** Masked: `•••• 0001` of a number; null on the web. */
  number: string | null;
  protocol: string;
  status: 'open' | 'closed';
  openedAt: string;
  updatedAt: string;
  /** A person of the clinic who holds it. */
  heldBy: string | null;
  /** It is whoever asks. */
  isMine: boolean;
  /** Something is to be answered or sent. */
  isPending: boolean;
  /** A person holds it, and the newest words are not theirs. */
  awaitsStaff: boolean;
}

/** Answer of GET /console/api/conversations: newest change first, at most 200. `version` as of a conversation. */
export interface ConversationListView {
  version: string;
  conversations: ConversationRow[];
}

/** Worst first: what a message of several parts is told by. */
export type DeliveryState =
  | 'failed'
  | 'refused'
  | 'unknown'
  | 'withdrawn'
  /** Not given to the carrier yet. */
  | 'waiting'
  | 'queued'
  | 'sent'
  | 'delivered'
  | 'read';

export interface DeliveryView {
  state: DeliveryState;
  /** The carrier's, of a refusal or a failure; 0: it was tried too often. */
  code: number | null;
}

export interface ConversationLineView {
  at: string;
  who: 'sender' | 'agent' | 'staff' | 'note';
  text: string;
  /** Of staff. */
  by?: string;
  /** What came instead of words or with them, as long as it is not taken in. */
  file?: 'voice-note' | 'image' | 'other';
  /** What became of it on WhatsApp; left out where that is not known (any more). */
  delivery?: DeliveryView;
}

export interface OutgoingView {
  at: string;
  text: string;
  by: 'agent' | 'staff';
  state: 'due' | 'intent' | 'sent' | 'unknown' | 'refused' | 'withdrawn';
  delivery: 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | null;
  code: number | null;
}

/** An appointment or a request to staff that was made in it. */
export interface DoneView {
  id: string;
  kind: 'appointment' | 'exam-results' | 'message' | 'waiting-list';
  protocol: string;
  status: string;
  name: string;
  /** What it is about. */
  title: string | null;
  /** Of an appointment, `YYYY-MM-DD` and `HH:MM` at the clinic. */
  day: string | null;
  time: string | null;
}

export interface ConversationView extends ConversationRow {
  /**
   * WhatsApp takes free text until then. After it `POST …/messages` is refused with 409 `outside-window`, and `POST …/reopen`
   * (no body) asks the person to answer. Null: no limit, or they have never written.
   */
  freeTextUntil: string | null;
  /** It still does, by the clock of the server. */
  takesFreeText: boolean;
  lines: ConversationLineView[];
  outbox: OutgoingView[];
  summary: string | null;
  closedBecause: 'agent-goodbye' | 'expired' | 'staff' | 'too-long' | null;
  appointments: string[];
  done: DoneView[];
}

/**
 * Answer of GET /console/api/conversations/:id. Asked again with `?unless=<version>`, it is 204 as long as nothing has changed.
 */
export interface OneConversationView {
  version: string;
  conversation: ConversationView;
}

/**
 * Answer of POST /console/api/conversations/:id/reopen: whoever asked holds `conversation` now, the person's open one or a new
 * one. Refused with 409: `not-whatsapp`, `window-open` (just write), `no-template`, `opted-out`, `already-asked` (once in 24
 * hours), `held`; the message says it in plain words.
 */
export interface ReopenedView {
  conversation: string;
}

/** Body of POST /console/api/conversations/:id/take. Without `instead`, what another person holds is refused: 409 `held`. */
export interface TakeWish {
  instead?: boolean;
}

export interface DeadJobView {
  id: string;
  kind: string;
  attempts: number;
  reason: string;
  diedAt: string;
}

/** Something the person of a conversation had to do with this clinic. */
export interface TimelineEntry {
  /** ISO 8601, UTC; of an appointment: when the visit is. */
  at: string;
  /** `staff`: an appointment that a person of the clinic wrote down. */
  channel: 'voice' | 'whatsapp' | 'web-chat' | 'staff';
  kind: 'call' | 'conversation' | 'appointment';
  /** Of the call, the conversation or the appointment. */
  id: string;
  title: string;
  detail: string;
}

/**
 * Answer of `GET /console/api/conversations/:id/timeline`: newest first, the conversation itself among them. Joined by telephone
 * number; empty when the conversation has shown none. A telephone that a family shares shows the family.
 */
export interface TimelineView {
  entries: TimelineEntry[];
}

/** Answer of GET /console/api/jobs. */
export interface JobsView {
  counts: { waiting: number; running: number; dead: number };
  /** Newest first, at most 200. */
  dead: DeadJobView[];
}

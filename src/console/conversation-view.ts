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
  /** Something is to be answered or sent. */
  isPending: boolean;
}

export interface ConversationLineView {
  at: string;
  who: 'sender' | 'agent' | 'staff' | 'note';
  text: string;
  /** Of staff. */
  by?: string;
}

export interface OutgoingView {
  at: string;
  text: string;
  by: 'agent' | 'staff';
  state: 'due' | 'intent' | 'sent' | 'unknown' | 'refused' | 'withdrawn';
  delivery: 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | null;
  code: number | null;
}

export interface ConversationView extends ConversationRow {
  lines: ConversationLineView[];
  outbox: OutgoingView[];
  summary: string | null;
  closedBecause: 'agent-goodbye' | 'expired' | 'staff' | 'too-long' | null;
  appointments: string[];
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

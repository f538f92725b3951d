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

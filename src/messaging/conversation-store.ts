import type {
  Conversation,
  ConversationHead,
  ConversationLine,
  TextChannel,
} from './conversation-record.ts';

/** Whose conversation is meant. */
export interface SenderAt {
  clinic: string;
  channel: TextChannel;
  senderKey: string;
}

export interface ConversationQuery {
  /** Only of these clinics; all when left out. */
  clinics?: readonly string[];
  channel?: TextChannel;
  senderKey?: string;
  status?: Conversation['status'];
  /** Only those in which something is to be done. */
  isPending?: boolean;
  limit: number;
}

/**
 * Text conversations. Durable when a promise resolves; a driver that cannot write rejects with STORE_WRITE_FAILED and has
 * acknowledged nothing. What is handed out is not to be changed.
 */
export interface ConversationStore {
  /** Creates, never replaces. `exists`: of the same id, or another open one of the same sender, which is handed out. */
  create(
    conversation: Conversation,
  ): Promise<{ outcome: 'created' } | { outcome: 'exists'; conversation: Conversation }>;
  find(id: string): Promise<Conversation | undefined>;
  /** The one that is open. */
  findOpen(sender: SenderAt): Promise<Conversation | undefined>;
  /** The newest that is closed. */
  findLastClosed(sender: SenderAt): Promise<Conversation | undefined>;
  /**
   * Replaces a conversation by what `change` makes of its newest state; the same object means no change. One after
   * another for one conversation. Undefined when there is none. Rejects with what `change` throws.
   */
  update(
    id: string,
    change: (conversation: Conversation) => Conversation,
  ): Promise<Conversation | undefined>;
  /** Newest change first. */
  list(query: ConversationQuery): Promise<ConversationHead[]>;
  /** Forgets closed ones that did not change since; returns how many. */
  forgetClosed(beforeMs: number): Promise<number>;
  close(): Promise<void>;
}

/** What staff read: what was said, by whom, without the work of tools. */
export function spokenLines(
  conversation: Pick<Conversation, 'lines'>,
): Extract<ConversationLine, { text: string }>[] {
  return conversation.lines.flatMap((line) =>
    line.who === 'tool-call' || line.who === 'tool-output' ? [] : line,
  );
}

import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Conversation, TextChannel } from './conversation-record.ts';

/** One message that is answered while its sender waits, as in the chat of a page. */
export interface TextTurn {
  clinic: ClinicProfile;
  channel: TextChannel;
  /** Of an earlier answer. Left out, unknown, closed or of another sender: the sender's open conversation, or a new one. */
  conversationId?: string | undefined;
  /** Who writes, the same each time and unguessable; E.164 on WhatsApp. */
  senderKey: string;
  text: string;
  /** As the person calls themselves. */
  senderName?: string | undefined;
  /** Of the message; the same one twice is answered once. */
  messageId?: string | undefined;
}

export type TextPart =
  /** More of the reply. Deltas joined are its text. */
  | { type: 'delta'; text: string }
  /** The last part, always. */
  | {
      type: 'final';
      /** The whole reply; empty while a person holds the conversation, and for a message that is empty or came twice. */
      text: string;
      conversationId: string;
      protocol: string;
      status: Conversation['status'];
      /** A person of the clinic answers, not the agent. */
      isHeld: boolean;
    };

/** The clinic's agent in writing, on any channel. Never rejects: trouble is answered in words. */
export interface TextAgent {
  /** One turn at a time for a sender; further ones wait. The work goes on when nobody reads the answer any more. */
  answer(turn: TextTurn): AsyncIterable<TextPart>;
}

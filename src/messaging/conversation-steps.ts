import { bounded } from './conversation-length.ts';
import {
  type Conversation,
  type ConversationLine,
  type Inbound,
  longestMessage,
  type Outgoing,
} from './conversation-record.ts';
import type { SenderAt } from './conversation-store.ts';
import { withFileMark } from './file-mark.ts';
import { emptyThread } from './script-thread-record.ts';

/** Pure: what may become of a conversation. (conversation, fact) → conversation. */

/** Messages that wait for an answer; further ones of a flood are dropped, oldest kept. */
const mostWaiting = 50;
/** Ids remembered against a webhook that is delivered again, which happens within minutes. */
const mostSeen = 200;
/** Messages remembered with what became of them. */
const mostOutgoing = 100;
/** Ids of what was done. */
const mostDone = 50;

export function newConversation(
  given: SenderAt & { id: string; protocol: string; senderName: string | null; nowMs: number },
): Conversation {
  const { nowMs, ...identity } = given;
  return {
    schemaVersion: 1,
    ...identity,
    status: 'open',
    closedBecause: null,
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
    heardAtMs: null,
    closedAtMs: null,
    heldBy: null,
    answerDue: false,
    senderTurns: 0,
    inbox: [],
    seen: [],
    lines: [],
    turn: null,
    desk: null,
    script: emptyThread,
    outbox: [],
    summary: null,
    appointments: [],
  };
}

/** In the order in which they were written, whatever order they came in. The same object when the message was taken in before. */
export function received(
  conversation: Conversation,
  message: Inbound,
  name?: string,
): Conversation {
  const { seen, inbox } = conversation;
  const isAwaited =
    !message.isComing && inbox.some(({ id, isComing }) => isComing && id === message.id);
  if (isAwaited) {
    const heard = inbox.map((one) =>
      one.id === message.id ? { ...message, atMs: one.atMs } : one,
    );
    return { ...conversation, inbox: heard };
  }
  if (seen.includes(message.id)) return conversation;
  return {
    ...conversation,
    senderName: conversation.senderName ?? name ?? null,
    seen: [...seen, message.id].slice(-mostSeen),
    inbox: inbox.length < mostWaiting ? inWritingOrder([...inbox, message]) : inbox,
    heardAtMs: Math.max(conversation.heardAtMs ?? 0, message.atMs),
    updatedAtMs: Math.max(conversation.updatedAtMs, message.atMs),
  };
}

function inWritingOrder(inbox: Inbound[]): Inbound[] {
  return inbox.sort((one, other) => one.atMs - other.atMs);
}

/**
 * What waited is part of the conversation now; the agent's reply to it begins, unless a person holds it.
 * @param opening told before what the model writes
 */
export function begun(
  conversation: Conversation,
  { nowMs, opening = [] }: { nowMs: number; opening?: readonly string[] },
): Conversation {
  const { inbox, heldBy, turn, lines } = conversation;
  // A note that was waited for too long is a message of its own when its words come after all.
  const late = new Set(inbox.flatMap(({ id, isComing }) => (isComing ? id : [])));
  const came = inbox.filter(({ id }) => !late.has(id));
  // The agent acknowledges in its reply what it cannot open; a person must be told that it came.
  const said = came
    .map((one) => ({ ...one, text: heldBy ? withFileMark(one) : one.text }))
    .filter(({ text }) => text !== '');
  const spoken = said.map(({ atMs, text }): ConversationLine => ({ who: 'sender', atMs, text }));
  return bounded({
    ...conversation,
    inbox: [],
    seen: conversation.seen.filter((id) => !late.has(id)),
    lines: [...lines, ...spoken],
    senderTurns: conversation.senderTurns + (said.length > 0 ? 1 : 0),
    answerDue: false,
    turn: heldBy ? null : (turn ?? { said: [...opening], rounds: 0 }),
    updatedAtMs: nowMs,
  });
}

/** One round with the model is whole, its tools have answered: a death after this goes on from here. */
export function roundDone(
  conversation: Conversation,
  round: {
    lines: readonly ConversationLine[];
    said: string;
    desk: unknown;
    done: readonly string[];
    nowMs: number;
  },
): Conversation {
  const { turn } = conversation;
  const said = round.said ? [round.said] : [];
  return bounded({
    ...conversation,
    lines: [...conversation.lines, ...round.lines],
    turn: turn && { said: [...turn.said, ...said], rounds: turn.rounds + 1 },
    desk: round.desk,
    appointments: [...new Set([...conversation.appointments, ...round.done])].slice(-mostDone),
    updatedAtMs: round.nowMs,
  });
}

/** The agent's reply is whole. When a person took over meanwhile nothing of it is sent. */
export function replied(
  conversation: Conversation,
  reply: {
    lines: readonly ConversationLine[];
    /** Each a message of its own; empty where the reply was streamed. */
    parts: readonly string[];
    desk: unknown;
    done?: readonly string[];
    nowMs: number;
    idOf(index: number): string;
  },
): Conversation {
  const ended = roundDone(conversation, { ...reply, said: '', done: reply.done ?? [] });
  if (conversation.heldBy) return { ...ended, lines: conversation.lines, turn: null };
  return sending({ ...ended, turn: null }, reply.parts, { ...reply, by: 'agent' });
}

/** These parts wait to be sent, in order, after what waits already. */
export function sending(
  conversation: Conversation,
  parts: readonly string[],
  {
    nowMs,
    by,
    template = null,
    idOf,
  }: {
    nowMs: number;
    by: 'agent' | 'staff';
    template?: Outgoing['template'];
    idOf(index: number): string;
  },
): Conversation {
  const due = parts.map((text, index) => ({
    id: idOf(index),
    atMs: nowMs,
    text: text.slice(0, longestMessage),
    by,
    template,
    state: 'due' as const,
    messageSid: null,
    delivery: null,
    code: null,
  }));
  return { ...conversation, outbox: [...conversation.outbox, ...due].slice(-mostOutgoing) };
}

/** We write first, with words that were agreed beforehand. @param note for the model, never sent */
export function invited(
  conversation: Conversation,
  invitation: {
    text: string;
    template: NonNullable<Outgoing['template']>;
    note: string;
    nowMs: number;
    idOf(index: number): string;
  },
): Conversation {
  const { text, note, nowMs: atMs } = invitation;
  const lines: ConversationLine[] = [
    ...conversation.lines,
    { who: 'agent', atMs, text },
    { who: 'note', atMs, text: note },
  ];
  return sending(bounded({ ...conversation, lines, updatedAtMs: atMs }), [text], {
    ...invitation,
    by: 'agent',
  });
}

export function closed(
  conversation: Conversation,
  {
    because,
    summary,
    nowMs,
  }: { because: NonNullable<Conversation['closedBecause']>; summary: string | null; nowMs: number },
): Conversation {
  if (conversation.status === 'closed') return conversation;
  return {
    ...conversation,
    status: 'closed',
    closedBecause: because,
    closedAtMs: nowMs,
    updatedAtMs: nowMs,
    summary,
    turn: null,
    answerDue: false,
    heldBy: null,
  };
}

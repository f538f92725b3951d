import { bounded } from './conversation-length.ts';
import {
  type Conversation,
  type ConversationLine,
  type Inbound,
  longestMessage,
  type Outgoing,
} from './conversation-record.ts';
import type { SenderAt } from './conversation-store.ts';
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
    .map((one) => ({ ...one, text: heldBy ? withFile(one) : one.text }))
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

function withFile({ text, kind, unheard }: Inbound): string {
  const file = unheard
    ? fileMarks.unheard
    : kind === 'image' || kind === 'other'
      ? fileMarks[kind]
      : '';
  return [text, file].filter(Boolean).join(' ');
}

const fileMarks = {
  image: '[enviou uma imagem, que não se abre por aqui]',
  other: '[enviou um arquivo, que não se abre por aqui]',
  unheard: '[enviou um áudio, que não pôde ser transcrito]',
} as const;

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

function sending(
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

/** A person of the clinic. Without an id they are known by their name alone. */
export interface Holder {
  name: string;
  userId?: string | undefined;
}

export function isHeldBy({ heldBy }: Pick<Conversation, 'heldBy'>, by: Holder): boolean {
  if (!heldBy) return false;
  return heldBy.userId === undefined || by.userId === undefined
    ? heldBy.name === by.name
    : heldBy.userId === by.userId;
}

/**
 * From now on the agent is silent: what it has not sent yet is withdrawn.
 * @param mayReplace false: what another person holds is left to them
 */
export function takenOver(
  conversation: Conversation,
  { name, userId }: Holder,
  nowMs: number,
  mayReplace = true,
): Conversation {
  if (conversation.status === 'closed') return conversation;
  const isOwn = isHeldBy(conversation, { name, userId });
  if (conversation.heldBy && !isOwn && !mayReplace) return conversation;
  const sinceMs = isOwn ? (conversation.heldBy?.sinceMs ?? nowMs) : nowMs;
  return {
    ...conversation,
    heldBy: { name, ...(userId === undefined ? {} : { userId }), sinceMs },
    answerDue: false,
    turn: null,
    outbox: conversation.outbox.map((one) =>
      one.by === 'agent' && one.state === 'due' ? { ...one, state: 'withdrawn' } : one,
    ),
    updatedAtMs: nowMs,
  };
}

/** The agent speaks again; at once, when the person's last words have no answer. */
export function givenBack(conversation: Conversation, nowMs: number): Conversation {
  const { heldBy, lines } = conversation;
  if (!heldBy) return conversation;
  const told: ConversationLine = {
    who: 'note',
    atMs: nowMs,
    text: 'Uma pessoa da equipe cuidou da conversa até aqui e a devolveu para você. Leia o que foi dito e continue daí, sem se apresentar de novo.',
  };
  const last = lines.findLast(({ who }) => who === 'sender' || who === 'staff' || who === 'agent');
  return bounded({
    ...conversation,
    heldBy: null,
    lines: [...lines, told],
    answerDue: last?.who === 'sender',
    updatedAtMs: nowMs,
  });
}

/** A person of the clinic writes. Only while they hold the conversation: what they wrote is left out otherwise. */
export function staffWrote(
  conversation: Conversation,
  wrote: {
    text: string;
    by: Holder;
    parts: readonly string[];
    nowMs: number;
    idOf(index: number): string;
  },
): Conversation {
  const { text, by, nowMs } = wrote;
  if (!isHeldBy(conversation, by) || conversation.status === 'closed') return conversation;
  const lines: ConversationLine[] = [
    ...conversation.lines,
    { who: 'staff', atMs: nowMs, text, by: by.name },
  ];
  return sending(bounded({ ...conversation, lines, updatedAtMs: nowMs }), wrote.parts, {
    ...wrote,
    by: 'staff',
  });
}

/** A person of the clinic asks whoever has not written for long to answer, and holds the conversation for that answer. */
export function reopened(
  conversation: Conversation,
  asked: {
    text: string;
    template: NonNullable<Outgoing['template']>;
    by: Holder;
    nowMs: number;
    idOf(index: number): string;
  },
): Conversation {
  const { text, by, nowMs, ...more } = asked;
  const held = takenOver(conversation, by, nowMs, false);
  const wrote = staffWrote(held, { text, by, nowMs, parts: [], idOf: more.idOf });
  if (wrote === held) return conversation;
  return sending(wrote, [text], { ...more, nowMs, by: 'staff' });
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

import { bounded } from './conversation-length.ts';
import type { Conversation, ConversationLine, Outgoing } from './conversation-record.ts';
import { sending } from './conversation-steps.ts';

/** Pure: a person of the clinic takes a conversation, writes in it and gives it back. (conversation, fact) → conversation. */

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

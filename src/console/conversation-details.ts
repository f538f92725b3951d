import { createHash } from 'node:crypto';
import type { StaffRequest } from '../agent/staff-request.ts';
import { isHeldBy } from '../messaging/conversation-handover.ts';
import {
  type Conversation,
  type ConversationHead,
  headOf,
} from '../messaging/conversation-record.ts';
import { spokenLines } from '../messaging/conversation-store.ts';
import { isWindowOpen, windowMs } from '../messaging/whatsapp-text.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { SignedIn } from './console-access.ts';
import type {
  ConversationLineView,
  ConversationRow,
  ConversationView,
  DoneView,
} from './conversation-view.ts';
import { deliveriesOf } from './message-delivery.ts';

type Who = Pick<SignedIn, 'userId' | 'name'>;

/** Pure: what lists show of a conversation, to one person. */
export function conversationRow(head: ConversationHead, who: Who): ConversationRow {
  const { id, clinic, channel, senderName, senderKey, protocol, status, heldBy } = head;
  return {
    ...{ id, clinic, channel, protocol, status },
    name: senderName,
    number: channel === 'whatsapp' ? `•••• ${senderKey.slice(-4)}` : null,
    openedAt: toIso(head.openedAtMs),
    updatedAt: toIso(head.updatedAtMs),
    heldBy: heldBy?.name ?? null,
    isMine: isHeldBy(head, who),
    isPending: head.isPending,
    awaitsStaff: heldBy !== null && head.lastFrom === 'sender',
  };
}

/** Pure: all of it. */
export function conversationView(
  conversation: Conversation,
  done: readonly (Appointment | StaffRequest)[],
  who: Who,
  nowMs: number,
): ConversationView {
  const { inbox, outbox, summary, closedBecause, appointments } = conversation;
  const lines = spokenLines(conversation);
  const deliveries = deliveriesOf(lines, outbox);
  const spoken = lines.map((line): ConversationLineView => {
    const delivery = deliveries.get(line);
    return {
      at: toIso(line.atMs),
      who: line.who,
      text: line.text,
      ...(line.who === 'staff' ? { by: line.by } : {}),
      ...(delivery ? { delivery } : {}),
    };
  });
  const waiting = inbox.map(
    ({ atMs, text, kind }): ConversationLineView => ({
      at: toIso(atMs),
      who: 'sender',
      text,
      ...(kind === 'text' ? {} : { file: kind }),
    }),
  );
  const { channel, heardAtMs } = conversation;
  const isLimited = channel === 'whatsapp' && heardAtMs !== null;
  return {
    ...conversationRow(headOf(conversation), who),
    freeTextUntil: isLimited ? toIso(heardAtMs + windowMs) : null,
    takesFreeText: channel !== 'whatsapp' || isWindowOpen(heardAtMs, nowMs),
    // What waits to be taken in may be older than what staff wrote meanwhile.
    lines: [...spoken, ...waiting].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    outbox: outbox.map(({ atMs, text, by, state, delivery, code }) => ({
      at: toIso(atMs),
      ...{ text, by, state, delivery, code },
    })),
    summary,
    closedBecause,
    appointments,
    done: done.map(doneView),
  };
}

function doneView(one: Appointment | StaffRequest): DoneView {
  const { id, protocol, status } = one;
  if ('kind' in one) {
    const { kind, name, text, wish } = one;
    const title = wish?.service ?? text;
    return { id, kind, protocol, status, name, title, day: null, time: null };
  }
  const { patient, service, day, time } = one;
  return {
    ...{ id, kind: 'appointment', protocol, status, name: patient.name, title: service, day, time },
  };
}

/** Tells whether anything of an answer has changed. */
export function versionOf(answer: object): string {
  return createHash('sha256').update(JSON.stringify(answer)).digest('base64url').slice(0, 16);
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

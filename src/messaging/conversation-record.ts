import { z } from 'zod';
import { emptyThread, scriptThreadSchema } from './script-thread-record.ts';

const text = (most: number) => z.string().max(most);
const moment = z.number().int().min(0);

/** Characters of one message that are kept; WhatsApp itself allows 4,096. */
export const longestMessage = 4_096;

const inboundSchema = z.strictObject({
  /** The carrier's id of the message; ours on the web. One message has one effect. */
  id: text(100),
  atMs: moment,
  kind: z.enum(['text', 'voice-note', 'image', 'other']),
  /** Words, caption, or what was heard in a voice note. */
  text: text(longestMessage),
  /** Of a voice note that could not be made words. */
  unheard: z.boolean().default(false),
  /** A voice note whose words are being had; the same id follows with them. */
  isComing: z.boolean().optional(),
});
/** One message of the person, not answered yet. */
export type Inbound = z.output<typeof inboundSchema>;

const lineSchema = z.discriminatedUnion('who', [
  z.strictObject({ who: z.literal('sender'), atMs: moment, text: text(20_000) }),
  z.strictObject({ who: z.literal('agent'), atMs: moment, text: text(20_000) }),
  z.strictObject({ who: z.literal('staff'), atMs: moment, text: text(20_000), by: text(120) }),
  /** For the model and for staff, never sent. */
  z.strictObject({ who: z.literal('note'), atMs: moment, text: text(4_000) }),
  z.strictObject({
    who: z.literal('tool-call'),
    atMs: moment,
    callId: text(200),
    name: text(100),
    arguments: text(70_000),
  }),
  z.strictObject({
    who: z.literal('tool-output'),
    atMs: moment,
    callId: text(200),
    output: text(20_000),
  }),
]);
export type ConversationLine = z.output<typeof lineSchema>;

const outgoingSchema = z.strictObject({
  id: text(60),
  atMs: moment,
  text: text(longestMessage),
  by: z.enum(['agent', 'staff']),
  /** Of the clinic's approved texts, where free text is not taken any more. */
  template: z.enum(['continueBooking', 'reopen']).nullable(),
  /**
   * due: to be sent. intent: about to be sent, by a process that may have died since. unknown: may have arrived, never
   * sent again. withdrawn: a person took over before it was sent.
   */
  state: z.enum(['due', 'intent', 'sent', 'unknown', 'refused', 'withdrawn']),
  /** The carrier's. */
  messageSid: text(100).nullable(),
  /** What the carrier told since; in the order in which a message passes through them. */
  delivery: z.enum(['queued', 'sent', 'delivered', 'read', 'failed']).nullable(),
  /** The carrier's code of a refusal or of a failed delivery. */
  code: z.number().int().nullable(),
});
/** One message to the person. */
export type Outgoing = z.output<typeof outgoingSchema>;

export const conversationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z2-7]{26}$/),
  clinic: text(100).min(1),
  channel: z.enum(['whatsapp', 'web-chat']),
  /** E.164 on WhatsApp, the visitor's unguessable id on the web. Personal data: only `senderLabel` of it is logged. */
  senderKey: text(100).min(1),
  /** As the person calls themselves; information, never an order. */
  senderName: text(80).nullable(),
  /** Eight digits: the code of the conversation, not of an appointment. */
  protocol: z.string().regex(/^\d{8}$/),
  status: z.enum(['open', 'closed']),
  closedBecause: z.enum(['agent-goodbye', 'expired', 'staff', 'too-long']).nullable(),
  openedAtMs: moment,
  updatedAtMs: moment,
  /** When the person last wrote: WhatsApp takes free text for 24 hours from here. */
  heardAtMs: moment.nullable(),
  closedAtMs: moment.nullable(),
  /** A person of the clinic who holds the conversation: the agent is silent. Null: the agent answers. */
  heldBy: z
    .strictObject({ name: text(120), userId: text(60).exactOptional(), sinceMs: moment })
    .nullable(),
  /** Whoever gave it back wants the agent to answer what is open. */
  answerDue: z.boolean(),
  senderTurns: z.number().int().min(0),
  inbox: z.array(inboundSchema),
  /** Ids of messages that were taken in; the last ones. */
  seen: z.array(text(100)),
  lines: z.array(lineSchema),
  /** A reply that was begun and is not whole yet: what was said so far, and in how many rounds with the model. */
  turn: z.strictObject({ said: z.array(text(20_000)), rounds: z.number().int().min(0) }).nullable(),
  /** What the front desk knows; its own shape. */
  desk: z.unknown(),
  /** Which service script serves it. Conversations of earlier versions begin without one. */
  script: scriptThreadSchema.default(emptyThread),
  outbox: z.array(outgoingSchema),
  /** For staff, written when the conversation closes; not sent. Personal data. */
  summary: text(4_000).nullable(),
  /** Of what was done: ids of appointments and requests. */
  appointments: z.array(text(60)),
  /** Where several servers work: who answered and who sent last. Whoever held it before them writes no more. */
  fences: z.strictObject({ turn: moment, send: moment }).optional(),
});
/** A text thread with one sender, from the first message to the goodbye. */
export type Conversation = z.output<typeof conversationSchema>;
export type TextChannel = Conversation['channel'];

export function parseConversation(value: unknown): Conversation | undefined {
  const parsed = conversationSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

const fields = Object.entries(conversationSchema.shape) as [keyof Conversation, z.ZodType][];

/**
 * The same for what became of a checked conversation: only what is not the very same value is looked at, and of a list only
 * its new elements. A conversation of a hundred lines is written ten times a reply.
 */
export function parseChanged(before: Conversation, after: Conversation): Conversation | undefined {
  if (Object.keys(after).some((name) => !(name in conversationSchema.shape))) return undefined;
  const checked: Record<string, unknown> = {};
  for (const [name, schema] of fields) {
    const parsed = parseField(schema, before[name], after[name]);
    if (parsed === invalid) return undefined;
    checked[name] = parsed;
  }
  return checked as Conversation;
}

const invalid = Symbol('invalid');

function parseField(schema: z.ZodType, before: unknown, after: unknown): unknown {
  if (after === before) return after;
  if (!(schema instanceof z.ZodArray) || !Array.isArray(before) || !Array.isArray(after))
    return parseWhole(schema, after);
  const known = new Set<unknown>(before);
  const element = schema.element as z.ZodType;
  const checked = Array.from(after, (one) => (known.has(one) ? one : parseWhole(element, one)));
  return checked.includes(invalid) ? invalid : checked;
}

function parseWhole(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : invalid;
}

export const conversationHeadSchema = conversationSchema
  .pick({
    ...{ id: true, clinic: true, channel: true, senderKey: true, senderName: true },
    ...{ protocol: true, status: true, openedAtMs: true, updatedAtMs: true, heldBy: true },
  })
  .extend({
    /** Something is to be done: a message to answer or to send. */
    isPending: z.boolean(),
    /** Whose words are the newest; null before the first. */
    lastFrom: z.enum(['sender', 'agent', 'staff']).nullable(),
  });
/** What lists and look-ups need of a conversation. */
export type ConversationHead = z.output<typeof conversationHeadSchema>;

export function parseHead(value: unknown): ConversationHead | undefined {
  const parsed = conversationHeadSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export function headOf(conversation: Conversation): ConversationHead {
  const { id, clinic, channel, senderKey, senderName, protocol, status } = conversation;
  const { openedAtMs, updatedAtMs, heldBy } = conversation;
  return {
    ...{ id, clinic, channel, senderKey, senderName, protocol, status },
    ...{ openedAtMs, updatedAtMs, heldBy },
    isPending: isPending(conversation),
    lastFrom: lastFrom(conversation),
  };
}

function lastFrom({ inbox, lines }: Conversation): ConversationHead['lastFrom'] {
  if (inbox.length > 0) return 'sender';
  const last = lines.findLast(({ who }) => who === 'sender' || who === 'agent' || who === 'staff');
  return last?.who === 'sender' || last?.who === 'staff' ? last.who : last ? 'agent' : null;
}

function isPending({ inbox, turn, outbox, answerDue }: Conversation): boolean {
  const isOutDue = outbox.some(({ state }) => state === 'due' || state === 'intent');
  return inbox.length > 0 || turn !== null || answerDue || isOutDue;
}

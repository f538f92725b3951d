import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { plainText } from '../agent/plain-text.ts';
import { CodedError, hasCode } from '../platform/errors.ts';
import {
  givenBack,
  type Holder,
  reopened,
  staffWrote,
  takenOver,
} from './conversation-handover.ts';
import {
  type Conversation,
  type Inbound,
  longestMessage,
  type Outgoing,
} from './conversation-record.ts';
import { closed, invited, newConversation, received } from './conversation-steps.ts';
import type { ConversationStore, SenderAt } from './conversation-store.ts';
import type { TextAgent, TextPart, TextTurn } from './text-agent.ts';
import { createTextStream } from './text-stream.ts';
import { type BurstRules, decideTurn, ownWords, type TurnDecision } from './turn-decision.ts';
import { fencedStore } from './turn-fence.ts';
import { type Lease, lookAgainMs, type TurnLeases } from './turn-leases.ts';
import { toMemento } from './turn-lines.ts';
import { runTurn, type TurnOptions, type TurnParts } from './turn-runner.ts';

/** Of a name that somebody gives themselves. */
const longestName = 60;
/** A reply and what its tools still do after it, ms. Whoever waits for another server waits no longer. */
const longestTurnMs = 80_000;
/** Another server answers; ours is to look again. */
const whileElsewhere: TurnDecision = { do: 'wait', ms: lookAgainMs };
/** Conversations looked at in one sweep; the next one finds the rest. */
const sweptAtOnce = 500;

export interface TextConversationParts extends TurnParts {
  store: ConversationStore;
  leases: TurnLeases;
  /** A conversation is over after so long without a message. */
  idleMs: number;
  /** Closed conversations are forgotten after this. */
  keptMs: number;
  /** The agent has something to answer; somebody must run its turn. */
  turnDue(conversation: Conversation): void;
  /** Messages wait to be sent. */
  sendDue(conversation: Conversation): void;
  /** What is leaving at this moment has left. */
  sendingSettled(id: string): Promise<void>;
  /** The code of a conversation that its person is told. */
  protocolOf(id: string): string;
}

export interface ReceivedText extends SenderAt {
  message: Inbound;
  senderName?: string | undefined;
}

/** Words that were agreed beforehand, of which WhatsApp knows a template. */
export interface Invitation {
  text: string;
  template: NonNullable<Outgoing['template']>;
  /** For the model, never sent. */
  note: string;
}

/** What staff and channels do with text conversations. */
export interface TextConversations extends TextAgent {
  /** Takes a message into the sender's open conversation, or opens one. Durable when it resolves. */
  receive(text: ReceivedText): Promise<{ conversation: Conversation; isNew: boolean }>;
  /** Is it the agent's turn, and if so, its reply. One at a time for a conversation. */
  takeTurn(id: string, options: TurnOptions, rules?: BurstRules): Promise<TurnDecision>;
  /** From its return on the agent says nothing in it. @param mayReplace false: what another person holds is left to them */
  takeOver(id: string, by: Holder, mayReplace?: boolean): Promise<Conversation | undefined>;
  giveBack(id: string): Promise<Conversation | undefined>;
  /** A person of the clinic writes; only while they hold the conversation, else nothing is changed. */
  write(id: string, message: { text: string; by: Holder }): Promise<Conversation | undefined>;
  /** For the model, before its next words: never sent. */
  note(id: string, text: string): Promise<Conversation | undefined>;
  /** We write first, in the sender's open conversation or a new one. Not while a person holds it. */
  invite(sender: SenderAt, invitation: Invitation): Promise<Conversation | undefined>;
  /** As `invite`, by a person of the clinic, who holds it from then on; what another person holds is left to them. */
  reopen(
    sender: SenderAt,
    asked: Pick<Invitation, 'text' | 'template'> & { by: Holder },
  ): Promise<Conversation | undefined>;
  close(
    id: string,
    because: 'staff' | 'expired',
    clinic: ClinicProfile | undefined,
  ): Promise<Conversation | undefined>;
  /** Closes what was left, forgets what is old. */
  sweep(clinicOf: (id: string) => ClinicProfile | undefined): Promise<void>;
}

export function createTextConversations(parts: TextConversationParts): TextConversations {
  const { store, leases, clock, log, metrics, newId } = parts;
  const keyOf = (id: string) => `turn-${id}`;
  /** What the holder of a lease works with. */
  const fenced = (lease: Lease) => ({ ...parts, store: fencedStore(store, 'turn', lease) });

  async function openFor(sender: SenderAt, name: string | undefined): Promise<Conversation> {
    const standing = await store.findOpen(sender);
    if (standing) return standing;
    const earlier = await store.findLastClosed(sender);
    const id = newId();
    const opened = newConversation({
      ...{ clinic: sender.clinic, channel: sender.channel, senderKey: sender.senderKey },
      id,
      protocol: parts.protocolOf(id),
      senderName: earlier?.senderName ?? name ?? null,
      nowMs: clock.wallMs(),
    });
    const fresh = { ...opened, heardAtMs: earlier?.heardAtMs ?? null };
    const answer = await store.create(fresh);
    if (answer.outcome === 'exists') return answer.conversation;
    metrics.count('text_messages_total', { channel: sender.channel, what: 'conversation-opened' });
    return fresh;
  }

  async function receive({ message, senderName, ...sender }: ReceivedText) {
    const name = plainText(senderName ?? '').slice(0, longestName) || undefined;
    const last = await store.findLastClosed(sender);
    if (last?.seen.includes(message.id)) return { conversation: last, isNew: false };
    const { id } = await openFor(sender, name);
    let isNew = false;
    const conversation = await store.update(id, (newest) => {
      // Closed since we looked: the next one takes it.
      if (newest.status === 'closed') return newest;
      const after = received(
        newest,
        { ...message, text: message.text.slice(0, longestMessage) },
        name,
      );
      isNew = after !== newest;
      return after;
    });
    if (conversation?.status === 'open') return { conversation, isNew };
    return receiveAnew({ message, senderName, ...sender });
  }

  /** Once: two closings between two looks do not happen to a person. */
  async function receiveAnew({ message, senderName, ...sender }: ReceivedText) {
    const { id } = await openFor(sender, plainText(senderName ?? '').slice(0, longestName));
    const conversation = await store.update(id, (newest) => received(newest, message));
    return { conversation: conversation ?? (await openFor(sender, undefined)), isNew: true };
  }

  async function takeTurn(id: string, options: TurnOptions, rules?: BurstRules) {
    try {
      const held = await leases.hold(keyOf(id), (lease) =>
        takeTurnAlone(lease, id, options, rules),
      );
      return held.outcome === 'done' ? held.result : whileElsewhere;
    } catch (error) {
      if (!hasCode(error, 'LEASE_LOST')) throw error;
      log.warn({ conversationId: id }, 'another server has gone on with a reply');
      return whileElsewhere;
    }
  }

  async function takeTurnAlone(
    lease: Lease,
    id: string,
    options: TurnOptions,
    rules: BurstRules | undefined,
  ): Promise<TurnDecision> {
    const conversation = await store.find(id);
    if (!conversation) return { do: 'nothing' };
    const decision = decideTurn(conversation, clock.wallMs(), rules);
    if (decision.do === 'nothing' || decision.do === 'wait') return decision;
    const ended = await runTurn(fenced(lease), id, options);
    if (ended) {
      metrics.count('text_messages_total', { channel: conversation.channel, what: 'turn' });
      parts.sendDue(ended.conversation);
      if (ended.conversation.inbox.length > 0) parts.turnDue(ended.conversation);
    }
    return decision;
  }

  async function answerNow(turn: TextTurn, emit: (text: string) => void): Promise<TextPart> {
    const sender = { clinic: turn.clinic.id, channel: turn.channel, senderKey: turn.senderKey };
    const message: Inbound = {
      id: turn.messageId ?? newId(),
      atMs: clock.wallMs(),
      kind: 'text',
      text: turn.text.trim(),
      unheard: false,
    };
    if (message.text === '') return final(await openFor(sender, turn.senderName), '');
    const { conversation } = await receive({ ...sender, message, senderName: turn.senderName });
    const { id } = conversation;
    const answerAlone = async (lease: Lease) => {
      const newest = (await store.find(id)) ?? conversation;
      const { do: what } = decideTurn(newest, clock.wallMs(), { quietMs: 0, mostMs: 0 });
      if (what === 'nothing' || what === 'wait') return final(newest, '');
      const ended = await runTurn(fenced(lease), id, { clinic: turn.clinic, emit });
      return final(ended?.conversation ?? newest, ended?.text ?? '');
    };
    const held = await leases.hold(keyOf(id), answerAlone, longestTurnMs);
    if (held.outcome === 'done') return held.result;
    throw new CodedError('DEADLINE_EXCEEDED', 'another server has not ended its reply');
  }

  async function close(
    id: string,
    because: 'staff' | 'expired',
    clinic: ClinicProfile | undefined,
  ): Promise<Conversation | undefined> {
    const closeAlone = async (lease: Lease) => {
      const conversation = await store.find(id);
      if (!conversation || conversation.status === 'closed') return conversation;
      const desk =
        clinic &&
        parts.reception.open({
          clinic,
          id,
          channel: conversation.channel,
          resumed: toMemento(conversation.desk),
        });
      const summary = desk?.watch.closing().summary ?? null;
      const nowMs = clock.wallMs();
      const over = await fencedStore(store, 'turn', lease).update(id, (one) =>
        closed(one, { because, summary, nowMs }),
      );
      await desk?.close();
      return over;
    };
    const held = await leases.hold(keyOf(id), closeAlone, because === 'staff' ? longestTurnMs : 0);
    return held.outcome === 'done' ? held.result : store.find(id);
  }

  function troubled(turn: TextTurn, written: string): TextPart {
    const apology = ownWords.trouble(turn.clinic.reception);
    const text = written ? `${written}\n${apology}` : apology;
    return { type: 'final', text, conversationId: '', protocol: '', status: 'open', isHeld: false };
  }

  return {
    receive,
    takeTurn,
    answer(turn) {
      return createTextStream(async (emit) => {
        let written = '';
        try {
          return await answerNow(turn, (text) => {
            written += text;
            emit({ type: 'delta', text });
          });
        } catch (err) {
          log.error({ err }, 'a text could not be answered');
          return troubled(turn, written);
        }
      });
    },
    async takeOver(id, by, mayReplace) {
      const held = await store.update(id, (one) => takenOver(one, by, clock.wallMs(), mayReplace));
      await parts.sendingSettled(id);
      return held;
    },
    async giveBack(id) {
      const given = await store.update(id, (one) => givenBack(one, clock.wallMs()));
      if (given && !given.heldBy && (given.answerDue || given.inbox.length > 0))
        parts.turnDue(given);
      return given;
    },
    async write(id, { text, by }) {
      const message = newId();
      const wrote = await store.update(id, (one) =>
        staffWrote(one, {
          text,
          by,
          parts: parts.partsOf(text, one),
          nowMs: clock.wallMs(),
          idOf: (index) => `${message}-${index}`,
        }),
      );
      if (wrote) parts.sendDue(wrote);
      return wrote;
    },
    note: (id, text) =>
      store.update(id, (one) => ({
        ...one,
        lines: [...one.lines, { who: 'note', atMs: clock.wallMs(), text }],
      })),
    async invite(sender, invitation) {
      const { id } = await openFor(sender, undefined);
      const message = newId();
      const nowMs = clock.wallMs();
      const idOf = (index: number) => `${message}-${index}`;
      const asked = await store.update(id, (one) =>
        one.heldBy || one.status === 'closed' ? one : invited(one, { ...invitation, nowMs, idOf }),
      );
      if (asked) parts.sendDue(asked);
      return asked;
    },
    async reopen(sender, asked) {
      const { id } = await openFor(sender, undefined);
      const message = newId();
      const made = { ...asked, nowMs: clock.wallMs() };
      const idOf = (index: number) => `${message}-${index}`;
      const after = await store.update(id, (one) => reopened(one, { ...made, idOf }));
      if (after) parts.sendDue(after);
      return after;
    },
    close,
    async sweep(clinicOf) {
      const nowMs = clock.wallMs();
      const open = await store.list({ status: 'open', limit: Number.POSITIVE_INFINITY });
      const left = open.filter(
        ({ updatedAtMs, isPending, heldBy }) =>
          updatedAtMs < nowMs - parts.idleMs && !isPending && !heldBy,
      );
      for (const { id, clinic } of left.slice(0, sweptAtOnce))
        await close(id, 'expired', clinicOf(clinic));
      await store.forgetClosed(nowMs - parts.keptMs);
    },
  };
}

function final(conversation: Conversation, text: string): TextPart {
  const { id, protocol, status, heldBy } = conversation;
  return {
    type: 'final',
    text,
    conversationId: id,
    protocol,
    status,
    isHeld: heldBy !== null,
  };
}

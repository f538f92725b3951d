import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { optOutNumber } from '../agent/opt-out-store.ts';
import type { ConversationDesk, Reception } from '../agent/reception.ts';
import type { ToolEffect, ToolResult } from '../agent/tool.ts';
import { type ConversationToolbox, createToolbox } from '../agent/toolbox.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Conversation } from './conversation-record.ts';
import { begun, closed, replied, roundDone } from './conversation-steps.ts';
import type { ConversationStore } from './conversation-store.ts';
import { toModelItems } from './model-items.ts';
import { createReplyGuard } from './reply-guard.ts';
import type { ScriptGuide } from './script-guide.ts';
import { type Guidance, noGuidance } from './script-guided.ts';
import { senderLabel } from './sender-label.ts';
import type { ModelItem, TextEvent, TextModel } from './text-model.ts';
import { ownWords, readInbound } from './turn-decision.ts';
import { turnInstructions } from './turn-instructions.ts';
import {
  dangerNote,
  lastWords,
  linesOf,
  messageOf,
  offeredTools,
  roundItems,
  toMemento,
} from './turn-lines.ts';

/** Questions to the model within one reply: the longest way through the clinic's script takes six tools in a row. */
const mostRounds = 10;
/** Tokens of one round: a summary of a visit with two exams takes some 400, reasoning included in it. */
const mostTokens = 2_000;
/** The whole reply, in ms: whoever waits longer has put the telephone away. */
const longestReplyMs = 60_000;
/** What a tool still does after its deadline is waited for before the desk is put away. */
const longestSuspendMs = 15_000;

export interface TurnParts {
  store: Pick<ConversationStore, 'update'>;
  model: TextModel;
  reception: Pick<Reception, 'open'>;
  /** Left out: nothing guides the agent but its own instructions. */
  scripts?: ScriptGuide | undefined;
  /** A reply as the messages it is sent in; none where it is streamed. */
  partsOf(text: string, conversation: Conversation): string[];
  /** Somebody should look at once. */
  onEmergency(conversation: Conversation, kind: string): void;
  /** Of the whole message: the person wants, or wants no more, to be contacted by us. Resolves when it is durable. */
  onOrder(conversation: Conversation, order: 'stop' | 'return'): Promise<void>;
  onDone(conversation: Conversation, effect: ToolEffect): void;
  newId(): string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface TurnOptions {
  clinic: ClinicProfile;
  /** Told as it is written. */
  emit?: ((text: string) => void) | undefined;
}

/** One reply of the agent, from what waits in the inbox to what waits in the outbox. Every step of it is durable. */
export async function runTurn(
  parts: TurnParts,
  id: string,
  options: TurnOptions,
): Promise<{ conversation: Conversation; text: string } | undefined> {
  const { clock, store } = parts;
  const started = await store.update(id, (newest) =>
    begun(newest, { nowMs: clock.wallMs(), opening: readInbound(newest.inbox).acknowledgements }),
  );
  if (!started) return undefined;
  return new Turn(parts, options, started).run();
}

class Turn {
  readonly #parts: TurnParts;
  readonly #options: TurnOptions;
  readonly #desk: ConversationDesk;
  readonly #toolbox: ConversationToolbox;
  /** The same in all rounds of a reply: the model's prompt cache holds. */
  #instructions = '';
  #conversation: Conversation;
  #memento: unknown;
  /** What was said in this run, for the joined text. */
  #said: string[];
  /** Ids of what was done in the round under way. */
  #done: string[] = [];
  /** What a tool did and nobody was told of yet, in its own words. */
  #untold: string | undefined;
  #isEnding = false;
  #guidance: Guidance = noGuidance;
  /** Told of the paragraph that is being written. */
  #segment = '';

  constructor(parts: TurnParts, options: TurnOptions, started: Conversation) {
    const { reception, clock, log, metrics } = parts;
    const { clinic } = options;
    const { id, channel, senderKey, senderTurns } = started;
    this.#parts = parts;
    this.#options = options;
    this.#conversation = started;
    this.#memento = started.desk;
    this.#said = [...(started.turn?.said ?? [])];
    this.#desk = reception.open({
      ...{ clinic, id, channel },
      resumed: toMemento(started.desk),
      notebook: parts.scripts?.notebookOf(started),
    });
    this.#toolbox = createToolbox({
      tools: this.#desk.tools,
      context: {
        ...{ clinic, channel, conversationId: id, positionMs: () => null },
        ...(channel === 'whatsapp' ? { callerE164: optOutNumber(senderKey) ?? senderKey } : {}),
      },
      earlierTurns: senderTurns,
      clock,
      log: log.child({ conversationId: id, clinic: clinic.id }),
      metrics,
      onLateEffect: (effect) => this.#did(effect),
    });
  }

  async run(): Promise<{ conversation: Conversation; text: string }> {
    const last = lastWords(this.#conversation.lines);
    const isFirst = (this.#conversation.turn?.rounds ?? 0) === 0;
    const danger = isFirst || !this.#conversation.turn ? this.#dangerIn(last) : undefined;
    if (!this.#conversation.turn) {
      // A person answers: they are alarmed, and the agent keeps silent.
      if (last.length > 0) {
        const desk = await this.#suspended();
        await this.#update((newest) => ({ ...newest, desk }));
      }
      return { conversation: this.#conversation, text: '' };
    }
    if (this.#said.length > 0) this.#options.emit?.(this.#said.join('\n'));
    if (danger) return this.#finish(danger, { note: dangerNote });
    if (isFirst) {
      const { order, isWordless } = readInbound(
        last.map((text) => ({ id: '', atMs: 0, kind: 'text', text, unheard: false })),
      );
      if (order) {
        await this.#parts.onOrder(this.#conversation, order);
        return this.#finish(order === 'stop' ? ownWords.stopped : ownWords.returned);
      }
      if (isWordless && this.#said.length > 0) return this.#finish(ownWords.whatInWords);
    }
    // What is left of a reply that was begun belongs to words that were read before.
    await this.#guide(isFirst ? last.join('\n') : '');
    return this.#converse();
  }

  async #guide(text: string): Promise<void> {
    const { scripts, clock } = this.#parts;
    this.#guidance = (await scripts?.guide(this.#conversation, text)) ?? noGuidance;
    const given = { clinic: this.#options.clinic, guidance: this.#guidance.lines };
    const now = { conversation: this.#conversation, nowMs: clock.wallMs() };
    this.#instructions = turnInstructions({ ...given, ...now });
  }

  /** @returns the sentence that answers it at once */
  #dangerIn(words: readonly string[]): string | undefined {
    const { emergency } = this.#desk;
    const known = emergency.events().length;
    const dangers = words.map((text) => emergency.callerSaid(text, this.#parts.clock.wallMs()));
    for (const { kind } of emergency.events().slice(known)) {
      this.#parts.metrics.count('emergencies_total', { kind });
      this.#parts.onEmergency(this.#conversation, kind);
    }
    const danger = dangers.find((one) => one !== undefined);
    if (!danger) return undefined;
    emergency.sentenceHeard();
    return danger.sentence;
  }

  async #converse(): Promise<{ conversation: Conversation; text: string }> {
    const signal = AbortSignal.timeout(longestReplyMs);
    const before = toModelItems(this.#conversation.lines);
    const recent: ModelItem[] = [];
    for (let round = this.#conversation.turn?.rounds ?? 0; round < mostRounds; round += 1) {
      const answer = await this.#ask([...before, ...recent], round === mostRounds - 1, signal);
      if (!answer) {
        // What was done is told in any case.
        const told = this.#untold ?? ownWords.trouble(this.#options.clinic.reception);
        return this.#finish(this.#afterStreamed(told));
      }
      const { done, released, held } = answer;
      const results = await this.#runTools(done.calls);
      const text = `${released}${this.#checked(released, held)}`.trim();
      const isOver = results.length === 0 || (this.#isEnding && text !== '');
      if (isOver) return this.#finish(text, { results });
      this.#endSegment(text);
      const goesOn = await this.#keepRound(text, results);
      if (!goesOn) return { conversation: this.#conversation, text: '' };
      recent.push(...roundItems(done, text, results));
      if (results.some(({ name }) => name === 'change_subject')) await this.#guide('');
    }
    return this.#finish(ownWords.unsure);
  }

  async #ask(
    items: readonly ModelItem[],
    isLast: boolean,
    signal: AbortSignal,
  ): Promise<
    { released: string; held: string; done: Extract<TextEvent, { type: 'done' }> } | undefined
  > {
    const guard = createReplyGuard();
    try {
      const events = this.#parts.model.respond({
        instructions: this.#instructions,
        items,
        tools: isLast ? [] : offeredTools(this.#toolbox.definitions, this.#guidance),
        safetyIdentifier: senderLabel(this.#conversation),
        maxOutputTokens: mostTokens,
        signal,
      });
      for await (const event of events) {
        if (event.type === 'delta') this.#stream(guard.add(event.text));
        else return { released: guard.released(), held: guard.held(), done: event };
      }
    } catch (error) {
      this.#parts.metrics.count('text_model_failures_total');
      this.#parts.log.error(
        { conversationId: this.#conversation.id, reason: errorSummary(error).message },
        'the model did not answer a text',
      );
    }
    return undefined;
  }

  async #runTools(calls: readonly Parameters<ConversationToolbox['run']>[0][]) {
    const results: ToolResult[] = [];
    for (const call of calls) {
      const result = await this.#toolbox.run(call);
      for (const effect of result.effects) this.#did(effect);
      if (result.effects.some(({ type }) => type.startsWith('appointment-')))
        this.#untold = messageOf(result.output);
      results.push(result);
    }
    return results;
  }

  #did(effect: ToolEffect): void {
    if (effect.type === 'end-call') this.#isEnding = true;
    if ('appointmentId' in effect) this.#done.push(effect.appointmentId);
    if (effect.type === 'request-recorded') this.#done.push(effect.requestId);
    this.#parts.onDone(this.#conversation, effect);
  }

  /** The rest of a reply as it may be read: a claim with nothing behind it is replaced before it leaves. */
  #checked(released: string, held: string): string {
    const { watch } = this.#desk;
    const whole = released + held;
    if (whole.trim() === '') return held;
    const wrong = watch.agentSaid(whole);
    if (wrong) {
      this.#parts.metrics.count('promise_broken_total', { claim: wrong.claim });
      return `${released && !/\s$/.test(released) ? ' ' : ''}${wrong.correction}`;
    }
    if (watch.isUnkept(whole)) return ` ${ownWords.unsure}`;
    this.#untold = undefined;
    return held;
  }

  /** @returns false when a person took over meanwhile */
  async #keepRound(text: string, results: readonly ToolResult[]): Promise<boolean> {
    const nowMs = this.#parts.clock.wallMs();
    const desk = await this.#suspended();
    const lines = linesOf({ text, results, nowMs });
    const round = { lines, said: text, desk, done: this.#done.splice(0), nowMs };
    await this.#update((newest) => roundDone(newest, round));
    if (text) this.#said.push(text);
    return !this.#conversation.heldBy && this.#conversation.turn !== null;
  }

  async #finish(
    words: string,
    { note, results = [] }: { note?: string; results?: readonly ToolResult[] } = {},
  ): Promise<{ conversation: Conversation; text: string }> {
    const { clock, newId, partsOf } = this.#parts;
    const nowMs = clock.wallMs();
    const text = words || this.#wordsForNothing();
    this.#endSegment(text);
    const whole = [...this.#said, text].filter(Boolean).join('\n');
    const desk = await this.#suspended();
    const reply = newId();
    const { summary } = this.#desk.watch.closing();
    await this.#update((newest) => {
      const ended = replied(newest, {
        lines: linesOf({ text, results, note, nowMs }),
        parts: partsOf(whole, newest),
        desk,
        done: this.#done,
        nowMs,
        idOf: (index) => `${reply}-${index}`,
      });
      const isOver = this.#isEnding && ended.heldBy === null && ended.inbox.length === 0;
      return isOver ? closed(ended, { because: 'agent-goodbye', summary, nowMs }) : ended;
    });
    if (this.#conversation.status === 'closed') await this.#desk.close();
    return { conversation: this.#conversation, text: this.#conversation.heldBy ? '' : whole };
  }

  #wordsForNothing(): string {
    if (this.#said.length > 0) return '';
    return this.#isEnding ? ownWords.goodbye : ownWords.notUnderstood;
  }

  async #update(change: (newest: Conversation) => Conversation): Promise<void> {
    const { id } = this.#conversation;
    this.#conversation = (await this.#parts.store.update(id, change)) ?? this.#conversation;
  }

  /** The desk as it may be put away; as it was, when a tool does not come to an end. */
  async #suspended(): Promise<unknown> {
    try {
      const memento = this.#desk.suspend();
      this.#memento = await withDeadline(memento, longestSuspendMs, 'the work of a front desk');
    } catch (err) {
      this.#parts.log.error({ err }, 'the front desk of a text could not be put away');
    }
    return this.#memento;
  }

  /** A part of what is being written now; each segment is a paragraph of the reply. */
  #stream(piece: string): void {
    const text = this.#segment === '' ? piece.trimStart() : piece;
    if (text === '') return;
    if (this.#segment === '' && this.#said.length > 0) this.#options.emit?.('\n');
    this.#options.emit?.(text);
    this.#segment += text;
  }

  /** What was read before the model broke off stays a part of the reply. */
  #afterStreamed(text: string): string {
    return this.#segment === '' ? text : `${this.#segment}\n${text}`;
  }

  #endSegment(text: string): void {
    this.#stream(text.slice(this.#segment.length));
    this.#segment = '';
  }
}

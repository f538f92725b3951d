import { createHash, randomBytes } from 'node:crypto';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { emergenciesIn } from '../agent/emergency-reading.ts';
import { emergencySentence } from '../agent/emergency-watch.ts';
import type { Clock } from '../platform/clock.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { answerView, lineView, plainLines } from './chat-answer.ts';
import { type ChatStep, chatStep } from './chat-turn.ts';
import type { ChatAnswerView, ChatHistoryView } from './chat-view.ts';
import type { ChatVisit } from './chat-visit-record.ts';
import type { ChatVisitStore } from './chat-visit-store.ts';
import { chatWords } from './chat-words.ts';
import { bounded } from './conversation-length.ts';
import type { Conversation, ConversationLine } from './conversation-record.ts';
import type { ConversationScripts } from './conversation-scripts.ts';
import { newConversation } from './conversation-steps.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { ScriptLookup } from './script-lookup.ts';
import { emptyThread, type ScriptThread } from './script-thread-record.ts';
import type { TextAgent, TextPart } from './text-agent.ts';
import type { TurnLeases } from './turn-leases.ts';

/** Who repeats words of danger while being asked for details is not told the same again, ms. */
const emergencyQuietMs = 60_000;
/** What another server does with a visit is waited for so long, ms. */
const longestWaitMs = 15_000;
/** Lines the page is given; earlier ones nobody scrolls back to. */
const mostLines = 200;

export interface WebChatParts {
  visits: ChatVisitStore;
  conversations: ConversationStore;
  leases: TurnLeases;
  scripts: Pick<ConversationScripts, 'inTurn' | 'keep' | 'file'>;
  lookup: ScriptLookup;
  /** Free conversation. */
  agent: TextAgent;
  clinicOf(id: string): ClinicProfile | undefined;
  rules: {
    mode: 'agent' | 'scripts';
    /** A visit is over after so long without a message. */
    idleMs: number;
  };
  onEmergency(conversation: Conversation, kind: string): void;
  protocolOf(id: string): string;
  newId(): string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** The chat of the page. */
export interface WebChat {
  /** A new visit; `key` is what the browser keeps and shows again. */
  begin(clinic: ClinicProfile, name: string): Promise<{ visit: ChatVisit; key: string }>;
  /** Whose key this is; nothing when it is nobody's or its time is over. */
  visitOf(key: string): Promise<ChatVisit | undefined>;
  /** One message, answered by the scripts. Rejects with STORE_WRITE_FAILED: then nothing of it counts. */
  say(visit: ChatVisit, text: string): Promise<ChatAnswerView>;
  /** One message, answered by the agent, under the script it asks for. */
  ask(visit: ChatVisit, text: string): AsyncIterable<TextPart>;
  history(visit: ChatVisit | undefined, clinic: ClinicProfile): Promise<ChatHistoryView>;
  leave(visit: ChatVisit): Promise<void>;
  /** Forgets visits whose time is over. */
  sweep(): Promise<number>;
}

export const chatKeyShape = /^[A-Za-z0-9_-]{22}$/;
/** 128 random bits, base64url. */
const newKey = () => randomBytes(16).toString('base64url');
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

export function createWebChat(parts: WebChatParts): WebChat {
  const { visits, conversations, scripts, lookup, rules, clock, metrics } = parts;
  /** One at a time for a visit. */
  async function inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const held = await parts.leases.hold(`visit-${id}`, work, longestWaitMs);
    if (held.outcome === 'done') return held.result;
    throw new CodedError('DEADLINE_EXCEEDED', 'another server has not ended with this visit');
  }

  function clinicOf(visit: ChatVisit): ClinicProfile {
    const clinic = parts.clinicOf(visit.clinic);
    if (!clinic) throw new Error('the clinic of a visit is not there any more');
    return clinic;
  }

  async function openConversation(visit: ChatVisit): Promise<Conversation> {
    const sender = { clinic: visit.clinic, channel: 'web-chat' as const, senderKey: visit.id };
    const standing = await conversations.findOpen(sender);
    if (standing) return { ...standing, script: threadOf(standing, visit) };
    const id = parts.newId();
    const opened = newConversation({
      ...{ ...sender, id, protocol: parts.protocolOf(id) },
      ...{ senderName: visit.name.slice(0, 80), nowMs: clock.wallMs() },
    });
    const fresh = { ...opened, script: threadOf(opened, visit) };
    const created = await conversations.create(fresh);
    return created.outcome === 'exists' ? created.conversation : fresh;
  }

  /** What was said and, unless a person holds the conversation, what is answered; at once or not at all. */
  async function exchange(
    id: string,
    said: string,
    reply: string,
    { isUrgent = false, thread }: { isUrgent?: boolean; thread?: ScriptThread } = {},
  ): Promise<{ isHeld: boolean }> {
    const atMs = clock.wallMs();
    let isHeld = false;
    const after = await conversations.update(id, (conversation) => {
      isHeld = conversation.heldBy !== null;
      const lines: ConversationLine[] = [
        { who: 'sender', atMs, text: said },
        ...((isHeld && !isUrgent) || reply === ''
          ? []
          : [{ who: 'agent' as const, atMs, text: reply }]),
      ];
      return bounded({
        ...conversation,
        lines: [...conversation.lines, ...lines],
        senderTurns: conversation.senderTurns + 1,
        heardAtMs: atMs,
        updatedAtMs: atMs,
        script: thread && !isHeld ? thread : conversation.script,
      });
    });
    if (!after) throw new CodedError('STORE_WRITE_FAILED', 'a conversation is not there any more');
    return { isHeld };
  }

  function dangerIn(visit: ChatVisit, clinic: ClinicProfile, text: string) {
    const [danger] = emergenciesIn(text, clinic);
    const nowMs = clock.wallMs();
    const isQuiet = visit.emergencyAtMs !== null && nowMs - visit.emergencyAtMs < emergencyQuietMs;
    if (!danger || isQuiet) return undefined;
    return { kind: danger.kind, sentence: emergencySentence(danger.kind, 'web-chat'), nowMs };
  }

  /** Staff hear of what was collected before the person is told so. */
  async function handOver({ thread, ...step }: ChatStep, at: Conversation): Promise<string> {
    const reply = lookup.worded(step.reply, at);
    const { run, requestId } = thread;
    if (!step.finished || !run || !requestId) return reply;
    const made = { id: requestId, run, script: step.finished };
    const { request } = await scripts.file(at, made);
    return `${reply}\n${chatWords.protocol(request.protocol)}`;
  }

  async function sayNow(given: ChatVisit, text: string): Promise<ChatAnswerView> {
    const nowMs = clock.wallMs();
    const visit = { ...((await visits.findByKey(given.keyHash)) ?? given), seenAtMs: nowMs };
    const opened = await openConversation(visit);
    return scripts.inTurn(opened.id, async () => {
      const conversation = await openConversation(visit);
      const { id, script: thread, heldBy } = conversation;
      const at = { ...withoutThread(visit), conversationId: id };
      const danger = dangerIn(visit, clinicOf(visit), text);
      if (danger) {
        metrics.count('emergencies_total', { kind: danger.kind });
        parts.onEmergency(conversation, danger.kind);
        // Said whoever holds the conversation: a person may not be looking at it.
        await exchange(id, text, danger.sentence, { isUrgent: true, thread });
        await visits.save({ ...at, emergencyAtMs: danger.nowMs });
        return answerView(thread, danger.sentence, false);
      }
      const answered = heldBy ? undefined : await stepNow(conversation, text);
      if (!answered) await exchange(id, text, '');
      await visits.save(at);
      return answered ?? answerView(thread, '', false);
    });
  }

  async function stepNow(conversation: Conversation, text: string): Promise<ChatAnswerView> {
    const { id, clinic, script: thread } = conversation;
    const served = await lookup.scriptsFor(clinic, thread, text);
    const step = chatStep(thread, text, served, lookup.situationOf(clinic));
    // Kept before the request is written: said again after a failure, it is the same request.
    const requestId = step.finished ? (thread.requestId ?? parts.newId()) : step.thread.requestId;
    const next = { ...step, thread: { ...step.thread, requestId } };
    if (step.finished && thread.requestId === null)
      await scripts.keep(id, { ...thread, requestId });
    const reply = await handOver(next, conversation);
    const { isHeld } = await exchange(id, text, reply, { thread: next.thread });
    return isHeld
      ? answerView(thread, '', false)
      : answerView(next.thread, reply, step.isFinalStep);
  }

  async function* askNow(given: ChatVisit, text: string): AsyncIterable<TextPart> {
    const newest = (await visits.findByKey(given.keyHash)) ?? given;
    const visit = { ...newest, seenAtMs: clock.wallMs() };
    await visits.save(visit);
    const clinic = clinicOf(visit);
    const stream = parts.agent.answer({
      ...{ clinic, channel: 'web-chat', senderKey: visit.id, senderName: visit.name, text },
      conversationId: visit.conversationId ?? undefined,
    });
    for await (const part of stream) {
      if (part.type === 'final' && part.conversationId)
        await inTurn(visit.id, async () => {
          const latest = (await visits.findByKey(visit.keyHash)) ?? visit;
          if (latest.conversationId !== part.conversationId)
            await visits.save({ ...latest, conversationId: part.conversationId });
        });
      yield part;
    }
  }

  return {
    async begin(clinic, name) {
      const key = newKey();
      const nowMs = clock.wallMs();
      const visit: ChatVisit = {
        ...{ schemaVersion: 1, id: parts.newId(), keyHash: hashOf(key), clinic: clinic.id, name },
        ...{ createdAtMs: nowMs, seenAtMs: nowMs, conversationId: null, emergencyAtMs: null },
      };
      await visits.save(visit);
      return { visit, key };
    },
    async visitOf(key) {
      const visit = chatKeyShape.test(key) ? await visits.findByKey(hashOf(key)) : undefined;
      const isOver = visit !== undefined && clock.wallMs() - visit.seenAtMs > rules.idleMs;
      return isOver || (visit && !parts.clinicOf(visit.clinic)) ? undefined : visit;
    },
    say: (visit, text) => inTurn(visit.id, () => sayNow(visit, plainLines(text))),
    ask: (visit, text) => askNow(visit, plainLines(text)),
    async history(visit, clinic) {
      const conversation = visit?.conversationId
        ? await conversations.find(visit.conversationId)
        : undefined;
      const thread = conversation?.script;
      const run = thread?.isFree ? null : thread?.run;
      const script = run ? lookup.served(clinic.id, run.scriptId) : undefined;
      return {
        clinic: { name: clinic.name, phone: clinic.reception ?? clinic.numbers[0] ?? null },
        mode: rules.mode,
        name: visit?.name ?? null,
        lines: (conversation?.lines ?? []).flatMap(lineView).slice(-mostLines),
        isHeld: Boolean(conversation?.heldBy),
        script:
          script && run && run.phase !== 'done'
            ? {
                name: script.body.name,
                step: run.steps.length,
                of: script.body.questions.length,
              }
            : null,
      };
    },
    leave: (visit) => visits.remove(visit.id),
    sweep: () => visits.forget(clock.wallMs() - rules.idleMs),
  };
}

/** A visit of an earlier version kept the script itself; the conversation goes on from there. */
function threadOf({ script }: Conversation, visit: ChatVisit): ScriptThread {
  const { chosen = null, run = null, requestId = null, said = [], misses = 0 } = visit;
  const isFresh = script.chosen === null && script.run === null && script.said.length === 0;
  return isFresh && (chosen || said.length > 0)
    ? { ...emptyThread, chosen, run, requestId, said, misses }
    : script;
}

function withoutThread(visit: ChatVisit): ChatVisit {
  const {
    chosen: _chosen,
    run: _run,
    requestId: _request,
    said: _said,
    misses: _,
    ...kept
  } = visit;
  return kept;
}

import { createHash, randomBytes } from 'node:crypto';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import { emergenciesIn } from '../agent/emergency-reading.ts';
import { emergencySentence } from '../agent/emergency-watch.ts';
import type { ScriptCatalogue } from '../agent/script-catalogue.ts';
import { withClinicFacts } from '../agent/script-facts.ts';
import { scriptGuidance, scriptTools } from '../agent/script-guidance.ts';
import type { ScriptMatch } from '../agent/script-matcher.ts';
import { clinicTime } from '../agent/spoken-portuguese.ts';
import type { StaffRequestStore } from '../agent/staff-request.ts';
import type { Clock } from '../platform/clock.ts';
import { CodedError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { answerView, chatScriptView, lineView, plainLines } from './chat-answer.ts';
import { requestOf } from './chat-request.ts';
import {
  type ChatScripts,
  type ChatStep,
  chatStep,
  guided,
  joinedSaid,
  staffChose,
} from './chat-turn.ts';
import type { ChatAnswerView, ChatHistoryView, ChatScriptView } from './chat-view.ts';
import type { ChatVisit } from './chat-visit-record.ts';
import type { ChatVisitStore } from './chat-visit-store.ts';
import { chatWords } from './chat-words.ts';
import type { Conversation, ConversationLine } from './conversation-record.ts';
import { bounded, newConversation } from './conversation-steps.ts';
import type { ConversationStore } from './conversation-store.ts';
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
  scripts: ScriptCatalogue;
  /** Free conversation. */
  agent: TextAgent;
  requests: Pick<StaffRequestStore, 'save'>;
  clinicOf(id: string): ClinicProfile | undefined;
  rules: {
    desks: readonly string[];
    mode: 'agent' | 'scripts';
    /** A visit is over after so long without a message. */
    idleMs: number;
    /** The script for whoever wants a person. */
    personScript: string;
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
  /** For staff. Nothing: no visit of the page has this conversation. */
  scriptOf(conversationId: string): Promise<ChatScriptView | undefined>;
  /** Its next question is put to the person, unless somebody of the staff holds the conversation. */
  chooseScript(
    conversationId: string,
    scriptId: string,
    by: string,
  ): Promise<'chosen' | 'not-found' | 'no-such-script'>;
  /** Forgets visits whose time is over. */
  sweep(): Promise<number>;
}

export const chatKeyShape = /^[A-Za-z0-9_-]{22}$/;
/** 128 random bits, base64url. */
const newKey = () => randomBytes(16).toString('base64url');
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

export function createWebChat(parts: WebChatParts): WebChat {
  const { visits, conversations, scripts, rules, clock, metrics } = parts;
  /** One at a time for a visit. */
  async function inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const held = await parts.leases.hold(`visit-${id}`, work, longestWaitMs);
    if (held.outcome === 'done') return held.result;
    throw new CodedError('DEADLINE_EXCEEDED', 'another server has not ended with this visit');
  }

  const scopeOf = ({ clinic }: Pick<ChatVisit, 'clinic'>) => ({ clinic, desks: rules.desks });
  /** @param text what was just written: its matches are looked for beforehand, by meaning as well */
  async function scriptsFor(visit: ChatVisit, text?: string): Promise<ChatScripts> {
    const scope = scopeOf(visit);
    const asked = text === undefined ? [] : [...new Set([text, joinedSaid(visit, text)])];
    const known = new Map<string, ScriptMatch[]>();
    for (const one of asked) known.set(one, await scripts.matchMeaning(one, scope));
    return {
      match: (one) => known.get(one) ?? scripts.match(one, scope),
      served: (id) => scripts.served(id, scope),
      topics: scripts
        .live(scope)
        .slice(0, 8)
        .map(({ body }) => body.name.toLowerCase()),
      personId: rules.personScript,
    };
  }
  function clinicOf(visit: ChatVisit): ClinicProfile {
    const clinic = parts.clinicOf(visit.clinic);
    if (!clinic) throw new Error('the clinic of a visit is not there any more');
    return clinic;
  }
  const situationOf = (clinic: ClinicProfile) => {
    const areaCode = /^\+55(\d{2})/.exec(clinic.numbers[0] ?? '')?.[1];
    const now = clinicTime(clock.wallMs(), clinic.timeZone);
    return areaCode === undefined ? { now } : { now, areaCode };
  };

  async function openConversation(visit: ChatVisit): Promise<Conversation> {
    const sender = { clinic: visit.clinic, channel: 'web-chat' as const, senderKey: visit.id };
    const standing = await conversations.findOpen(sender);
    if (standing) return standing;
    const id = parts.newId();
    const fresh = newConversation({
      ...{ ...sender, id, protocol: parts.protocolOf(id) },
      ...{ senderName: visit.name.slice(0, 80), nowMs: clock.wallMs() },
    });
    const created = await conversations.create(fresh);
    return created.outcome === 'exists' ? created.conversation : fresh;
  }

  /** What was said and, unless a person holds the conversation, what is answered; at once or not at all. */
  async function exchange(
    id: string,
    said: string | undefined,
    reply: string,
    isUrgent = false,
  ): Promise<{ isHeld: boolean }> {
    const atMs = clock.wallMs();
    let isHeld = false;
    const after = await conversations.update(id, (conversation) => {
      isHeld = conversation.heldBy !== null;
      const lines: ConversationLine[] = [
        ...(said === undefined ? [] : [{ who: 'sender' as const, atMs, text: said }]),
        ...((isHeld && !isUrgent) || reply === ''
          ? []
          : [{ who: 'agent' as const, atMs, text: reply }]),
      ];
      return bounded({
        ...conversation,
        lines: [...conversation.lines, ...lines],
        senderTurns: conversation.senderTurns + (said === undefined ? 0 : 1),
        heardAtMs: said === undefined ? conversation.heardAtMs : atMs,
        updatedAtMs: atMs,
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
  async function handOver(step: ChatStep, conversation: Conversation): Promise<string> {
    const { visit, finished } = step;
    const clinic = clinicOf(visit);
    const reply = withClinicFacts(step.reply, { clinic, channel: 'web-chat', clock });
    if (!finished || !visit.run) return reply;
    const id = visit.requestId ?? parts.newId();
    const request = requestOf(visit, visit.run, finished.body, {
      ...{ id, protocol: parts.protocolOf(id), conversationId: conversation.id },
      timestamp: new Date(clock.wallMs()).toISOString(),
    });
    const { outcome } = await parts.requests.save(request);
    if (outcome === 'saved') metrics.count('staff_requests_total', { kind: request.kind });
    return `${reply}\n${chatWords.protocol(request.protocol)}`;
  }

  async function sayNow(given: ChatVisit, text: string): Promise<ChatAnswerView> {
    const nowMs = clock.wallMs();
    const visit = { ...((await visits.findByKey(given.keyHash)) ?? given), seenAtMs: nowMs };
    const clinic = clinicOf(visit);
    const conversation = await openConversation(visit);
    const at = { ...visit, conversationId: conversation.id };
    const danger = dangerIn(visit, clinic, text);
    if (danger) {
      metrics.count('emergencies_total', { kind: danger.kind });
      parts.onEmergency(conversation, danger.kind);
      await exchange(conversation.id, text, danger.sentence, true);
      await visits.save({ ...at, emergencyAtMs: danger.nowMs });
      // Said whoever holds the conversation: a person may not be looking at it.
      return answerView(at, danger.sentence, false);
    }
    if (conversation.heldBy) {
      await exchange(conversation.id, text, '');
      await visits.save(at);
      return answerView(at, '', false);
    }
    const step = chatStep(at, text, await scriptsFor(at, text), situationOf(clinic));
    // Kept before the request is written: said again after a failure, it is the same request.
    const requestId = step.finished ? (at.requestId ?? parts.newId()) : step.visit.requestId;
    const next = { ...step, visit: { ...step.visit, requestId } };
    if (step.finished && at.requestId === null) await visits.save({ ...at, requestId });
    const reply = await handOver(next, conversation);
    const { isHeld } = await exchange(conversation.id, text, reply);
    await visits.save(isHeld ? at : next.visit);
    return isHeld ? answerView(at, '', false) : answerView(next.visit, reply, step.isFinalStep);
  }

  async function* askNow(given: ChatVisit, text: string): AsyncIterable<TextPart> {
    const newest = (await visits.findByKey(given.keyHash)) ?? given;
    const visit = guided(
      { ...newest, seenAtMs: clock.wallMs() },
      text,
      await scriptsFor(newest, text),
    );
    await visits.save(visit);
    const clinic = clinicOf(visit);
    const script = visit.chosen && scripts.served(visit.chosen.scriptId, scopeOf(visit));
    const stream = parts.agent.answer({
      ...{ clinic, channel: 'web-chat', senderKey: visit.id, senderName: visit.name, text },
      conversationId: visit.conversationId ?? undefined,
      guidance: script ? scriptGuidance(script.body, visit.run?.steps) : undefined,
      tools: script ? scriptTools(script.body) : undefined,
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
        ...{ createdAtMs: nowMs, seenAtMs: nowMs, conversationId: null, said: [], misses: 0 },
        ...{ chosen: null, run: null, requestId: null, emergencyAtMs: null },
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
      const script = visit?.run ? scripts.served(visit.run.scriptId, scopeOf(visit)) : undefined;
      return {
        clinic: { name: clinic.name, phone: clinic.reception ?? clinic.numbers[0] ?? null },
        mode: rules.mode,
        name: visit?.name ?? null,
        lines: (conversation?.lines ?? []).flatMap(lineView).slice(-mostLines),
        isHeld: Boolean(conversation?.heldBy),
        script:
          script && visit?.run && visit.run.phase !== 'done'
            ? {
                name: script.body.name,
                step: visit.run.steps.length,
                of: script.body.questions.length,
              }
            : null,
      };
    },
    leave: (visit) => visits.remove(visit.id),
    async scriptOf(conversationId) {
      const visit = await visits.findByConversation(conversationId);
      return visit && chatScriptView(conversationId, visit, scripts, scopeOf(visit));
    },
    async chooseScript(conversationId, scriptId, by) {
      const found = await visits.findByConversation(conversationId);
      if (!found) return 'not-found';
      return inTurn(found.id, async () => {
        const visit = (await visits.findByKey(found.keyHash)) ?? found;
        const step = staffChose(visit, scriptId, by, await scriptsFor(visit));
        if (!step) return 'no-such-script';
        const clinic = clinicOf(visit);
        const isFree = visit.run === null && rules.mode === 'agent';
        const reply = withClinicFacts(step.reply, { clinic, channel: 'web-chat', clock });
        // In free conversation the agent goes on by the other script; nothing is put to the person by force.
        await visits.save(isFree ? { ...step.visit, run: null } : step.visit);
        if (!isFree) await exchange(conversationId, undefined, reply);
        return 'chosen';
      });
    },
    sweep: () => visits.forget(clock.wallMs() - rules.idleMs),
  };
}

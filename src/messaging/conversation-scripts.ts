import type { ServedScript } from '../agent/script-catalogue.ts';
import { type Correction, correctAnswer } from '../agent/script-correction.ts';
import { isForStaff } from '../agent/script-guidance.ts';
import { beginScript, type ScriptRun } from '../agent/script-run.ts';
import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import type { Clock } from '../platform/clock.ts';
import { CodedError } from '../platform/errors.ts';
import type { Metrics } from '../platform/metrics.ts';
import { scriptView } from './chat-answer.ts';
import { correctedRequest, requestOf } from './chat-request.ts';
import { staffChose } from './chat-turn.ts';
import type { ChatScriptView } from './chat-view.ts';
import { bounded } from './conversation-length.ts';
import type { Conversation } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { ScriptLookup } from './script-lookup.ts';
import type { ScriptThread } from './script-thread-record.ts';
import type { TurnLeases } from './turn-leases.ts';

export interface ConversationScriptParts {
  store: Pick<ConversationStore, 'find' | 'update'>;
  leases: TurnLeases;
  lookup: ScriptLookup;
  requests: Pick<StaffRequestStore, 'save' | 'change'>;
  /** What answers in the page when it does not choose: where nothing was begun yet. */
  mode: 'agent' | 'scripts';
  protocolOf(id: string): string;
  newId(): string;
  clock: Clock;
  metrics: Metrics;
}

/** Another server is waited for, while it takes one step of a script, ms. */
const longestWaitMs = 10_000;

export type AnswerChange =
  | { outcome: 'changed' }
  | { outcome: 'unfit'; message: string }
  | { outcome: 'not-found' | 'no-script' | 'no-such-question' };

/** The one owner of how far the scripts are in a conversation, on every channel; and what staff do to it. */
export interface ConversationScripts {
  /** One after another for a conversation; whoever changes its thread does it here. */
  inTurn<T>(id: string, work: () => Promise<T>): Promise<T>;
  keep(id: string, thread: ScriptThread): Promise<void>;
  /** The request that a finished run becomes, durable when it resolves; the same one when it is filed again. */
  file(
    conversation: Conversation,
    made: { id: string; run: ScriptRun; script: ServedScript },
  ): Promise<{ request: StaffRequest; isNew: boolean }>;
  scriptOf(id: string): Promise<ChatScriptView | undefined>;
  /** Where the script itself is put to the person its next question is, unless somebody of the staff holds the conversation. */
  chooseScript(
    id: string,
    scriptId: string,
    by: string,
  ): Promise<'chosen' | 'not-found' | 'no-such-script'>;
  /** As `chooseScript`. When the request was filed already it is corrected in its place. */
  changeAnswer(id: string, change: { question: string; answer: string }): Promise<AnswerChange>;
}

export function createConversationScripts(parts: ConversationScriptParts): ConversationScripts {
  const { store, lookup, requests, clock } = parts;

  async function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const held = await parts.leases.hold(`script-${id}`, work, longestWaitMs);
    if (held.outcome === 'done') return held.result;
    throw new CodedError('DEADLINE_EXCEEDED', 'another server has not ended with this script');
  }

  async function keep(id: string, script: ThreadPart): Promise<void> {
    await store.update(id, (one) => ({ ...one, script: { ...one.script, ...script } }));
  }

  async function file(
    conversation: Conversation,
    { id, run, script }: { id: string; run: ScriptRun; script: ServedScript },
  ) {
    const request = requestOf(conversation, run, script.body, {
      ...{ id, protocol: parts.protocolOf(id) },
      timestamp: new Date(clock.wallMs()).toISOString(),
    });
    const { outcome } = await requests.save(request);
    const isNew = outcome === 'saved';
    if (isNew) parts.metrics.count('staff_requests_total', { kind: request.kind });
    return { request, isNew };
  }

  /** Without a word of the person. */
  async function tell({ id, clinic, channel }: Conversation, words: string): Promise<void> {
    const text = lookup.worded(words, { clinic, channel });
    const atMs = clock.wallMs();
    if (text === '') return;
    await store.update(id, (one) =>
      one.heldBy || one.status === 'closed'
        ? one
        : bounded({
            ...one,
            lines: [...one.lines, { who: 'agent', atMs, text }],
            updatedAtMs: atMs,
          }),
    );
  }

  const isFree = ({ channel, script }: Conversation) =>
    script.isFree || (script.run === null && (channel === 'whatsapp' || parts.mode === 'agent'));

  async function change(
    conversation: Conversation,
    given: { question: string; answer: string },
  ): Promise<AnswerChange> {
    const { id, clinic, script: thread } = conversation;
    const script = thread.chosen && lookup.served(clinic, thread.chosen.scriptId);
    if (!script) return { outcome: 'no-script' };
    const before = thread.run ?? beginScript(script).run;
    const corrected = correctAnswer(before, script.body, given, lookup.situationOf(clinic));
    if (corrected.kind === 'no-such-question') return { outcome: 'no-such-question' };
    if (corrected.kind === 'unfit') return { outcome: 'unfit', message: corrected.message };
    const { run } = corrected.turn;
    const isNowOver = isFinished(corrected.turn) && before.phase !== 'done';
    const free = isFree(conversation);
    const requestId =
      isNowOver && (!free || isForStaff(script.body))
        ? (thread.requestId ?? parts.newId())
        : thread.requestId;
    if (requestId && before.phase === 'done')
      await requests.change(requestId, (kept) => correctedRequest(kept, run, script.body));
    else if (requestId && isNowOver) await file(conversation, { id: requestId, run, script });
    await keep(id, { ...thread, run, requestId, isFree: free, reviewedAtTurn: null });
    if (!free) await tell(conversation, corrected.turn.reply);
    return { outcome: 'changed' };
  }

  return {
    inTurn,
    keep,
    file,
    async scriptOf(id) {
      const conversation = await store.find(id);
      return conversation && scriptView(conversation, lookup);
    },
    chooseScript: (id, scriptId, by) =>
      inTurn(id, async () => {
        const conversation = await store.find(id);
        if (!conversation) return 'not-found';
        const { clinic, script: thread } = conversation;
        const step = staffChose(thread, scriptId, by, await lookup.scriptsFor(clinic, thread));
        if (!step) return 'no-such-script';
        const free = isFree(conversation);
        await keep(id, { ...step.thread, isFree: free });
        // In free conversation the agent goes on by the other script; nothing is put to the person by force.
        if (!free) await tell(conversation, step.reply);
        return 'chosen';
      }),
    changeAnswer: (id, given) =>
      inTurn(id, async () => {
        const conversation = await store.find(id);
        return conversation ? change(conversation, given) : { outcome: 'not-found' };
      }),
  };
}

type ThreadPart = Partial<ScriptThread>;

/** Carried through, with something collected that staff must hear of. */
export function isFinished({
  run,
  isFinalStep,
}: Extract<Correction, { kind: 'changed' }>['turn']): boolean {
  return isFinalStep && !run.isGivenUp && run.steps.length > 0;
}

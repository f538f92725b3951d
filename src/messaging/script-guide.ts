import type { ServedScript } from '../agent/script-catalogue.ts';
import { correctAnswer } from '../agent/script-correction.ts';
import { isForStaff, scriptGuidance } from '../agent/script-guidance.ts';
import {
  type NotebookAnswer,
  reviewQuestion,
  type ScriptNotebook,
} from '../agent/script-notebook.ts';
import { answerScript, beginScript, nextWords, type ScriptTurn } from '../agent/script-run.ts';
import type { Conversation } from './conversation-record.ts';
import type { ConversationScripts } from './conversation-scripts.ts';
import { isFinished } from './conversation-scripts.ts';
import type { ConversationStore } from './conversation-store.ts';
import {
  allowedTools,
  type Guidance,
  guided,
  noGuidance,
  subjectChanged,
} from './script-guided.ts';
import type { ScriptLookup } from './script-lookup.ts';
import type { ScriptThread } from './script-thread-record.ts';

/** Scripts in free conversation: what the agent is told, and where it keeps what it was answered. */
export interface ScriptGuide {
  /** @param text what the person just wrote; empty when nothing is new. The choice is durable when it resolves. */
  guide(conversation: Conversation, text: string): Promise<Guidance>;
  notebookOf(conversation: Pick<Conversation, 'id'>): ScriptNotebook;
}

export function createScriptGuide(parts: {
  store: Pick<ConversationStore, 'find'>;
  scripts: Pick<ConversationScripts, 'inTurn' | 'keep' | 'file'>;
  lookup: ScriptLookup;
  newId(): string;
}): ScriptGuide {
  const { store, scripts, lookup } = parts;

  function scriptIn({ clinic, script: { chosen } }: Conversation): ServedScript | undefined {
    return chosen ? lookup.served(clinic, chosen.scriptId) : undefined;
  }

  async function settle(
    conversation: Conversation,
    script: ServedScript,
    turn: ScriptTurn,
    callerTurn: number,
  ): Promise<NotebookAnswer> {
    const { id, script: thread } = conversation;
    const { run } = turn;
    const reviewedAtTurn = run.phase === 'reviewing' ? callerTurn : null;
    if (run.isGivenUp || !isForStaff(script.body) || !isFinished(turn)) {
      await scripts.keep(id, { ...thread, run, reviewedAtTurn });
      if (run.isGivenUp) return { outcome: 'given-up', message: turn.reply };
      if (!isForStaff(script.body) && run.phase !== 'asking') return { outcome: 'complete' };
      const message = turn.reply || nextWords(run, script.body);
      return { outcome: 'next', question: run.question ?? reviewQuestion, message };
    }
    const requestId = thread.requestId ?? parts.newId();
    await scripts.keep(id, { ...thread, run, requestId, reviewedAtTurn });
    return filed(conversation, script, { ...thread, run, requestId });
  }

  async function filed(
    conversation: Conversation,
    script: ServedScript,
    { run, requestId }: ScriptThread,
  ): Promise<NotebookAnswer> {
    if (!run || !requestId) return { outcome: 'no-script' };
    const made = await scripts.file(conversation, { id: requestId, run, script });
    const message = lookup.worded(script.body.finalMessage, conversation);
    return { outcome: 'filed', ...made, message };
  }

  async function record(
    id: string,
    { question, answer, turn: callerTurn }: Parameters<ScriptNotebook['record']>[0],
  ): Promise<NotebookAnswer> {
    const conversation = await store.find(id);
    const script = conversation && scriptIn(conversation);
    if (!conversation || !script || script.body.questions.length === 0)
      return { outcome: 'no-script' };
    const { body } = script;
    const thread = conversation.script;
    const run = thread.run ?? beginScript(script).run;
    const situation = lookup.situationOf(conversation.clinic);
    if (run.phase === 'done' && thread.requestId) return filed(conversation, script, thread);
    if (question === reviewQuestion) {
      const wasReadBack = thread.reviewedAtTurn !== null && callerTurn > thread.reviewedAtTurn;
      const isAnswer = run.phase === 'reviewing' && wasReadBack;
      const turn = isAnswer
        ? answerScript(run, body, answer, situation)
        : { run, reply: nextWords(run, body), isFinalStep: false };
      return settle(conversation, script, turn, callerTurn);
    }
    const corrected = correctAnswer(run, body, { question, answer }, situation);
    switch (corrected.kind) {
      case 'no-such-question':
        return { outcome: 'unknown-question', questions: body.questions.map((one) => one.id) };
      case 'unfit':
        return { outcome: 'unfit', question, message: corrected.message };
      case 'changed':
        return settle(conversation, script, corrected.turn, callerTurn);
    }
  }

  async function changeSubject(id: string, subject: string): Promise<string | null> {
    const conversation = await store.find(id);
    if (!conversation) return null;
    const { clinic, script: before } = conversation;
    const served = await lookup.scriptsFor(clinic, before, subject);
    const thread = subjectChanged(before, subject, served);
    await scripts.keep(id, thread);
    return scriptIn({ ...conversation, script: thread })?.body.name ?? null;
  }

  return {
    guide: ({ id }, text) =>
      scripts.inTurn(id, async () => {
        const conversation = await store.find(id);
        if (!conversation) return noGuidance;
        const { clinic, script: before } = conversation;
        const served = await lookup.scriptsFor(clinic, before, text);
        const thread =
          text === '' ? before : guided(before, text, served, lookup.situationOf(clinic));
        if (thread !== before) await scripts.keep(id, thread);
        const script = scriptIn({ ...conversation, script: thread });
        if (!script) return noGuidance;
        return {
          lines: scriptGuidance(script.body, thread.run),
          tools: allowedTools(thread, served),
          isCollecting: thread.run !== null && thread.run.phase !== 'done',
          isGuided: true,
        };
      }),
    notebookOf: ({ id }) => ({
      record: (given) => scripts.inTurn(id, () => record(id, given)),
      changeSubject: (subject) => scripts.inTurn(id, () => changeSubject(id, subject)),
    }),
  };
}

import { plainText } from '../agent/plain-text.ts';
import type { ScriptBody } from '../agent/script-record.ts';
import type { ChatAnswerView, ChatHistoryView, ChatScriptView } from './chat-view.ts';
import type { Conversation, ConversationLine } from './conversation-record.ts';
import type { ScriptLookup } from './script-lookup.ts';
import { longestSaid, mostSaid, type ScriptThread } from './script-thread-record.ts';

/** What is known of a visit as the page and staff are told it. Pure. */

/** Line breaks stay, the rest of what cannot be seen goes. */
export function plainLines(text: string): string {
  return text.split(/\r?\n/).map(plainText).join('\n').trim();
}

export function answerView(
  { run }: Pick<ScriptThread, 'run'>,
  answer: string,
  isFinal: boolean,
): ChatAnswerView {
  const steps = run?.steps ?? [];
  return {
    answer,
    steps: steps.map(({ id, label, shown }) => ({ id, question: label, answer: shown })),
    is_final_step: isFinal,
  };
}

export function lineView(line: ConversationLine): ChatHistoryView['lines'] {
  if (line.who !== 'sender' && line.who !== 'agent' && line.who !== 'staff') return [];
  const who = line.who === 'sender' ? 'me' : line.who;
  return [{ who, text: line.text, at: new Date(line.atMs).toISOString() }];
}

/** Matches that staff may want instead. */
const mostCandidates = 5;

export function scriptView(conversation: Conversation, lookup: ScriptLookup): ChatScriptView {
  const { id, clinic, script: thread } = conversation;
  const { chosen, run, isFree } = thread;
  const { catalogue } = lookup;
  const scope = lookup.scopeOf(clinic);
  const nameOf = (one: string) => catalogue.served(one, scope)?.body.name ?? one;
  const phase = run && (!isFree || run.phase === 'done') ? run.phase : 'free';
  return {
    ...{ conversationId: id, clinic },
    script: chosen && {
      ...{ id: chosen.scriptId, name: nameOf(chosen.scriptId), score: chosen.score },
      ...{ by: chosen.by, words: chosen.words, example: chosen.example },
      ...{ chosenBy: chosen.chosenBy, phase },
    },
    questions: questionViews(chosen ? lookup.served(clinic, chosen.scriptId)?.body : undefined),
    steps: (run?.steps ?? []).map(({ id: question, label, shown, isChecked }) => ({
      ...{ id: question, question: label, answer: shown, isChecked },
    })),
    candidates: catalogue
      .match(firstWords(conversation), scope)
      .slice(0, mostCandidates)
      .map(({ id: one, score }) => ({ id: one, name: nameOf(one), score })),
    scripts: catalogue.live(scope).map(({ id: one, body }) => ({ id: one, name: body.name })),
  };
}

function questionViews(body: ScriptBody | undefined): ChatScriptView['questions'] {
  return (body?.questions ?? []).map(({ id, label, ask, type, required, options }) => ({
    ...{ id, label, ask, type, required },
    options: options.map((option) => option.label),
  }));
}

/** What the person began with. */
function firstWords({ lines }: Conversation): string {
  const said = lines.flatMap((line) => (line.who === 'sender' ? line.text : []));
  return said
    .slice(0, mostSaid)
    .map((text) => text.slice(0, longestSaid))
    .join('\n');
}

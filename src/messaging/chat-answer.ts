import { plainText } from '../agent/plain-text.ts';
import type { ScriptCatalogue } from '../agent/script-catalogue.ts';
import type { ChatAnswerView, ChatHistoryView, ChatScriptView } from './chat-view.ts';
import type { ChatVisit } from './chat-visit-record.ts';
import type { ConversationLine } from './conversation-record.ts';

/** What is known of a visit as the page and staff are told it. Pure. */

/** Line breaks stay, the rest of what cannot be seen goes. */
export function plainLines(text: string): string {
  return text.split(/\r?\n/).map(plainText).join('\n').trim();
}

export function answerView({ run }: ChatVisit, answer: string, isFinal: boolean): ChatAnswerView {
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

export function chatScriptView(
  conversationId: string,
  { clinic, chosen, run }: ChatVisit,
  catalogue: ScriptCatalogue,
  scope: { clinic: string; desks: readonly string[] },
): ChatScriptView {
  const nameOf = (id: string) => catalogue.served(id, scope)?.body.name ?? id;
  return {
    conversationId,
    clinic,
    script: chosen && {
      ...{ id: chosen.scriptId, name: nameOf(chosen.scriptId), score: chosen.score },
      ...{ by: chosen.by, words: chosen.words, example: chosen.example },
      ...{ chosenBy: chosen.chosenBy, phase: run?.phase ?? 'free' },
    },
    steps: (run?.steps ?? []).map(({ id, label, shown, isChecked }) => ({
      ...{ id, question: label, answer: shown, isChecked },
    })),
    scripts: catalogue.live(scope).map(({ id, body }) => ({ id, name: body.name })),
  };
}

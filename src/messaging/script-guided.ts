import type { AnswerSituation } from '../agent/script-answer.ts';
import { folded, readAnswer } from '../agent/script-answer.ts';
import { scriptTools } from '../agent/script-guidance.ts';
import { leastScore } from '../agent/script-matcher.ts';
import type { QuestionType } from '../agent/script-record.ts';
import { beginScript, switchScript } from '../agent/script-run.ts';
import { bestMatch, type ChatScripts, chosenOf, saidWith, withScript } from './chat-turn.ts';
import type { ScriptThread } from './script-thread-record.ts';

/** Under which script the agent answers, when it is the agent that answers. Pure. */

/** What the agent is told for one turn. */
export interface Guidance {
  /** Further instructions, in Portuguese. */
  lines: readonly string[];
  /** Names of the tools that may be used; undefined: all. */
  tools: readonly string[] | undefined;
  /** A script has answers to keep. */
  isCollecting: boolean;
}

export const noGuidance: Guidance = { lines: [], tools: undefined, isCollecting: false };

/** Another script takes over only when a message plainly asks for it. */
const surelyOther = 0.5;
/** What can be told from a wish for something else. */
const telling: ReadonlySet<QuestionType> = new Set([
  ...(['choice', 'yes-no', 'date', 'birth-date', 'time'] as const),
  ...(['phone', 'cpf', 'email', 'number', 'money'] as const),
]);
/** An answer of more words may be a new wish that happens to hold one. */
const mostAnswerWords = 4;

/** @param isBusy the agent holds a time or waits for a yes: nothing said now is another subject */
export function guided(
  given: ScriptThread,
  text: string,
  scripts: ChatScripts,
  { isBusy, situation }: { isBusy: boolean; situation: AnswerSituation },
): ScriptThread {
  const thread = given.isFree ? given : { ...given, isFree: true };
  const { chosen, run } = thread;
  if (!chosen) {
    const said = saidWith(thread, text);
    const best = bestMatch(said, text, scripts.match);
    if (!best || best.score < leastScore) return { ...thread, said };
    return begun(thread, best, scripts);
  }
  const isStaffs = chosen.chosenBy !== null && run?.phase !== 'done';
  if (isBusy || isStaffs || isAnswer(thread, text, scripts, situation)) return thread;
  const [best] = scripts.match(text);
  const isSame = best?.id === chosen.scriptId && run?.phase !== 'done';
  return !best || best.score < surelyOther || isSame ? thread : begun(thread, best, scripts);
}

function begun(
  thread: ScriptThread,
  match: Parameters<typeof chosenOf>[0],
  scripts: ChatScripts,
): ScriptThread {
  const script = scripts.served(match.id);
  if (!script) return thread;
  const isOver = thread.run === null || thread.run.phase === 'done';
  const turn = thread.run && !isOver ? switchScript(thread.run, script) : beginScript(script);
  const after = withScript(thread, chosenOf(match));
  // Without questions there is nothing to collect, and nothing to be over.
  return { ...after, run: script.body.questions.length > 0 ? turn.run : null };
}

/** A short answer to the question that is open, of a kind that is no wish. */
function isAnswer(
  { run }: ScriptThread,
  text: string,
  scripts: ChatScripts,
  situation: AnswerSituation,
): boolean {
  const body = run?.phase === 'asking' ? scripts.served(run.scriptId)?.body : undefined;
  const question = body?.questions.find(({ id }) => id === run?.question);
  if (!question || !telling.has(question.type)) return false;
  const words = folded(text).split(' ').length;
  return words <= mostAnswerWords && readAnswer(text, question, situation).kind === 'answer';
}

/**
 * Names of the tools that may be used for this message; undefined: all of them. Those of the script, of those before it, and
 * of whatever else the message may ask for: a restriction keeps a script to its purpose, never a person from theirs.
 */
export function allowedTools(
  { chosen, earlier }: ScriptThread,
  text: string,
  scripts: ChatScripts,
): string[] | undefined {
  const script = chosen && scripts.served(chosen.scriptId);
  if (!script) return undefined;
  const asked = scripts.match(text).filter(({ score }) => score >= leastScore);
  const others = [...earlier, ...asked.map(({ id }) => id)].flatMap(
    (id) => scripts.served(id) ?? [],
  );
  const allowed: string[] = [];
  for (const { body } of [script, ...others]) {
    const tools = scriptTools(body);
    if (!tools) return undefined;
    allowed.push(...tools);
  }
  return [...new Set(allowed)];
}

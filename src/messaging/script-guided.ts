import type { AnswerSituation } from '../agent/script-answer.ts';
import { isInformation, scriptTools } from '../agent/script-guidance.ts';
import { leastScore } from '../agent/script-matcher.ts';
import { answersIn } from '../agent/script-prefill.ts';
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
  /** A script is in use, and may be left. */
  isGuided: boolean;
}

export const noGuidance: Guidance = {
  ...{ lines: [], tools: undefined, isCollecting: false, isGuided: false },
};

/** Another script takes over only when a message plainly asks for it. */
const surelyOther = 0.5;

/**
 * In the middle of a script only the agent can tell an answer from another wish, and says so (`subjectChanged`).
 * Before one, after it, and where it only told something, the words of the message decide.
 */
export function guided(
  given: ScriptThread,
  text: string,
  scripts: ChatScripts,
  situation: AnswerSituation,
): ScriptThread {
  const thread = given.isFree ? given : { ...given, isFree: true };
  const { chosen } = thread;
  if (!chosen) {
    const said = saidWith(thread, text);
    const best = bestMatch(said, text, scripts.match);
    if (!best || best.score < leastScore) return { ...thread, said };
    return begun(thread, best, scripts, { text: said.join('\n'), situation });
  }
  if (isUnderWay(thread, scripts)) return thread;
  const [best] = scripts.match(text);
  if (!best || best.score < surelyOther) return thread;
  return begun(thread, best, scripts, { text, situation });
}

function isUnderWay({ chosen, run }: ScriptThread, { served }: ChatScripts): boolean {
  const body = chosen ? served(chosen.scriptId)?.body : undefined;
  return body !== undefined && run !== null && run.phase !== 'done' && !isInformation(body);
}

/** The agent says that the person wants something else: the script for it, or none. */
export function subjectChanged(
  thread: ScriptThread,
  subject: string,
  scripts: ChatScripts,
): ScriptThread {
  const [best] = scripts.match(subject);
  const isOther = best !== undefined && best.id !== thread.chosen?.scriptId;
  if (isOther && best.score >= leastScore) return begun(thread, best, scripts);
  return { ...thread, chosen: null, run: null, said: [], requestId: null, reviewedAtTurn: null };
}

function begun(
  thread: ScriptThread,
  match: Parameters<typeof chosenOf>[0],
  scripts: ChatScripts,
  said?: { text: string; situation: AnswerSituation },
): ScriptThread {
  const script = scripts.served(match.id);
  if (!script) return thread;
  const isOver = thread.run === null || thread.run.phase === 'done';
  const known = said ? answersIn(said.text, script.body, said.situation) : [];
  const turn =
    thread.run && !isOver ? switchScript(thread.run, script, known) : beginScript(script, known);
  const after = withScript(thread, chosenOf(match));
  // Without questions there is nothing to collect, and nothing to be over.
  return { ...after, run: script.body.questions.length > 0 ? turn.run : null };
}

/** Names of the tools that may be used; undefined: all of them. Those of the script, and of the scripts before it. */
export function allowedTools(
  { chosen, earlier }: ScriptThread,
  { served }: Pick<ChatScripts, 'served'>,
): string[] | undefined {
  const ids = chosen && served(chosen.scriptId) ? [chosen.scriptId, ...earlier] : [];
  const lists = ids.flatMap((id) => served(id) ?? []).map(({ body }) => scriptTools(body));
  const isOpen = lists.length === 0 || lists.some((tools) => tools === undefined);
  return isOpen ? undefined : [...new Set(lists.flatMap((tools) => tools ?? []))];
}

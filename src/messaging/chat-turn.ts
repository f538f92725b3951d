import type { AnswerSituation } from '../agent/script-answer.ts';
import { folded } from '../agent/script-answer.ts';
import type { ServedScript } from '../agent/script-catalogue.ts';
import { leastScore, type ScriptMatch } from '../agent/script-matcher.ts';
import { answersIn } from '../agent/script-prefill.ts';
import { answerScript, beginScript, type ScriptTurn, switchScript } from '../agent/script-run.ts';
import {
  type ChosenScript,
  longestSaid,
  mostEarlier,
  mostSaid,
  type ScriptThread,
} from './script-thread-record.ts';

/** What the scripts that are served say to one message of the chat. Pure. */

export interface ChatScripts {
  match(text: string): ScriptMatch[];
  served(id: string): ServedScript | undefined;
  /** A few names of what can be asked for, for whoever was not understood. */
  topics: readonly string[];
  /** The script for whoever wants a person, if there is one. */
  personId: string;
}

export interface ChatStep {
  thread: ScriptThread;
  reply: string;
  isFinalStep: boolean;
  /** The script that was carried through and that staff must hear of. */
  finished?: ServedScript;
}

/** In the middle of a script only a plain wish for a person leaves it. */
const sureOfPerson = 0.75;
/** After so many messages in a row that nobody understands, a person is offered. */
const mostMisses = 3;

export function chatStep(
  thread: ScriptThread,
  text: string,
  scripts: ChatScripts,
  situation: AnswerSituation,
): ChatStep {
  const isAsked = thread.run?.phase !== 'done' && !thread.isFree;
  const current = isAsked ? scripts.served(thread.run?.scriptId ?? '') : undefined;
  if (thread.run && current) {
    if (wantsAnew(text)) return startAnew(thread);
    const person = wantsPerson(thread, text, scripts);
    if (person)
      return entered(thread, chosenOf(person), scripts, { isFresh: false, known: '', situation });
    return stepped(thread, current, answerScript(thread.run, current.body, text, situation));
  }
  return choose({ ...thread, isFree: false }, text, scripts, situation);
}

/** Staff choose the script; what was answered to the same questions stays. Undefined: there is no such script. */
export function staffChose(
  thread: ScriptThread,
  scriptId: string,
  by: string,
  scripts: ChatScripts,
): ChatStep | undefined {
  const script = scripts.served(scriptId);
  if (!script) return undefined;
  const chosen = { scriptId, score: 1, by: 'words' as const, words: [], example: '', chosenBy: by };
  const turn = thread.run ? switchScript(thread.run, script) : beginScript(script);
  return stepped(withScript(thread, chosen), script, turn);
}

/** Another script is in use; its run is still to be begun. */
export function withScript(thread: ScriptThread, chosen: ChosenScript): ScriptThread {
  const before = thread.chosen?.scriptId;
  const known = thread.earlier.filter((id) => id !== before && id !== chosen.scriptId);
  const isOther = before !== undefined && before !== chosen.scriptId;
  return {
    ...thread,
    chosen,
    earlier: (isOther ? [...known, before] : known).slice(-mostEarlier),
    ...{ misses: 0, said: [], requestId: null, reviewedAtTurn: null },
  };
}

export const saidWith = ({ said }: ScriptThread, text: string) =>
  [...said, text.slice(0, longestSaid)].slice(-mostSaid);

/** The first messages as one text. */
export const joinedSaid = (thread: ScriptThread, text: string): string =>
  saidWith(thread, text).join('\n');

/** The last message alone may be plainer than all of them together. */
export function bestMatch(
  said: readonly string[],
  text: string,
  match: ChatScripts['match'],
): ScriptMatch | undefined {
  const matches = [match(said.join('\n')), match(text)].flatMap(([first]) => first ?? []);
  return matches.sort((a, b) => b.score - a.score)[0];
}

function choose(
  thread: ScriptThread,
  text: string,
  scripts: ChatScripts,
  situation: AnswerSituation,
): ChatStep {
  const said = saidWith(thread, text);
  const best = bestMatch(said, text, scripts.match);
  if (best && best.score >= leastScore)
    return entered({ ...thread, run: null }, chosenOf(best), scripts, {
      ...{ isFresh: true, known: said.join('\n'), situation },
    });
  if (isThanks(text)) {
    const after = { ...thread, said: [], misses: 0, run: null, chosen: null };
    return {
      thread: after,
      reply: 'De nada! Se precisar de mais alguma coisa, é só escrever.',
      isFinalStep: true,
    };
  }
  const misses = thread.misses + 1;
  const after = { ...thread, said, misses, run: null, chosen: null };
  return { thread: after, reply: askAgain(misses, scripts.topics), isFinalStep: false };
}

function entered(
  thread: ScriptThread,
  chosen: ChosenScript,
  scripts: ChatScripts,
  given: { isFresh: boolean; known: string; situation: AnswerSituation },
): ChatStep {
  const script = scripts.served(chosen.scriptId);
  if (!script) return { thread, reply: askAgain(1, scripts.topics), isFinalStep: false };
  const known = answersIn(given.known, script.body, given.situation);
  const isAnew = given.isFresh || !thread.run;
  const turn =
    isAnew || !thread.run ? beginScript(script, known) : switchScript(thread.run, script, known);
  const opening = turn.isFinalStep ? '' : `Certo! Assunto: ${script.body.name}.\n`;
  return stepped(withScript(thread, chosen), script, { ...turn, reply: `${opening}${turn.reply}` });
}

function stepped(thread: ScriptThread, script: ServedScript, turn: ScriptTurn): ChatStep {
  const { run, reply, isFinalStep } = turn;
  const after = { ...thread, run };
  const isForStaff = isFinalStep && !run.isGivenUp && run.steps.length > 0;
  return { thread: after, reply, isFinalStep, ...(isForStaff ? { finished: script } : {}) };
}

function startAnew(thread: ScriptThread): ChatStep {
  const after = { ...thread, run: null, chosen: null, said: [], misses: 0, requestId: null };
  return {
    thread: after,
    reply: 'Tudo bem, começamos de novo. Em que posso ajudar?',
    isFinalStep: false,
  };
}

function wantsPerson(
  { run }: ScriptThread,
  text: string,
  { match, personId }: ChatScripts,
): ScriptMatch | undefined {
  if (run?.scriptId === personId || folded(text).split(' ').length > 8) return undefined;
  const [best] = match(text);
  return best?.id === personId && best.score >= sureOfPerson ? best : undefined;
}

export const chosenOf = ({ id, score, reason }: ScriptMatch): ChosenScript => ({
  ...{ scriptId: id, score, by: reason.by, words: reason.words, example: reason.example },
  chosenBy: null,
});

function wantsAnew(text: string): boolean {
  return /^(?:recomecar|comecar de novo|outro assunto|quero outra coisa|novo atendimento)$/.test(
    folded(text),
  );
}

function isThanks(text: string): boolean {
  return /^(?:muito )?(?:obrigad[oa]|obg|vlw|valeu|tchau|ate mais|era so isso|so isso|ok|ta bom|beleza)(?: \w+){0,3}$/.test(
    folded(text),
  );
}

function askAgain(misses: number, topics: readonly string[]): string {
  if (misses >= mostMisses)
    return `Desculpe, ainda não entendi. Posso ajudar com: ${topics.join('; ')}. Se preferir, escreva “falar com uma pessoa”.`;
  if (misses > 1)
    return 'Desculpe, não entendi. Pode dizer de outro jeito, em poucas palavras? Por exemplo: “quero marcar uma consulta”.';
  return 'Por favor, informe em poucas palavras como posso ser útil para você hoje.';
}

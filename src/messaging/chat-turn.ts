import type { AnswerSituation } from '../agent/script-answer.ts';
import { folded } from '../agent/script-answer.ts';
import type { ServedScript } from '../agent/script-catalogue.ts';
import { leastScore, type ScriptMatch } from '../agent/script-matcher.ts';
import { answerScript, beginScript, type ScriptTurn, switchScript } from '../agent/script-run.ts';
import { type ChatVisit, type ChosenScript, longestSaid, mostSaid } from './chat-visit-record.ts';

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
  visit: ChatVisit;
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
  visit: ChatVisit,
  text: string,
  scripts: ChatScripts,
  situation: AnswerSituation,
): ChatStep {
  const current =
    visit.run?.phase === 'done' ? undefined : scripts.served(visit.run?.scriptId ?? '');
  if (visit.run && current) {
    if (wantsAnew(text)) return startAnew(visit);
    const person = wantsPerson(visit, text, scripts);
    if (person) return entered(visit, chosenOf(person), scripts, false);
    return stepped(visit, current, answerScript(visit.run, current.body, text, situation));
  }
  return choose(visit, text, scripts);
}

/** Staff choose the script; what was answered to the same questions stays. Undefined: there is no such script. */
export function staffChose(
  visit: ChatVisit,
  scriptId: string,
  by: string,
  scripts: ChatScripts,
): ChatStep | undefined {
  const script = scripts.served(scriptId);
  if (!script) return undefined;
  const chosen = { scriptId, score: 1, by: 'words' as const, words: [], example: '', chosenBy: by };
  const turn = visit.run ? switchScript(visit.run, script) : beginScript(script);
  return stepped({ ...visit, chosen, misses: 0, requestId: null }, script, turn);
}

/** Another script takes over in free conversation only when a message plainly asks for it. */
const surelyOther = 0.5;

/** Under which script the agent answers this message, when it is the agent that answers. */
export function guided(visit: ChatVisit, text: string, { match }: ChatScripts): ChatVisit {
  const said = saidWith(visit, text);
  const best = visit.chosen?.chosenBy ? undefined : bestMatch(said, text, match);
  const least = visit.chosen ? surelyOther : leastScore;
  if (!best || best.score < least || best.id === visit.chosen?.scriptId) return { ...visit, said };
  return { ...visit, said: [], chosen: chosenOf(best) };
}

const saidWith = ({ said }: ChatVisit, text: string) =>
  [...said, text.slice(0, longestSaid)].slice(-mostSaid);

/** The first messages as one text. */
export const joinedSaid = (visit: ChatVisit, text: string): string =>
  saidWith(visit, text).join('\n');

/** The last message alone may be plainer than all of them together. */
function bestMatch(
  said: readonly string[],
  text: string,
  match: ChatScripts['match'],
): ScriptMatch | undefined {
  const matches = [match(said.join('\n')), match(text)].flatMap(([first]) => first ?? []);
  return matches.sort((a, b) => b.score - a.score)[0];
}

function choose(visit: ChatVisit, text: string, scripts: ChatScripts): ChatStep {
  const said = saidWith(visit, text);
  const best = bestMatch(said, text, scripts.match);
  if (best && best.score >= leastScore)
    return entered({ ...visit, run: null }, chosenOf(best), scripts, true);
  if (isThanks(text)) {
    const after = { ...visit, said: [], misses: 0, run: null, chosen: null };
    return {
      visit: after,
      reply: 'De nada! Se precisar de mais alguma coisa, é só escrever.',
      isFinalStep: true,
    };
  }
  const misses = visit.misses + 1;
  const after = { ...visit, said, misses, run: null, chosen: null };
  return { visit: after, reply: askAgain(misses, scripts.topics), isFinalStep: false };
}

function entered(
  visit: ChatVisit,
  chosen: ChosenScript,
  scripts: ChatScripts,
  isFresh: boolean,
): ChatStep {
  const script = scripts.served(chosen.scriptId);
  if (!script) return { visit, reply: askAgain(1, scripts.topics), isFinalStep: false };
  const turn = visit.run && !isFresh ? switchScript(visit.run, script) : beginScript(script);
  const opening = turn.isFinalStep ? '' : `Certo! Assunto: ${script.body.name}.\n`;
  const next = { ...visit, chosen, misses: 0, said: [], requestId: null };
  return stepped(next, script, { ...turn, reply: `${opening}${turn.reply}` });
}

function stepped(visit: ChatVisit, script: ServedScript, turn: ScriptTurn): ChatStep {
  const { run, reply, isFinalStep } = turn;
  const after = { ...visit, run };
  const isForStaff = isFinalStep && !run.isGivenUp && run.steps.length > 0;
  return { visit: after, reply, isFinalStep, ...(isForStaff ? { finished: script } : {}) };
}

function startAnew(visit: ChatVisit): ChatStep {
  const after = { ...visit, run: null, chosen: null, said: [], misses: 0, requestId: null };
  return {
    visit: after,
    reply: 'Tudo bem, começamos de novo. Em que posso ajudar?',
    isFinalStep: false,
  };
}

function wantsPerson(
  { run }: ChatVisit,
  text: string,
  { match, personId }: ChatScripts,
): ScriptMatch | undefined {
  if (run?.scriptId === personId || folded(text).split(' ').length > 8) return undefined;
  const [best] = match(text);
  return best?.id === personId && best.score >= sureOfPerson ? best : undefined;
}

const chosenOf = ({ id, score, reason }: ScriptMatch): ChosenScript => ({
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

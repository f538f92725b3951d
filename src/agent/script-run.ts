import { z } from 'zod';
import { plainText } from './plain-text.ts';
import { type AnswerSituation, folded, longestAnswer, readAnswer } from './script-answer.ts';
import type { ScriptBody, ScriptQuestion } from './script-record.ts';

/** Asks a script's questions one at a time, on any channel. Pure: (run, message) → (run, reply). */

/** What is asked in vain this often is kept as it was written, for a person to look at. */
const mostTries = 3;

const stepSchema = z.strictObject({
  /** Of the question. */
  id: z.string(),
  label: z.string(),
  /** For machines; null: skipped. */
  value: z.string().max(longestAnswer).nullable(),
  /** For people. */
  shown: z.string().max(longestAnswer),
  /** False: it was not what was asked for, and was kept as it was written. */
  isChecked: z.boolean(),
  /** Found in a first message, never asked: it is read back before anything is done. */
  isTaken: z.boolean().exactOptional(),
});
/** A question that is done with. */
export type ScriptStep = z.output<typeof stepSchema>;

export const scriptRunSchema = z.strictObject({
  scriptId: z.string(),
  version: z.int().min(0),
  /** reviewing: all was asked; is it right? */
  phase: z.enum(['asking', 'reviewing', 'done']),
  steps: z.array(stepSchema),
  /** Of the question that is open; null when none is. */
  question: z.string().nullable(),
  /** Answers to it that were none. */
  tries: z.int().min(0),
  /** The person said no where the script needs a yes: nothing is to be done. */
  isGivenUp: z.boolean(),
});
/** Where one conversation stands in a script. JSON: any channel keeps it as it likes. */
export type ScriptRun = z.output<typeof scriptRunSchema>;

export interface ScriptTurn {
  run: ScriptRun;
  reply: string;
  isFinalStep: boolean;
}

/** Begins with the first question; a script without any is over at once. @param known what is not asked any more */
export function beginScript(
  script: { id: string; version: number; body: ScriptBody },
  known: readonly ScriptStep[] = [],
): ScriptTurn {
  const { id: scriptId, version, body } = script;
  const run: ScriptRun = {
    ...{ scriptId, version, phase: 'asking', steps: [...known] },
    ...{ question: null, tries: 0, isGivenUp: false },
  };
  return next(run, body);
}

/** Staff chose another script or changed this one: what was answered to the same questions stays. */
export function switchScript(
  run: ScriptRun,
  script: { id: string; version: number; body: ScriptBody },
  known: readonly ScriptStep[] = [],
): ScriptTurn {
  const { questions } = script.body;
  const kept = run.steps.filter((step) => questions.some(({ id }) => id === step.id));
  const more = known.filter(({ id }) => !kept.some((step) => step.id === id));
  return beginScript(script, [...kept, ...more]);
}

/** One message of the person. A run that is done stays so. */
export function answerScript(
  run: ScriptRun,
  body: ScriptBody,
  message: string,
  situation: AnswerSituation,
): ScriptTurn {
  if (run.phase === 'done') return { run, reply: body.finalMessage, isFinalStep: true };
  if (run.phase === 'reviewing') return review(run, body, message, situation);
  const question = body.questions.find(({ id }) => id === run.question);
  if (!question) return next(run, body);
  const correction = correctionIn(message, body, run);
  if (correction) return reopen(run, correction);
  return take(run, body, question, message, situation);
}

function take(
  run: ScriptRun,
  body: ScriptBody,
  question: ScriptQuestion,
  message: string,
  situation: AnswerSituation,
): ScriptTurn {
  const { id, label } = question;
  const read = readAnswer(message, question, situation);
  if (!question.required && isSkip(message))
    return next(withStep(run, { id, label, value: null, shown: '—', isChecked: true }), body);
  if (read.kind === 'answer') {
    const { value, shown } = read;
    if (question.ifNo && value === 'não') return giveUp(run, question.ifNo);
    return next(withStep(run, { id, label, value, shown, isChecked: true }), body);
  }
  const tries = run.tries + 1;
  const said = plainText(message).slice(0, longestAnswer);
  if (tries >= mostTries && said !== '')
    return next(withStep(run, { id, label, value: said, shown: said, isChecked: false }), body);
  return { run: { ...run, tries }, reply: read.message, isFinalStep: false };
}

/** The question is done with, whatever was said to it before. */
export function withStep(run: ScriptRun, step: ScriptStep): ScriptRun {
  const others = run.steps.filter(({ id }) => id !== step.id);
  return { ...run, steps: [...others, step], question: null, tries: 0 };
}

/** What is asked now: the first question that is not done with, or whether all is right. */
export function next(run: ScriptRun, body: ScriptBody): ScriptTurn {
  const open = body.questions.find(({ id }) => !run.steps.some((step) => step.id === id));
  if (open) return ask(run, open);
  if (run.steps.length < 2 && !run.steps.some(({ isTaken }) => isTaken)) return finish(run, body);
  const steps = inOrder(run.steps, body);
  return {
    run: { ...run, steps, phase: 'reviewing', question: null, tries: 0 },
    reply: `${recap(steps)}\nEstá tudo certo? Responda sim, ou diga o que quer corrigir.`,
    isFinalStep: false,
  };
}

/** What stands to be answered, as it is put to the person; empty when nothing does. */
export function nextWords(run: ScriptRun, body: ScriptBody): string {
  const open = body.questions.find(({ id }) => id === run.question);
  if (open && run.phase === 'asking') return wordsOf(open);
  return run.phase === 'reviewing' ? next(run, body).reply : '';
}

function ask(run: ScriptRun, question: ScriptQuestion, before = ''): ScriptTurn {
  return {
    run: { ...run, phase: 'asking', question: question.id, tries: 0 },
    reply: `${before}${wordsOf(question)}`,
    isFinalStep: false,
  };
}

function finish(run: ScriptRun, body: ScriptBody): ScriptTurn {
  const steps = inOrder(run.steps, body);
  return {
    run: { ...run, steps, phase: 'done', question: null, tries: 0 },
    reply: body.finalMessage,
    isFinalStep: true,
  };
}

export function giveUp(run: ScriptRun, reply: string): ScriptTurn {
  return {
    run: { ...run, phase: 'done', question: null, tries: 0, isGivenUp: true },
    reply,
    isFinalStep: true,
  };
}

function review(
  run: ScriptRun,
  body: ScriptBody,
  message: string,
  situation: AnswerSituation,
): ScriptTurn {
  const named = namedQuestion(message, body);
  const said = readAnswer(message, yesNo, situation);
  if (!named && said.kind === 'answer' && said.value === 'sim') return finish(run, body);
  if (named) return reopen(run, named);
  const tries = run.tries + 1;
  // Who does not say what is wrong is not kept here: staff read what was said.
  if (tries >= mostTries) return finish(run, body);
  const labels = body.questions.map(({ label }) => label.toLowerCase()).join(', ');
  return {
    run: { ...run, tries },
    reply: `O que devo corrigir: ${labels}? Se estiver tudo certo, responda sim.`,
    isFinalStep: false,
  };
}

function reopen(run: ScriptRun, question: ScriptQuestion): ScriptTurn {
  const steps = run.steps.filter(({ id }) => id !== question.id);
  return ask(
    { ...run, steps },
    question,
    steps.length < run.steps.length ? 'Vamos corrigir. ' : '',
  );
}

/** A message that wants an earlier answer changed; it must begin so, for “veio errado” may be an answer. */
const correcting =
  /^(?:espera |perai |opa |desculpa |ops |nao )*(?:voltar|volta|corrigir|corrige|errei|me enganei|enganei me|(?:escrevi|digitei|coloquei|falei) (?:\w+ ){0,3}errad[oa])\b/;
/** More words than this tell a story. */
const mostCorrectionWords = 10;

function correctionIn(
  message: string,
  body: ScriptBody,
  run: ScriptRun,
): ScriptQuestion | undefined {
  const said = folded(message);
  if (!correcting.test(said) || said.split(' ').length > mostCorrectionWords) return undefined;
  const last = run.steps.at(-1);
  return namedQuestion(message, body) ?? body.questions.find(({ id }) => id === last?.id);
}

/** The question whose label, or a word of it, is in the message. */
function namedQuestion(message: string, body: ScriptBody): ScriptQuestion | undefined {
  const said = ` ${folded(message)} `;
  const found = body.questions
    .map((question) => {
      const label = folded(question.label);
      const words = label.split(' ').filter((word) => word.length > 2);
      const hits = words.filter((word) => said.includes(` ${word} `)).length;
      return { question, hits: said.includes(` ${label} `) ? words.length + 1 : hits };
    })
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits);
  return found[0]?.question;
}

const skip =
  /^(?:pular|pula|passo|passar|prefiro nao(?: \w+)*|nao sei|n sei|nao lembro|nao tenho|nenhum|nenhuma|nao quero(?: \w+)*|tanto faz|qualquer(?: \w+)?|depois)$/;

export function isSkip(message: string): boolean {
  return skip.test(folded(message));
}

function wordsOf({ ask: asked, type, options, required }: ScriptQuestion): string {
  const list =
    type === 'choice' ? options.map(({ label }, i) => `\n${i + 1}. ${label}`).join('') : '';
  const mayskip =
    required || /pular|não sei/.test(asked) ? '' : ' (Para deixar em branco, escreva “pular”.)';
  return `${asked}${mayskip}${list}`;
}

function recap(steps: readonly ScriptStep[]): string {
  const lines = steps.map(
    ({ label, shown, isTaken }) => `• ${label}: ${shown}${isTaken ? ' (como você disse)' : ''}`,
  );
  return ['Confira, por favor:', ...lines].join('\n');
}

/** What staff read of a run, one line a question; what was not checked says so. */
export function summaryOf(name: string, { steps }: { steps: readonly ScriptStep[] }): string {
  const lines = steps.map(
    ({ label, shown, isChecked }) => `${label}: ${shown}${isChecked ? '' : ' (não conferido)'}`,
  );
  return [`Roteiro: ${name}`, ...lines].join('\n');
}

export function inOrder(steps: readonly ScriptStep[], { questions }: ScriptBody): ScriptStep[] {
  const place = new Map(questions.map(({ id }, at) => [id, at]));
  return [...steps].sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
}

const yesNo: ScriptQuestion = {
  ...{ id: 'review', ask: '?', label: '?', type: 'yes-no' },
  ...{ required: true, options: [] },
};

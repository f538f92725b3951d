import { type AnswerSituation, readAnswer } from './script-answer.ts';
import type { ScriptBody } from './script-record.ts';
import {
  giveUp,
  inOrder,
  isSkip,
  next,
  type ScriptRun,
  type ScriptTurn,
  withStep,
} from './script-run.ts';

/** One answer of a run put in by somebody who was not asked: staff, or the agent in free conversation. Pure. */

export type Correction =
  /** `turn.reply` is what the person is asked or told now; empty when nothing changed for them. */
  | { kind: 'changed'; turn: ScriptTurn }
  /** It does not fit the question; why, for people. */
  | { kind: 'unfit'; message: string }
  | { kind: 'no-such-question' };

/** A run that is done stays done, with the new answer; unless that answer is the yes whose want had ended it. */
export function correctAnswer(
  run: ScriptRun,
  body: ScriptBody,
  { question: asked, answer }: { question: string; answer: string },
  situation: AnswerSituation,
): Correction {
  const question = body.questions.find(({ id }) => id === asked);
  if (!question) return { kind: 'no-such-question' };
  const { id, label, required, ifNo } = question;
  const isSkipped = !required && isSkip(answer);
  const read = isSkipped
    ? { kind: 'answer' as const, value: null, shown: '—' }
    : readAnswer(answer, question, situation);
  if (read.kind === 'again') return { kind: 'unfit', message: read.message };
  const { value, shown } = read;
  const { question: open, tries } = run;
  const stepped = withStep(run, { id, label, value, shown, isChecked: true });
  const after = { ...stepped, steps: inOrder(stepped.steps, body) };
  if (ifNo && value === 'não') {
    const over = giveUp(after, ifNo);
    return { kind: 'changed', turn: run.phase === 'done' ? { ...over, reply: '' } : over };
  }
  const isOver = run.phase === 'done' && !(run.isGivenUp && ifNo);
  // Another question stays open as it was put.
  if (isOver || (run.phase === 'asking' && open !== null && open !== id)) {
    const same = { ...after, question: open, tries };
    return { kind: 'changed', turn: { run: same, reply: '', isFinalStep: isOver } };
  }
  return { kind: 'changed', turn: next({ ...after, isGivenUp: false }, body) };
}

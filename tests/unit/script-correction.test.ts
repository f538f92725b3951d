import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { correctAnswer } from '../../src/agent/script-correction.ts';
import { answerScript, beginScript, type ScriptRun } from '../../src/agent/script-run.ts';
import { scriptBody } from '../support/script-fixtures.ts';

const situation = {
  now: Temporal.ZonedDateTime.from('2026-11-23T10:00:00[America/Fortaleza]'),
  areaCode: '88',
};
const body = scriptBody({
  questions: [
    { id: 'nome', ask: 'Qual é o nome?', label: 'Nome', type: 'name' },
    { id: 'cpf', ask: 'Qual é o CPF?', label: 'CPF', type: 'cpf' },
    {
      ...{ id: 'certeza', ask: 'Confirma?', label: 'Certeza', type: 'yes-no' },
      ifNo: 'Certo, nada foi feito.',
    },
    { id: 'obs', ask: 'Algo mais?', label: 'Observação', type: 'text', required: false },
  ],
  finalMessage: 'Pronto!',
});

function answered(...messages: string[]): ScriptRun {
  let { run } = beginScript({ id: 'um', version: 1, body });
  for (const message of messages) run = answerScript(run, body, message, situation).run;
  return run;
}
const correct = (run: ScriptRun, question: string, answer: string) =>
  correctAnswer(run, body, { question, answer }, situation);
function changed(run: ScriptRun, question: string, answer: string) {
  const made = correct(run, question, answer);
  if (made.kind !== 'changed') throw new Error(`${made.kind}`);
  return made.turn;
}

describe('one answer of a script put in by somebody who was not asked', () => {
  it('is read as the person’s would be, and refused in words when it does not fit', () => {
    const run = answered('Ana Lima');
    expect(correct(run, 'cpf', '111.111.111-11')).toMatchObject({
      kind: 'unfit',
      message: expect.stringMatching(/CPF não confere/),
    });
    expect(correct(run, 'idade', '30')).toEqual({ kind: 'no-such-question' });
    const { run: next, reply } = changed(run, 'cpf', '52998224725');
    expect(next.steps.at(-1)).toMatchObject({ id: 'cpf', shown: '529.982.247-25' });
    expect(reply).toMatch(/^Confirma\?/);
  });

  it('to a question that is not open leaves the open one as it was put', () => {
    const run = { ...answered('Ana Lima'), tries: 2 };
    const turn = changed(run, 'nome', 'Bia Souza');
    expect(turn.reply).toBe('');
    expect(turn.run).toMatchObject({ question: 'cpf', tries: 2, phase: 'asking' });
    expect(turn.run.steps).toMatchObject([{ id: 'nome', value: 'Bia Souza' }]);
  });

  it('while all is being read back is read back with it', () => {
    const run = answered('Ana Lima', '52998224725', 'sim', 'pular');
    expect(run.phase).toBe('reviewing');
    const turn = changed(run, 'obs', 'só à tarde');
    expect(turn.run.phase).toBe('reviewing');
    expect(turn.reply).toContain('Observação: só à tarde');
  });

  it('of a run that is over changes nothing else: nobody is asked again', () => {
    const run = answered('Ana Lima', '52998224725', 'sim', 'pular', 'sim');
    const turn = changed(run, 'nome', 'Ana Lima Souza');
    expect(turn).toMatchObject({ reply: '', isFinalStep: true, run: { phase: 'done' } });
    expect(turn.run.steps.map(({ id }) => id)).toEqual(['nome', 'cpf', 'certeza', 'obs']);
  });

  it('that is the no a script ends with ends it, and the yes after it goes on', () => {
    const over = changed(answered('Ana Lima', '52998224725'), 'certeza', 'não');
    expect(over.reply).toBe('Certo, nada foi feito.');
    expect(over.run).toMatchObject({ phase: 'done', isGivenUp: true });
    const again = changed(over.run, 'certeza', 'sim');
    expect(again.run).toMatchObject({ phase: 'asking', question: 'obs', isGivenUp: false });
    expect(again.reply).toMatch(/^Algo mais\?/);
  });
});

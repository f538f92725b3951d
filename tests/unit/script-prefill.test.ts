import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { loadScripts } from '../../src/agent/script-loader.ts';
import { answersIn } from '../../src/agent/script-prefill.ts';
import { answerScript, beginScript } from '../../src/agent/script-run.ts';
import { clinicsDirectory } from '../support/agent-fixtures.ts';
import { scriptBody } from '../support/script-fixtures.ts';

const situation = {
  now: Temporal.ZonedDateTime.from('2026-11-23T10:00:00[America/Fortaleza]'),
  areaCode: '88',
};
const shipped = new Map(
  (await loadScripts(join(clinicsDirectory, 'scripts'))).map(({ id, body }) => [id, body]),
);
const body = scriptBody({
  questions: [
    { id: 'nome', ask: 'Como é o seu nome?', label: 'Nome', type: 'name' },
    { id: 'cpf', ask: 'Qual é o CPF?', label: 'CPF', type: 'cpf' },
    { id: 'telefone', ask: 'Qual é o telefone?', label: 'Telefone', type: 'phone' },
    { id: 'nascimento', ask: 'Quando nasceu?', label: 'Nascimento', type: 'birth-date' },
    { id: 'email', ask: 'Qual é o e-mail?', label: 'E-mail', type: 'email' },
    { id: 'dia', ask: 'Para que dia?', label: 'Dia', type: 'date' },
    {
      ...{ id: 'turno', ask: 'De manhã ou à tarde?', label: 'Turno', type: 'choice' },
      options: [{ label: 'manhã', aliases: ['cedo'] }, { label: 'tarde' }, { label: 'outro' }],
    },
    { id: 'certo', ask: 'Confirma?', label: 'Confirma', type: 'yes-no' },
    { id: 'obs', ask: 'Algo mais?', label: 'Obs', type: 'text' },
  ],
});
const taken = (text: string, of = body) =>
  Object.fromEntries(answersIn(text, of, situation).map(({ id, value }) => [id, value]));

describe('what a first message has answered already', () => {
  it.each([
    ['oi, sou a Maria e quero marcar', { nome: 'Maria' }],
    ['Boa tarde, meu nome é Ana Paula de Souza.', { nome: 'Ana Paula de Souza' }],
    ['quero consulta, cpf 529.982.247-25', { cpf: '52998224725' }],
    ['meu cpf é 52998224725', { cpf: '52998224725' }],
    ['me liguem no (88) 99999-0001', { telefone: '+5588999990001' }],
    ['meu zap é 88 99999-0001 obrigada', { telefone: '+5588999990001' }],
    ['nasci em 12/03/1985', { nascimento: '1985-03-12' }],
    ['meu email ana.lima@exemplo.com.br', { email: 'ana.lima@exemplo.com.br' }],
    ['quero marcar para o dia 15/12', { dia: '2026-12-15' }],
    ['quero remarcar pra 15/12', { dia: '2026-12-15' }],
    ['queria marcar dia 15/12 de tarde', { dia: '2026-12-15', turno: 'tarde' }],
  ])('is taken: %s', (text, expected) => {
    expect(taken(text)).toEqual(expected);
  });

  it.each([
    'sou a mãe do Pedro Lima',
    'sou a Maria e quero marcar para o meu filho',
    'quero marcar para minha mãe, o cpf dela é 529.982.247-25',
    'meu cpf é 111.111.111-11',
    '88999990001',
    'meu número é 52998224725',
    'telefones (88) 99999-0001 ou (88) 98888-0002',
    'quero remarcar a consulta do dia 15/12',
    'fiz o exame dia 10/11',
    'para 15/12 ou 16/12',
    'para o dia 10/11/2026',
    'para o dia 31/02',
    'vocês abrem de manhã?',
    'de manhã não posso',
    'de manhã ou à tarde',
    'quero outro turno',
    'bem cedo',
    'sim, confirmo',
    '',
    '🙂'.repeat(3_000),
  ])('is not taken, for it may mean something else: %s', (text) => {
    expect(taken(text)).toEqual({});
  });

  it('of a whole name one word is not enough', () => {
    const whole = scriptBody({
      questions: [{ id: 'nome', ask: 'Qual é o nome completo?', label: 'Nome', type: 'name' }],
    });
    expect(taken('sou a Maria', whole)).toEqual({});
    expect(taken('sou a Maria Lima', whole)).toEqual({ nome: 'Maria Lima' });
  });

  it('is not asked again, and is read back with the rest', () => {
    const script = { id: 'um', version: 1, body };
    const known = answersIn('sou a Maria, cpf 529.982.247-25', body, situation);
    const begun = beginScript(script, known);
    expect(begun.reply).toBe('Qual é o telefone?');
    const recap = [
      '88 99999-0001',
      '12/03/1985',
      'ana@exemplo.com',
      '15/12',
      '1',
      'sim',
      'nada',
    ].reduce((turn, text) => answerScript(turn.run, body, text, situation), begun);
    expect(recap.reply).toContain('• Nome: Maria (como você disse)');
    expect(recap.reply).toContain('• Telefone: (88) 99999-0001\n');
    const corrected = answerScript(recap.run, body, 'o nome está errado', situation);
    const again = answerScript(corrected.run, body, 'Mariana', situation);
    expect(again.reply).toContain('• Nome: Mariana\n');
  });

  it('is confirmed also where nothing else is to be asked', () => {
    const one = scriptBody({
      questions: [{ id: 'nome', ask: 'Qual é o seu nome?', label: 'Nome', type: 'name' }],
    });
    const known = answersIn('sou a Maria', one, situation);
    const begun = beginScript({ id: 'um', version: 1, body: one }, known);
    expect(begun).toMatchObject({ isFinalStep: false, run: { phase: 'reviewing' } });
    expect(answerScript(begun.run, one, 'sim', situation).isFinalStep).toBe(true);
  });

  it('in the colloquial first messages is what a person reads in them, and nothing else', async () => {
    const file = new URL('../fixtures/script-messages.jsonl', import.meta.url);
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const found = lines.flatMap((line) => {
      const { text, script } = JSON.parse(line) as { text: string; script: string | null };
      const of = script === null ? undefined : shipped.get(script);
      const answers = of ? answersIn(text, of, situation) : [];
      return answers.map(({ id, shown }) => `${text} → ${id}: ${shown}`);
    });
    expect(found).toEqual([
      'queria mudar o horario da minha consulta pra de tarde → turno: tarde',
      'preciso de um atestado do dia q fui ai → documento: atestado',
      'meu trabalho ta pedindo declaraçao de comparecimento → documento: declaração de comparecimento',
      'acabou meu remedio controlado preciso renovar a receita → documento: receita',
      'quero copia do meu prontuario → documento: prontuário',
      'o medico esqueceu de por o cid no atestado → documento: atestado',
      'me arrependi da compra quero meu dinheiro de volta → motivo: arrependimento',
      'me arrependi da compra quero meu dinheiro de volta → solucao: dinheiro de volta',
      'mudei de endereço preciso atualizar → dado: endereço',
      'meu nome ta escrito errado no cadastro → dado: nome',
    ]);
  });
});

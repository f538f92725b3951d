import { describe, expect, it } from 'vitest';
import {
  bareName,
  findName,
  findNamedDay,
  findTime,
  hasNumber,
  isNamedDay,
  speakDay,
} from '../../src/sandbox/portuguese-slots.ts';
import {
  findMoment,
  findWish,
  hasNoPreference,
  isForAnother,
} from '../../src/sandbox/utterance-wishes.ts';

describe('a day a caller picks from a few', () => {
  it.each([
    ['na terça-feira', '2026-11-24'],
    ['pode ser quinta', '2026-11-26'],
    ['dia vinte e quatro', '2026-11-24'],
    ['no dia primeiro', '2026-12-01'],
    ['quinze de dezembro', '2026-12-15'],
    ['terça-feira, dia 1', '2026-12-01'],
  ])('%s is %s', (said, day) => {
    const named = findNamedDay(said);
    expect(named && isNamedDay(day, named)).toBe(true);
    expect(named && isNamedDay('2026-11-28', named)).toBe(false);
  });

  it.each(['quero marcar uma consulta', 'a segunda vez', 'a segunda opção', 'de manhã'])(
    'is not found in: %s',
    (said) => {
      expect(findNamedDay(said)).toBeUndefined();
    },
  );

  it('is said back with its month', () => {
    expect(speakDay('2026-11-24')).toBe('dia 24 de novembro');
  });
});

describe('the words about when', () => {
  it.each([
    ['Boa tarde, eu queria marcar uma consulta com o cardiologista.', undefined],
    [
      'Pode ser na quinta-feira que vem, às dez da manhã.',
      'na quinta-feira que vem, às dez da manhã',
    ],
    ['Quero um ultrassom para sexta de manhã, por favor', 'para sexta de manhã'],
    ['na verdade pode ser às onze?', 'às onze'],
    ['O horário é às onze', 'às onze'],
    ['depois de amanhã à tarde', 'depois de amanhã à tarde'],
    ['no dia 3 de dezembro às nove', 'no dia 3 de dezembro às nove'],
    ['a segunda opção', undefined],
    ['Boa noite, tudo bem?', undefined],
    ['o mais cedo possível', undefined],
  ])('%s → %s', (said, when) => {
    expect(findMoment(said)).toBe(when);
  });

  it('are not needed by who takes any day', () => {
    expect(hasNoPreference('Tanto faz o dia.')).toBe(true);
    expect(hasNoPreference('O mais cedo possível.')).toBe(true);
    expect(hasNoPreference('Na quinta.')).toBe(false);
  });
});

describe('the words for what is wanted', () => {
  it.each([
    [
      'Boa tarde, eu queria marcar uma consulta com o cardiologista.',
      ['consulta com o cardiologista'],
    ],
    ['Quero marcar um ultrassom de mama para sexta de manhã.', ['ultrassom de mama']],
    ['Quanto custa a mamografia?', ['mamografia']],
    ['Qual é o preparo da colposcopia?', ['colposcopia']],
    ['queria fazer um exame de cardiologista', ['exame de cardiologista']],
    ['quero marcar uma consulta com o pediatra para o meu filho', ['consulta com o pediatra']],
    ['Preciso de um eletrocardiograma e uma mamografia', ['eletrocardiograma', 'mamografia']],
    ['um ultrassom de rins e vias urinárias', ['ultrassom de rins e vias urinárias']],
    ['Quero uma consulta amanhã às nove', []],
    ['Quero marcar um exame', []],
    ['quero marcar para minha mãe', []],
  ])('%s → %s', (said, services) => {
    expect(findWish(said, false).services).toEqual(services);
  });

  it('are a plain kind when the professional is named', () => {
    expect(findWish('quero uma consulta com a doutora Cecília Lins amanhã', false)).toEqual({
      services: ['consulta'],
      practitioner: 'Cecília Lins',
    });
  });

  it('may be the whole answer, and only when they were asked for', () => {
    expect(findWish('A retirada de pontos.', true).services).toEqual(['retirada de pontos']);
    expect(findWish('A retirada de pontos.', false).services).toEqual([]);
    expect(findWish('Não, só isso, obrigada.', true).services).toEqual([]);
  });

  it('say whether it is for somebody else', () => {
    expect(isForAnother('quero marcar uma consulta para o meu filho')).toBe(true);
    expect(isForAnother('quero remarcar a minha consulta')).toBe(false);
  });
});

describe('a time a caller says', () => {
  it.each([
    ['às dez da manhã', '10:00'],
    ['às dez e meia', '10:30'],
    ['às 14h', '14:00'],
    ['às três da tarde', '15:00'],
    ['às duas', '14:00'],
    ['às nove e quinze', '09:15'],
    ['às oito e vinte e cinco', '08:25'],
    ['14:30', '14:30'],
    ['às 8h30', '08:30'],
    ['ao meio-dia', '12:00'],
    ['meio-dia e meia', '12:30'],
    ['quinze para as três', '14:45'],
    ['à uma hora', '13:00'],
    ['às sete da noite', '19:00'],
    ['dez horas', '10:00'],
    ['dia 15 às onze', '11:00'],
    ['Na verdade, pode ser às onze?', '11:00'],
  ])('%s is %s', (said, time) => {
    expect(findTime(said)).toBe(time);
  });

  it.each(['dia 15', 'uma consulta', '15 de dezembro', 'às 11 98888-7777', 'às 25 horas'])(
    'is not found in: %s',
    (said) => {
      expect(findTime(said)).toBeUndefined();
    },
  );

  it('may be a lone number only when it was asked for', () => {
    expect(findTime('pode ser dez')).toBeUndefined();
    expect(findTime('pode ser dez', true)).toBe('10:00');
  });
});

describe('a name', () => {
  it.each([
    ['Meu nome é Maria Clara Souza, quero uma consulta', 'Maria Clara Souza'],
    ['Aqui é o João da Silva e quero marcar', 'João da Silva'],
    ['Sou a Ana', 'Ana'],
    ['me chamo josé de alencar quero marcar', 'José de Alencar'],
    ['Não, o nome é Ana Maria Lima.', 'Ana Maria Lima'],
    ['o nome do meu filho é Pedro Lima', 'Pedro Lima'],
  ])('is introduced by the caller: %s', (said, name) => {
    expect(findName(said)).toBe(name);
  });

  it.each(['sou paciente daí', 'Bom dia', 'aqui é da empresa de entregas'])(
    'is not taken from: %s',
    (said) => {
      expect(findName(said)).toBeUndefined();
    },
  );

  it('may be the whole answer, and only then', () => {
    expect(bareName('É Maria Clara Souza.')).toBe('Maria Clara Souza');
    expect(bareName('Ana')).toBe('Ana');
    expect(bareName('Quanto custa a consulta?')).toBeUndefined();
    expect(bareName('Não quero dizer')).toBeUndefined();
  });
});

it('a number is heard in words or digits; an article is none', () => {
  for (const said of ['dois zero zero um', 'duzentos reais', 'mil novecentos e noventa', '123'])
    expect(hasNumber(said)).toBe(true);
  expect(hasNumber('uma consulta')).toBe(false);
});

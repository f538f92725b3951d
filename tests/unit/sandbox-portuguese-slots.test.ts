import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  bareName,
  findDay,
  findEmail,
  findName,
  findPhone,
  findTime,
  speakDay,
  speakTime,
} from '../../src/sandbox/portuguese-slots.ts';

/** A Saturday. */
const today = '2026-11-21';

describe('a day a caller says', () => {
  it.each([
    ['amanhã de manhã', '2026-11-22'],
    ['depois de amanhã', '2026-11-23'],
    ['ainda hoje', '2026-11-21'],
    ['na terça-feira', '2026-11-24'],
    ['na quinta-feira que vem', '2026-11-26'],
    ['no sábado', '2026-11-28'],
    ['dia 15', '2026-12-15'],
    ['dia vinte e quatro', '2026-11-24'],
    ['dia trinta e um', '2026-12-31'],
    ['quinze de dezembro', '2026-12-15'],
    ['primeiro de março', '2027-03-01'],
    ['3/12', '2026-12-03'],
    ['terça-feira, dia 1', '2026-12-01'],
    ['no dia 2027-01-08', '2027-01-08'],
  ])('%s is %s', (said, day) => {
    expect(findDay(said, today)).toBe(day);
  });

  it.each(['quero marcar uma consulta', 'a segunda vez', 'trinta e um de fevereiro', 'de manhã'])(
    'is not found in: %s',
    (said) => {
      expect(findDay(said, today)).toBeUndefined();
    },
  );

  it('is understood again when the agent says it back, whatever the day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 364 }), (ahead) => {
        const day = addDays(today, ahead);
        expect(findDay(speakDay(day), today)).toBe(day);
      }),
    );
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

  it('is understood again when the agent says it back, within opening hours', () => {
    const quarters = fc.constantFrom(0, 15, 30, 45);
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 19 }), quarters, (hours, minutes) => {
        const time = `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(findTime(speakTime(time))).toBe(time);
      }),
    );
  });
});

describe('a name', () => {
  it.each([
    ['Meu nome é Maria Clara Souza, quero uma consulta', 'Maria Clara Souza'],
    ['Aqui é o João da Silva e quero marcar', 'João da Silva'],
    ['Sou a Ana', 'Ana'],
    ['me chamo josé de alencar quero marcar', 'José de Alencar'],
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

describe('a telephone', () => {
  it.each([
    ['onze, nove oito oito oito oito, sete sete sete sete', '+5511988887777'],
    ['É oito oito, nove, nove nove nove nove, um dois três quatro.', '+5588999991234'],
    ['(11) 3543-0000', '+551135430000'],
    ['+55 11 98888-7777', '+5511988887777'],
    ['onze noventa e oito meia meia meia sete sete sete sete', '+5511986667777'],
    ['98888-7777', '988887777'],
    ['às dez, onze nove oito oito oito oito sete sete sete sete', '+5511988887777'],
  ])('%s is %s', (said, phone) => {
    expect(findPhone(said)).toBe(phone);
  });

  it('is not found where there are few digits', () => {
    expect(findPhone('dia 15 às 10 e 30')).toBeUndefined();
  });
});

it('an e-mail is understood spoken or typed', () => {
  expect(findEmail('é maria ponto clara arroba exemplo ponto com ponto br')).toBe(
    'maria.clara@exemplo.com.br',
  );
  expect(findEmail('Maria@exemplo.com.')).toBe('maria@exemplo.com');
  expect(findEmail('não tenho')).toBeUndefined();
});

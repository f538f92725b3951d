import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  clinicTime,
  spokenAtTime,
  spokenDate,
  spokenDigits,
  spokenMoney,
  spokenNumber,
  spokenTime,
  writtenDate,
  writtenMoney,
} from '../../src/agent/spoken-portuguese.ts';

const time = (text: string) => Temporal.PlainTime.from(text);
const date = (text: string) => Temporal.PlainDate.from(text);

describe('numbers said on the telephone', () => {
  it.each([
    [0, 'zero'],
    [1, 'um'],
    [14, 'catorze'],
    [16, 'dezesseis'],
    [20, 'vinte'],
    [21, 'vinte e um'],
    [99, 'noventa e nove'],
    [100, 'cem'],
    [101, 'cento e um'],
    [250, 'duzentos e cinquenta'],
    [1000, 'mil'],
    [1001, 'mil e um'],
    [1100, 'mil e cem'],
    [1120, 'mil cento e vinte'],
    [2026, 'dois mil e vinte e seis'],
    [2300, 'dois mil e trezentos'],
    [100_000, 'cem mil'],
    [999_999, 'novecentos e noventa e nove mil novecentos e noventa e nove'],
  ])('%i is “%s”', (value, words) => {
    expect(spokenNumber(value)).toBe(words);
  });

  it('agree with what they count', () => {
    expect(spokenNumber(2, 'f')).toBe('duas');
    expect(spokenNumber(21, 'f')).toBe('vinte e uma');
    expect(spokenNumber(201, 'f')).toBe('duzentas e uma');
    expect(spokenNumber(100, 'f')).toBe('cem');
  });

  it('are different for different numbers, and never contain a digit', () => {
    const number = fc.integer({ min: 0, max: 999_999 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(spokenNumber(a)).not.toMatch(/\d|undefined|-|\s\s/);
        expect(spokenNumber(a) === spokenNumber(b)).toBe(a === b);
      }),
    );
  });

  it('that have no words here stay in digits', () => {
    for (const value of [-1, 1.5, 1_000_000, Number.NaN]) {
      expect(spokenNumber(value)).toBe(String(value));
    }
  });
});

describe('times of day', () => {
  it.each([
    ['00:00', 'meia-noite', 'à meia-noite'],
    ['00:15', 'meia-noite e quinze', 'à meia-noite e quinze'],
    ['01:00', 'uma da madrugada', 'à uma da madrugada'],
    ['05:00', 'cinco da manhã', 'às cinco da manhã'],
    ['08:00', 'oito da manhã', 'às oito da manhã'],
    ['12:00', 'meio-dia', 'ao meio-dia'],
    ['12:30', 'meio-dia e meia', 'ao meio-dia e meia'],
    ['13:00', 'uma da tarde', 'à uma da tarde'],
    ['14:30', 'duas e meia da tarde', 'às duas e meia da tarde'],
    ['18:45', 'seis e quarenta e cinco da tarde', 'às seis e quarenta e cinco da tarde'],
    ['19:00', 'sete da noite', 'às sete da noite'],
    ['23:59', 'onze e cinquenta e nove da noite', 'às onze e cinquenta e nove da noite'],
  ])('%s is said “%s”', (at, words, withPreposition) => {
    expect(spokenTime(time(at))).toBe(words);
    expect(spokenAtTime(time(at))).toBe(withPreposition);
  });

  it('of one day are all said differently', () => {
    const said = Array.from({ length: 24 * 60 }, (_, minute) =>
      spokenTime(new Temporal.PlainTime(Math.floor(minute / 60), minute % 60)),
    );
    expect(new Set(said).size).toBe(24 * 60);
  });
});

describe('dates', () => {
  it('are said with weekday and month, and with the year only when it is another one', () => {
    expect(spokenDate(date('2026-11-30'), 2026)).toBe('segunda-feira, dia trinta de novembro');
    expect(spokenDate(date('2026-12-01'), 2026)).toBe('terça-feira, dia primeiro de dezembro');
    expect(spokenDate(date('2027-03-14'), 2026)).toBe(
      'domingo, dia catorze de março de dois mil e vinte e sete',
    );
  });

  it('are written as Brazilians write them', () => {
    expect(writtenDate(date('2026-12-01'), false)).toBe('01/12');
    expect(writtenDate(date('2026-12-01'), true)).toBe('01/12/2026');
  });

  it('belong to the clinic’s zone: late evening there is still the same day', () => {
    const lateEvening = Date.parse('2026-11-27T02:30:00Z') + 0.7;
    expect(clinicTime(lateEvening, 'America/Fortaleza').toPlainDate().toString()).toBe(
      '2026-11-26',
    );
  });
});

describe('money', () => {
  it.each([
    [0, 'zero reais', 'R$ 0'],
    [1, 'um centavo', 'R$ 0,01'],
    [100, 'um real', 'R$ 1'],
    [7_990, 'setenta e nove reais e noventa centavos', 'R$ 79,90'],
    [25_000, 'duzentos e cinquenta reais', 'R$ 250'],
    [100_101, 'mil e um reais e um centavo', 'R$ 1001,01'],
  ])('%i centavos are said “%s”', (centavos, spoken, written) => {
    expect(spokenMoney(centavos)).toBe(spoken);
    expect(writtenMoney(centavos)).toBe(written);
  });
});

describe('digits', () => {
  it('are said one by one in groups, six as “meia”', () => {
    expect(spokenDigits('61834906')).toBe('meia um oito três, quatro nove zero meia');
    expect(spokenDigits('123.456', 3)).toBe('um dois três, quatro cinco meia');
    expect(spokenDigits('')).toBe('');
  });
});

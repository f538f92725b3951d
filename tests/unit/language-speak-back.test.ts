import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { DayReading } from '../../src/agent/language/day-reading.ts';
import { parseCode, parseCpf } from '../../src/agent/language/document-number.ts';
import { parseEmail } from '../../src/agent/language/email-words.ts';
import { parseMoment } from '../../src/agent/language/moment.ts';
import { parseMoney } from '../../src/agent/language/money-words.ts';
import { parsePhone } from '../../src/agent/language/phone-words.ts';
import {
  dayQuestion,
  spokenCode,
  spokenCpf,
  spokenDays,
  spokenEmail,
  spokenPhone,
  spokenTimes,
  timeQuestion,
} from '../../src/agent/language/speak-back.ts';
import {
  spokenAtTime,
  spokenDate,
  spokenMoney,
  spokenTime,
} from '../../src/agent/spoken-portuguese.ts';

const daysAhead = 400;
const date = (text: string) => Temporal.PlainDate.from(text);
const time = (text: string) => Temporal.PlainTime.from(text);
const at = (text: string) => Temporal.ZonedDateTime.from(text);

/** The last minutes of a year, of a leap February, of the days before clocks change; and an ordinary morning. */
const nows = [
  '2026-11-25T10:20[America/Fortaleza]',
  '2026-12-31T23:30[America/Fortaleza]',
  '2027-01-15T23:30[America/Fortaleza]',
  '2028-02-28T23:30[America/Fortaleza]',
  '2027-03-13T23:30[America/New_York]',
  '2026-10-24T23:30[Europe/Lisbon]',
].map(at);

const everyFiveMinutes = Array.from({ length: (24 * 60) / 5 }, (_, i) =>
  new Temporal.PlainTime(0).add({ minutes: i * 5 }),
);

describe('what was said back is understood again', () => {
  it.each(nows.map((now) => [now.toString(), now] as const))(
    'every date of the next 400 days, at %s',
    (_, now) => {
      const today = now.toPlainDate();
      for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
        const wanted = today.add({ days: ahead });
        const phrase = spokenDate(wanted, today.year);
        const { kind, day } = parseMoment(phrase, { now }) as { kind: string; day: DayReading };
        expect({ phrase, kind, day: `${day?.kind === 'date' && day.date}` }).toEqual({
          phrase,
          kind: 'moment',
          day: wanted.toString(),
        });
      }
    },
  );

  it('every five minutes of a day, with and without its preposition', () => {
    const [now] = nows;
    if (!now) throw new Error('no now');
    for (const wanted of everyFiveMinutes) {
      for (const phrase of [spokenTime(wanted), spokenAtTime(wanted)]) {
        const reading = parseMoment(phrase, { now });
        expect({ phrase, reading }).toMatchObject({
          phrase,
          reading: { kind: 'moment', day: null, time: { kind: 'time', time: wanted } },
        });
      }
    }
  });

  it('ranges of days', () => {
    const ahead = fc.integer({ min: 0, max: daysAhead });
    const now = fc.constantFrom(...nows);
    fc.assert(
      fc.property(now, ahead, ahead, fc.boolean(), (moment, first, length, isOpen) => {
        const today = moment.toPlainDate();
        const from = today.add({ days: first });
        const to = from.add({ days: 1 + (length % 60) });
        const span = isOpen ? { from } : { from, to };
        const reading = parseMoment(spokenDays(span, today), { now: moment });
        expect(reading).toEqual({
          kind: 'moment',
          day: { kind: 'range', ...span },
          time: null,
          pick: null,
        });
      }),
    );
  });

  it('ranges of hours', () => {
    const moment = fc.constantFrom(...everyFiveMinutes.slice(1));
    const now = fc.constantFrom(...nows);
    fc.assert(
      fc.property(
        now,
        moment,
        moment,
        fc.constantFrom('from', 'to', 'both'),
        (when, a, b, ends) => {
          fc.pre(!a.equals(b));
          const [from, to] = Temporal.PlainTime.compare(a, b) < 0 ? [a, b] : [b, a];
          const span = ends === 'both' ? { from, to } : ends === 'from' ? { from } : { to };
          expect(parseMoment(spokenTimes(span), { now: when })).toEqual({
            kind: 'moment',
            day: null,
            time: { kind: 'range', ...span },
            pick: null,
          });
        },
      ),
    );
  });

  it('CPFs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_998 }), (number) => {
        const cpf = withCheckDigits(String(number).padStart(9, '0'));
        fc.pre(!/^(\d)\1+$/.test(cpf));
        expect(parseCpf(spokenCpf(cpf))).toEqual({ kind: 'number', digits: cpf });
      }),
    );
  });

  it('telephones', () => {
    const areaCode = fc.constantFrom('11', '21', '55', '69', '88', '99');
    const mobile = fc
      .integer({ min: 0, max: 99_999_999 })
      .map((n) => `9${String(n).padStart(8, '0')}`);
    const fixed = fc.integer({ min: 20_000_000, max: 59_999_999 }).map(String);
    fc.assert(
      fc.property(areaCode, fc.oneof(mobile, fixed), (area, line) => {
        const e164 = `+55${area}${line}`;
        expect(parsePhone(spokenPhone(e164))).toEqual({ kind: 'phone', e164, areaCode: 'said' });
      }),
    );
  });

  it('sums of money', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), (centavos) => {
        expect(parseMoney(spokenMoney(centavos))).toEqual({ kind: 'money', centavos });
      }),
    );
  });

  it('codes of six digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (number) => {
        const digits = String(number).padStart(6, '0');
        expect(parseCode(spokenCode(digits), 6)).toEqual({ kind: 'number', digits });
      }),
    );
  });

  it.each([
    'maria.silva@gmail.com',
    'joao_85@hotmail.com',
    'ana-clara2016@yahoo.com.br',
    'contato@clinica.med.br',
    'z66@uol.com.br',
  ])('%s', (email) => {
    expect(parseEmail(spokenEmail(email))).toEqual({ kind: 'email', email });
  });
});

describe('what is said back', () => {
  const today = date('2026-11-25');

  it.each([
    [{ from: date('2026-11-30'), to: date('2026-11-30') }, 'segunda-feira, dia trinta de novembro'],
    [
      { from: date('2026-11-30'), to: date('2026-12-04') },
      'de segunda-feira, dia trinta de novembro, a sexta-feira, dia quatro de dezembro',
    ],
    [
      { from: date('2027-01-04') },
      'a partir de segunda-feira, dia quatro de janeiro de dois mil e vinte e sete',
    ],
  ])('names days (%#)', (span, words) => {
    expect(spokenDays(span, today)).toBe(words);
  });

  it.each([
    [{ from: time('14:30'), to: time('14:30') }, 'às duas e meia da tarde'],
    [{ from: time('08:00'), to: time('12:00') }, 'das oito da manhã ao meio-dia'],
    [{ from: time('13:00') }, 'a partir da uma da tarde'],
    [{ to: time('12:00') }, 'até o meio-dia'],
    [{ from: time('06:00'), to: time('11:59') }, 'de manhã'],
    [{}, 'a qualquer hora'],
  ])('names hours (%#)', (span, words) => {
    expect(spokenTimes(span)).toBe(words);
  });

  it('groups digits as they are written, with “meia” for six', () => {
    expect(spokenCpf('12345678909')).toBe(
      'um dois três, quatro cinco meia, sete oito nove, zero nove',
    );
    expect(spokenPhone('+5588998765432')).toBe(
      'oito oito, nove nove oito sete meia, cinco quatro três dois',
    );
    expect(spokenPhone('+558835430000')).toBe(
      'oito oito, três cinco quatro três, zero zero zero zero',
    );
    expect(spokenCode('482109')).toBe('quatro oito dois, um zero nove');
    expect(spokenCode('12345678')).toBe('um dois três quatro, cinco meia sete oito');
    expect(spokenEmail('maria.silva85@gmail.com')).toBe(
      'maria ponto silva oito cinco arroba gmail ponto com',
    );
  });

  it('asks only what the caller alone can settle', () => {
    const now = at('2026-11-23T09:00[America/Fortaleza]');
    const ask = (phrase: string) => {
      const reading = parseMoment(phrase, { now });
      if (reading.kind !== 'moment') return undefined;
      const { day, time: hours } = reading;
      return (day && dayQuestion(day, now.toPlainDate())) ?? (hours && timeQuestion(hours));
    };
    expect(ask('sexta que vem')).toBe(
      'Seria sexta-feira, dia vinte e sete de novembro, ou sexta-feira, dia quatro de dezembro?',
    );
    expect(ask('amanhã às seis')).toBe('Seria às seis da manhã, ou às seis da tarde?');
    expect(ask('trinta de fevereiro')).toMatch(/não existe/);
    expect(ask('ontem')).toMatch(/já passou/);
    expect(ask('hoje às oito da manhã')).toMatch(/já passou/);
    expect(ask('amanhã às vinte e sete horas')).toMatch(/Não entendi o horário/);
    expect(ask('amanhã às dez')).toBeUndefined();
  });
});

/** By the definition: weights from ten and eleven down to two, eleven less the remainder, ten becomes zero. */
function withCheckDigits(nine: string): string {
  let cpf = nine;
  for (const heaviest of [10, 11]) {
    const sum = [...cpf].reduce((total, digit, i) => total + Number(digit) * (heaviest - i), 0);
    cpf += sum % 11 < 2 ? 0 : 11 - (sum % 11);
  }
  return cpf;
}

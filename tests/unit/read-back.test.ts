import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { readBackOf } from '../../src/agent/read-back.ts';
import { spokenMoney, writtenMoney } from '../../src/agent/spoken-portuguese.ts';
import { readBackText } from '../../src/agent/visit-summary.ts';
import { wordingFor } from '../../src/agent/visit-words.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { appointment, clockAt, shippedClinic, thursdayMorning } from '../support/agent-fixtures.ts';

const aurora = await shippedClinic('aurora');
const zone = 'America/Fortaleza';

/** Monday 30 November, 14:00, Dr. Álvaro Menezes Quintela. */
const heart = appointment({ price: { currency: 'BRL', centavos: 25_000 } });
const missing = (text: string, of = heart) => readBackOf(of, text, zone).missing;

describe('a read-back is whole', () => {
  it.each([
    'Consulta com Dr. Álvaro Menezes Quintela, segunda-feira, 30 de novembro, às 14 horas, no valor de R$ 250.',
    'Segunda-feira, dia trinta de novembro, às duas da tarde, com o doutor Álvaro; o valor total é duzentos e cinquenta reais.',
    'Dia trinta, segunda, às duas da tarde, doutor Quintela, duzentos e cinquenta reais.',
    'segunda-feira, 30/11, às 14:00, com Dr. Álvaro: R$ 250,00',
    'Segunda-feira, 30/11/2026, às 14h, Dr. Alvaro, total de 250 reais.',
    'Na segunda, dia 30 do mês de novembro, 14h00, com o Dr. Quintela, por 250 reais, protocolo um dois três quatro.',
    'Fica para segunda-feira, trinta de novembro, às quatorze horas com o doutor Álvaro, valor de duzentos e cinquenta.',
  ])('in “%s”', (text) => {
    expect(readBackOf(heart, text, zone)).toEqual({ isReadBack: true, missing: [] });
  });

  it('with “amanhã” and “hoje” counted from the day it was booked at the clinic', () => {
    const rest = 'às duas da tarde com o doutor Álvaro, duzentos e cinquenta reais';
    const friday = appointment({
      ...heart,
      timestamp: '2026-11-27T02:30:00.000Z',
      items: heart.items.map((item) => ({ ...item, day: '2026-11-27' })),
    });
    expect(missing(`Amanhã ${rest}`, friday)).toEqual([]);
    expect(missing(`Hoje ${rest}`, friday)).toEqual(['weekday', 'date']);
    expect(missing(`Depois de amanhã ${rest}`, friday)).toEqual(['weekday', 'date']);
  });

  it('without professional and value where the booking has none', () => {
    const none = appointment({
      price: null,
      items: heart.items.map((item) => ({ ...item, professional: null })),
    });
    expect(missing('segunda-feira, dia trinta de novembro, às duas da tarde', none)).toEqual([]);
  });

  it('for every booking, as the tool tells it on the telephone and in writing', () => {
    const arbitraryBooking = fc.record({
      day: fc.integer({ min: 0, max: 400 }),
      minute: fc.integer({ min: 0, max: 24 * 12 - 1 }),
      mode: fc.constantFrom('arrival' as const, 'appointed' as const, 'walk-in' as const),
      practitioner: fc.constantFrom(...aurora.practitioners),
      centavos: fc.integer({ min: 1, max: 900_000 }),
      channel: fc.constantFrom('voice' as const, 'whatsapp' as const),
    });
    fc.assert(
      fc.property(fc.array(arbitraryBooking, { minLength: 1, maxLength: 3 }), (visits) => {
        const booked = bookingOf(visits);
        const channel = visits[0]?.channel ?? 'voice';
        const clock = clockAt(thursdayMorning);
        const wording = wordingFor({ channel, clinic: aurora, clock });
        const text = readBackText(booked, { clinic: aurora, bookables: [] }, wording);
        expect(readBackOf(booked, text, zone)).toEqual({ isReadBack: true, missing: [] });
      }),
      { numRuns: 200 },
    );
  });
});

function bookingOf(
  visits: {
    day: number;
    minute: number;
    mode: 'arrival' | 'appointed' | 'walk-in';
    practitioner: { name: string };
    centavos: number;
  }[],
): Appointment {
  const items = visits.map(({ day, minute, mode, practitioner }) => {
    const start = Temporal.PlainDateTime.from('2026-11-26T00:00')
      .add({ days: day, minutes: minute * 5 })
      .toZonedDateTime(zone);
    return {
      service: 'Consulta',
      serviceId: 'consulta',
      professional: `Dr. ${practitioner.name}`,
      professionalId: 'someone',
      day: start.toPlainDate().toString(),
      time: start.toPlainTime().toString({ smallestUnit: 'minute' }),
      startsAt: start.toInstant().toString(),
      endsAt: start.add({ minutes: 3 }).toInstant().toString(),
      mode,
      price: null,
    };
  });
  const centavos = visits.reduce((sum, visit) => sum + visit.centavos, 0);
  return appointment({ items, price: { currency: 'BRL', centavos } });
}

describe('a read-back lacks', () => {
  const whole =
    'Segunda-feira, dia trinta de novembro, às duas da tarde, com Dr. Álvaro Menezes Quintela. O valor total é duzentos e cinquenta reais.';

  it.each([
    ['the weekday', 'Segunda-feira, ', '', ['weekday']],
    ['the right weekday', 'Segunda', 'Terça', ['weekday']],
    ['the date', 'dia trinta de novembro, ', '', ['date']],
    ['the right day of the month', 'trinta', 'três', ['date']],
    ['the right month', 'novembro', 'dezembro', ['date']],
    ['the time', 'às duas da tarde, ', '', ['time']],
    ['the right time', 'às duas da tarde', 'às três da tarde', ['time']],
    ['the right half of the day', 'duas da tarde', 'duas da madrugada', ['time']],
    ['the professional', 'Dr. Álvaro Menezes Quintela', 'o doutor', ['professional']],
    [
      'the right professional',
      'Dr. Álvaro Menezes Quintela',
      'Dra. Cecília Lins',
      ['professional'],
    ],
    ['the value', 'O valor total é duzentos e cinquenta reais.', '', ['value']],
    ['the right value', 'duzentos e cinquenta', 'duzentos', ['value']],
  ])('%s', (_, words, instead, expected) => {
    expect(missing(whole)).toEqual([]);
    const text = whole.replace(words, instead);
    expect(text).not.toBe(whole);
    expect(missing(text)).toEqual(expected);
  });

  it('what comes after the caller spoke over it', () => {
    const heard = whole.slice(0, whole.indexOf('com Dr.'));
    expect(readBackOf(heart, heard, zone)).toEqual({
      isReadBack: true,
      missing: ['professional', 'value'],
    });
  });

  it('one of two services', () => {
    const [item] = heart.items;
    const two = appointment({
      price: { currency: 'BRL', centavos: 35_000 },
      items: item ? [item, { ...item, day: '2026-12-01', time: '09:30' }] : [],
    });
    const first = 'segunda-feira, 30 de novembro, às 14 horas, com Dr. Álvaro';
    const second = 'terça-feira, primeiro de dezembro, às nove e meia da manhã';
    const total = 'total de trezentos e cinquenta reais';
    expect(missing(`${first}; e ${second}; ${total}`, two)).toEqual([]);
    expect(missing(`${first}; ${total}`, two)).toEqual(['weekday', 'date', 'time']);
  });

  it('everything when it is something else', () => {
    for (const text of [
      '',
      'Posso ajudar em mais alguma coisa?',
      'O endereço é Rua Santa Maria, 183.',
    ]) {
      expect(readBackOf(heart, text, zone)).toEqual({
        isReadBack: false,
        missing: ['weekday', 'date', 'time', 'professional', 'value'],
      });
    }
  });
});

it('every sum up to ten thousand reais is understood as it is said and as it is written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (centavos) => {
      const priced = appointment({ price: { currency: 'BRL', centavos } });
      expect(missing(spokenMoney(centavos), priced)).not.toContain('value');
      expect(missing(writtenMoney(centavos), priced)).not.toContain('value');
      expect(missing(spokenMoney(centavos + 100), priced)).toContain('value');
    }),
  );
});

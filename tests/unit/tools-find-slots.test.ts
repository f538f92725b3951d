import { describe, expect, it } from 'vitest';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { bookingDesk, smallClinic } from '../support/booking-desk.ts';

const timesOf = (slots: readonly { date: string; time: string }[]) =>
  slots.map(({ date, time }) => `${date.slice(5)} ${time}`);

describe('a caller who asks for a service', () => {
  it('hears the next three times, in words, each with a token', async () => {
    const caller = bookingDesk().begin();
    const answer = await caller.find('cardiologista');
    expect(answer.outcome).toBe('ok');
    expect(timesOf(answer.slots)).toEqual(['11-27 08:00', '11-27 08:30', '11-27 09:00']);
    expect(answer.slots[0]).toMatchObject({
      slot: expect.stringMatching(/^[a-z2-7]{12}$/),
      service: 'Consulta de Cardiologia',
      practitioner: 'Dra. Ana Lima',
      price: 'duzentos e cinquenta reais',
    });
    expect(answer.message).toBe(
      'Consulta de Cardiologia com Dra. Ana Lima, duzentos e cinquenta reais: sexta-feira, dia vinte e sete de novembro, às oito da manhã, às oito e meia da manhã ou às nove da manhã. Qual prefere?',
    );
  });

  it('reads digits where they write', async () => {
    const caller = bookingDesk().begin({ channel: 'whatsapp' });
    expect((await caller.find('cardiologista')).message).toContain(
      'R$ 250: sexta-feira, 27/11, às 08:00, às 08:30 ou às 09:00',
    );
  });

  it('in order of arrival hears one time a day', async () => {
    const caller = bookingDesk().begin();
    const answer = await caller.find('psicóloga');
    expect(timesOf(answer.slots)).toEqual(['12-01 14:00', '12-08 14:00', '12-15 14:00']);
    expect(answer.message).toContain('; sempre às duas da tarde, por ordem de chegada. Qual');
  });

  it('and for more, hears the ones after them, until there are none', async () => {
    const clinic = smallClinic({ booking: { horizonDays: 15 } });
    const caller = bookingDesk(clinic).begin();
    const first = await caller.find('psicóloga');
    expect(timesOf(first.slots)).toEqual(['12-01 14:00', '12-08 14:00']);
    const second = await caller.find('psicóloga');
    expect(second).toMatchObject({ outcome: 'refused', code: 'no-slots' });
    expect(second.message).toMatch(/^Depois desses não há outros/);
    expect(second.slots).toEqual(first.slots);
  });

  it('asked for more, misses nothing between', async () => {
    const caller = bookingDesk().begin();
    const heard = [];
    for (let i = 0; i < 4; i += 1)
      heard.push(...timesOf((await caller.find('cardiologista')).slots));
    expect(heard.slice(0, 5)).toEqual([
      '11-27 08:00',
      '11-27 08:30',
      '11-27 09:00',
      '11-27 09:30',
      '11-30 08:00',
    ]);
    expect(new Set(heard).size).toBe(12);
  });

  it('of several people hears them by time', async () => {
    const caller = bookingDesk(await shippedClinic('aurora')).begin();
    const answer = await caller.find('ultrassom de mama');
    expect(answer.slots.map(({ practitioner, date }) => `${practitioner} ${date}`)).toEqual([
      'Dra. Beatriz Nogueira Sales 2026-11-26',
      'Dr. Álvaro Menezes Quintela 2026-11-27',
      'Dra. Beatriz Nogueira Sales 2026-11-30',
    ]);
  });
});

describe('a caller who says when', () => {
  it.each([
    ['na terça-feira', ['12-01 08:00', '12-01 08:30', '12-01 09:00']],
    ['amanhã às nove e meia', ['11-27 09:30']],
    ['dia 30 depois das nove', ['11-30 09:00', '11-30 09:30']],
    ['segunda ou terça às oito', ['11-30 08:00', '12-01 08:00']],
    ['amanhã no último horário', ['11-27 09:30']],
    ['o mais cedo possível', ['11-27 08:00', '11-27 08:30', '11-27 09:00']],
  ])('“%s” hears what fits', async (when, times) => {
    const answer = await bookingDesk().begin().find('cardiologista', when);
    expect(answer.outcome).toBe('ok');
    expect(timesOf(answer.slots)).toEqual(times);
  });

  it('“às sete” may come to what is open from six to nine', async () => {
    const answer = await bookingDesk().begin().find('exame de sangue', 'amanhã às sete da manhã');
    expect(timesOf(answer.slots)).toEqual(['11-27 06:00']);
    expect(answer.message).toContain('das seis da manhã às nove da manhã, por ordem de chegada');
  });

  it.each([
    ['segunda não posso', /não serve/],
    ['blá blá', /Não entendi/],
    ['dia 31 de novembro', /não existe no calendário/],
    ['quinta', /Seria quinta-feira, dia vinte e seis de novembro, ou/],
  ])('“%s” is asked again', async (when, question) => {
    const answer = await bookingDesk().begin().find('cardiologista', when);
    expect(answer).toMatchObject({ code: 'unclear-when', field: 'when', slots: [] });
    expect(answer.message).toMatch(question);
  });

  it.each([
    ['cardiologista', 'dia 25 de dezembro', /é feriado, Natal, e a clínica não abre/],
    ['cardiologista', 'domingo', /Domingo, dia vinte e nove de novembro, a clínica não abre/],
    ['psicóloga', 'sexta', /Dra\. Bia Rocha não atende/],
    ['exame de sangue', 'hoje', /já passou/],
    ['cardiologista', 'ontem', /Esse dia já passou/],
    ['cardiologista', 'daqui a dois anos', /A agenda só está aberta até/],
    ['cardiologista', 'amanhã às três da tarde', /Nesse horário não há vaga/],
  ])('%s %s hears why not, and what is nearest', async (service, when, reason) => {
    const answer = await bookingDesk().begin().find(service, when);
    expect(answer.code).toBe('no-slots');
    expect(answer.message).toMatch(reason);
    expect(answer.slots.length).toBeGreaterThan(0);
  });

  it('the last time of a day in a clinic of many short visits hears the one just before it', async () => {
    const clinic = smallClinic();
    const [ana] = clinic.practitioners;
    const [consultation] = ana?.consultations ?? [];
    if (!ana || !consultation) throw new Error('the small clinic has changed');
    ana.schedules = [
      { kind: 'weekly', days: ['mon', 'tue', 'wed', 'thu', 'fri'], byAppointedTime: true },
    ];
    consultation.durationMinutes = 10;
    const desk = bookingDesk(clinic);
    const last = 'dia quatro de dezembro às cinco e cinquenta da tarde';
    expect((await desk.begin().book('cardiologista', last)).outcome).toBe('ok');
    const answer = await desk.begin().find('cardiologista', last);
    expect(timesOf(answer.slots)).toEqual(['12-04 17:20', '12-04 17:30', '12-04 17:40']);
  });

  it('a time that the clocks jump over hears the times around it', async () => {
    const sundays = { kind: 'weekly', days: ['sun'], byAppointedTime: true };
    const desk = bookingDesk(
      smallClinic({
        timeZone: 'America/New_York',
        openingHours: [{ days: ['sun'], from: '01:00', to: '04:00' }],
        practitioners: [
          {
            id: 'ana-lima',
            name: 'Ana Lima',
            specialties: ['Cardiologia'],
            schedules: [{ ...sundays, at: '01:00', until: '04:00' }],
            consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 250 }],
          },
        ],
        services: [],
      }),
    );
    desk.clock.advance(Date.parse('2027-03-12T12:00-05:00') - desk.clock.wallMs());
    const answer = await desk.begin().find('cardiologista', 'domingo às duas da manhã');
    expect(answer.code).toBe('no-slots');
    expect(timesOf(answer.slots)).toEqual(['03-14 01:30', '03-14 03:00', '03-14 03:30']);
  });

  it('too close to now hears how long before it must be', async () => {
    const desk = bookingDesk();
    // Seven in the morning; who may come until nine must be there half an hour before.
    desk.clock.advance(-3 * 3_600_000);
    expect((await desk.begin().find('exame de sangue', 'hoje')).outcome).toBe('ok');
    desk.clock.advance(31 * 60_000);
    const late = await desk.begin().find('exame de sangue', 'hoje');
    expect(late.code).toBe('no-slots');
    expect(late.message).toMatch(/pelo menos uma hora de antecedência/);
  });

  it('a day that is full hears so, and the days around it', async () => {
    const desk = bookingDesk();
    for (const name of ['Ana Um', 'Ana Dois']) {
      const booked = await desk
        .begin()
        .book('psicóloga', 'terça', { ...maria, patient_name: name });
      expect(booked.outcome).toBe('ok');
    }
    const answer = await desk.begin().find('psicóloga', 'terça');
    expect(answer.message).toMatch(/^Não há mais vaga para terça-feira, dia primeiro de dezembro/);
    expect(timesOf(answer.slots)).toEqual(['12-08 14:00', '12-15 14:00', '12-22 14:00']);
  });
});

const maria = { patient_name: '', birth_date: '12/03/1985', rg: '2001002003' };

describe('a caller whose words are not in the list', () => {
  it('is told so, with nothing invented', async () => {
    const answer = await bookingDesk().begin().find('reumatologista');
    expect(answer).toMatchObject({ code: 'unknown-service', field: 'service', slots: [] });
    expect(answer.output).toMatchObject({ closest: [] });
  });

  it('and name somebody who is not here hears who is like it', async () => {
    const caller = bookingDesk().begin();
    const answer = await caller.use('find_slots', {
      service: 'consulta',
      practitioner: 'Ana Lins',
    });
    expect(answer).toMatchObject({ code: 'unknown-practitioner', field: 'practitioner' });
    expect(answer.output.closest).toContain('Dra. Ana Lima');
  });

  it('but are one of many kinds is asked which', async () => {
    const answer = await bookingDesk(await shippedClinic('aurora'))
      .begin()
      .find('ultrassom');
    expect(answer).toMatchObject({ code: 'ambiguous-service', field: 'service' });
    expect(answer.output.options).toHaveLength(13);
  });

  it('of an exam that is a consultation is told whose', async () => {
    const answer = await bookingDesk().begin().find('exame de cardiologia');
    expect(answer.message).toMatch(/^Isso é com Dra\. Ana Lima, em consulta\./);
  });

  it('is offered the waiting list when the days are not announced', async () => {
    const answer = await bookingDesk().begin().find('endoscopia');
    expect(answer).toMatchObject({ code: 'not-announced', slots: [] });
    expect(answer.message).toContain('lista de espera');
  });
});

describe('a model that sends nonsense', () => {
  it.each([
    [{}],
    [{ service: '' }],
    [{ service: 'x'.repeat(201) }],
    [{ service: 'cardiologista', day: 'amanhã' }],
    [{ service: 7 }],
    [{ service: 'cardiologista', when: 'x'.repeat(301) }],
  ])('%j is refused', async (args) => {
    const answer = await bookingDesk().begin().use('find_slots', args);
    expect(answer.code).toBe('invalid-arguments');
  });

  it('has control characters taken for spaces', async () => {
    const answer = await bookingDesk().begin().find('exame\u0000de\r\nsangue', '\u202eamanhã\n');
    expect(answer.outcome).toBe('ok');
    expect(answer.message).not.toMatch(/\p{C}/u);
  });
});

import { describe, expect, it } from 'vitest';
import { clockAt, shippedClinic } from '../support/agent-fixtures.ts';
import { bookingDesk, smallClinic } from '../support/booking-desk.ts';

describe('a caller who asks about the clinic', () => {
  it('hears where it is, when it is open, and how to pay, in words', async () => {
    const answer = await bookingDesk().begin().use('clinic_info');
    expect(answer.message).toBe(
      'A Clínica Pequena fica em Rua das Flores, dez, Aurora, CE. Funciona de segunda a sexta, das seis da manhã às seis da tarde. ' +
        'A clínica está aberta agora e fecha às seis da tarde. O telefone é oito oito, três cinco quatro três, zero zero zero um. ' +
        'O pagamento pode ser em dinheiro, PIX ou cartão de crédito.',
    );
    expect(answer.output).toMatchObject({ phone: expect.stringContaining('oito oito') });
  });

  it('in writing reads digits', async () => {
    const answer = await bookingDesk().begin({ channel: 'whatsapp' }).use('clinic_info');
    expect(answer.message).toContain('O telefone é (88) 3543-0001');
    expect(answer.message).toContain('das 06:00 às 18:00');
  });

  it.each([
    ['2026-12-25T10:00:00-03:00', /Hoje é feriado, Natal/],
    ['2026-12-24T10:00:00-03:00', /Hoje a clínica está fechada/],
    ['2026-12-23T10:00:00-03:00', /aberta agora\./],
    ['2026-12-23T13:00:00-03:00', /fechada agora\./],
    ['2026-11-29T10:00:00-03:00', /fechada agora e abre segunda-feira/],
  ])('at %s hears whether it is open', async (iso, words) => {
    const exceptions = [
      { from: '2026-12-24', closed: true },
      { from: '2026-12-23', hours: [{ from: '08:00', to: '12:00' }] },
    ];
    const caller = bookingDesk(smallClinic({ exceptions })).begin({ clock: clockAt(iso) });
    expect((await caller.use('clinic_info')).message).toMatch(words);
  });

  it('hears nothing that the file does not say', async () => {
    const clinic = smallClinic({ address: undefined, payment: undefined, openingHours: [] });
    const { output } = await bookingDesk(clinic).begin().use('clinic_info');
    expect(Object.keys(output).sort()).toEqual(['message', 'ok', 'phone']);
  });
});

describe('a caller who asks about a service', () => {
  it('hears price, days, the next free time, what to bring and how to prepare', async () => {
    const caller = bookingDesk().begin();
    expect((await caller.use('service_details', { service: 'exame de sangue' })).message).toBe(
      'Exame de sangue: setenta e nove reais e noventa centavos; de segunda a sexta, das seis da manhã às nove da manhã, por ordem de chegada. ' +
        'A próxima vaga é sexta-feira, dia vinte e sete de novembro, das seis da manhã às nove da manhã, por ordem de chegada. ' +
        'Preparo: jejum de oito horas.',
    );
    const visit = await caller.use('service_details', { service: 'psicóloga' });
    expect(visit.output.services).toMatchObject([
      {
        service: 'Consulta de Psicologia',
        practitioner: 'Dra. Bia Rocha',
        price: 'cento e trinta reais',
        days: 'às terças, às duas da tarde, por ordem de chegada',
        preparation: [],
      },
    ]);
    expect(visit.message).toContain('Chegue cinco minutos antes.');
  });

  it('whose days are announced hears that', async () => {
    const answer = await bookingDesk().begin().use('service_details', { service: 'endoscopia' });
    expect(answer.message).toContain('O próximo dia ainda não foi divulgado.');
  });

  it('that nobody does hears so', async () => {
    const answer = await bookingDesk().begin().use('service_details', { service: 'ressonância' });
    expect(answer).toMatchObject({ code: 'unknown-service', output: { closest: [] } });
  });

  it('of several people hears each of them', async () => {
    const caller = bookingDesk(await shippedClinic('aurora')).begin();
    const answer = await caller.use('service_details', { service: 'psiquiatra' });
    expect(answer.output.services).toHaveLength(3);
  });

  it('for a baby hears at what age', async () => {
    const caller = bookingDesk(await shippedClinic('aurora')).begin();
    const answer = await caller.use('service_details', { service: 'teste do pezinho básico' });
    expect(answer.message).toContain('Indicado nos primeiros oito dias de vida ou como o médico');
  });
});

it('every service of the shipped clinics can be told within what a model may read', async () => {
  for (const id of ['aurora', 'estrategia']) {
    const caller = bookingDesk(await shippedClinic(id)).begin();
    const names = new Set(caller.desk.agenda.bookables.map(({ serviceName }) => serviceName));
    for (const service of names) {
      const details = await caller.use('service_details', { service });
      expect(details.outcome, service).toBe('ok');
      expect(JSON.stringify(details.output).length).toBeLessThan(8_000);
      const found = await caller.find(service);
      expect(found.code ?? 'ok', service).toMatch(/^(ok|not-announced)$/);
    }
  }
});

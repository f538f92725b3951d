import { describe, expect, it } from 'vitest';
import { bookingDesk, maria, smallClinic } from '../support/booking-desk.ts';

const minute = 60_000;

describe('a caller who chose', () => {
  it('has the time for three minutes, hears it and what comes next', async () => {
    const desk = bookingDesk();
    const [first, second] = [desk.begin(), desk.begin()];
    const [slot = ''] = await first.tokens('cardiologista');
    const held = await first.use('hold_slots', { slots: [slot] });
    expect(held).toMatchObject({ outcome: 'ok', output: { total: 'duzentos e cinquenta reais' } });
    expect(held.message).toContain('Guardei por alguns minutos: Consulta de Cardiologia com');
    expect(held.message).toMatch(
      /Qual a forma de pagamento: dinheiro, PIX ou cartão de crédito\?$/,
    );
    expect((await second.find('cardiologista')).slots[0]?.time).toBe('08:30');
    desk.clock.advance(3 * minute);
    expect((await desk.begin().find('cardiologista')).slots[0]?.time).toBe('08:00');
  });

  it('is still offered what they hold themselves', async () => {
    const caller = bookingDesk().begin();
    const [slot = ''] = await caller.tokens('cardiologista', 'amanhã às oito');
    await caller.use('hold_slots', { slots: [slot] });
    expect((await caller.find('cardiologista', 'amanhã às oito')).slots[0]?.slot).toBe(slot);
  });

  it('and changes their mind frees the first time for others', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const [eight = '', half = ''] = await caller.tokens('cardiologista');
    await caller.use('hold_slots', { slots: [eight] });
    await caller.use('hold_slots', { slots: [half] });
    const other = await desk.begin().find('cardiologista', 'amanhã');
    expect(other.slots.map(({ time }) => time)).toEqual(['08:00', '09:00', '09:30']);
  });

  it('takes the same time again for the whole three minutes', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const [slot = ''] = await caller.tokens('cardiologista');
    await caller.use('hold_slots', { slots: [slot] });
    desk.clock.advance(2 * minute);
    expect((await caller.use('hold_slots', { slots: [slot] })).outcome).toBe('ok');
    desk.clock.advance(2 * minute);
    expect((await desk.begin().find('cardiologista')).slots[0]?.time).toBe('08:30');
  });

  it('too late hears what is left, and keeps what they held', async () => {
    const desk = bookingDesk();
    const [quick, slow] = [desk.begin(), desk.begin()];
    const [eight = '', half = ''] = await slow.tokens('cardiologista');
    await slow.use('hold_slots', { slots: [half] });
    const [taken = ''] = await quick.tokens('cardiologista');
    await quick.use('hold_slots', { slots: [taken] });
    const refused = await slow.use('hold_slots', { slots: [eight] });
    expect(refused).toMatchObject({ code: 'slot-taken', field: 'slots' });
    expect(refused.message).toMatch(/^Esse horário acabou de ser ocupado\. Tenho ainda:/);
    expect(refused.slots.map(({ time }) => time)).toContain('09:00');
    expect((await desk.begin().find('cardiologista', 'amanhã')).slots[0]?.time).toBe('09:00');
  });

  it('two services has both or none, in order of time, and the sum of both', async () => {
    const desk = bookingDesk();
    const [caller, other] = [desk.begin(), desk.begin()];
    const [eight = ''] = await caller.tokens('cardiologista', 'amanhã às oito');
    const [eightToo = ''] = await other.tokens('cardiologista', 'amanhã às oito');
    const [blood = ''] = await caller.tokens('exame de sangue', 'amanhã');
    const held = await caller.use('hold_slots', { slots: [eight, blood] });
    expect(held.output.total).toBe('trezentos e vinte e nove reais e noventa centavos');
    expect(held.output.items).toMatchObject([{ time: '06:00' }, { time: '08:00' }]);
    const [nine = ''] = await other.tokens('ecocardiograma', 'amanhã às nove');
    const both = await other.use('hold_slots', { slots: [nine, eightToo] });
    expect(both.code).toBe('slot-taken');
    expect((await desk.begin().find('ecocardiograma', 'amanhã às nove')).outcome).toBe('ok');
  });

  it('two own times at once is told that they fall together', async () => {
    const caller = bookingDesk().begin();
    const [nine = ''] = await caller.tokens('cardiologista', 'amanhã às nove');
    const [echo = ''] = await caller.tokens('ecocardiograma', 'amanhã às nove');
    const refused = await caller.use('hold_slots', { slots: [nine, echo] });
    expect(refused.code).toBe('overlap');
    expect(refused.message).toContain('Consulta de Cardiologia e Ecocardiograma');
    const [half = ''] = await caller.tokens('ecocardiograma', 'amanhã às nove e meia');
    expect((await caller.use('hold_slots', { slots: [nine, half] })).outcome).toBe('ok');
  });

  it('one service at several times has to choose: they would count as one booking', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const slots = await caller.tokens('cardiologista');
    const refused = await caller.use('hold_slots', { slots });
    expect(refused).toMatchObject({ code: 'repeated-service', field: 'slots' });
    expect(refused.message).toContain('só marco um horário de Consulta de Cardiologia');
    expect((await desk.begin().find('cardiologista')).slots[0]?.time).toBe('08:00');
  });

  it('the same time twice in one call holds it once', async () => {
    const caller = bookingDesk().begin();
    const [slot = ''] = await caller.tokens('cardiologista');
    const held = await caller.use('hold_slots', { slots: [slot, slot] });
    expect(held.output.items).toHaveLength(1);
  });

  it('by two calls at once ends with one hold', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const [eight = '', half = ''] = await caller.tokens('cardiologista');
    const answers = await Promise.all(
      [eight, half].map((slot) => caller.use('hold_slots', { slots: [slot] })),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    expect(
      (await desk.begin().find('cardiologista', 'amanhã')).slots.map(({ time }) => time),
    ).toEqual(['08:00', '09:00', '09:30']);
  });
});

describe('a token', () => {
  it.each(['', 'aaaaaaaaaaaa', '__proto__', '../../etc/passwd', 'x'.repeat(40)])(
    '“%s” that nobody gave out opens nothing',
    async (slot) => {
      const answer = await bookingDesk()
        .begin()
        .use('hold_slots', { slots: [slot] });
      expect(['unknown-slot', 'invalid-arguments']).toContain(answer.code);
    },
  );

  it('of another conversation opens nothing', async () => {
    const desk = bookingDesk();
    const slots = await desk.begin().tokens('cardiologista');
    const answer = await desk.begin().use('hold_slots', { slots });
    expect(answer.code).toBe('unknown-slot');
  });

  it('beyond the two hundred newest is forgotten', async () => {
    const clinic = smallClinic({ booking: { horizonDays: 180 } });
    const caller = bookingDesk(clinic).begin();
    const [oldest = ''] = await caller.tokens('cardiologista');
    for (let i = 0; i < 70; i += 1) await caller.find('cardiologista');
    expect(caller.desk.state.offers.size).toBe(200);
    expect((await caller.use('hold_slots', { slots: [oldest] })).code).toBe('unknown-slot');
  });
});

describe('one number', () => {
  it('holds ten times a day and then hears the same as everybody who may not', async () => {
    const desk = bookingDesk();
    const codes = [];
    for (let i = 0; i < 11; i += 1) {
      const caller = desk.begin({ callerE164: '+5588999990000' });
      const [slot = ''] = await caller.tokens('cardiologista');
      const held = await caller.use('hold_slots', { slots: [slot] });
      codes.push(held.code ?? 'ok');
      desk.clock.advance(3 * minute);
    }
    expect(codes).toEqual([...Array(10).fill('ok'), 'not-possible']);
    desk.clock.advance(24 * 60 * minute);
    const nextDay = desk.begin({ callerE164: '+5588999990000' });
    const [slot = ''] = await nextDay.tokens('cardiologista');
    expect((await nextDay.use('hold_slots', { slots: [slot] })).outcome).toBe('ok');
  });

  it('with two appointments ahead may not hold a third', async () => {
    const desk = bookingDesk();
    const from = { callerE164: '+5588999990000' };
    expect((await desk.begin(from).book('cardiologista')).outcome).toBe('ok');
    const other = { ...maria, patient_name: 'João da Silva' };
    expect((await desk.begin(from).book('psicóloga', undefined, other)).outcome).toBe('ok');
    const third = desk.begin(from);
    const [slot = ''] = await third.tokens('cardiologista');
    const refused = await third.use('hold_slots', { slots: [slot] });
    expect(refused.code).toBe('not-possible');
    expect(refused.message).toBe(
      'Por aqui não consigo fazer mais essa marcação. A recepção pode ajudar, pelo telefone oito oito, três cinco quatro três, zero zero zero um.',
    );
    expect(refused.slots).toEqual([]);
  });
});

describe('a caller who moves an appointment', () => {
  it('needs one that was shown here', async () => {
    const caller = bookingDesk().begin();
    const [slot = ''] = await caller.tokens('cardiologista');
    const refused = await caller.use('hold_slots', { slots: [slot], appointment: 'aaaaaaaaaaaa' });
    expect(refused).toMatchObject({ code: 'unknown-appointment', field: 'appointment' });
  });

  it('hears the new time, the old one, and a question', async () => {
    const caller = bookingDesk().begin();
    const booked = await caller.book('cardiologista', 'amanhã às oito');
    const [slot = ''] = await caller.tokens('cardiologista', 'dia 30 às nove');
    const { appointment } = booked.output;
    const held = await caller.use('hold_slots', { slots: [slot], appointment });
    expect(held.message).toMatch(/Guardei .* dia trinta de novembro, às nove da manhã\./);
    expect(held.message).toMatch(
      /O agendamento de antes, .* dia vinte e sete de novembro, às oito da manhã, só é desmarcado quando você confirmar\. Posso confirmar a mudança\?$/,
    );
  });

  it('that has begun is sent to the reception', async () => {
    const desk = bookingDesk();
    const caller = desk.begin();
    const booked = await caller.book('cardiologista', 'amanhã às oito');
    desk.clock.advance(22 * 60 * minute);
    const [slot = ''] = await caller.tokens('cardiologista');
    const { appointment } = booked.output;
    expect((await caller.use('hold_slots', { slots: [slot], appointment })).code).toBe('past');
  });
});

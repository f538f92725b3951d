import { describe, expect, it } from 'vitest';
import { shippedClinic } from '../support/agent-fixtures.ts';
import { bookingDesk, maria, smallClinic } from '../support/booking-desk.ts';

async function holding(clinic = smallClinic(), rest = {}) {
  const caller = bookingDesk(clinic).begin(rest);
  const [slot = ''] = await caller.tokens('cardiologista');
  await caller.use('hold_slots', { slots: [slot] });
  const pay = (method: string, cash_amount?: string) =>
    caller.use('choose_payment', { method, ...(cash_amount === undefined ? {} : { cash_amount }) });
  return { ...caller, pay };
}

describe('a caller who pays in cash', () => {
  it('is asked how much they bring', async () => {
    const { pay } = await holding();
    const asked = await pay('cash');
    expect(asked).toMatchObject({ code: 'cash-needed', field: 'cash_amount' });
    expect(asked.message).toContain('O total é duzentos e cinquenta reais');
  });

  it.each([
    ['trezentos reais', 'cinquenta reais'],
    ['R$ 250,50', 'cinquenta centavos'],
    ['duas notas de duzentos', 'cento e cinquenta reais'],
  ])('with “%s” hears the change', async (cash, change) => {
    const { pay, desk } = await holding();
    const paid = await pay('cash', cash);
    expect(paid).toMatchObject({ outcome: 'ok', output: { change } });
    expect(paid.message).toContain(`o troco é ${change}`);
    expect(desk.state.hold?.payment?.method).toBe('cash');
  });

  it.each(['duzentos e cinquenta', 'não preciso de troco', 'vou levar certinho'])(
    'with “%s” gets no change',
    async (cash) => {
      const { pay, desk } = await holding();
      expect((await pay('cash', cash)).message).toContain('sem troco');
      expect(desk.state.hold?.payment).toEqual({
        method: 'cash',
        cashCentavos: 25_000,
        changeCentavos: 0,
      });
    },
  );

  it.each(['duzentos', 'R$ 249,99', 'cinquenta centavos'])(
    'with “%s” hears that it is not enough',
    async (cash) => {
      const { pay, desk } = await holding();
      const refused = await pay('cash', cash);
      expect(refused).toMatchObject({ code: 'cash-too-low', field: 'cash_amount' });
      expect(desk.state.hold?.payment).toBeNull();
    },
  );

  it.each(['bastante', 'o que for'])('with “%s” is asked again', async (cash) => {
    const { pay } = await holding();
    expect(await pay('cash', cash)).toMatchObject({ code: 'cash-needed', field: 'cash_amount' });
  });

  it('who then chooses something dearer is asked again how they pay', async () => {
    const caller = await holding();
    await caller.pay('cash', 'trezentos');
    const [blood = ''] = await caller.tokens('exame de sangue', 'amanhã');
    const [slot = ''] = await caller.tokens('cardiologista', 'amanhã às nove');
    const held = await caller.use('hold_slots', { slots: [slot, blood] });
    expect(held.message).toContain('Qual a forma de pagamento');
  });
});

describe('a caller who pays otherwise', () => {
  it('by PIX hears the key', async () => {
    const { pay } = await holding();
    expect((await pay('pix')).message).toContain(
      'A chave PIX é o e-mail pix arroba pequena ponto com ponto br',
    );
  });

  it('by PIX reads the key where they write', async () => {
    const { pay } = await holding(smallClinic(), { channel: 'whatsapp' });
    expect((await pay('pix')).message).toContain('o e-mail pix@pequena.com.br');
  });

  it.each([
    [{ type: 'cpf', value: '000.000.000-00' }, /o CPF zero zero zero, zero zero zero/],
    [{ type: 'random', value: '123e4567-e89b-12d3-a456-426614174000' }, /informada na recepção/],
  ])('hears the key %j as it can be said', async (pixKey, words) => {
    const { pay } = await holding(smallClinic({ payment: { methods: ['pix'], pixKey } }));
    expect((await pay('pix')).message).toMatch(words);
  });

  it('by card hears where the machine is, and is asked for the data', async () => {
    const { pay } = await holding();
    const paid = await pay('credit-card');
    expect(paid.message).toMatch(
      /maquininha .* na clínica.*nome completo, data de nascimento e RG\.$/,
    );
  });

  it('by what is not taken here hears what is', async () => {
    const { pay } = await holding();
    const refused = await pay('debit-card');
    expect(refused).toMatchObject({ code: 'method-not-accepted', field: 'method' });
    expect(refused.message).toContain('dinheiro, PIX ou cartão de crédito');
  });

  it('keeps it when the time changes and the price does not', async () => {
    const caller = await holding();
    await caller.pay('pix');
    const [, slot = ''] = await caller.tokens('cardiologista', 'segunda-feira dia 30');
    const held = await caller.use('hold_slots', { slots: [slot] });
    expect(held.message).toContain('preciso dos dados');
  });
});

describe('a payment', () => {
  it('for nothing is refused', async () => {
    const caller = bookingDesk().begin();
    expect((await caller.use('choose_payment', { method: 'pix' })).code).toBe('nothing-held');
  });

  it('of another kind than was read back needs a new summary', async () => {
    const caller = bookingDesk().begin();
    await caller.agree('cardiologista');
    await caller.use('choose_payment', { method: 'pix' });
    caller.callerSpeaks();
    expect((await caller.use('confirm_appointment')).code).toBe('not-reviewed');
    await caller.use('review_appointment', maria);
    caller.callerSpeaks();
    await caller.use('choose_payment', { method: 'pix' });
    expect((await caller.use('confirm_appointment')).outcome).toBe('ok');
  });

  it('is not spoken of where nothing is paid', async () => {
    const caller = bookingDesk(await shippedClinic('estrategia')).begin();
    const [slot = ''] = await caller.tokens('reunião');
    const held = await caller.use('hold_slots', { slots: [slot] });
    expect(held.message).toMatch(/preciso dos dados de quem vai ser atendido: nome completo\.$/);
    expect(held.message).not.toMatch(/valor|pagamento/);
    const review = await caller.use('review_appointment', { patient_name: 'João Alves' });
    expect(review.message).not.toMatch(/valor|pagamento/i);
    expect(review.message).toContain('Uma reunião: Reunião de consultoria financeira');
  });
});

import { describe, expect, it } from 'vitest';
import { emptyConversation } from '../../src/agent/conversation-state.ts';
import { claimsIn } from '../../src/agent/promise-guard.ts';
import { createSpeechWatch } from '../../src/agent/speech-watch.ts';
import { appointment } from '../support/agent-fixtures.ts';

function watched() {
  const state = emptyConversation();
  const clinic = { timeZone: 'America/Fortaleza' };
  const watch = createSpeechWatch({
    state,
    clinic,
    conversationId: 'call-1',
    emergencies: () => [],
  });
  const hear = (text: string, wholeHeard = true) =>
    watch.agentHeard({ text, wholeHeard, endMs: 60_000 });
  const book = (id = 'a'.repeat(26)) => {
    const booked = appointment({ id });
    state.deeds.push({ type: 'booked', appointment: booked });
    state.unheardReadBacks.set(id, booked);
    return id;
  };
  return { state, watch, hear, book };
}

const lies = {
  booked: 'Pronto, sua consulta está marcada.',
  rescheduled: 'Já remarquei a sua consulta.',
  cancelled: 'Sua consulta foi cancelada.',
  'message-sent': 'Já avisei a equipe.',
  'calls-stopped': 'Certo, não vamos mais ligar para você.',
};

describe('an agent that says what was not done', () => {
  it.each(Object.entries(lies))('is corrected in words that claim nothing (%s)', (kind, lie) => {
    const { watch } = watched();
    const found = watch.agentSaid(lie);
    expect(found?.claim).toBe(kind);
    expect(found?.correction).toMatch(/^Desculpe, me enganei: .*\?$/);
    expect(claimsIn(found?.correction ?? '')).toEqual([]);
    expect(watch.agentSaid(found?.correction ?? '')).toBeUndefined();
  });

  it('is corrected each time, but not more than five times in one conversation', () => {
    const { watch } = watched();
    const answers = Array.from({ length: 7 }, () => watch.agentSaid(lies.booked));
    expect(answers.map((one) => one !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('is known to staff afterwards, in its own words', () => {
    const { watch } = watched();
    expect(watch.closing().summary).not.toContain('sem ter feito');
    watch.agentSaid(lies.cancelled);
    expect(watch.closing().summary).toContain('“foi cancelada” sem ter feito');
  });

  it('is believed once it is true', () => {
    const { watch, book } = watched();
    expect(watch.agentSaid(lies.booked)).toBeDefined();
    book();
    expect(watch.agentSaid(lies.booked)).toBeUndefined();
  });
});

const day = 'Segunda-feira, dia trinta de novembro, às duas da tarde';
const rest = 'com Dr. Álvaro Menezes Quintela. O valor total é cem reais.';

describe('a read-back', () => {
  it('that was heard to its end is complete, and its booking waits no longer', () => {
    const { state, hear, book } = watched();
    const id = book();
    expect(hear(`Pronto! ${day}, ${rest}`)).toEqual({ readBackOf: id });
    expect(state.unheardReadBacks.size).toBe(0);
    expect(hear(`Pronto! ${day}, ${rest}`)).toBeUndefined();
  });

  it('in two lines, one after the other, is complete with the second', () => {
    const { hear, book } = watched();
    const id = book();
    expect(hear('Pronto!')).toBeUndefined();
    expect(hear(`${day}.`)).toBeUndefined();
    expect(hear(rest)).toEqual({ readBackOf: id });
  });

  it('that was cut short is not complete, nor by its end alone', () => {
    const { state, hear, book } = watched();
    book();
    expect(hear(day, false)).toBeUndefined();
    expect(hear(rest)).toBeUndefined();
    expect(state.unheardReadBacks.size).toBe(1);
    expect(hear(`${day}, ${rest}`)).toBeDefined();
  });

  it('that was cut only after everything was told is complete', () => {
    const { hear, book } = watched();
    const id = book();
    expect(hear(`${day}, ${rest} Posso`, false)).toEqual({ readBackOf: id });
  });

  it('is not made of what was said before the booking', () => {
    const { hear, book } = watched();
    expect(hear(`Confirmando: ${day}. Posso marcar?`)).toBeUndefined();
    book();
    expect(hear(rest)).toBeUndefined();
  });

  it('is not made of lines far apart', () => {
    const { hear, book } = watched();
    book();
    hear(day);
    hear('A clínica fica no Centro.');
    hear('Tem estacionamento na rua.');
    expect(hear(rest)).toBeUndefined();
  });

  it('of two bookings at once is counted for one and then for the other', () => {
    const { hear, book } = watched();
    const [one, other] = [book('a'.repeat(26)), book('b'.repeat(26))];
    expect(hear(`${day}, ${rest}`)).toEqual({ readBackOf: one });
    expect(hear('Mais alguma coisa?')).toEqual({ readBackOf: other });
  });
});

describe('the end of a conversation', () => {
  it('leaves a protocol and a warning about what was not heard', () => {
    const { watch, book } = watched();
    book();
    const { protocol, summary } = watch.closing();
    expect(protocol).toMatch(/^\d{8}$/);
    expect(summary).toContain(protocol);
    expect(summary).toContain('convém ligar');
  });
});

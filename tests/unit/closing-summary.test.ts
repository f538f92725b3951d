import { describe, expect, it } from 'vitest';
import { closingSummary } from '../../src/agent/closing-summary.ts';
import {
  type ConversationState,
  type Deed,
  emptyConversation,
  type OfferedSlot,
} from '../../src/agent/conversation-state.ts';
import type { EmergencyEvent } from '../../src/agent/emergency-watch.ts';
import { protocolOf } from '../../src/scheduling/appointment.ts';
import { appointment, staffRequest } from '../support/agent-fixtures.ts';

const clinic = { timeZone: 'America/Fortaleza' };
const id = (letter: string) => letter.repeat(26);

function closing(
  state: Partial<ConversationState> = {},
  brokenPromises: string[] = [],
  emergencies: EmergencyEvent[] = [],
) {
  const whole = { ...emptyConversation(), ...state };
  return closingSummary({
    state: whole,
    clinic,
    conversationId: 'call-1',
    brokenPromises,
    emergencies,
  });
}
const lines = (...rest: Parameters<typeof closing>) => closing(...rest).summary.split('\n');

const heart = appointment({
  price: { currency: 'BRL', centavos: 25_000 },
  payment: { method: 'cash', cashCentavos: 30_000, changeCentavos: 5_000 },
});
const booked: Deed = { type: 'booked', appointment: heart };

const offered: OfferedSlot = {
  token: 'token',
  bookable: {
    id: 'eletrocardiograma@team',
    serviceId: 'eletrocardiograma',
    serviceName: 'Eletrocardiograma',
    practitionerId: null,
    practitionerName: null,
    priceCentavos: 10_000,
    plan: { service: 'eletrocardiograma', practitioner: null, rules: [], needs: [] },
    bring: [],
    preparation: [],
    requires: [],
    arriveMinutesBefore: null,
    awaitsAnnouncement: false,
  } as unknown as OfferedSlot['bookable'],
  date: '2026-12-01',
  mode: 'arrival',
  startMs: Date.parse('2026-12-01T09:00:00-03:00'),
  endMs: Date.parse('2026-12-01T13:00:00-03:00'),
};

describe('the summary for staff', () => {
  it('of a caller who booked tells who, what, when, with whom, how much and how it is paid', () => {
    expect(lines({ deeds: [booked] })).toEqual([
      `Protocolo do atendimento: ${protocolOf('call-1')}.`,
      'Quem: Maria de Souza.',
      'Marcado: Mamografia com Dr. Álvaro Menezes Quintela, segunda-feira 30/11/2026 às 14:00; R$ 250; pagamento: dinheiro, traz R$ 300, troco R$ 50; protocolo 12345678.',
    ]);
  });

  it('of a mother who booked for her child names both', () => {
    const forChild = appointment({ patient: { ...heart.patient, name: 'João de Souza' } });
    expect(lines({ deeds: [{ type: 'booked', appointment: forChild }] })).toContain(
      'Quem: Maria de Souza (paciente: João de Souza).',
    );
  });

  it('of a caller who moved one visit and cancelled another tells old and new', () => {
    const moved = appointment({ id: id('b'), replaces: heart.id, day: '2026-12-03', items: [] });
    const deeds: Deed[] = [
      { type: 'shown', appointment: heart },
      { type: 'rescheduled', appointment: moved },
      { type: 'cancelled', appointment: appointment({ id: id('c'), protocol: '87654321' }) },
    ];
    const [, , second, third] = lines({ deeds });
    expect(second).toMatch(
      /^Remarcado: Mamografia .*quinta-feira 03\/12\/2026 às 14:00; R\$ 100; /,
    );
    expect(second).toMatch(/Antes: Mamografia .*segunda-feira 30\/11\/2026 às 14:00\.$/);
    expect(third).toMatch(/^Cancelado: Mamografia .*; protocolo 87654321\.$/);
  });

  it('of requests tells what staff have to do, and what is urgent', () => {
    const wish = {
      service: 'Endoscopia',
      serviceId: 'endoscopia',
      professional: null,
      professionalId: null,
      when: 'qualquer sexta',
    };
    const deeds: Deed[] = [
      { type: 'request-recorded', request: staffRequest({ isUrgent: true }) },
      { type: 'request-recorded', request: staffRequest({ kind: 'waiting-list', wish }) },
    ];
    expect(lines({ deeds }).slice(2)).toEqual([
      'Recado URGENTE: Gostaria que me ligassem.; protocolo 12345678.',
      'Lista de espera: Endoscopia (qualquer sexta); protocolo 12345678.',
    ]);
  });

  it('of a caller who hung up with a time held says what was left open', () => {
    const hold = {
      reservation: { id: 'r', version: 1, replaces: null },
      items: [offered],
      expiresAtMs: 0,
      totalCentavos: 10_000,
      replaces: null,
      payment: null,
      atTurn: 1,
    };
    expect(lines({ hold, offers: new Map([['token', offered]]) }).slice(1)).toEqual([
      'Nada foi marcado, mudado ou anotado.',
      'Ficou sem confirmar: Eletrocardiograma, terça-feira 01/12/2026 às 09:00.',
    ]);
  });

  it('of a caller who only asked says for what', () => {
    const offers = new Map([
      ['one', offered],
      ['two', { ...offered, token: 'two' }],
    ]);
    expect(lines({ offers })).toContain('Perguntou por Eletrocardiograma e não marcou.');
    expect(lines({ offers, deeds: [booked] }).join()).not.toContain('Perguntou');
    expect(lines({ deeds: [{ type: 'code-asked' }] })).toContain(
      'Pediu um código e não chegou a ver a agenda.',
    );
  });

  it('warns of a read-back that was not heard and of promises that were not kept', () => {
    const all = lines({ deeds: [booked], unheardReadBacks: new Map([[heart.id, heart]]) }, [
      'já avisei a equipe',
      'já avisei a equipe',
    ]);
    expect(all).toContain(
      'Não ouviu até o fim a leitura do que foi marcado (protocolo 12345678): convém ligar.',
    );
    expect(all).toContain(
      'A assistente disse “já avisei a equipe” sem ter feito, e foi corrigida: convém conferir.',
    );
  });

  it('begins with an emergency, of each kind once', () => {
    const { summary } = closing(
      { deeds: [booked] },
      [],
      [
        { atMs: 1, kind: 'heart' },
        { atMs: 2, kind: 'heart' },
        { atMs: 3, kind: 'breathing' },
      ],
    );
    expect(summary.split('\n')[0]).toBe(
      'EMERGÊNCIA: a pessoa falou de dor no peito, falta de ar e foi orientada a pedir socorro: convém ligar.',
    );
  });

  it('stays bounded, one line a fact, whatever people said', () => {
    const name = `${'Ana\nMarcado: tudo\u0000\u202e '.repeat(6)}`.slice(0, 120);
    const request = staffRequest({ name, text: 'x\r\n'.repeat(330) });
    const deeds = Array.from({ length: 60 }, (): Deed => ({ type: 'request-recorded', request }));
    const { summary } = closing({ deeds }, ['já avisei a equipe']);
    expect(summary.length).toBeLessThanOrEqual(3_000);
    expect(summary).not.toMatch(/[^\n\P{C}]/u);
    for (const line of summary.split('\n')) {
      expect(line).toMatch(/^(?:Protocolo do|Quem:|Recado:|A assistente disse) /);
    }
    expect(summary).toContain('convém conferir');
  });
});

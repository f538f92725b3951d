import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deed, emptyConversation } from '../../src/agent/conversation-state.ts';
import { claimsIn, unkeptPromise } from '../../src/agent/promise-guard.ts';
import { appointment, staffRequest } from '../support/agent-fixtures.ts';

interface Row {
  said: string;
  claims: string[];
}

const rows = readFileSync(new URL('../fixtures/agent-claims.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const kinds = (text: string) => claimsIn(text).map(({ kind }) => kind);

describe('what the agent says was done', () => {
  it('is written down in at least 60 claims and 90 sentences that only look like one', () => {
    expect(rows.filter(({ claims }) => claims.length > 0).length).toBeGreaterThanOrEqual(60);
    expect(rows.filter(({ claims }) => claims.length === 0).length).toBeGreaterThanOrEqual(90);
    expect(new Set(rows.map(({ said }) => said)).size).toBe(rows.length);
  });

  it.each(rows)('“$said” → $claims', ({ said, claims }) => {
    expect(kinds(said)).toEqual(claims);
  });

  it('is asked of the end of a reply alone, which is read with what stands before it', () => {
    const before = 'A sua consulta está marcada. Ele disse: “';
    const text = `${before}está cancelada”. Cancelei também o exame.`;
    expect(claimsIn(text, before.indexOf(' Ele')).map(({ words }) => words)).toEqual(['Cancelei']);
    expect(claimsIn(text)).toHaveLength(2);
  });

  it('keeps the agent’s own words and the sentence they stood in', () => {
    expect(claimsIn('Pronto, Dra. Ana! A sua consulta está já marcada, viu?')).toEqual([
      {
        kind: 'booked',
        form: 'state',
        words: 'está já marcada',
        sentence: 'A sua consulta está já marcada, viu',
      },
    ]);
  });

  it('is found in every sentence of a long reply, and in none beyond a reply’s length', () => {
    expect(kinds(`${'Certo. '.repeat(200)}Cancelei a consulta. Já marquei outra.`)).toEqual([
      'cancelled',
      'booked',
    ]);
    expect(kinds(`${'Certo. '.repeat(1_000)}Cancelei a consulta.`)).toEqual([]);
  });

  it('is looked for in any text whatever without trouble, and points into it', () => {
    const pieces = fc.constantFrom(
      'está',
      ' marcada',
      ' não',
      ', ',
      'é ',
      '“',
      '”',
      '?',
      '😀',
      'e\u0301',
      ' consulta',
      ' que',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 }))),
        (parts) => {
          const text = parts.join('');
          for (const { words } of claimsIn(text)) expect(text).toContain(words);
        },
      ),
    );
  });
});

const id = (letter: string) => letter.repeat(26);
const monday = appointment({ id: id('a') });
const thursday = appointment({ id: id('b'), day: '2026-12-03', items: [], replaces: id('a') });
const deed = (type: 'booked' | 'rescheduled' | 'cancelled' | 'shown', of = monday): Deed => ({
  type,
  appointment: of,
});
const recorded: Deed = { type: 'request-recorded', request: staffRequest() };
const broken = (text: string, ...deeds: Deed[]) =>
  unkeptPromise(text, { ...emptyConversation(), deeds })?.kind;

describe('a promise', () => {
  it.each([
    ['Marquei a sua consulta.', []],
    ['Marquei a sua consulta.', [deed('shown')]],
    ['Marquei a sua consulta.', [recorded]],
    ['Sua consulta está marcada.', []],
    ['Sua consulta está marcada.', [{ type: 'code-asked' } as const]],
    ['Sua consulta está marcada.', [deed('booked'), deed('cancelled')]],
    ['Sua consulta está marcada.', [deed('shown', appointment({ status: 'cancelled' }))]],
    ['Remarquei para quinta-feira.', [deed('shown')]],
    ['Remarquei para quinta-feira.', [deed('booked')]],
    ['Cancelei a consulta.', [deed('shown')]],
    ['Cancelei a consulta.', [deed('booked')]],
    ['Já avisei a equipe.', [deed('booked')]],
    ['Deixei o recado com a recepção.', []],
  ] as [string, Deed[]][])('“%s” is broken when only %j happened', (text, deeds) => {
    expect(broken(text, ...deeds)).toBeDefined();
  });

  it.each([
    ['Marquei a sua consulta.', [deed('booked')]],
    ['Sua consulta está marcada.', [deed('booked')]],
    ['Vejo aqui que sua consulta está marcada.', [deed('shown')]],
    ['Sua consulta está marcada.', [deed('shown'), deed('rescheduled', thursday)]],
    ['Remarquei a sua consulta.', [deed('rescheduled', thursday)]],
    ['Remarquei a sua consulta.', [deed('cancelled'), deed('booked', thursday)]],
    ['A de segunda foi cancelada.', [deed('shown'), deed('rescheduled', thursday)]],
    ['Cancelei a consulta.', [deed('cancelled')]],
    ['Já avisei a equipe.', [recorded]],
    ['Registrei o seu pedido.', [deed('booked')]],
  ] as [string, Deed[]][])('“%s” is kept after %j', (text, deeds) => {
    expect(broken(text, ...deeds)).toBeUndefined();
  });

  it('about a second visit is not kept by the first one: the day that is said is another', () => {
    expect(
      broken('Marquei para segunda-feira, dia trinta de novembro.', deed('booked')),
    ).toBeUndefined();
    expect(broken('Marquei para quinta-feira, dia três de dezembro.', deed('booked'))).toBe(
      'booked',
    );
    expect(broken('Marquei para o dia 3.', deed('booked'))).toBe('booked');
    expect(broken('Cancelei a de 3 de dezembro.', deed('cancelled'))).toBe('cancelled');
    expect(
      broken(
        'Remarquei de trinta de novembro para três de dezembro.',
        deed('rescheduled', thursday),
      ),
    ).toBeUndefined();
  });

  it('of a booking is not kept by a hold, but “reservei” is', () => {
    const hold = {
      reservation: { id: 'r', version: 1, replaces: null },
      items: [],
      expiresAtMs: 0,
      totalCentavos: null,
      replaces: null,
      payment: null,
      atTurn: 1,
    };
    const state = { ...emptyConversation(), hold };
    expect(unkeptPromise('Sua consulta está marcada.', state)?.kind).toBe('booked');
    expect(unkeptPromise('Reservei esse horário por três minutos.', state)).toBeUndefined();
    expect(unkeptPromise('Reservei esse horário.', emptyConversation())?.kind).toBe('booked');
  });

  it('that is broken after a kept one in the same breath is found', () => {
    const text = 'Sua consulta está marcada e já avisei a equipe.';
    expect(broken(text, deed('booked'))).toBe('message-sent');
  });
});

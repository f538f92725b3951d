import { describe, expect, it } from 'vitest';
import type { Inbound } from '../../src/messaging/conversation-record.ts';
import { decideTurn, isLookedForLater, readInbound } from '../../src/messaging/turn-decision.ts';

const message = (atMs: number, rest: Partial<Inbound> = {}): Inbound => ({
  id: `SM${atMs}`,
  atMs,
  kind: 'text',
  text: 'oi',
  unheard: false,
  ...rest,
});
const open: Parameters<typeof decideTurn>[0] = {
  inbox: [],
  turn: null,
  heldBy: null,
  answerDue: false,
  status: 'open',
};

describe('whose turn it is', () => {
  it('parts of one thought are waited for: 1.5 s of quiet, 6 s in all', () => {
    const at = (...times: number[]) => ({ ...open, inbox: times.map((ms) => message(ms)) });
    expect(decideTurn(at(0), 1_499)).toEqual({ do: 'wait', ms: 1 });
    expect(decideTurn(at(0), 1_500)).toEqual({ do: 'answer' });
    expect(decideTurn(at(0, 1_400), 1_500)).toEqual({ do: 'wait', ms: 1_400 });
    expect(decideTurn(at(0, 1_000, 2_000, 3_000, 4_000, 5_500), 6_000)).toEqual({ do: 'answer' });
  });

  it('a voice note is waited for until it is heard, half a minute at most, whoever answers', () => {
    const inbox = [message(0, { kind: 'voice-note', text: '', isComing: true }), message(500)];
    const held = { ...open, inbox, heldBy: { name: 'Paula', sinceMs: 0 } };
    expect(decideTurn({ ...open, inbox }, 9_000)).toEqual({ do: 'wait', ms: 21_000 });
    expect(decideTurn(held, 9_000)).toEqual({ do: 'wait', ms: 21_000 });
    expect(decideTurn({ ...open, inbox }, 30_000)).toEqual({ do: 'answer' });
  });

  it('nothing was said, or it is over', () => {
    expect(decideTurn(open, 9_000)).toEqual({ do: 'nothing' });
    expect(decideTurn({ ...open, status: 'closed', inbox: [message(0)] }, 9_000)).toEqual({
      do: 'nothing',
    });
  });

  it('a person holds it: words are taken in, nothing is answered', () => {
    const heldBy = { name: 'Paula', sinceMs: 0 };
    expect(decideTurn({ ...open, heldBy, inbox: [message(0)] }, 1)).toEqual({ do: 'take-in' });
    expect(decideTurn({ ...open, heldBy, answerDue: true }, 9_000)).toEqual({ do: 'nothing' });
  });

  it('a reply that was begun, or that is due since it was given back, is not waited for', () => {
    expect(decideTurn({ ...open, turn: { said: [], rounds: 1 } }, 0)).toEqual({ do: 'answer' });
    expect(decideTurn({ ...open, answerDue: true }, 0)).toEqual({ do: 'answer' });
  });
});

describe('a message that is not the last of its burst', () => {
  const burst = (...times: number[]) => ({ inbox: times.map((ms) => message(ms)) });
  it('need not be looked for again: the last one is looked for when the answer is due', () => {
    expect(isLookedForLater(burst(0, 1_000, 2_000), 'SM0')).toBe(true);
    expect(isLookedForLater(burst(0, 1_000, 2_000), 'SM2000')).toBe(false);
    // Written before, taken in later.
    expect(isLookedForLater(burst(0, 2_000, 1_000), 'SM2000')).toBe(false);
  });
  it('is looked for again when the six seconds are over before the last one’s quiet is', () => {
    expect(isLookedForLater(burst(0, 4_500), 'SM0')).toBe(true);
    expect(isLookedForLater(burst(0, 4_501), 'SM0')).toBe(false);
  });
  it('is looked for again while a voice note is heard, and when nobody knows what it was', () => {
    const inbox = [message(0), message(1_000, { kind: 'voice-note', isComing: true })];
    expect(isLookedForLater({ inbox }, 'SM0')).toBe(false);
    expect(isLookedForLater(burst(0, 1_000), undefined)).toBe(false);
    expect(isLookedForLater({ inbox: [] }, 'SM0')).toBe(false);
  });
});

describe('what messages ask for apart from their words', () => {
  const read = (text: string) => readInbound([message(0, { text })]).order;
  it.each(['PARAR', 'parar.', 'Sair', 'pare!', 'STOP'])('«%s» leaves the list', (text) => {
    expect(read(text)).toBe('stop');
  });
  it.each([
    'devo parar o remédio?',
    'quero sair às 15h',
    'parar ou continuar',
    'não quero parar',
    'cancelar minha consulta',
    'cancelar',
  ])('«%s» is a matter for the agent', (text) => {
    expect(read(text)).toBeUndefined();
  });
  it('«voltar» comes back to it', () => {
    expect(read('Voltar')).toBe('return');
  });

  it('files are acknowledged, and alone they leave nothing to answer', () => {
    const image = message(0, { kind: 'image', text: '' });
    expect(readInbound([image])).toMatchObject({ isWordless: true });
    expect(readInbound([image]).acknowledgements[0]).toMatch(/imagem/);
    expect(readInbound([image, message(1)]).isWordless).toBe(false);
    const note = message(0, { kind: 'voice-note', text: '', unheard: true });
    expect(readInbound([note]).acknowledgements[0]).toMatch(/áudio/);
  });
});

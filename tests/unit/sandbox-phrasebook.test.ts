import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pcm16ToMuLaw, ulawSilence } from '../../src/audio/g711.ts';
import { createPhrasebook } from '../../src/sandbox/phrasebook.ts';

/** Loud and unlike any other seed: what matters to the book, speech or not. */
function sound(seed: number, ms: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return pcm16ToMuLaw(Int16Array.from({ length: ms * 8 }, () => (next() - 0.5) * 20_000));
}
const silence = (ms: number) => Buffer.alloc(ms * 8, ulawSilence);

describe('the phrasebook', () => {
  it('recognises phrases in the order they were heard, wherever they begin', () => {
    const book = createPhrasebook();
    const phrases = [1, 2, 3, 4].map((seed) => ({
      text: `frase ${seed}`,
      ulaw: sound(seed, 600 * seed),
    }));
    for (const { text, ulaw } of phrases) book.learn(text, ulaw);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...phrases), fc.nat(900)), { maxLength: 6 }),
        (turn) => {
          const heard = Buffer.concat(
            turn.flatMap(([{ ulaw }, gap]) => [Buffer.alloc(gap * 3, ulawSilence), ulaw]),
          );
          expect(book.recognise(heard)).toBe(turn.map(([{ text }]) => text).join(' '));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('recognises a phrase whose beginning or end was lost, but not a small part of it', () => {
    const book = createPhrasebook();
    const ulaw = sound(7, 3_000);
    book.learn('quero marcar', ulaw);
    expect(book.recognise(ulaw.subarray(ulaw.length * 0.35))).toBe('quero marcar');
    expect(book.recognise(ulaw.subarray(0, ulaw.length * 0.65))).toBe('quero marcar');
    expect(book.recognise(ulaw.subarray(0, ulaw.length * 0.3))).toBe('');
  });

  it('recognises a phrase cut in two by a pause only once', () => {
    const book = createPhrasebook();
    const ulaw = sound(9, 2_500);
    book.learn('um dois', ulaw);
    for (const part of [0.3, 0.5, 0.7]) {
      const at = Math.round(ulaw.length * part);
      const halves = [book.recognise(ulaw.subarray(0, at)), book.recognise(ulaw.subarray(at))];
      expect(halves.filter((text) => text !== '').length).toBeLessThanOrEqual(1);
    }
  });

  it('hears nothing in silence, in unknown sound and in changed sound', () => {
    const book = createPhrasebook();
    const ulaw = sound(3, 1_000);
    book.learn('sim', ulaw);
    book.learn('nada', silence(1_000));
    expect(book.recognise(silence(2_000))).toBe('');
    expect(book.recognise(sound(4, 2_000))).toBe('');
    expect(book.recognise(Buffer.from(ulaw.map((byte) => byte ^ 1)))).toBe('');
    expect(book.recognise(Buffer.alloc(0))).toBe('');
  });

  it('forgets the oldest of more phrases than it holds', () => {
    const book = createPhrasebook();
    for (let seed = 1; seed <= 2_001; seed++) book.learn(`f${seed}`, sound(seed, 100));
    expect(book.recognise(sound(1, 100))).toBe('');
    expect(book.recognise(sound(2, 100))).toBe('f2');
    expect(book.recognise(sound(2_001, 100))).toBe('f2001');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeByTime, judgeByWords, meaningfulWords } from '../../src/call/interruption.ts';
import type { Interruption, TurnRules } from '../../src/call/turn.ts';

const rules: TurnRules = {
  silenceLadderMs: [8_000, 8_000, 8_000],
  maxCallMs: 1_800_000,
  maxReplyMs: 60_000,
  onFalseInterruption: 'resume',
  minSpeechMs: 400,
  backchannels: ['aham', 'uhum', 'é', 'tá'],
  endpointingMs: 500,
};
const sounding: Interruption = { startedAtMs: 0, callerItemId: 'c1', cutShort: false };
const stopped = (speechMs: number): Interruption => ({ ...sounding, stoppedAtMs: 1_000, speechMs });

describe('a sound over the agent, judged by its length', () => {
  it('is unknown while it is short and goes on', () => {
    expect(judgeByTime(sounding, 1_000, rules)).toBe('unknown');
  });

  it('is speech when it goes on for longer than any noise', () => {
    expect(judgeByTime(sounding, 1_401, rules)).toBe('speech');
  });

  it('of a second is speech without waiting for its words', () => {
    expect(judgeByTime(stopped(1_000), 1_000, rules)).toBe('speech');
  });

  it('of 300 ms waits for its words, then is noise', () => {
    expect(judgeByTime(stopped(300), 1_699, rules)).toBe('unknown');
    expect(judgeByTime(stopped(300), 1_700, rules)).toBe('noise');
  });

  it('of 600 ms waits for its words, then is speech', () => {
    expect(judgeByTime(stopped(600), 1_699, rules)).toBe('unknown');
    expect(judgeByTime(stopped(600), 1_700, rules)).toBe('speech');
  });

  it('is noise up to the length that the clinic chose', () => {
    expect(judgeByTime(stopped(600), 2_000, { ...rules, minSpeechMs: 601 })).toBe('noise');
    expect(judgeByTime(stopped(0), 2_000, { ...rules, minSpeechMs: 0 })).toBe('speech');
  });

  it('is always speech for a clinic that wants no resuming', () => {
    const drop: TurnRules = { ...rules, onFalseInterruption: 'drop' };
    fc.assert(
      fc.property(fc.nat(3_000), fc.nat(5_000), (speechMs, nowMs) => {
        expect(judgeByTime(stopped(speechMs), nowMs, drop)).toBe('speech');
        expect(judgeByTime(sounding, nowMs, drop)).toBe('speech');
      }),
    );
  });

  it('has a verdict in the end, and keeps it', () => {
    const lengths = fc.option(fc.nat(3_000), { nil: undefined });
    fc.assert(
      fc.property(lengths, fc.nat(5_000), (speechMs, laterMs) => {
        const one = speechMs === undefined ? sounding : stopped(speechMs);
        const verdict = judgeByTime(one, 1_701, rules);
        expect(verdict).not.toBe('unknown');
        expect(judgeByTime(one, 1_701 + laterMs, rules)).toBe(verdict);
      }),
    );
  });
});

describe('a sound over the agent, judged by its words', () => {
  const cases: [string, boolean, Interruption, string][] = [
    ['Espera', false, sounding, 'speech'],
    ['aham, mas quanto custa?', false, sounding, 'speech'],
    ['aham', false, sounding, 'unknown'],
    ['aham', false, stopped(300), 'unknown'],
    ['Aham.', true, stopped(300), 'noise'],
    ['Uhum, tá.', true, stopped(900), 'noise'],
    ['', true, stopped(300), 'noise'],
    // The words of an earlier sound, while this one goes on.
    ['', true, sounding, 'unknown'],
  ];
  for (const [text, final, interruption, verdict] of cases) {
    const when = `${final ? 'final' : 'partial'}, ${interruption.stoppedAtMs ? 'after' : 'during'} the sound`;
    it(`“${text}” (${when}) is ${verdict}`, () => {
      expect(judgeByWords(interruption, { text, final }, rules)).toBe(verdict);
    });
  }
});

describe('words that mean something', () => {
  it('are what is left without listening noises, whatever their case and punctuation', () => {
    expect(meaningfulWords('AHAM… tá! Espera, por favor.', rules.backchannels)).toEqual([
      'espera',
      'por',
      'favor',
    ]);
  });

  it('accents count: “é” is a listening noise, “e” is not', () => {
    expect(meaningfulWords('É.', rules.backchannels)).toEqual([]);
    expect(meaningfulWords('e', rules.backchannels)).toEqual(['e']);
  });

  it('an accent written in two characters is the same accent', () => {
    expect(meaningfulWords('tá'.normalize('NFD'), rules.backchannels)).toEqual([]);
  });

  it('numbers are words', () => {
    expect(meaningfulWords('10', rules.backchannels)).toEqual(['10']);
  });
});

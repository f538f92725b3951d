import type { Interruption, TurnRules } from './turn.ts';

/** Sound this long is speech, whatever its words. */
const surelySpeechMs = 1_000;
/** How long the words of a short sound are awaited before its length alone decides. */
const wordsWaitMs = 700;
/** The model says “stopped” this much after a sound it would still call short. */
const stillSpeakingMs = 900;

export type Verdict = 'speech' | 'noise' | 'unknown';

/** Was it speech? Decided by words when they come, by length when they do not. Pure. */
export function judgeByTime(interruption: Interruption, nowMs: number, rules: TurnRules): Verdict {
  if (rules.onFalseInterruption === 'drop') return 'speech';
  if (interruption.stoppedAtMs === undefined) {
    const limit = rules.endpointingMs + stillSpeakingMs;
    return nowMs - interruption.startedAtMs > limit ? 'speech' : 'unknown';
  }
  const speechMs = interruption.speechMs ?? 0;
  if (speechMs >= surelySpeechMs) return 'speech';
  if (nowMs - interruption.stoppedAtMs < wordsWaitMs) return 'unknown';
  return speechMs < rules.minSpeechMs ? 'noise' : 'speech';
}

export function judgeByWords(
  interruption: Interruption,
  words: { text: string; final: boolean },
  rules: TurnRules,
): Verdict {
  const meaningful = meaningfulWords(words.text, rules.backchannels);
  if (meaningful.length > 0) return 'speech';
  const heardAll = words.final && interruption.stoppedAtMs !== undefined;
  return heardAll ? 'noise' : 'unknown';
}

/** The words of an utterance that are not listening noises. Accents are kept: “é” and “e” differ. */
export function meaningfulWords(text: string, backchannels: readonly string[]): string[] {
  const known = new Set(backchannels.map(inOneForm));
  return inOneForm(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !known.has(word));
}

/** An accented letter may be written as one character or as two. */
function inOneForm(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase('pt-BR');
}

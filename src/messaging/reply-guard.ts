import { claimsIn } from '../agent/promise-guard.ts';

/** Over one reply of the model while it is being written. */
export interface ReplyGuard {
  /** @returns what may be read at once: whole sentences that claim nothing was done */
  add(delta: string): string;
  /** What waits: from the first claim on, or an unfinished sentence. */
  held(): string;
  /** All that was released. */
  released(): string;
}

/** The end of a sentence, or of a line. An abbreviation cuts too early: what claims something is held back all the same. */
const sentenceEnd = /[.!?…](?=\s)|\n/g;

/** Nobody reads a claim before it is known whether it is true. */
export function createReplyGuard(): ReplyGuard {
  let text = '';
  let out = 0;
  let isHeld = false;
  return {
    add(delta) {
      text += delta;
      if (isHeld) return '';
      const from = out;
      for (const { index } of text.slice(from).matchAll(sentenceEnd)) {
        const end = from + index + (text[from + index] === '\n' ? 0 : 1);
        if (claimsIn(text.slice(0, end), out).length > 0) {
          isHeld = true;
          break;
        }
        out = end;
      }
      return text.slice(from, out);
    },
    held: () => text.slice(out),
    released: () => text.slice(0, out),
  };
}

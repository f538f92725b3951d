import { errorSummary } from '../src/platform/errors.ts';
import { type FaultCase, Notes } from './fault-case.ts';
import { findLeaks, takeBaseline } from './leaks.ts';

export interface Played {
  row: string;
  variant: string;
  heard: string;
  silenceMs: number | undefined;
  lost: string;
  /** Empty when it passed. */
  wrong: string[];
  /** Why it was not played. */
  skipped?: string;
  tookMs: number;
}

/** Plays one case and looks for what it left. @param directory of temporary files, used by nobody else */
export async function playCase(one: FaultCase, directory: string): Promise<Played> {
  const { row, variant } = one;
  const skipped = one.impossible?.();
  const notes = new Notes();
  const begunMs = performance.now();
  if (skipped === undefined) {
    const before = takeBaseline(directory);
    try {
      await one.play(notes);
    } catch (error) {
      notes.wrong.push(errorSummary(error).message.split('\n', 1)[0] ?? '');
    }
    notes.wrong.push(...(await findLeaks(before, directory)));
  }
  return {
    row,
    variant,
    heard: [...new Set(notes.heard)].join('; ') || '–',
    silenceMs: notes.silenceMs,
    lost: notes.lost.join('; ') || 'nothing',
    wrong: notes.wrong,
    ...(skipped === undefined ? {} : { skipped }),
    tookMs: performance.now() - begunMs,
  };
}

import type { ClinicSituation } from './clinic-situation.ts';
import type { DayAtom } from './day-atom.ts';
import type { TimeTerm } from './time-term.ts';

/** What stands before or after a day and turns it into a range, or into the day beside it. */
export type DayOperator =
  | { op: 'after' | 'from' | 'before' | 'until' | 'week-of' }
  | { op: 'shift'; days: number };

export type Finding =
  | { find: 'day'; atom: DayAtom }
  | { find: 'operator'; operator: DayOperator }
  /** `sign` is one of: to (“a sexta”), between, onwards (“em diante”). */
  | { find: 'sign'; sign: 'to' | 'between' | 'onwards' }
  | { find: 'impossible-day' }
  | { find: 'time'; term: TimeTerm }
  | { find: 'midnight' }
  | { find: 'pick'; pick: 'first' | 'last' }
  | { find: 'now' }
  | { find: 'or' | 'and' | 'not' | 'rather' };

export type Said = Partial<Record<string, string>>;

/** One way to say something: what it looks like at the start of the rest of a phrase, and what it then means. */
export interface PhraseRule {
  pattern: RegExp;
  /** Undefined: it looks right but is not meant; the next rule is tried. */
  read(said: Said, situation: ClinicSituation): readonly Finding[] | undefined;
}

/** @param source regular expression over {@link saidWords}, ending where a word ends */
export function phraseRule(source: string, read: PhraseRule['read']): PhraseRule {
  return { pattern: new RegExp(`^(?:${source})(?= |$)`), read };
}

/** A rule for one atom; an atom that cannot be is left to the next rule. */
export function dayRule(
  source: string,
  atom: (said: Said, situation: ClinicSituation) => DayAtom | 'impossible' | undefined,
): PhraseRule {
  return phraseRule(source, (said, situation) => {
    const found = atom(said, situation);
    if (found === 'impossible') return [{ find: 'impossible-day' }];
    return found && [{ find: 'day', atom: found }];
  });
}

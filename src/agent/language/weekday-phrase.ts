import type { Temporal } from 'temporal-polyfill';
import { anyWeekday, weekdayNumber, weekdayStem } from './calendar-words.ts';
import type { ClinicSituation } from './clinic-situation.ts';
import type { DayAtom } from './day-atom.ts';
import {
  type DayReadings,
  type DaySpan,
  oneDay,
  sundayWeekOf,
  weekOf,
  withoutRepeats,
} from './day-span.ts';
import { dayRule, type PhraseRule } from './phrase-rule.ts';

/** “Segunda”, “essa segunda”, “segunda que vem”, “sem ser essa, a outra”. */

type Which = 'bare' | 'next' | 'other' | 'other-than-next' | 'last';

export function weekdayAtom(
  { today }: ClinicSituation,
  weekday: number,
  which: Which = 'bare',
): DayAtom {
  const atom: DayAtom = {
    rank: 'weekday',
    alone: occurrences(today, weekday, which),
    within: (span) => weekdaysWithin(span, weekday),
  };
  if (which === 'next') return { ...atom, isNext: true };
  if (which !== 'bare') return atom;
  return { ...atom, asNext: { ...atom, alone: occurrences(today, weekday, 'next') } };
}

function occurrences(today: Temporal.PlainDate, weekday: number, which: Which): DayReadings {
  const ahead = (weekday - today.dayOfWeek + 7) % 7;
  const inDays = (...days: number[]): DayReadings =>
    withoutRepeats(days.map((n) => [oneDay(today.add({ days: n }))]));
  // On a Monday, “segunda” may be today or a week from today.
  const coming = ahead === 0 ? [0, 7] : [ahead];
  const next = nextOnes(today, weekday);
  if (which === 'last') return inDays(ahead === 0 ? -7 : ahead - 7);
  if (which === 'bare') return inDays(...coming);
  if (which === 'next') return inDays(...next);
  return inDays(...(which === 'other' ? coming : next).map((n) => n + 7));
}

/**
 * On a Monday, “sexta que vem” is this Friday for some and next week's for others; and whether a Sunday ends a week or
 * begins one is not settled either. Days ahead, each reading once.
 */
function nextOnes(today: Temporal.PlainDate, weekday: number): number[] {
  const nearest = (weekday - today.dayOfWeek + 7) % 7 || 7;
  const inMondayWeek = 7 + weekday - today.dayOfWeek;
  const inSundayWeek = 7 + (weekday % 7) - (today.dayOfWeek % 7);
  const ahead = new Set([nearest, inMondayWeek, inSundayWeek].filter((days) => days > 0));
  return [...ahead].sort((a, b) => a - b);
}

function weekdaysWithin(span: DaySpan, weekday: number): DaySpan[] {
  const first = span.from.add({ days: (weekday - span.from.dayOfWeek + 7) % 7 });
  if (!span.to) return [oneDay(first)];
  const found: DaySpan[] = [];
  for (let date = first; date.until(span.to).days >= 0; date = date.add({ days: 7 })) {
    found.push(oneDay(date));
  }
  return found;
}

/** Both ways to cut weeks, for looking up a weekday in “this” or “next” week. */
export function bothWeeks(date: Temporal.PlainDate): DayReadings {
  return [[weekOf(date)], [sundayWeekOf(date)]];
}

/** After an ordinal's noun, “segunda” is no day. */
const notOrdinal =
  '(?! (?:consulta|opcao|via|vez|pessoa|parte|sessao|dose|etapa|quinzena|semana|feira de|avaliacao|chamada|visita|filha|tentativa))';
const day = (name = 'day') => `(?<${name}>${weekdayStem})(?: feira)?`;
const this_ = '(?:(?:n|d)?(?:essa|esta|esse|este)|agora(?: n[ao]| ness[ae]| nest[ae])?)';
const otherOne =
  '(?:(?:mas|e|sim|so) )*(?:a|na|o|no|para a|para o) (?:outr[ao]|seguinte)(?: semana)?';
const next = '(?:que vem|proxim[ao])';

const which = (said: Partial<Record<string, string>>): Which => {
  if (said.last) return 'last';
  if (said.other) return 'other';
  return said.next || said.next2 ? 'next' : 'bare';
};

export const weekdayRules: readonly PhraseRule[] = [
  // “sem ser essa segunda, a outra”, “não essa segunda, a outra”
  dayRule(
    `(?:sem ser|nao|tirando) (?:(?<next>a proxima|o proximo)|n?(?:essa|esta|esse|este)|[ao]) ${day()}(?<next2> ${next})?(?: agora)? ${otherOne}(?: ${anyWeekday})?`,
    (said, at) =>
      weekdayAtom(
        at,
        weekdayNumber(said.day),
        said.next || said.next2 ? 'other-than-next' : 'other',
      ),
  ),
  // “segunda, sem ser essa, a outra”, “essa segunda não, na outra”
  dayRule(
    `(?:${this_} |[ao] )?(?<next>proxim[ao] )?${day()}(?<next2> ${next})?(?: agora)? (?:mas )?(?:nao|(?:sem ser|nao) (?:n?(?:essa|esta|esse|este|agora)(?: agora| que vem)?|(?<next3>[ao] (?:que vem|proxim[ao])))) ${otherOne}`,
    (said, at) => {
      const isNext = said.next || said.next2 || said.next3;
      return weekdayAtom(at, weekdayNumber(said.day), isNext ? 'other-than-next' : 'other');
    },
  ),
  // “A última sexta antes do natal” is none of these.
  dayRule(`ultim[ao] ${day()}(?! (?:antes|depois|d[eoa]|em|n[oa]) )`, (said, at) =>
    weekdayAtom(at, weekdayNumber(said.day), 'last'),
  ),
  dayRule(
    `(?:${this_} |(?<next>proxim[ao] )|(?<other>outr[ao] ))?${day()}(?:(?<next2> ${next})| agora|(?<last> passad[ao]))?${notOrdinal}`,
    (said, at) => weekdayAtom(at, weekdayNumber(said.day), which(said)),
  ),
];

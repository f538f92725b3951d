import { smallNumber } from './calendar-words.ts';
import { fixedAtom } from './day-atom.ts';
import { single } from './day-span.ts';
import { type PhraseRule, phraseRule } from './phrase-rule.ts';

/** “Daqui a duas horas”: a day and a time at once, counted in real hours even where clocks change. */

const toMinutes = (hours: string | undefined, half: boolean, minutes: string | undefined) =>
  (hours ? smallNumber(hours) * 60 : 0) + (half ? 30 : 0) + Number(minutes ?? 0);

export const durationRules: readonly PhraseRule[] = [
  phraseRule(
    '(?:daqui|em|dentro de)(?: ha?| a)? (?:(?<hours>\\d{1,2}|uma) horas?(?<half> e meia)?|(?<only>meia hora)|(?<minutes>\\d{1,3}) minutos?)',
    ({ hours, half, only, minutes }, { now }) => {
      const total = toMinutes(hours, Boolean(half ?? only), minutes);
      const then = now.add({ minutes: total }).round({ smallestUnit: 'minute' });
      const minute = then.hour * 60 + then.minute;
      return [
        { find: 'day', atom: fixedAtom(single(then.toPlainDate())) },
        { find: 'time', term: { term: 'exact', clock: { candidates: [minute] } } },
      ];
    },
  ),
];

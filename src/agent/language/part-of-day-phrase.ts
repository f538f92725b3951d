import { fixedAtom } from './day-atom.ts';
import { single } from './day-span.ts';
import { type PhraseRule, phraseRule } from './phrase-rule.ts';
import { type DayPart, minutesPerDay, type TimeWindow } from './time-term.ts';

/** “De manhãzinha”, “depois do almoço”, “no fim do dia”: hours without a clock. */

const hours = (from: number, to: number): TimeWindow => ({ from: from * 60, to: to * 60 });
/** Up to, and without, the hour that begins the next part. */
const untilBefore = (from: number, to: number): TimeWindow => ({
  from: from * 60,
  to: to * 60 - 1,
});

const parts: Record<DayPart, TimeWindow> = {
  madrugada: untilBefore(0, 6),
  manha: untilBefore(6, 12),
  tarde: hours(12, 18),
  noite: { from: 18 * 60, to: minutesPerDay - 1 },
};

const starts: Record<string, TimeWindow> = {
  manha: hours(6, 9),
  tarde: hours(12, 15),
  noite: hours(18, 20),
};
const middles: Record<string, TimeWindow> = { manha: hours(8, 10), tarde: hours(14, 16) };
const ends: Record<string, TimeWindow> = {
  manha: untilBefore(10, 12),
  tarde: hours(16, 18),
  noite: { from: 21 * 60, to: minutesPerDay - 1 },
};

const endOfDay = hours(16, 19);
const early = hours(6, 9);

const inWindow = (source: string, window: TimeWindow) =>
  phraseRule(source, () => [{ find: 'time', term: { term: 'part', window } }]);

const inPart = (source: string, windows: Record<string, TimeWindow>) =>
  phraseRule(source, ({ part }) => {
    const window = windows[part ?? ''];
    return window && [{ find: 'time', term: { term: 'part', window } }];
  });

const lunch = 'almo(?:co|car)';

export const partOfDayRules: readonly PhraseRule[] = [
  inWindow(`(?:(?:logo )?(?:depois|apos)|passad[oa])(?: d?[oe])? ${lunch}`, hours(13, 18)),
  inWindow(`antes d[oe] ${lunch}`, untilBefore(6, 12)),
  inWindow(`(?:(?:na |em )?hora d[oe]|(?:no )?horario d[eo]|no) ${lunch}`, hours(12, 14)),
  inWindow('(?:fim|final|finalzinho) d[oe] (?:dia|expediente)', endOfDay),
  inPart('(?:comeco|comecinho|inicio|inicinho) d[ae] (?<part>manha|tarde|noite)', starts),
  inPart('meio d[ae] (?<part>manha|tarde)', middles),
  inPart('(?:fim|final|finalzinho) d[ae] (?<part>manha|tarde|noite)', ends),
  inWindow('(?:(?:de )?manha )?(?:bem |logo )?(?:cedo|cedinho)(?: da manha)?', early),
  inWindow('manhazinha|(?:bem|logo) de manha|primeiras horas(?: do dia| da manha)?', early),
  inWindow('tardinha|tardezinha|entardecer', hours(16, 18)),
  inWindow('noitinha', hours(18, 20)),
  // “A manhã” sounds like “amanhã”: not ours to choose. Said with a preposition it is the morning.
  // Today's.
  phraseRule(
    '(?:n|d)?(?:essa|esta) (?<part>manha|tarde|noite|madrugada)',
    ({ part }, { today }) => {
      const window = parts[part as DayPart];
      return [
        { find: 'day', atom: fixedAtom(single(today)) },
        { find: 'time', term: { term: 'part', window } },
      ];
    },
  ),
  inPart('(?:de|da|pela|na|toda a|durante a|alguma) (?<part>manha)', parts),
  inPart('(?:(?:part|period|turn)[eo] da )(?<part>manha|tarde|noite|madrugada)', parts),
  inPart('(?:(?:de|da|pela|na|a|toda a|durante a) )?(?<part>tarde|noite|madrugada)', parts),
];

/** A lone “manhã” where only a time was asked for. */
export const bareMorningRule: PhraseRule = inPart('(?<part>manha)', parts);

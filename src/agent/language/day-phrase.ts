import { anyMonth, smallNumber, weekdayStem } from './calendar-words.ts';
import { dateRules } from './date-phrase.ts';
import { holidayRules } from './holiday-phrase.ts';
import { monthRules } from './month-phrase.ts';
import { type DayOperator, type PhraseRule, phraseRule } from './phrase-rule.ts';
import { relativeDayRules } from './relative-day-phrase.ts';
import { weekRules } from './week-phrase.ts';
import { weekdayRules } from './weekday-phrase.ts';

/** What can be said about days, longer expressions before the shorter ones they contain. */

const operatorRule = (source: string, operator: DayOperator) =>
  phraseRule(source, () => [{ find: 'operator', operator }]);

const signRule = (source: string, sign: 'to' | 'between' | 'onwards') =>
  phraseRule(source, () => [{ find: 'sign', sign }]);

const dayAhead = `(?= (?:o |a |os )?(?:proxim[ao] )?(?:dias? |hoje|amanha|depois de amanha|natal|ano novo|carnaval|feriado|${weekdayStem}|\\d{1,2}/|\\d{1,2} de (?:${anyMonth})))`;

const shiftRule = (source: string, sign: 1 | -1) =>
  phraseRule(source, ({ n, unit }) => {
    const days = smallNumber(n ?? 'um') * (unit?.startsWith('semana') ? 7 : 1);
    return [{ find: 'operator', operator: { op: 'shift', days: days * sign } }];
  });

const count = '(?<n>\\d{1,2}|um|uma) (?<unit>dias?|semanas?)';

/** After the times: “até as dez” is no day. */
export const operatorRules: readonly PhraseRule[] = [
  shiftRule(`${count} (?:depois|apos)(?: d[eoa]s?| [oa])`, 1),
  shiftRule('(?:n?o )?dia (?:depois|seguinte)(?: d[eoa]s?| ao?)', 1),
  shiftRule(`${count} antes d[eoa]s?`, -1),
  shiftRule('(?:n?o )?dia antes d[eoa]s?|vespera d[eoa]s?', -1),
  operatorRule('(?:depois|passando|passad[oa]) d[eoa]s?|apos(?: [oa]s?)?|depois', { op: 'after' }),
  operatorRule('a partir d[eoa]s?', { op: 'from' }),
  operatorRule('antes d[eoa]s?', { op: 'before' }),
  operatorRule('(?:no maximo )?ate(?: no maximo)?(?: [oa]s?)?', { op: 'until' }),
  operatorRule('semana d[eoa]s?', { op: 'week-of' }),
];

export const signRules: readonly PhraseRule[] = [
  signRule('em diante|para frente', 'onwards'),
  signRule(`entre${dayAhead}`, 'between'),
];

/** Only after another day: “de segunda a sexta”. */
export const toDayRule: PhraseRule = signRule(`ao?${dayAhead}`, 'to');

export const dayRules: readonly PhraseRule[] = [
  ...relativeDayRules,
  ...dateRules,
  ...monthRules,
  ...holidayRules,
  ...weekRules,
  ...weekdayRules,
];

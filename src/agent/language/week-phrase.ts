import type { Temporal } from 'temporal-polyfill';
import type { ClinicSituation } from './clinic-situation.ts';
import { type DayAtom, fixedAtom } from './day-atom.ts';
import {
  before,
  type DayReadings,
  type DaySpan,
  shifted,
  weekOf,
  withoutRepeats,
} from './day-span.ts';
import { dayRule, type PhraseRule } from './phrase-rule.ts';
import { bothWeeks } from './weekday-phrase.ts';

/** “Semana que vem”, “no começo da semana”, “nesse fim de semana”. A week is Monday to Sunday unless that is in doubt. */

const isSunday = (date: Temporal.PlainDate) => date.dayOfWeek === 7;

function thisWeek({ today }: ClinicSituation): DayAtom {
  // Said on a Sunday it is the week about to begin, with today in it.
  const to = isSunday(today) ? today.add({ days: 6 }) : (weekOf(today).to ?? today);
  return fixedAtom([[{ from: today, to }]], bothWeeks(today));
}

/** On a Sunday, the week of tomorrow or the one after. */
function nextWeeks({ today }: ClinicSituation): DayReadings {
  const monday = weekOf(today).from.add({ days: 7 });
  const weeks = isSunday(today) ? [monday, monday.add({ days: 7 })] : [monday];
  return weeks.map((date) => [weekOf(date)]);
}

function nextWeek(situation: ClinicSituation, weeksLater = 0): DayAtom {
  const by = { weeks: weeksLater };
  const move = (readings: DayReadings) =>
    readings.map((spans) => spans.map((span) => shifted(span, by)));
  const base = bothWeeks(situation.today.add({ days: 7 }));
  return fixedAtom(move(nextWeeks(situation)), move(base));
}

/** “A outra semana” is the next after “essa semana não”, and the one after next after “semana que vem não”. */
function otherWeek(situation: ClinicSituation): DayAtom {
  const [next, afterNext] = [nextWeek(situation), nextWeek(situation, 1)];
  const base = [...(next.base ?? []), ...(afterNext.base ?? [])];
  return fixedAtom(withoutRepeats([...next.alone, ...afterNext.alone]), withoutRepeats(base));
}

const weekParts: Record<string, [first: number, last: number][]> = {
  comeco: [[0, 1]],
  meio: [[1, 3]],
  // “Fim da semana” is Thursday and Friday, or the weekend.
  fim: [
    [3, 4],
    [5, 6],
  ],
};

function weekPart(word: string | undefined, weeks: DayReadings): DayReadings {
  const name = word === 'meio' ? 'meio' : /^fi/.test(word ?? '') ? 'fim' : 'comeco';
  return weeks.flatMap((spans) =>
    (weekParts[name] ?? []).map(([first, last]) =>
      spans.map(({ from }) => ({ from: from.add({ days: first }), to: from.add({ days: last }) })),
    ),
  );
}

/** Of this week, or of the next when that part of this one is over. */
function comingWeekPart(word: string | undefined, situation: ClinicSituation): DayReadings {
  const ofThis = weekPart(word, [[weekOf(situation.today)]]).filter((spans) =>
    spans.some(({ to }) => to && !before(to, situation.today)),
  );
  return ofThis.length > 0 ? ofThis : weekPart(word, nextWeeks(situation));
}

/** Saturday and Sunday around or after a day. */
function weekendFrom(today: Temporal.PlainDate): DaySpan {
  const saturday = weekOf(today).from.add({ days: 5 });
  return { from: saturday, to: saturday.add({ days: 1 }) };
}

function weekend({ today }: ClinicSituation, which: 'bare' | 'this' | 'next' | 'other'): DayAtom {
  const coming = weekendFrom(today);
  const isNow = !before(today, coming.from);
  const after = (weeks: number) => [shifted(coming, { weeks })];
  if (which === 'this') return fixedAtom([[coming]]);
  if (which === 'other') return fixedAtom(isNow ? [after(1), after(2)] : [after(1)]);
  if (which === 'next') return fixedAtom(isNow ? [after(1)] : [[coming], after(1)]);
  return fixedAtom(isNow ? [[coming], after(1)] : [[coming]]);
}

const this_ = '(?:n|d)?(?:essa|esta)';
const thisWeekend = '(?:n|d)?(?:esse|este)';
const next = '(?:semana que vem|proxima semana|semana proxima)';
const other =
  '(?:(?:mas|e|sim|so|posso|pode ser) )*(?:a|na|para a) (?:outra|seguinte|que vem|proxima)(?: semana)?';
const otherWeekend =
  '(?:(?:mas|e|sim|so|posso|pode ser) )*(?:o|no|para o) (?:outro|seguinte|que vem|proximo)(?: (?:fim|final) de semana)?';
const part = '(?<part>comeco|comecinho|inicio|meio|fim|final|finalzinho)';
const cannot = '(?: posso| da| consigo| vou poder)?';

export const weekRules: readonly PhraseRule[] = [
  dayRule(
    `(?:(?:sem ser|nao|tirando) (?:${this_}|a|na) semana|(?:${this_}) semana nao${cannot}) ${other}`,
    (_, at) => nextWeek(at),
  ),
  dayRule(`(?:(?:sem ser|nao|tirando) (?:a |na )?${next}|${next} nao${cannot}) ${other}`, (_, at) =>
    nextWeek(at, 1),
  ),
  dayRule(
    `(?:(?:sem ser|nao|tirando) (?:${thisWeekend}|o|no) (?:fim|final) de semana|(?:${thisWeekend}) (?:fim|final) de semana nao${cannot}) ${otherWeekend}`,
    (_, at) => fixedAtom([[shifted(weekendFrom(at.today), { weeks: 1 })]]),
  ),
  dayRule(`${part} da ${next}`, ({ part: word }, at) => fixedAtom(weekPart(word, nextWeeks(at)))),
  dayRule(`${part} d(?:essa|esta) semana`, ({ part: word }, at) =>
    fixedAtom(weekPart(word, [[weekOf(at.today)]])),
  ),
  dayRule(`${part} da semana(?! do| da| de)`, ({ part: word }, at) =>
    fixedAtom(comingWeekPart(word, at)),
  ),
  dayRule(
    `(?:(?<this>${thisWeekend}|agora n?o) |(?<next>proximo )|(?<other>outro ))?(?:(?:fim|final|finalzinho) de semana|fds)(?:(?<next2> que vem| proximo)|(?<this2> agora)|(?<last> passado))?`,
    (said, at) => {
      if (said.last) return fixedAtom([[shifted(weekendFrom(at.today), { weeks: -1 })]]);
      if (said.other) return weekend(at, 'other');
      if (said.next || said.next2) return weekend(at, 'next');
      return weekend(at, said.this || said.this2 ? 'this' : 'bare');
    },
  ),
  dayRule(next, (_, at) => nextWeek(at)),
  dayRule('outra semana', (_, at) => otherWeek(at)),
  dayRule(`(?:${this_}|ainda ${this_}) semana|semana atual`, (_, at) => thisWeek(at)),
  dayRule('semana passada', (_, { today }) => fixedAtom([[shifted(weekOf(today), { weeks: -1 })]])),
];

import { Temporal } from 'temporal-polyfill';
import type { Appointment } from '../scheduling/appointment.ts';
import { folded } from './portuguese-words.ts';
import {
  datesIn,
  isSameDay,
  minutesIn,
  type SaidDate,
  sumsIn,
  weekdaysIn,
} from './read-back-facts.ts';

/** What a caller must have heard of their booking, in the order in which it is told. */
const readBackFacts = ['weekday', 'date', 'time', 'professional', 'value'] as const;
type ReadBackFact = (typeof readBackFacts)[number];

interface ReadBack {
  /** A day and a time of the booking were said: an attempt, whole or not. */
  isReadBack: boolean;
  /** What was not said, or said wrongly, of any of the booked services. */
  missing: ReadBackFact[];
}

type Told = Pick<Appointment['items'][number], 'day' | 'time' | 'professional'>;

/**
 * Whether a text tells a booking: each service's weekday, date, time and professional (first or last name), and the
 * total. In words or digits; “hoje” and “amanhã” count from when it was booked. Which day goes with which time of
 * several services is not checked.
 */
export function readBackOf(appointment: Appointment, text: string, timeZone: string): ReadBack {
  const said = {
    text: ` ${folded(text)} `,
    weekdays: weekdaysIn(text),
    dates: [...datesIn(text), ...relativeDates(text, bookedOn(appointment, timeZone))],
    minutes: minutesIn(text),
    sums: sumsIn(text),
  };
  const told = toldItems(appointment).map((item) => factsOf(item, said));
  const price = appointment.price?.centavos ?? 0;
  const all = [...told, { value: price === 0 || said.sums.has(price) }];
  return {
    isReadBack: told.some(({ date, time }) => date && time),
    missing: readBackFacts.filter((fact) =>
      all.some((facts: Partial<Record<ReadBackFact, boolean>>) => facts[fact] === false),
    ),
  };
}

interface Said {
  /** Folded, between spaces. */
  text: string;
  weekdays: ReadonlySet<number>;
  dates: readonly SaidDateOrDay[];
  minutes: ReadonlySet<number>;
  sums: ReadonlySet<number>;
}

/** “Amanhã” says the weekday too. */
type SaidDateOrDay = SaidDate & { isWholeDay?: true };

/** Appointments of earlier versions have no items. */
function toldItems({ items, day, time, professional }: Appointment): readonly Told[] {
  return items.length > 0 ? items : [{ day, time, professional }];
}

function factsOf({ day, time, professional }: Told, said: Said) {
  const date = Temporal.PlainDate.from(day);
  const clock = Temporal.PlainTime.from(time);
  const dates = said.dates.filter((one) => isSameDay(one, date));
  return {
    weekday: said.weekdays.has(date.dayOfWeek) || dates.some(({ isWholeDay }) => isWholeDay),
    date: dates.length > 0,
    time: said.minutes.has(clock.hour * 60 + clock.minute),
    professional: professional === null || saysName(said.text, professional),
  };
}

function bookedOn({ timestamp }: Appointment, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.from(timestamp).toZonedDateTimeISO(timeZone).toPlainDate();
}

const relativeWords: [RegExp, number][] = [
  [/ depois de amanha /, 2],
  [/(?<! depois de) amanha /, 1],
  [/ hoje /, 0],
];

function relativeDates(text: string, today: Temporal.PlainDate): SaidDateOrDay[] {
  const said = ` ${folded(text)} `;
  return relativeWords
    .filter(([words]) => words.test(said))
    .map(([, days]) => today.add({ days }))
    .map(({ day, month }) => ({ day, month, isWholeDay: true }));
}

/** Titles and the little words of names say nothing about who it is. */
const noName = /^(?:dra?|doutora?|prof|d[aeo]s?|e)$/;

function saysName(text: string, name: string): boolean {
  const words = folded(name)
    .split(' ')
    .filter((word) => !noName.test(word));
  return [words.at(0), words.at(-1)].some((word) => word && text.includes(` ${word} `));
}

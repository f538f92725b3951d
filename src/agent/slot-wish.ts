import type { Temporal } from 'temporal-polyfill';
import type { DateRange } from '../scheduling/recurrence.ts';
import type { ClinicAgenda } from './clinic-agenda.ts';
import { type DayReading, spansOf } from './language/day-reading.ts';
import { type MomentReading, parseMoment } from './language/moment.ts';
import type { Moment } from './language/moment-merge.ts';
import { dayQuestion, timeQuestion } from './language/speak-back.ts';
import { type TimeReading, timeSpansOf } from './language/time-range.ts';

/** Wall times `HH:MM`, both ends included. */
export interface TimeWindow {
  from: string;
  to: string;
}

/** Days, and times on each of them, of which any will do. */
export interface WishedTimes {
  range: DateRange;
  times: readonly TimeWindow[];
  /** Whether the caller named these days; otherwise they are all that can be booked. */
  isDayNamed: boolean;
}

export type WishReading =
  /** `pick`: “no último horário”. */
  | { kind: 'wish'; options: readonly WishedTimes[]; pick: 'first' | 'last' | null }
  /** Nothing that narrows it down. */
  | { kind: 'any' }
  | { kind: 'past'; message: string }
  /** Only the caller can settle it. */
  | { kind: 'question'; message: string };

const wholeDay: TimeWindow = { from: '00:00', to: '23:59' };

/** A caller's words about when, as days and times of this clinic. */
export function readWish(
  words: string,
  agenda: ClinicAgenda,
  now: Temporal.ZonedDateTime,
): WishReading {
  const { clinic, rules } = agenda;
  const open = clinic.openingHours.map(({ from, to }) => ({ from, to }));
  const reading = parseMoment(words, {
    now,
    open,
    holidays: closedDaysFrom(now.toPlainDate(), agenda),
  });
  if (reading.kind === 'not-understood') return notUnderstood(reading.reason);
  const moments = reading.kind === 'several' ? reading.moments : [reading];
  const today = now.toPlainDate();
  const unclear = moments.map((one) => questionAbout(one, today)).find(Boolean);
  if (unclear) return unclear;
  const pick = moments.find((one) => one.pick)?.pick ?? null;
  if (moments.every(({ day, time }) => !day && !time) && pick !== 'last') return { kind: 'any' };
  const last = today.add({ days: rules.window.horizonDays });
  return { kind: 'wish', options: moments.flatMap((one) => timesOf(one, today, last)), pick };
}

/** How far ahead “depois do feriado” may mean. Days. */
const holidaysAhead = 60;

function closedDaysFrom(today: Temporal.PlainDate, { calendar }: ClinicAgenda) {
  const days = Array.from({ length: holidaysAhead }, (_, ahead) => today.add({ days: ahead }));
  return days.filter((day) => calendar.closed.has(day.toString()));
}

type NotUnderstoodReason = Extract<MomentReading, { kind: 'not-understood' }>['reason'];

function notUnderstood(reason: NotUnderstoodReason): WishReading {
  if (reason === 'nothing-said') return { kind: 'any' };
  const message =
    reason === 'negation'
      ? 'Entendi o que não serve. Que dia ou horário seria melhor?'
      : 'Não entendi bem para quando. Pode me dizer o dia, ou se prefere manhã ou tarde?';
  return { kind: 'question', message };
}

function questionAbout({ day, time }: Moment, today: Temporal.PlainDate): WishReading | undefined {
  const about = (day && dayQuestion(day, today)) || (time && timeQuestion(time));
  if (!about) return undefined;
  const isPast = day?.kind === 'past' || (day?.kind !== 'ambiguous' && time?.kind === 'past');
  return isPast
    ? { kind: 'past', message: withoutQuestion(about) }
    : { kind: 'question', message: about };
}

/** `Esse dia já passou. Para que dia seria?` → `Esse dia já passou.` */
function withoutQuestion(text: string): string {
  return text.replace(/ [^.?!]*\?$/, '');
}

function timesOf(
  { day, time }: Moment,
  today: Temporal.PlainDate,
  last: Temporal.PlainDate,
): WishedTimes[] {
  const times = windowsOf(time);
  return rangesOf(day, today, last).map((range) => ({ range, times, isDayNamed: day !== null }));
}

function rangesOf(
  day: DayReading | null,
  today: Temporal.PlainDate,
  last: Temporal.PlainDate,
): DateRange[] {
  if (!day) return [{ from: today.toString(), to: last.toString() }];
  return spansOf(day).map(({ from, to }) => {
    // Without an end: as far as can be booked, and never before it begins.
    const end = to ?? (from.until(last).sign < 0 ? from : last);
    return { from: from.toString(), to: end.toString() };
  });
}

function windowsOf(time: TimeReading | null): TimeWindow[] {
  if (!time) return [wholeDay];
  return timeSpansOf(time).map(({ from, to }) => ({
    from: clock(from) ?? wholeDay.from,
    to: clock(to) ?? wholeDay.to,
  }));
}

function clock(time: Temporal.PlainTime | undefined): string | undefined {
  return time?.toString({ smallestUnit: 'minute' });
}

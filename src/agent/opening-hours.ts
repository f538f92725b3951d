import { Temporal } from 'temporal-polyfill';
import { exceptionOn, holidayOn } from './clinic-calendar.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { spokenAtTime, spokenDate, weekdayOf } from './spoken-portuguese.ts';

/** Wall times `HH:MM` of one stretch in which the clinic is open. */
export interface OpenStretch {
  from: string;
  to: string;
}

type Hours = Pick<ClinicProfile, 'openingHours' | 'state' | 'holidays' | 'exceptions'>;

/** Days looked through for one that is open: a long holiday of the whole clinic is shorter. */
const longestClosureDays = 60;

/** The stretches of a day in order; empty when closed; undefined when the profile says nothing about hours. */
export function openStretches(hours: Hours, date: Temporal.PlainDate): OpenStretch[] | undefined {
  const { openingHours } = hours;
  if (openingHours.length === 0) return undefined;
  const day = date.toString();
  const own = exceptionOn(hours, day) ?? (holidayOn(hours, day) ? [] : undefined);
  const weekday = weekdayOf(date);
  const stretches = own ?? openingHours.filter(({ days }) => days.includes(weekday));
  return stretches
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) => a.from.localeCompare(b.from));
}

/** The first day from `date` on (itself included) with open hours; none when the hours are unknown. */
function firstOpenDay(hours: Hours, date: Temporal.PlainDate): Temporal.PlainDate | undefined {
  for (let ahead = 0; ahead < longestClosureDays; ahead += 1) {
    const day = date.add({ days: ahead });
    if (openStretches(hours, day)?.length) return day;
  }
  return undefined;
}

/** Whether the clinic is open now and until or from when, as a sentence; undefined when its hours are unknown. */
export function openingState(hours: Hours, now: Temporal.ZonedDateTime): string | undefined {
  const today = now.toPlainDate();
  const time = now.toPlainTime().toString({ smallestUnit: 'minute' });
  const stretches = openStretches(hours, today);
  if (!stretches) return undefined;
  const current = stretches.find(({ from, to }) => from <= time && time < to);
  if (current) return `A clínica está aberta agora e fecha ${atTime(current.to)}.`;
  const later = stretches.find(({ from }) => from > time);
  if (later) return `A clínica está fechada agora e abre hoje ${atTime(later.from)}.`;
  const next = firstOpenDay(hours, today.add({ days: 1 }));
  const opening = next && openStretches(hours, next)?.at(0);
  if (!next || !opening) return 'A clínica está fechada agora.';
  return `A clínica está fechada agora e abre ${spokenDate(next, today.year)}, ${atTime(opening.from)}.`;
}

function atTime(time: string): string {
  return spokenAtTime(Temporal.PlainTime.from(time));
}

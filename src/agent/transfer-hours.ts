import type { Temporal } from 'temporal-polyfill';
import { exceptionOn, holidayOn } from './clinic-calendar.ts';
import type { ClinicProfile } from './clinic-profile.ts';
import { type OpenStretch, openStretches } from './opening-hours.ts';
import { spokenAtTime, spokenDate, weekdayOf } from './spoken-portuguese.ts';
import type { TransferDestination } from './transfer-setting.ts';

type Hours = Pick<ClinicProfile, 'openingHours' | 'state' | 'holidays' | 'exceptions'>;

export type Attendance = { open: true } | { open: false; opens: string | undefined };

/** Days looked through for the next one on which somebody answers. */
const daysAhead = 14;

/**
 * Whether somebody answers there now; `opens` is when they do again, like “hoje, às duas da tarde”. Hours that nobody
 * wrote down are open: the telephone itself will tell.
 * @param now on the clinic's wall clock
 */
export function attendanceOf(
  destination: Pick<TransferDestination, 'hours' | 'onHolidays'>,
  clinic: Hours,
  now: Temporal.ZonedDateTime,
): Attendance {
  const today = now.toPlainDate();
  const time = now.toPlainTime();
  const clock = time.toString({ smallestUnit: 'minute' });
  for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
    const day = today.add({ days: ahead });
    const stretches = stretchesOn(destination, clinic, day);
    if (!stretches) return { open: true };
    const isNow = ({ from, to }: OpenStretch) => ahead === 0 && from <= clock && clock < to;
    if (stretches.some(isNow)) return { open: true };
    const next = stretches.find(({ from }) => ahead > 0 || from > clock);
    if (!next) continue;
    const [hour = 0, minute = 0] = next.from.split(':').map(Number);
    const at = spokenAtTime(time.with({ hour, minute, second: 0, millisecond: 0 }));
    return { open: false, opens: `${ahead === 0 ? 'hoje' : spokenDate(day, today.year)}, ${at}` };
  }
  return { open: false, opens: undefined };
}

/** In order; undefined when nobody knows. */
function stretchesOn(
  { hours, onHolidays }: Pick<TransferDestination, 'hours' | 'onHolidays'>,
  clinic: Hours,
  day: Temporal.PlainDate,
): OpenStretch[] | undefined {
  if (!hours) return openStretches(clinic, day);
  const weekday = weekdayOf(day);
  const own = hours
    .filter(({ days }) => days.includes(weekday))
    .sort((a, b) => a.from.localeCompare(b.from));
  if (onHolidays) return own;
  const date = day.toString();
  const special = exceptionOn(clinic, date) ?? (holidayOn(clinic, date) ? [] : undefined);
  return special ? own.flatMap((one) => overlapsOf(one, special)) : own;
}

/** Times are `HH:MM`, which sort as text. */
function overlapsOf(own: OpenStretch, others: readonly OpenStretch[]): OpenStretch[] {
  return others
    .map(({ from, to }) => ({
      from: own.from > from ? own.from : from,
      to: own.to < to ? own.to : to,
    }))
    .filter(({ from, to }) => from < to);
}

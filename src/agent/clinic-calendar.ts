import { type Holiday, type HolidayPlace, holidaysOf } from '../scheduling/holidays.ts';
import type { Calendar, SpecialDays } from '../scheduling/offer.ts';
import type { DayHours } from '../scheduling/recurrence.ts';
import { addDays } from '../scheduling/wall-time.ts';
import type { ClinicProfile } from './clinic-profile.ts';

type Days = Pick<ClinicProfile, 'state' | 'holidays' | 'exceptions'>;

/** Years kept at once: the ones that can be booked now and a few that somebody asked about. */
const mostKnownYears = 8;

/** A clinic's days: its week, its holidays and its exceptions. */
export function clinicCalendar(clinic: ClinicProfile): Calendar {
  const { timeZone, openingHours } = clinic;
  const years = new Map<number, ReadonlySet<string>>();
  const datesOf = (year: number) => {
    const known = years.get(year) ?? new Set(holidayDates(clinic, year));
    if (years.size >= mostKnownYears) years.clear();
    years.set(year, known);
    return known;
  };
  return {
    timeZone,
    hours: openingHours,
    closed: { has: (date) => datesOf(yearOf(date)).has(date) },
    special: exceptionDays(clinic),
  };
}

/** Days of exceptions: the clinic's own, or one practitioner's. Of two lines that name a day the later one holds. */
export function exceptionDays({ exceptions }: Days, practitionerId?: string): SpecialDays {
  const days = new Map<string, readonly DayHours[]>();
  for (const { from, to = from, practitioner, hours = [] } of exceptions) {
    if (practitioner !== practitionerId) continue;
    const inOrder = hours.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    for (let date = from; date <= to; date = addDays(date, 1)) days.set(date, inOrder);
  }
  return days;
}

/** The clinic's own hours on one day, when it is an exception; none when it is closed. @param date `YYYY-MM-DD` */
export function exceptionOn({ exceptions }: Days, date: string): readonly DayHours[] | undefined {
  const found = exceptions.findLast(
    ({ from, to = from, practitioner }) => practitioner === undefined && from <= date && date <= to,
  );
  return found && (found.hours ?? []).toSorted((a, b) => (a.from < b.from ? -1 : 1));
}

/** The holiday that closes the clinic on a day, unless it opens all the same. @param date `YYYY-MM-DD` */
export function holidayOn(clinic: Days, date: string): Holiday | undefined {
  if (exceptionOn(clinic, date)) return undefined;
  return holidaysOf(yearOf(date), placeOf(clinic)).find((one) => one.date === date);
}

function holidayDates(clinic: Days, year: number): string[] {
  return holidaysOf(year, placeOf(clinic)).map(({ date }) => date);
}

function placeOf({ state, holidays }: Days): HolidayPlace {
  return {
    national: holidays.national,
    state: holidays.state ? state : undefined,
    municipal: holidays.municipal,
  };
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4));
}

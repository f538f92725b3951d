import { Temporal } from 'temporal-polyfill';

/**
 * The instant of a wall time, epoch ms. `undefined` when clocks jump over it that day; of a time that happens twice, the
 * first. @param date `YYYY-MM-DD` @param time `HH:MM` @param timeZone IANA
 */
export function instantOf(date: string, time: string, timeZone: string): number | undefined {
  const wall = Temporal.PlainDateTime.from(`${date}T${time}`);
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wall) ? zoned.epochMilliseconds : undefined;
}

/** The instant at which something begins or ends that is said to do so at a wall time; in a gap, the jump itself. */
export function boundaryOf(date: string, time: string, timeZone: string): number {
  const exact = instantOf(date, time, timeZone);
  if (exact !== undefined) return exact;
  const wall = Temporal.PlainDateTime.from(`${date}T${time}`);
  const before = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return (before.getTimeZoneTransition('next') ?? before).epochMilliseconds;
}

/** Day `YYYY-MM-DD` and time `HH:MM` that a clock in the zone shows. */
export function wallTimeOf(atMs: number, timeZone: string): { date: string; time: string } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  return {
    date: zoned.toPlainDate().toString(),
    time: zoned.toPlainTime().toString({ smallestUnit: 'minute' }),
  };
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** Minutes from one wall time of a day to another, as the clock face counts them. */
export function minutesBetween(from: string, until: string): number {
  return minuteOf(until) - minuteOf(from);
}

export function addMinutes(time: string, minutes: number): string {
  const minute = minuteOf(time) + minutes;
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

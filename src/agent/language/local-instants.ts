import type { Temporal } from 'temporal-polyfill';
import type { TimeSpan } from './time-range.ts';

/** Wall times of a day as instants, where a zone's clocks may skip an hour or show it twice. Pure. */

/** A wall time that the clocks show twice; `from` and `to` of a range take the earlier one. */
export interface DoubledTime {
  time: Temporal.PlainTime;
  earlier: Temporal.Instant;
  later: Temporal.Instant;
}

export type InstantRange =
  /** `to` is included when it was said, and the next midnight, not included, when it was not. */
  | { kind: 'instants'; from: Temporal.Instant; to: Temporal.Instant; doubled: DoubledTime[] }
  /** The clocks go from before `time` to `next`: that time does not exist on this day. */
  | { kind: 'no-such-time'; time: Temporal.PlainTime; next: Temporal.PlainTime }
  /** It would end before it begins. */
  | { kind: 'empty' };

/** @param span without `from`, from the day's first instant on; without `to`, to its last */
export function toInstantRange(
  date: Temporal.PlainDate,
  span: TimeSpan,
  timeZone: string,
): InstantRange {
  const doubled: DoubledTime[] = [];
  const ends: Temporal.Instant[] = [];
  for (const [time, day] of [
    [span.from, date],
    [span.to, span.to ? date : date.add({ days: 1 })],
  ] as const) {
    const found = time ? instantsAt(date, time, timeZone) : undefined;
    if (found?.kind === 'no-such-time') return found;
    if (found?.kind === 'doubled' && time && !doubled.some((one) => one.time.equals(time))) {
      doubled.push({ time, earlier: found.earlier, later: found.later });
    }
    ends.push(found?.earlier ?? day.toZonedDateTime(timeZone).toInstant());
  }
  const [from, to] = ends;
  if (!from || !to || from.epochMilliseconds > to.epochMilliseconds) return { kind: 'empty' };
  return { kind: 'instants', from, to, doubled };
}

type WallInstants =
  | { kind: 'once' | 'doubled'; earlier: Temporal.Instant; later: Temporal.Instant }
  | { kind: 'no-such-time'; time: Temporal.PlainTime; next: Temporal.PlainTime };

function instantsAt(
  date: Temporal.PlainDate,
  time: Temporal.PlainTime,
  timeZone: string,
): WallInstants {
  const wall = date.toPlainDateTime(time);
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (!earlier.toPlainDateTime().equals(wall)) {
    const change = earlier.getTimeZoneTransition('next');
    return { kind: 'no-such-time', time, next: (change ?? later).toPlainTime() };
  }
  const kind = earlier.equals(later) ? 'once' : 'doubled';
  return { kind, earlier: earlier.toInstant(), later: later.toInstant() };
}

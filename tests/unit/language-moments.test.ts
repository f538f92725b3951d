import { readFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { DayReading } from '../../src/agent/language/day-reading.ts';
import type { DaySpan } from '../../src/agent/language/day-span.ts';
import { parseMoment } from '../../src/agent/language/moment.ts';
import type { Moment } from '../../src/agent/language/moment-merge.ts';
import type { TimeReading, TimeSpan } from '../../src/agent/language/time-range.ts';

interface ExpectedMoment {
  /** `2026-12-01`, `from..to`, `a or b` (any will do), `a ? b` (must be asked), `past 2026-11-24`, `impossible`. */
  day?: string;
  /** The same with times. */
  time?: string;
  pick?: string;
}

interface Row extends ExpectedMoment {
  phrase: string;
  now: string;
  zone: string;
  asked?: 'day' | 'time';
  notUnderstood?: string;
  several?: ExpectedMoment[];
  /** Counted from the hour itself; the others mean the same at any hour of that day. */
  thisHourOnly?: boolean;
}

const rows = readFileSync(new URL('../fixtures/portuguese-moments.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const zones = ['America/Fortaleza', 'America/New_York', 'Europe/Lisbon'];

const nowOf = ({ now, zone }: Row) => Temporal.Instant.from(now).toZonedDateTimeISO(zone);

function understood(row: Row, now: Temporal.ZonedDateTime): Partial<Row> {
  const reading = parseMoment(row.phrase, { now }, row.asked);
  if (reading.kind === 'not-understood') return { notUnderstood: reading.reason };
  if (reading.kind === 'several') return { several: reading.moments.map(written) };
  return written(reading);
}

function expected({ phrase, now, zone, asked, thisHourOnly, ...rest }: Row): Partial<Row> {
  return rest;
}

function written({ day, time, pick }: Moment): ExpectedMoment {
  return {
    ...(day ? { day: writtenDay(day) } : {}),
    ...(time ? { time: writtenTime(time) } : {}),
    ...(pick ? { pick } : {}),
  };
}

function writtenDay(day: DayReading): string {
  if (day.kind === 'date') return day.date.toString();
  if (day.kind === 'past') return `past ${day.date}`;
  if (day.kind === 'impossible') return day.kind;
  if (day.kind === 'range') return writtenSpan(day);
  return day.options.map(writtenSpan).join(day.kind === 'ambiguous' ? ' ? ' : ' or ');
}

function writtenTime(time: TimeReading): string {
  if (time.kind === 'time') return clock(time.time);
  if (time.kind === 'past') return `past ${clock(time.time)}`;
  if (time.kind === 'impossible') return time.kind;
  if (time.kind === 'range') return writtenTimeSpan(time);
  return time.options.map(writtenTimeSpan).join(time.kind === 'ambiguous' ? ' ? ' : ' or ');
}

const clock = (time: Temporal.PlainTime | undefined) =>
  time?.toString({ smallestUnit: 'minute' }) ?? '';
const writtenSpan = ({ from, to }: DaySpan) =>
  to?.equals(from) ? `${from}` : `${from}..${to ?? ''}`;
const writtenTimeSpan = ({ from, to }: TimeSpan) =>
  from && to?.equals(from) ? clock(from) : `${clock(from)}..${clock(to)}`;

describe('what callers say about days and hours', () => {
  it('is written down in at least 300 rows, for clinics in three zones', () => {
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect([...new Set(rows.map(({ zone }) => zone))].toSorted()).toEqual(zones);
  });

  it.each(rows)('“$phrase”, said at $now in $zone', (row) => {
    expect(understood(row, nowOf(row))).toEqual(expected(row));
  });

  it.each(zones)('means the same at five past midnight and at 23:30 in %s', (timeZone) => {
    const wrong = rows
      .filter(({ thisHourOnly }) => !thisHourOnly)
      .flatMap((row) => {
        const date = nowOf(row).toPlainDate();
        return ['00:05', '23:30'].flatMap((plainTime) => {
          const now = date.toZonedDateTime({ timeZone, plainTime });
          const found = understood(row, now);
          const isRight = JSON.stringify(found) === JSON.stringify(sorted(expected(row), found));
          return isRight ? [] : [{ phrase: row.phrase, now: `${now}`, found }];
        });
      });
    expect(wrong).toEqual([]);
  });
});

/** The expected fields in the order in which they were found. */
function sorted(wanted: Partial<Row>, found: Partial<Row>): Partial<Row> {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])] as (keyof Row)[];
  return Object.fromEntries(keys.map((key) => [key, wanted[key]]));
}

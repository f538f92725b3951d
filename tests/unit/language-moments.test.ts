import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type DayReading, spansOf } from '../../src/agent/language/day-reading.ts';
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

describe('what makes no difference', () => {
  const plain = rows.filter((row) => !row.notUnderstood && !row.asked);

  it.each([
    ['capitals and no accents', (phrase: string) => withoutAccents(phrase).toUpperCase()],
    ['words around it', (phrase: string) => `Oi, eu queria marcar um exame: ${phrase}, por favor.`],
    ['no punctuation', (phrase: string) => phrase.replace(/[,?!…]|\.(?!\d)/g, ' ')],
  ])('is %s', (_, change) => {
    const wrong = plain.filter((row) => {
      const changed = { ...row, phrase: change(row.phrase) };
      return (
        JSON.stringify(understood(changed, nowOf(row))) !==
        JSON.stringify(understood(row, nowOf(row)))
      );
    });
    expect(wrong.map(({ phrase }) => change(phrase))).toEqual([]);
  });
});

describe('what is not wanted', () => {
  it.each(['não posso', 'menos', 'exceto', 'nunca', 'todo dia'])(
    '“%s …” is never taken as a wish',
    (no) => {
      const taken = rows.filter((row) => {
        const reading = parseMoment(`${no} ${row.phrase}`, { now: nowOf(row) });
        return reading.kind !== 'not-understood';
      });
      expect(taken.map(({ phrase }) => phrase)).toEqual([]);
    },
  );
});

describe('any sequence of known words', () => {
  const vocabulary = [...new Set(rows.flatMap(({ phrase }) => phrase.split(' ')))];
  const phrases = fc.array(fc.constantFrom(...vocabulary), { maxLength: 12 });

  it('is read without an accident, and never as what is over', () => {
    fc.assert(
      fc.property(phrases, fc.constantFrom(...rows), (words, row) => {
        const now = nowOf(row);
        const reading = parseMoment(words.join(' '), { now });
        if (reading.kind === 'not-understood') return;
        const moments = reading.kind === 'several' ? reading.moments : [reading];
        for (const { day, time } of moments) {
          for (const { from, to } of day ? spansOf(day) : []) {
            expect(Temporal.PlainDate.compare(from, now.toPlainDate())).toBeGreaterThanOrEqual(0);
            expect(Temporal.PlainDate.compare(from, to ?? from)).toBeLessThanOrEqual(0);
          }
          for (const choice of [day, time]) {
            if (choice && 'options' in choice) expect(choice.options.length).toBeGreaterThan(1);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const withoutAccents = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');

/** The expected fields in the order in which they were found. */
function sorted(wanted: Partial<Row>, found: Partial<Row>): Partial<Row> {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])] as (keyof Row)[];
  return Object.fromEntries(keys.map((key) => [key, wanted[key]]));
}

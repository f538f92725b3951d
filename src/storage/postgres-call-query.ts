import type { CallQuery } from '../call/call-index-store.ts';
import { personNumber } from './call-person.ts';
import { type AskedWord, askedWords } from './call-words.ts';

/** A condition on `call_index` and the values of its `$1` … */
export interface SqlCondition {
  sql: string;
  values: unknown[];
  /** Something was typed. */
  hasWords: boolean;
}

/** @returns nothing when no call can match: something was typed, and nothing of it can be looked for */
export function conditionOf(query: CallQuery): SqlCondition | undefined {
  const asked = askedWords(query.text ?? '');
  if (asked.length === 0 && query.text?.trim()) return undefined;
  const values: unknown[] = [];
  const tests: string[] = ['true'];
  const test = (sql: (place: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    tests.push(sql(`$${values.length}`));
  };
  if (asked.length > 0) test((at) => `words @@ ${at}::tsquery`, asked.map(tsqueryOf).join(' & '));
  if (query.clinics !== 'all') test((at) => `clinic = any(${at})`, query.clinics);
  test((at) => `person = ${at}`, query.number && personNumber(query.number));
  test((at) => `started_at >= ${at}`, query.from);
  test((at) => `started_at < ${at}`, query.until);
  test((at) => `direction = ${at}`, query.direction);
  test((at) => `outcome = ${at}`, query.outcome);
  test((at) => `is_booked = ${at}`, query.booked);
  test((at) => `is_transferred = ${at}`, query.transferred);
  test((at) => `is_emergency = ${at}`, query.emergency);
  test((at) => `is_recorded = ${at}`, query.recorded);
  test((at) => `duration_ms >= ${at}`, query.leastMs);
  test((at) => `duration_ms <= ${at}`, query.mostMs);
  return { sql: tests.join(' and '), values, hasWords: asked.length > 0 };
}

/** The same, and behind a cursor in one of the two directions. @param cursor as `callCursor` makes it, or anything */
export function andBehind(
  { sql, values }: Pick<SqlCondition, 'sql' | 'values'>,
  cursor: string | undefined,
  direction: '<' | '>',
): Pick<SqlCondition, 'sql' | 'values'> {
  if (cursor === undefined) return { sql, values };
  // Whoever asks may send anything; PostgreSQL takes every character but this one.
  const text = cursor.replaceAll('\0', '');
  const end = text.includes('_') ? text.lastIndexOf('_') : text.length;
  return {
    sql: `${sql} and (started_at, id) ${direction} ($${values.length + 1}, $${values.length + 2})`,
    values: [...values, text.slice(0, end), text.slice(end + 1)],
  };
}

/** Words are letters and digits alone: nothing in them means anything to a query. */
function tsqueryOf({ word, isPrefix, digits }: AskedWord): string {
  const plain = `'${word}'${isPrefix ? ':*' : ''}`;
  return digits === undefined ? plain : `(${plain} | '+${digits}':*)`;
}

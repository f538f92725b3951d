import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../src/platform/errors.ts';
import { ConnectionLost, nextTryMs, troubleOf } from '../../src/storage/postgres-trouble.ts';
import { persistently } from '../../src/storage/postgres-work.ts';

function saidByServer(code: string): DatabaseError {
  const error = new DatabaseError('no', 2, 'error');
  error.code = code;
  return error;
}

/** Fails so often, then comes through. */
function failing(times: number, error: unknown) {
  let runs = 0;
  return {
    runs: () => runs,
    work: async () => {
      runs += 1;
      if (runs <= times) throw error;
      return 'done';
    },
  };
}
const atOnce = () => 0;

describe('what PostgreSQL says', () => {
  it.each([
    ['23P01', 'occupied'],
    ['40001', 'collided'],
    ['40P01', 'collided'],
    ['23505', 'collided'],
    ['08006', 'lost'],
    ['57P01', 'lost'],
    ['57P03', 'lost'],
    ['53300', 'lost'],
    ['57014', 'other'],
    ['53100', 'other'],
    ['42P01', 'other'],
  ])('%s is %s', (code, trouble) => {
    expect(troubleOf(saidByServer(code))).toBe(trouble);
  });

  it('nothing, when the line is cut, is told apart by whether it was committing', () => {
    expect(troubleOf(new ConnectionLost(new Error('ECONNRESET')))).toBe('lost');
    expect(troubleOf(new ConnectionLost(new Error('ECONNRESET'), true))).toBe('in-doubt');
  });

  it('is not what our own errors say', () => {
    expect(troubleOf(new CodedError('STORE_DAMAGED', 'x'))).toBe('other');
    expect(troubleOf(new TypeError('x'))).toBe('other');
  });
});

describe('trying again', () => {
  it('has an end, waits longer each time, and never longer than a caller notices', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((tried) => nextTryMs('collided', tried, 1));
    expect(waits).toEqual([20, 40, 80, 160, undefined, undefined]);
    expect(nextTryMs('collided', 3, 0)).toBe(0);
    expect([1, 2, 3].map((tried) => nextTryMs('lost', tried, 1))).toEqual([
      20,
      undefined,
      undefined,
    ]);
  });

  it('helps those who collided, and nobody whom the server refused', async () => {
    const collided = failing(4, saidByServer('40P01'));
    expect(await persistently(collided.work, false, atOnce)).toBe('done');
    expect(collided.runs()).toBe(5);
    const refused = failing(1, saidByServer('42P01'));
    await expect(persistently(refused.work, true, atOnce)).rejects.toMatchObject({ code: '42P01' });
    expect(refused.runs()).toBe(1);
  });

  it('ends with what was wrong last', async () => {
    const always = failing(99, saidByServer('23P01'));
    await expect(persistently(always.work, true, atOnce)).rejects.toMatchObject({ code: '23P01' });
    expect(always.runs()).toBe(5);
  });

  it('of what may have come through happens only when doing it twice is as doing it once', async () => {
    const inDoubt = new ConnectionLost(new Error('ECONNRESET'), true);
    const once = failing(1, inDoubt);
    await expect(persistently(once.work, false, atOnce)).rejects.toBe(inDoubt);
    expect(once.runs()).toBe(1);
    const repeated = failing(1, inDoubt);
    expect(await persistently(repeated.work, true, atOnce)).toBe('done');
  });
});

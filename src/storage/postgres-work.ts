import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, type QueryResultRow } from 'pg';
import { CodedError } from '../platform/errors.ts';
import type { Database, RunSql } from './postgres-database.ts';
import { ConnectionLost, nextTryMs, troubleOf } from './postgres-trouble.ts';

/**
 * Tries again what failed for a reason that passes.
 * @param isRepeatable done twice it is as done once, so it is tried again also when it may have come through
 */
export async function persistently<T>(
  work: () => Promise<T>,
  isRepeatable: boolean,
  random: () => number = Math.random,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      const trouble = troubleOf(error);
      const waitMs = nextTryMs(trouble, tried, random());
      if (waitMs === undefined || (trouble === 'in-doubt' && !isRepeatable)) throw error;
      await wait(waitMs);
    }
  }
}

/** Rejects with DATABASE_UNUSABLE. */
export function read<Row extends QueryResultRow>(
  { query }: Database,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  return reading(() => query<Row>(sql, values));
}

/** Several questions on one connection. Rejects as `read` does. */
export function readTogether<T>(database: Database, work: (run: RunSql) => Promise<T>): Promise<T> {
  return reading(() => database.transaction(work));
}

async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await persistently(work, true);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('DATABASE_UNUSABLE', 'the database could not be read', { cause });
  }
}

/** One transaction. Rejects with what `work` throws, and with STORE_WRITE_FAILED. */
export async function write<T>(
  database: Database,
  work: (run: RunSql) => Promise<T>,
  isRepeatable = false,
): Promise<T> {
  try {
    return await persistently(() => database.transaction(work), isRepeatable);
  } catch (cause) {
    if (!(cause instanceof ConnectionLost || cause instanceof DatabaseError)) throw cause;
    throw new CodedError('STORE_WRITE_FAILED', 'the database could not be written', { cause });
  }
}

import { DatabaseError } from 'pg';

/** The connection was lost, or none could be had. */
export class ConnectionLost extends Error {
  /** The transaction may have been committed. Otherwise nothing of it was kept. */
  readonly isInDoubt: boolean;
  constructor(cause: unknown, isInDoubt = false) {
    super(`no connection to the database: ${reasonOf(cause)}`, { cause });
    this.name = 'ConnectionLost';
    this.isInDoubt = isInDoubt;
  }
}

/**
 * `occupied`: by a row that was not seen. `collided`: undone because of another transaction. `lost`: no connection. In
 * all three nothing was kept. `in-doubt`: lost while committing.
 */
type Trouble = 'occupied' | 'collided' | 'lost' | 'in-doubt' | 'other';

const serialization = '40001';
const deadlock = '40P01';
const unique = '23505';
const exclusion = '23P01';
/** Connection trouble, server shutting down or not yet up, no more connections. */
const gone = /^(08|57P0|53300)/;

/** Tries in all: fifty who collide over and over are sorted out by the third. */
const mostTries = 5;
/** A second connection is tried once: somebody waits on the telephone, and each try may take as long as its time limit. */
const mostTriesWhenLost = 2;
/** Longest wait before the second try; it doubles with each one. */
const firstWaitMs = 20;

export function troubleOf(error: unknown): Trouble {
  if (error instanceof ConnectionLost) return error.isInDoubt ? 'in-doubt' : 'lost';
  if (!(error instanceof DatabaseError)) return 'other';
  const state = error.code ?? '';
  if (gone.test(state)) return 'lost';
  if (state === exclusion) return 'occupied';
  return [serialization, deadlock, unique].includes(state) ? 'collided' : 'other';
}

/** How long to wait before another try; `undefined`: there is none. At random, so that those who collided part. */
export function nextTryMs(trouble: Trouble, tried: number, random: number): number | undefined {
  if (trouble === 'other' || tried >= mostTries) return undefined;
  const isLost = trouble === 'lost' || trouble === 'in-doubt';
  if (isLost && tried >= mostTriesWhenLost) return undefined;
  return random * firstWaitMs * 2 ** (tried - 1);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // Several addresses tried in vain are one error with a code and no sentence.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

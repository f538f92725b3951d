/**
 * Every coded error of the system. `docs/errors.md` lists the same codes (a test compares them).
 * Ordinary trouble (a slot that is taken, a number that is not allowed) is a value, not one of these.
 */
export const errorCodes = {
  CONFIG_INVALID: 'One or more settings are missing or wrong; start-up stops and lists them all.',
  CLINIC_INVALID:
    'A clinic profile in CLINICS_DIR could not be read; the message names file, path and reason.',
  STORE_LOCKED: 'Another process already owns this data directory.',
  STORE_WRITE_FAILED: 'Data could not be written durably; nothing was acknowledged.',
  STORE_DAMAGED:
    'Stored data could not be read and no good copy was found; start-up refuses to guess.',
  DATABASE_UNUSABLE:
    'PostgreSQL cannot be reached, or its tables cannot be used by this version; the message says which.',
  RECORDING_FAILED: 'The recording of a call stopped; the call itself goes on.',
  PROMPT_MISSING: 'A shipped spoken prompt is missing or empty.',
  WEB_BUILD_FAILED: "The console's pages could not be built from src/web.",
  SANDBOX_UNAVAILABLE: 'The sandbox needs its optional packages, or may not run with real keys.',
  TEXT_MODEL_FAILED:
    'The model did not answer a written message; the person was told to try again or to call.',
  QUEUE_UNUSABLE: 'The queue of jobs cannot be reached or written; nothing was acknowledged.',
  LEASE_LOST: 'Another server has gone on with this conversation; what was to be written was not.',
  DEADLINE_EXCEEDED: 'Work did not finish within its time limit.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A broken thing, with a stable code. `message` is English, for operators, and carries no personal data. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** What may be logged of an unknown error: its kind and code, never a payload. */
export function errorSummary(error: unknown): { type: string; code?: string; message: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { type: error.name, ...(code ? { code } : {}), message: error.message };
}

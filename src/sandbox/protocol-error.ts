import type { z } from 'zod';

/** An `error` event of the Realtime API, without its envelope. */
export interface ProtocolError {
  code: string;
  message: string;
  /** Path of the offending key, as the API writes it: `session.audio.input.format`. */
  param?: string;
}

/** Expresses the first problem of a message as the API would. @param raw the message that was checked */
export function toProtocolError(error: z.core.$ZodError, raw: unknown): ProtocolError {
  const issue = error.issues[0];
  if (!issue) return { code: 'invalid_value', message: 'Invalid event.' };
  if (issue.code === 'unrecognized_keys') {
    const param = join([...issue.path, issue.keys[0] ?? '']);
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'.`, param };
  }
  const param = join(issue.path);
  if (valueAt(raw, issue.path) === undefined)
    return {
      code: 'missing_required_parameter',
      message: `Missing required parameter: '${param}'.`,
      param,
    };
  if (issue.code === 'invalid_type')
    return {
      code: 'invalid_type',
      message: `Invalid type for '${param}': expected ${issue.expected}.`,
      param,
    };
  return {
    code: 'invalid_value',
    message: `Invalid value for '${param}': ${issue.message}.`,
    param,
  };
}

/** `tools`, 0, `name` → `tools[0].name`. */
function join(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`))
    .join('');
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    raw,
  );
}

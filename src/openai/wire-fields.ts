/** Reading what a server wrote: each function gives a checked value or `undefined`, and none throws. */

export type Fields = Record<string, unknown>;

/** Longest identifier believed (real ones are about 30 characters): they are kept in maps while a call lasts. */
const longestId = 512;
/** Longest machine word (code, reason, format) handed on: it may reach a log line. */
const longestWord = 100;
/** A search for the first wrong character: unlike a match of the whole, it needs no backtracking on long strings. */
const notBase64 = /[^A-Za-z0-9+/=]/;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of what may not be an object. */
export function at(value: unknown, name: string): unknown {
  return isFields(value) ? value[name] : undefined;
}

export function id(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= longestId ? value : undefined;
}

export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestWord) : undefined;
}

/** Milliseconds, tokens: finite, not negative. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

export function index(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? amount(value) : undefined;
}

/** Not empty, canonical alphabet and padding. Node decodes anything and says nothing. */
export function isBase64(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length % 4 !== 0) return false;
  const padding = value.indexOf('=');
  const padded = padding >= value.length - 2 && value.endsWith('=');
  return (padding === -1 || padded) && !notBase64.test(value);
}

export function base64Bytes(payload: string): number {
  const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0;
  return (payload.length / 4) * 3 - padding;
}

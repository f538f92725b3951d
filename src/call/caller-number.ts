/** E.164 or `unknown`: callers may be anonymous, SIP addresses or garbage, and none of it goes further than here. */
export function toCallerE164(from: unknown): string {
  return typeof from === 'string' && /^\+[1-9]\d{6,14}$/.test(from) ? from : 'unknown';
}

/** Ids of the carrier that may become part of a file name: `CA…`, `AC…`, `MZ…`. */
export function isCarrierId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9]{2,64}$/.test(value);
}

/** ANONYMOUS, BLOCKED, RESTRICTED, UNAVAILABLE and UNKNOWN, as carriers spell them on a telephone's keys. */
const hiddenCallers = new Set([
  '+266696687',
  '+2562533',
  '+7378742833',
  '+86282452253',
  '+8656696',
]);

/** E.164 or `unknown`: callers may be anonymous, SIP addresses or garbage, and none of it goes further than here. */
export function toCallerE164(from: unknown): string {
  if (typeof from !== 'string' || !/^\+[1-9]\d{6,14}$/.test(from)) return 'unknown';
  // Taken for a number, all hidden callers would be one person.
  return hiddenCallers.has(from) ? 'unknown' : from;
}

/** Ids of the carrier that may become part of a file name: `CA…`, `AC…`, `MZ…`. */
export function isCarrierId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9]{2,64}$/.test(value);
}

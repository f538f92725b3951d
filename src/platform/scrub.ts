/** Takes personal data out of anything that is about to be logged. Pure; bounded in depth, breadth and length. */

/** Keys under which personal data may stand, at any depth. Their values never leave the process. */
const personalKeys = new Set(
  `from to phone number name email cpf birthDate birth_date transcript text arguments output digits notes purpose
   token authorization cookie signature password secret apiKey body params query headers
   clientName patientName callerName calleeName contactName fullName firstName lastName profileName
   phoneNumber callerNumber calledNumber remoteAddress ip`.split(/\s+/),
);
const personalEndings = /(?:e164|phone|email|cpf)$/i;

/** Keys whose values are made by machines (ids, generated file names, our own listening address); the digit rule must not eat them. */
const machineIds = new Set([
  'callId',
  'callSid',
  'streamSid',
  'appointmentId',
  'itemId',
  'responseId',
  'file',
  'address',
  'time',
  'auditHash',
]);
/** Units that make a long number harmless: a moment, a duration, a size. */
const measures = /(?:Ms|At|Bytes|bytes)$/;

/** Digits that look like a telephone, CPF or card, wherever they stand in a sentence. */
const digitsThatIdentify = /\+?\(?\d(?:[\s().\-/]{0,3}\d){7,}/g;
/** Both parts are bounded (RFC 5321) so that a long hostile word costs linear time. */
const emailAddress = /[^\s@"'<>]{1,64}@[^\s@"'<>/]{1,255}\.[^\s@"'<>/.]{1,63}/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Characters written under any key: a log line stays under 8 KiB. */
const longestValue = 500;
/** Characters looked at. Beyond it nothing is examined, so nothing is written. */
const longestInput = 8_192;
/** Longest thing the patterns recognise: after a cut, this much of the end may be an unrecognised part of one. */
const longestMatch = 320;
/** A stack frame, not a line of a message that happens to begin like one. */
const frame = /^\s+at .*(?::\d+:\d+|<anonymous>|native)\)?$/;
const deepest = 6;
const widest = 50;

/** Removes what identifies a person from free text, and control characters that could forge a second log line. */
export function scrub(text: string): string {
  const examined = text.slice(0, longestInput).replace(controls, ' ');
  const clean = examined.replace(emailAddress, '[email]').replace(digitsThatIdentify, '[number]');
  const reliable = text.length > longestInput ? clean.length - longestMatch : clean.length;
  return clean.slice(0, Math.max(0, Math.min(longestValue, reliable)));
}

/** A copy of `fields` that may be logged. Values of `kept` keys pass as they are (a serializer looks after them). */
export function scrubFields(
  fields: Record<string, unknown>,
  kept?: ReadonlySet<string>,
  depth = 0,
): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields).slice(0, widest)) {
    if (value === undefined) continue;
    clean[scrub(key)] = kept?.has(key) ? value : scrubUnder(key, value, depth);
  }
  return clean;
}

function scrubUnder(key: string, value: unknown, depth: number): unknown {
  if (personalKeys.has(key) || personalEndings.test(key)) return '[redacted]';
  if (typeof value === 'string' && machineIds.has(key)) return oneLine(value);
  if (typeof value === 'number') return measures.test(key) ? value : scrubNumber(value);
  return scrubValue(value, depth + 1);
}

/** Any value in loggable form: text scrubbed, errors summarised, plain objects and arrays walked, the rest only named. */
export function scrubValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'number') return scrubNumber(value);
  if (typeof value === 'bigint') return scrub(String(value));
  if (typeof value === 'boolean' || value === null || value === undefined) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (depth >= deepest) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, widest).map((v) => scrubValue(v, depth + 1));
  if (typeof value === 'object' && isPlain(value)) {
    return scrubFields(value as Record<string, unknown>, undefined, depth);
  }
  return `[${typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value}]`;
}

/**
 * What may be logged of an error: kind, code, scrubbed message, three stack frames. Its other properties and its cause may
 * hold payloads. A SyntaxError quotes what it could not read, so its message is replaced.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? scrub(String(error.code)) : undefined;
  return {
    type: scrub(error.name),
    ...(code === undefined ? {} : { code }),
    message: errorMessage(error),
    where: stackFrames(error),
  };
}

export function errorMessage(error: Error): string {
  return error instanceof SyntaxError ? 'unreadable input' : scrub(error.message);
}

/** The stack begins with the message, which may have several lines of its own: only frames after it are taken. */
function stackFrames(error: Error): string[] {
  const stack = error.stack ?? '';
  const message = stack.indexOf(error.message);
  return stack
    .slice(message === -1 ? 0 : message + error.message.length)
    .split('\n')
    .filter((line) => frame.test(line))
    .slice(0, 3)
    .map((line) => scrub(line.trim()));
}

function scrubNumber(value: number): number | string {
  return Math.abs(value) >= 1e9 && Number.isInteger(value) ? '[number]' : value;
}

function oneLine(value: string): string {
  return value.slice(0, longestValue).replace(controls, ' ');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Keys that may hold personal data anywhere in a log line. Values under them never leave the process. */
const personalKeys = [
  'from',
  'to',
  'phone',
  'number',
  'name',
  'email',
  'cpf',
  'birthDate',
  'transcript',
  'text',
  'arguments',
  'output',
  'digits',
  'notes',
  'token',
  'authorization',
  'signature',
  'message.text',
  'body',
  'params',
];

/** Digits that look like a telephone, CPF or card, and e-mail addresses, wherever they stand in a sentence. */
const digitsThatIdentify = /\+?\d(?:[\s().-]?\d){7,}/g;
const emailAddress = /[^\s@"']+@[^\s@"']+\.[^\s@"']+/g;

/** Longest string written under any key: a log line stays under 8 KiB. */
const longestValue = 500;

/** Removes what identifies a person from free text, and control characters that could forge a second log line. */
export function scrub(text: string): string {
  return (
    text
      .replace(emailAddress, '[email]')
      .replace(digitsThatIdentify, '[number]')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
      .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
      .slice(0, longestValue)
  );
}

/** Keys whose values are identifiers made by machines; the digit rule must not eat them. */
const machineIds = new Set([
  'callId',
  'callSid',
  'streamSid',
  'appointmentId',
  'itemId',
  'responseId',
  'time',
]);

function scrubValues(fields: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    clean[key] = typeof value === 'string' && !machineIds.has(key) ? scrub(value) : value;
  }
  return clean;
}

/** One JSON line per fact: a fixed sentence and marked values. Personal keys are censored two levels deep. */
export function createLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      formatters: { log: scrubValues, level: (label) => ({ level: label }) },
      serializers: { err: summarise },
      redact: {
        paths: personalKeys.flatMap((key) => (key.includes('.') ? [key] : [key, `*.${key}`])),
        censor: '[redacted]',
      },
      hooks: {
        logMethod(args, method) {
          const scrubbed = args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg));
          method.apply(this, scrubbed as typeof args);
        },
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

function summarise(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? String(error.code) : undefined;
  const where = error.stack
    ?.split('\n')
    .slice(1, 4)
    .map((line) => line.trim());
  return { type: error.name, code, message: scrub(error.message), where };
}

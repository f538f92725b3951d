import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError, errorMessage, scrubFields, scrubValue } from './scrub.ts';

export type Log = Logger;

/** Looked after by serializers, which need the object itself. */
const serialized = new Set(['err', 'req', 'res']);

/** One JSON line per fact: a fixed sentence and marked values. Personal data is removed at every depth. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const log = pino(
    {
      level,
      base: null,
      formatters: {
        log: (fields) => scrubFields(fields, serialized),
        level: (label) => ({ level: label }),
      },
      serializers: { err: describeError, req: describeRequest, res: describeReply },
      hooks: {
        logMethod(args, method) {
          method.apply(this, cleanArguments(args) as typeof args);
        },
      },
    },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
  return scrubBindings(log);
}

/** pino takes an error's raw message as the sentence when none is given: it is given here. */
function cleanArguments([first, ...rest]: unknown[]): unknown[] {
  const values = rest.map((value) => scrubValue(value));
  if (typeof first === 'string') return [scrubValue(first), ...values];
  const fields = first instanceof Error ? { err: first } : first;
  const error = (fields as { err?: unknown } | undefined | null)?.err;
  if (values.length === 0 && error instanceof Error) return [fields, errorMessage(error)];
  return [fields, ...values];
}

/** pino applies no formatter to the bindings of a child. Children inherit these two methods from the root. */
function scrubBindings(log: Log): Log {
  const child = log.child;
  const setBindings = log.setBindings;
  log.child = function (this: Log, bindings, options) {
    return child.call(this, scrubFields(bindings, serialized), options);
  } as typeof child;
  log.setBindings = function (this: Log, bindings) {
    setBindings.call(this, scrubFields(bindings, serialized));
  };
  return log;
}

/** Method and path only: Twilio's GET webhooks carry the caller in the query. */
function describeRequest(request: unknown): Record<string, unknown> {
  const { method, url } = (request ?? {}) as { method?: unknown; url?: unknown };
  return {
    method: scrubValue(method),
    path: scrubValue(typeof url === 'string' ? url.split('?', 1)[0] : undefined),
  };
}

function describeReply(reply: unknown): Record<string, unknown> {
  return { statusCode: scrubValue((reply as { statusCode?: unknown } | null)?.statusCode) };
}

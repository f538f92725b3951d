import { type OptOut, type OptOutStore, optOutNumber } from '../agent/opt-out-store.ts';
import { CodedError } from '../platform/errors.ts';

/** One line of the list's history. */
export interface OptOutStep extends OptOut {
  op: 'add' | 'remove';
}

/** Forgets everything at exit. @param keep makes a step durable before it counts; for drivers that keep more */
export function createMemoryOptOutStore(
  keep: (step: OptOutStep) => Promise<void> = async () => undefined,
  history: readonly OptOutStep[] = [],
): OptOutStore {
  const listed = new Map<string, OptOut>();
  let last: Promise<unknown> = Promise.resolve();

  const apply = ({ op, ...entry }: OptOutStep) => {
    if (op === 'remove') listed.delete(entry.e164);
    else if (!listed.has(entry.e164)) listed.set(entry.e164, entry);
  };
  const take = (op: OptOutStep['op'], entry: OptOut) => {
    const step = { op, ...checkedOptOut(entry) };
    const change = last.then(async () => {
      if (listed.has(step.e164) === (op === 'add')) return 'unchanged' as const;
      await keep(step);
      apply(step);
      return 'changed' as const;
    });
    last = change.catch(() => undefined);
    return change;
  };
  for (const step of history) apply(step);
  return {
    add: async (entry) => take('add', entry),
    remove: async (entry) => take('remove', entry),
    has: (e164) => listed.has(optOutNumber(e164) ?? ''),
    list: () => [...listed.values()].map((one) => ({ ...one })),
    close: async () => {
      await last;
    },
  };
}

/** @throws STORE_WRITE_FAILED when there is no number in it */
export function checkedOptOut({ e164, atMs, channel }: OptOut): OptOut {
  const number = optOutNumber(e164);
  if (number === undefined || !Number.isFinite(atMs))
    throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no number to leave out');
  return { e164: number, atMs, channel };
}

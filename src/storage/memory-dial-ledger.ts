import type { DialLedger } from '../call/dial-ledger.ts';
import { businessKeyOf, type Dial, isForgotten, parseDial } from '../call/dial-record.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

/** Makes dials durable before they count. @param all what stands in the ledger with it, for a copy of everything */
export type KeepDial = (dial: Dial, all: () => Dial[]) => Promise<void>;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found, in the order of writing */
export function createMemoryDialLedger(
  keep: KeepDial = async () => undefined,
  kept: Iterable<Dial> = [],
): DialLedger {
  const dials = new Map<string, Dial>();
  const byKey = new Map<string, string>();
  const byCall = new Map<string, string>();
  /** One change after another: two that came together would both build on the same state. */
  const inTurn = createWorkQueue();

  function apply(dial: Dial): void {
    dials.set(dial.id, dial);
    const key = keyOf(dial);
    if (key !== undefined) byKey.set(key, dial.id);
    if (dial.callSid !== undefined) byCall.set(dial.callSid, dial.id);
  }
  function forget(nowMs: number): void {
    for (const dial of dials.values()) {
      if (!isForgotten(dial, nowMs)) continue;
      dials.delete(dial.id);
      byKey.delete(keyOf(dial) ?? '');
      for (const { callSid } of [dial, ...dial.earlier]) byCall.delete(callSid ?? '');
    }
  }
  async function write(dial: Dial): Promise<void> {
    await keep(dial, () => [...dials.values()]);
    apply(dial);
  }
  const at = (id: string | undefined) => (id === undefined ? undefined : dials.get(id));

  for (const dial of kept) apply(dial);
  return {
    begin: (dial) => {
      const begun = checked(dial);
      return inTurn(async () => {
        forget(begun.createdAtMs);
        const standing = at(byKey.get(keyOf(begun) ?? '')) ?? dials.get(begun.id);
        if (standing) return { outcome: 'exists', dial: standing };
        await write(begun);
        return { outcome: 'begun' };
      });
    },
    change: (id, change) =>
      inTurn(async () => {
        const before = dials.get(id);
        if (!before) return undefined;
        const after = change(before);
        if (after === before) return before;
        const next = checked({ ...after, id });
        await write(next);
        return next;
      }),
    find: (id) => dials.get(id),
    findByKey: (keyId, key) => at(byKey.get(businessKeyOf(keyId, key))),
    findByCall: (callSid) => at(byCall.get(callSid)),
    all: () => dials.values(),
    close: () => inTurn(async () => undefined),
  };
}

function keyOf({ keyId, idempotency }: Dial): string | undefined {
  return idempotency && businessKeyOf(keyId, idempotency.key);
}

/** A copy: the caller may change what it handed over. */
function checked(dial: Dial): Dial {
  const parsed = parseDial(dial);
  if (!parsed) throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no dial');
  return parsed;
}

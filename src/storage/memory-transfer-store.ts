import {
  isForgottenTransfer,
  type PendingTransfer,
  parsePendingTransfer,
} from '../call/transfer-record.ts';
import type { TransferStore } from '../call/transfer-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

/** One line of what happened. */
export type TransferStep = { op: 'put'; transfer: PendingTransfer } | { op: 'remove'; id: string };

/** Makes a step durable before it counts. @param all what stands without it, for a copy of everything */
export type KeepTransfer = (step: TransferStep, all: () => PendingTransfer[]) => Promise<void>;

/** Forgets everything at exit. @param keep for drivers that keep more @param kept what a driver found, in order */
export function createMemoryTransferStore(
  keep: KeepTransfer = async () => undefined,
  kept: Iterable<TransferStep> = [],
): TransferStore {
  const transfers = new Map<string, PendingTransfer>();
  const inTurn = createWorkQueue();

  function apply(step: TransferStep): void {
    if (step.op === 'remove') transfers.delete(step.id);
    else transfers.set(step.transfer.id, step.transfer);
  }
  const take = (step: TransferStep) =>
    inTurn(async () => {
      await keep(step, () => [...transfers.values()]);
      apply(step);
    });

  for (const step of kept) apply(step);
  return {
    async put(transfer) {
      const checked = parsePendingTransfer(transfer);
      if (!checked)
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is no transfer');
      for (const one of transfers.values())
        if (isForgottenTransfer(one, checked.startedAtMs)) transfers.delete(one.id);
      await take({ op: 'put', transfer: checked });
    },
    async remove(id) {
      if (transfers.has(id)) await take({ op: 'remove', id });
    },
    find: (id) => transfers.get(id),
    findByToken: (token) => [...transfers.values()].find((one) => one.token?.value === token),
    close: () => inTurn(async () => undefined),
  };
}

import { parsePendingTransfer } from '../call/transfer-record.ts';
import type { TransferStore } from '../call/transfer-store.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import { createMemoryTransferStore, type TransferStep } from './memory-transfer-store.ts';

/** Lines after which only what is under way is kept: some three of each transfer. */
const linesPerSnapshot = 500;

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED when something acknowledged may be missing.
 */
export function openFileTransferStore(options: JournalStoreOptions): Promise<TransferStore> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the transfers' });
    const kept = values.map((data) => toStep({ op: 'put', data }));
    return createMemoryTransferStore(
      (step, all) => {
        const { op } = step;
        const [id, data] = op === 'put' ? [step.transfer.id, step.transfer] : [step.id, null];
        return append([{ op, id, idem: '', data }], all);
      },
      [...kept, ...entries.map(toStep)],
    );
  });
}

function toStep({ op, id = '', data }: { op: string; id?: string; data: unknown }): TransferStep {
  if (op === 'remove') return { op, id };
  const transfer = op === 'put' ? parsePendingTransfer(data) : undefined;
  if (!transfer) throw damaged('the transfers', 'it holds something that is no transfer');
  return { op: 'put', transfer };
}

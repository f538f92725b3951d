import type { DialLedger } from '../call/dial-ledger.ts';
import { type Dial, parseDial } from '../call/dial-record.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import { createMemoryDialLedger } from './memory-dial-ledger.ts';

/** Lines after which everything is written anew: a few hundred dials, each of some lines. */
const linesPerSnapshot = 2_000;

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED rather than forget a dial.
 */
export function openFileDialLedger(options: JournalStoreOptions): Promise<DialLedger> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const kept = [...values, ...entries.map(({ data }) => data)].map(toDial);
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the dials' });
    return createMemoryDialLedger(
      (dial, all) => append([{ op: dial.state, id: dial.id, idem: '', data: dial }], all),
      kept,
    );
  });
}

function toDial(value: unknown): Dial {
  const dial = parseDial(value);
  if (!dial) throw damaged('the dials', 'it holds something that is no dial');
  return dial;
}

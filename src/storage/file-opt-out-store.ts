import {
  type OptOutChannel,
  type OptOutStore,
  optOutChannels,
  optOutNumber,
} from '../agent/opt-out-store.ts';
import type { JournalEntry } from './journal-line.ts';
import { damaged } from './journal-recovery.ts';
import { type JournalStoreOptions, openJournalStore } from './journal-store.ts';
import { createMemoryOptOutStore, type OptOutStep } from './memory-opt-out-store.ts';

/**
 * A journal in a directory of its own, which must exist; nothing is ever taken out of it. One process: a second one is
 * refused with STORE_LOCKED. Rejects with STORE_DAMAGED rather than forget somebody.
 */
export function openFileOptOutStore(options: JournalStoreOptions): Promise<OptOutStore> {
  return openJournalStore(options, ({ journal, entries }) =>
    createMemoryOptOutStore(
      ({ op, e164, atMs, channel }) =>
        journal.append([{ op, id: e164, idem: '', data: { atMs, channel } }]),
      entries.map(toStep),
    ),
  );
}

function toStep({ op, id, data }: JournalEntry): OptOutStep {
  const { atMs, channel } = data as { atMs?: unknown; channel?: unknown };
  if (
    (op !== 'add' && op !== 'remove') ||
    optOutNumber(id) !== id ||
    typeof atMs !== 'number' ||
    !isChannel(channel)
  )
    throw damaged('the opt-out list', 'it holds something unknown');
  return { op, e164: id, atMs, channel };
}

function isChannel(value: unknown): value is OptOutChannel {
  return optOutChannels.some((channel) => channel === value);
}

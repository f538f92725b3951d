import { type ChatVisit, parseChatVisit } from '../messaging/chat-visit-record.ts';
import type { ChatVisitStore } from '../messaging/chat-visit-store.ts';
import { damaged } from './journal-recovery.ts';
import {
  appendWithSnapshots,
  type JournalStoreOptions,
  openJournalStore,
} from './journal-store.ts';
import { createMemoryChatVisitStore } from './memory-chat-visit-store.ts';

/** Lines after which everything is written anew: a line a message, about 1 KB. */
const linesPerSnapshot = 5_000;

/**
 * A journal and snapshots in a directory of its own, which must exist. One process: a second one is refused with
 * STORE_LOCKED. Rejects with STORE_DAMAGED.
 */
export function openFileChatVisitStore(options: JournalStoreOptions): Promise<ChatVisitStore> {
  const { log, snapshotEvery = linesPerSnapshot } = options;
  return openJournalStore(options, ({ journal, values, entries }) => {
    const append = appendWithSnapshots(journal, { log, snapshotEvery, what: 'the chats' });
    const visits = new Map(values.map(toVisit).map((visit) => [visit.id, visit]));
    for (const { op, id, data } of entries) {
      if (op === 'remove') visits.delete(id);
      else visits.set(id, toVisit(data));
    }
    return createMemoryChatVisitStore(
      (steps, all) =>
        append(
          steps.map((step) =>
            step.op === 'save'
              ? { op: step.op, id: step.visit.id, idem: '', data: step.visit }
              : { op: step.op, id: step.id, idem: '', data: {} },
          ),
          all,
        ),
      [...visits.values()],
    );
  });
}

function toVisit(value: unknown): ChatVisit {
  const visit = parseChatVisit(value);
  if (!visit) throw damaged('the chats', 'they hold something that is no visit');
  return visit;
}

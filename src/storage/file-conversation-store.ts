import {
  type Conversation,
  type ConversationHead,
  headOf,
  parseConversation,
  parseHead,
} from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import { CodedError } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';
import { type ConversationFiles, createConversationFiles } from './conversation-files.ts';
import { createIndexedConversations } from './conversation-index.ts';
import type { NewEntry, OpenedJournal } from './journal.ts';
import { createJournalDisk } from './journal-disk.ts';
import { damaged } from './journal-recovery.ts';
import { type JournalStoreOptions, openJournalStore } from './journal-store.ts';
import { createBatches, journalGatherMs } from './write-batches.ts';

/** What is read again after the death of the process: a second's work. */
const linesPerCheckpoint = 5_000;
const bytesPerCheckpoint = 32 * 1024 * 1024;
/** What was forgotten is gone from journal and snapshots after this many checkpoints, */
const checkpointsToForget = 3;
/** made this often for it: within a day. */
const checkpointEveryMs = 8 * 3_600_000;
/** Conversations held in memory beside those that changed, those used last; of some 20 KB each. */
const mostCached = 500;

/**
 * Each change is a line of a journal that all conversations share: one sync of the disk for all who write at a time. At a
 * checkpoint what changed goes to a JSON file of its own, and the list of all conversations to a snapshot. One process: a
 * second one is refused with STORE_LOCKED. Rejects with STORE_DAMAGED when the journal is.
 */
export function openFileConversationStore(
  options: JournalStoreOptions,
): Promise<ConversationStore> {
  const { directory, log, disk = createJournalDisk() } = options;
  const { snapshotEvery = linesPerCheckpoint } = options;
  return openJournalStore({ ...options, disk }, async (opened) => {
    const { journal } = opened;
    const files = createConversationFiles(directory, disk, log);
    const { heads, changed } = await recover(opened, files);
    const cache = new Map<string, Conversation>();
    const inTurn = createWorkQueue();
    /** Where the journal was at the last checkpoint. */
    let begun = { seq: journal.seq, bytes: 0 };
    let unsettled = checkpointsToForget;
    let running: Promise<void> | undefined;
    let sweptMs: number | undefined;
    let isClosed = false;

    function remember(conversation: Conversation): Conversation {
      cache.delete(conversation.id);
      cache.set(conversation.id, conversation);
      const [oldest] = cache.keys();
      if (cache.size > mostCached && oldest !== undefined) cache.delete(oldest);
      return conversation;
    }

    /** Appends go on meanwhile: what they change is in the journal that follows, or read from both. */
    async function makeCheckpoint(): Promise<void> {
      const seq = journal.seq;
      const due = [...changed.values()];
      const all = new Map(heads);
      for (const one of due) all.set(one.id, headOf(one));
      await files.writeAll(due, () => isClosed);
      const generation = await journal.snapshot([...all.values()], seq);
      await inTurn(() => journal.rotate(generation));
      for (const one of due) if (changed.get(one.id) === one) changed.delete(remember(one).id);
    }

    /** Only where no line is being written: what is durable must be among what changed. */
    function checkpoint(): Promise<void> {
      if (running !== undefined) return running;
      begun = { seq: journal.seq, bytes: journal.bytes };
      unsettled -= 1;
      running = makeCheckpoint()
        .then(() => {
          begun.bytes = 0;
        })
        // The journal goes on holding everything: tried again after as many lines.
        .catch((err) => log.error({ err }, 'conversations could not be written to their files'))
        .finally(() => {
          running = undefined;
        });
      return running;
    }

    function isCheckpointDue(): boolean {
      const { seq, bytes } = journal;
      return seq - begun.seq >= snapshotEvery || bytes - begun.bytes >= bytesPerCheckpoint;
    }

    const keep = (steps: readonly Step[]) =>
      inTurn(async () => {
        if (isClosed) throw new CodedError('STORE_WRITE_FAILED', 'the conversations are closed');
        await journal.append(steps.map(toEntry));
        unsettled = checkpointsToForget;
        for (const { id, conversation } of steps) {
          cache.delete(id);
          if (conversation) changed.set(id, conversation);
          else changed.delete(id);
        }
        if (isCheckpointDue()) void checkpoint();
      });
    const write = createBatches(keep, journalGatherMs);

    return createIndexedConversations(
      {
        async read(id) {
          const known = changed.get(id);
          if (known) return known;
          const kept = cache.get(id) ?? (await files.read(id));
          // What was written while we read is newer than what we have.
          return changed.get(id) ?? (kept && remember(kept));
        },
        write: (conversation) => write({ id: conversation.id, conversation }),
        async remove(id) {
          await write({ id, conversation: undefined });
          // It may be writing this very file.
          await running;
          await files.remove(id);
        },
        async swept(beforeMs) {
          sweptMs ??= beforeMs;
          if (unsettled <= 0 || beforeMs - sweptMs < checkpointEveryMs) return;
          sweptMs = beforeMs;
          await inTurn(async () => void checkpoint());
          await running;
        },
        async close() {
          await inTurn(async () => {
            isClosed = true;
          });
          await running;
          if (unsettled > 0) await checkpoint();
        },
      },
      heads,
    );
  });
}

interface Step {
  id: string;
  /** Absent: it is forgotten. */
  conversation: Conversation | undefined;
}

function toEntry({ id, conversation }: Step): NewEntry {
  return { op: conversation ? 'keep' : 'forget', id, idem: '', data: conversation ?? {} };
}

/** What the snapshot lists and the journal changed since, held against the files that are there. */
async function recover(
  { values, entries }: OpenedJournal,
  files: ConversationFiles,
): Promise<{ heads: Map<string, ConversationHead>; changed: Map<string, Conversation> }> {
  const listed = values.flatMap((value) => parseHead(value) ?? []);
  const heads = new Map(listed.map((head) => [head.id, head]));
  const changed = new Map<string, Conversation>();
  const forgotten = new Set<string>();
  for (const { op, id, data } of entries) {
    if (op === 'forget') {
      heads.delete(id);
      changed.delete(id);
      forgotten.add(id);
      continue;
    }
    const conversation = parseConversation(data);
    if (conversation?.id !== id)
      throw damaged('the conversations', 'they hold something that is no conversation');
    heads.set(id, headOf(conversation));
    changed.set(id, conversation);
    forgotten.delete(id);
  }
  const ids = new Set(await files.ids());
  for (const id of forgotten) if (ids.delete(id)) await files.remove(id);
  // Taken away by hand.
  for (const id of heads.keys()) if (!ids.has(id) && !changed.has(id)) heads.delete(id);
  // Put there by hand, or by a version that kept no list.
  const unlisted = await files.readAll([...ids].filter((id) => !heads.has(id)));
  for (const one of unlisted) heads.set(one.id, headOf(one));
  return { heads, changed };
}

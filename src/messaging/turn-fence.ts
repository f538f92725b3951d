import { CodedError } from '../platform/errors.ts';
import type { Conversation } from './conversation-record.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { Lease } from './turn-leases.ts';

/** Replying and sending go on side by side; each has a fence of its own. */
export type FencedWork = 'turn' | 'send';

/** The store as one holder of a lease may write to it: rejects with LEASE_LOST once a later holder has written. */
export function fencedStore(
  store: Pick<ConversationStore, 'update'>,
  work: FencedWork,
  { fence }: Lease,
): Pick<ConversationStore, 'update'> {
  if (fence === null) return store;
  return {
    update: (id, change) =>
      store.update(id, (newest) =>
        claimed(newest, work, fence, change(expectOurs(newest, work, fence))),
      ),
  };
}

function expectOurs(newest: Conversation, work: FencedWork, fence: number): Conversation {
  if ((newest.fences?.[work] ?? 0) > fence)
    throw new CodedError('LEASE_LOST', 'another server has gone on with this conversation');
  return newest;
}

/** Also where nothing changes: from here on nobody before us writes. */
function claimed(
  newest: Conversation,
  work: FencedWork,
  fence: number,
  after: Conversation,
): Conversation {
  if (newest.fences?.[work] === fence) return after;
  return { ...after, fences: { ...(newest.fences ?? { turn: 0, send: 0 }), [work]: fence } };
}

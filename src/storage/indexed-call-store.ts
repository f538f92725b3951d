import type { CallIndex } from '../call/call-index-store.ts';
import type { CallStore } from '../call/call-record.ts';

/** The same store; whatever is saved is found by the index from then on. A record that could not be saved is not. */
export function indexedCallStore(store: CallStore, index: Pick<CallIndex, 'put'>): CallStore {
  return {
    save: async (record) => {
      // Taken now: the caller goes on changing its record, and the next save overtakes this one.
      const copy = structuredClone(record);
      await store.save(copy);
      await index.put(copy);
    },
    find: (id) => store.find(id),
    list: (options) => store.list(options),
    unfinished: () => store.unfinished(),
  };
}

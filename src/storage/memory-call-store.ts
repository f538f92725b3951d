import type { CallRecord, CallStore } from '../call/call-record.ts';
import { callOrder, pageOf } from './call-page.ts';

/** Calls are forgotten with the process. The reference for what every call store does. */
export function createMemoryCallStore(): CallStore {
  const records = new Map<string, CallRecord>();
  const newestFirst = () => [...records.values()].sort(callOrder);
  return {
    save: async (record) => {
      records.set(record.id, structuredClone(record));
    },
    find: async (id) => structuredClone(records.get(id)),
    list: async (options) => structuredClone(pageOf(newestFirst(), options)),
    unfinished: async () =>
      structuredClone(newestFirst().filter((record) => record.state === 'live')),
  };
}

import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import {
  checkedRequest,
  newestRequestFirst,
  parseStaffRequest,
} from '../agent/staff-request-record.ts';
import { CodedError } from '../platform/errors.ts';

/** Forgets everything at exit; for the `memory` profile and tests. Keeps and hands out copies. */
export function createMemoryStaffRequestStore(): StaffRequestStore {
  const kept = new Map<string, StaffRequest>();
  return {
    async save(request) {
      const checked = parseStaffRequest(request);
      if (!checked) {
        throw new CodedError('STORE_WRITE_FAILED', 'what was to be written is not a request');
      }
      if (kept.has(checked.id)) return { outcome: 'exists' };
      kept.set(checked.id, structuredClone(checked));
      return { outcome: 'saved' };
    },
    async find(id) {
      return structuredClone(kept.get(id));
    },
    async list({ clinic, status, limit }) {
      return [...kept.values()]
        .filter((one) => clinic === undefined || one.clinic === clinic)
        .filter((one) => status === undefined || one.status === status)
        .sort(newestRequestFirst)
        .slice(0, limit)
        .map((one) => structuredClone(one));
    },
    async change(id, change) {
      const found = kept.get(id);
      if (!found) return undefined;
      const changed = checkedRequest(found, change(structuredClone(found)));
      kept.set(id, changed);
      return structuredClone(changed);
    },
    async setStatus(id, status) {
      const found = kept.get(id);
      if (!found) return undefined;
      const changed = { ...found, status };
      kept.set(id, changed);
      return structuredClone(changed);
    },
  };
}

import type { ClinicDraft, ClinicVersion } from '../agent/clinic-version-record.ts';
import type { ClinicVersionStore } from '../agent/clinic-version-store.ts';
import { CodedError } from '../platform/errors.ts';

/** Forgets everything at exit. */
export function createMemoryClinicVersionStore(): ClinicVersionStore {
  const published = new Map<string, ClinicVersion[]>();
  const drafts = new Map<string, ClinicDraft>();
  return {
    clinics: async () => [...published.keys()].sort(),
    versions: async (clinic) => [...(published.get(clinic) ?? [])],
    count: async (clinic) => published.get(clinic)?.length ?? 0,
    async append(version) {
      const before = published.get(version.clinic) ?? [];
      refuseGap(version, before.length);
      published.set(version.clinic, [...before, structuredClone(version)]);
    },
    draft: async (clinic) => structuredClone(drafts.get(clinic)),
    async putDraft(clinic, draft) {
      if (draft && !followsDraft(draft, drafts.get(clinic))) return 'stale';
      if (draft) drafts.set(clinic, structuredClone(draft));
      else drafts.delete(clinic);
      return 'kept';
    },
  };
}

/** @throws STORE_WRITE_FAILED when this is not the version after `count` others */
export function refuseGap({ clinic, number }: ClinicVersion, count: number): void {
  if (number === count + 1) return;
  const message = `version ${number} of ${clinic} does not follow version ${count}`;
  throw new CodedError('STORE_WRITE_FAILED', message);
}

/** Whether whoever saves this draft has seen the one that is there. */
export function followsDraft(draft: ClinicDraft, before: ClinicDraft | undefined): boolean {
  return draft.revision === (before?.revision ?? 0) + 1;
}

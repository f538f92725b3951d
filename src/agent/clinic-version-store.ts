import type { ClinicDraft, ClinicVersion } from './clinic-version-record.ts';

/** What was published of each clinic's file, and one draft of each. Kept for good: it says what callers were told when. */
export interface ClinicVersionStore {
  /** Ids of all of which something was published, in order. */
  clinics(): Promise<string[]>;
  /** Oldest first; empty when nothing was published. */
  versions(clinic: string): Promise<readonly ClinicVersion[]>;
  /** How many there are. */
  count(clinic: string): Promise<number>;
  /** Durable when it resolves. Rejects when its number is not the next: somebody else published. */
  append(version: ClinicVersion): Promise<void>;
  draft(clinic: string): Promise<ClinicDraft | undefined>;
  /**
   * Durable when it resolves; `undefined` throws the draft away. `stale`: its revision does not follow the one that is there,
   * because somebody else saved one; nothing was changed.
   */
  putDraft(clinic: string, draft: ClinicDraft | undefined): Promise<'kept' | 'stale'>;
}

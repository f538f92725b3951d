import type { ScriptHead, ScriptVersion } from './script-record.ts';

/** Versions that are kept of a script; older ones are forgotten. Nobody looks further back. */
export const mostScriptVersions = 50;

/** Scripts there may be; more than any desk tells apart. */
export const mostScripts = 2_000;

/** Scripts and what they were. */
export interface ScriptStore {
  /** All of them, deleted ones too, by id. */
  heads(): Promise<readonly ScriptHead[]>;
  head(id: string): Promise<ScriptHead | undefined>;
  /** Newest first, at most {@link mostScriptVersions}. */
  versions(id: string): Promise<readonly ScriptVersion[]>;
  /**
   * Durable when it resolves; all of it or nothing. `changed`: `head.revision` is not the next one, for somebody else
   * was quicker. Rejects with STORE_WRITE_FAILED.
   */
  save(head: ScriptHead, version?: ScriptVersion): Promise<{ outcome: 'saved' | 'changed' }>;
  close(): Promise<void>;
}

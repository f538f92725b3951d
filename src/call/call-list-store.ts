import type { CallList, CallListHead, CallListRow } from './call-list-record.ts';

/**
 * Lists of people to be rung. All of it is in memory; what is handed out is not to be changed. Writing rejects with
 * STORE_WRITE_FAILED: then everything stands as before.
 */
export interface CallListStore {
  /**
   * Durable when it resolves, wholly or not at all. A row whose wish another list holds already is kept as skipped
   * (`already-listed`), so that nobody is rung twice for it, however often a file is sent.
   */
  create(list: CallList): Promise<CallList>;
  /** Replaces the head by what `change` makes of it, the same object means no change. Nothing when there is no such list. */
  change(id: string, change: (head: CallListHead) => CallListHead): Promise<CallList | undefined>;
  /** The same for one row. */
  changeRow(
    id: string,
    line: number,
    change: (row: CallListRow) => CallListRow,
  ): Promise<CallListRow | undefined>;
  find(id: string): CallList | undefined;
  /** Oldest first. */
  all(): readonly CallList[];
  close(): Promise<void>;
}

import type { PendingTransfer } from './transfer-record.ts';

/**
 * The transfers under way, so that a process that dies while it rings loses no caller. All of it is in memory; what is
 * handed out is not to be changed. Writing rejects with STORE_WRITE_FAILED: then everything stands as before.
 */
export interface TransferStore {
  /** Replaces what is kept under this id. Durable when it resolves. */
  put(transfer: PendingTransfer): Promise<void>;
  /** It is over. Durable when it resolves; unknown ids are no trouble. */
  remove(id: string): Promise<void>;
  find(id: string): PendingTransfer | undefined;
  findByToken(token: string): PendingTransfer | undefined;
  close(): Promise<void>;
}

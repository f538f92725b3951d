import type { Dial } from './dial-record.ts';

/**
 * Every dial of the last days. What is written here is durable before anything is done about it, so that a process that
 * dies at any point rings nobody twice. All of it is in memory; what is handed out is not to be changed.
 */
export interface DialLedger {
  /**
   * Durable when it resolves. `exists`: a dial of the same API key and Idempotency-Key, or the same id, stands there
   * already. Rejects with STORE_WRITE_FAILED.
   */
  begin(dial: Dial): Promise<{ outcome: 'begun' } | { outcome: 'exists'; dial: Dial }>;
  /**
   * Replaces a dial by what `change` makes of its newest state; the same object means no change. One after another.
   * Durable when it resolves; nothing when there is no such dial. Rejects with what `change` throws, or
   * STORE_WRITE_FAILED: then it stands as before.
   */
  change(id: string, change: (dial: Dial) => Dial): Promise<Dial | undefined>;
  find(id: string): Dial | undefined;
  findByKey(keyId: string, idempotencyKey: string): Dial | undefined;
  findByCall(callSid: string): Dial | undefined;
  /** In no order. */
  all(): Iterable<Dial>;
  close(): Promise<void>;
}

/** API keys that may not dial for now. All of it is in memory; a key that is suspended stays so over a restart. */
export interface DialSuspensionStore {
  /** Until when, epoch ms; nothing when it never was, also for a time that is past. */
  untilMs(keyId: string): number | undefined;
  /** Durable when it resolves; holds at once, whatever becomes of the writing. Rejects with STORE_WRITE_FAILED. */
  suspend(keyId: string, untilMs: number): Promise<void>;
}

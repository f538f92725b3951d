/** What whoever works on something alone is given. */
export interface Lease {
  /**
   * Grows with every holder, over all servers. Null: only this process works on it, so it cannot be lost. A lease ends
   * when its holder is silent for too long; what the holder still writes then is refused by its fence (`turn-fence.ts`).
   */
  fence: number | null;
}

/** `elsewhere`: another process is at it. */
export type Leased<Result> = { outcome: 'done'; result: Result } | { outcome: 'elsewhere' };

/** One at a time: who answers a conversation, who sends its messages, who serves a visit. */
export interface TurnLeases {
  /**
   * Works on what `key` names while nobody else does. In this process whoever asks waits in order; for another process
   * at most `waitMs`, not at all when left out. Rejects with what `work` rejects with, with QUEUE_UNUSABLE when it
   * cannot be known who works on it.
   */
  hold<Result>(
    key: string,
    work: (lease: Lease) => Promise<Result>,
    waitMs?: number,
  ): Promise<Leased<Result>>;
}

/** When another server works on it, this is how soon we look again. */
export const lookAgainMs = 300;

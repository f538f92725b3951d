/** Somebody who is signed in at one browser. The browser's token is not in here: `key` is its SHA-256, in hex. */
export interface Session {
  key: string;
  userId: string;
  /** `User.epoch` when it began. */
  epoch: number;
  /** Epoch ms. */
  startedAtMs: number;
  /** When the person, not a page that was left open, last asked for something; epoch ms. */
  usedAtMs: number;
}

/** At most this many at once; the one unused longest makes room. */
export const mostSessions = 2_000;

export interface SessionStore {
  find(key: string): Promise<Session | undefined>;
  /** Durable when it resolves, like `remove`. Rejects with STORE_WRITE_FAILED. */
  add(session: Session): Promise<void>;
  /** Durable within a minute: losing it signs somebody out a minute early. */
  touch(key: string, usedAtMs: number): Promise<void>;
  remove(key: string): Promise<void>;
  /** Ends all of a user's sessions but the one that is kept. */
  removeOf(userId: string, keptKey?: string): Promise<void>;
  /** Forgets what began or was last used before these moments, epoch ms. */
  forget(before: { startedAtMs: number; usedAtMs: number }): Promise<void>;
  close(): Promise<void>;
}

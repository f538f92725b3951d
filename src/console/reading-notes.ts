/** An open page asks again and again: one reading is one line of the trail. */
const sameReadingMs = 10 * 60_000;
/** Readings remembered; the oldest is forgotten first and noted once more. */
const mostReadings = 5_000;

/** Whether a reading is already in the trail. */
export interface ReadingNotes {
  isNoted(userId: string, object: string, nowMs: number): boolean;
  /** After it was written down. */
  noted(userId: string, object: string, nowMs: number): void;
}

export function createReadingNotes(): ReadingNotes {
  /** `user object` → since when, oldest first. */
  const since = new Map<string, number>();
  return {
    isNoted(userId, object, nowMs) {
      const at = since.get(`${userId} ${object}`);
      return at !== undefined && nowMs - at < sameReadingMs;
    },
    noted(userId, object, nowMs) {
      const key = `${userId} ${object}`;
      since.delete(key);
      since.set(key, nowMs);
      const [oldest] = since.keys();
      if (since.size > mostReadings && oldest !== undefined) since.delete(oldest);
    },
  };
}

/** What a carrier plays of the audio it was given: in order, 8 bytes a millisecond, from when it reaches an empty queue. */

interface Chunk {
  item: number;
  startMs: number;
  endMs: number;
}

/** What was played of one item when the queue was emptied, ms. */
export type PlayedItems = Map<number, number>;

export class PlayoutClock {
  #endMs = 0;
  #chunks: Chunk[] = [];
  #marks: { name: string; dueMs: number }[] = [];
  /** Played milliseconds of items whose chunks have left the queue. */
  #played: PlayedItems = new Map();
  /** When the next mark is to be sent back. */
  nextMarkMs = Number.POSITIVE_INFINITY;

  audio(item: number, bytes: number, nowMs: number): void {
    this.#forgetPlayed(nowMs);
    const startMs = Math.max(nowMs, this.#endMs);
    this.#endMs = startMs + bytes / 8;
    this.#chunks.push({ item, startMs, endMs: this.#endMs });
  }

  mark(name: string, nowMs: number): void {
    this.#marks.push({ name, dueMs: Math.max(nowMs, this.#endMs) });
    this.nextMarkMs = this.#marks[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  takeMarks(nowMs: number): string[] {
    const names: string[] = [];
    while (this.#marks[0] && this.#marks[0].dueMs <= nowMs) {
      names.push(this.#marks[0].name);
      this.#marks.shift();
    }
    this.nextMarkMs = this.#marks[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    return names;
  }

  /** Empties the queue. @returns the marks to send back at once and, for each item of late, how much was played. */
  clear(nowMs: number): { marks: string[]; played: PlayedItems } {
    const marks = this.#marks.map((mark) => mark.name);
    for (const { item, startMs, endMs } of this.#chunks) {
      const ms = Math.max(0, Math.min(nowMs, endMs) - startMs);
      this.#played.set(item, (this.#played.get(item) ?? 0) + ms);
    }
    const played = this.#played;
    this.#played = new Map();
    this.#chunks = [];
    this.#marks = [];
    this.nextMarkMs = Number.POSITIVE_INFINITY;
    this.#endMs = nowMs;
    return { marks, played };
  }

  #forgetPlayed(nowMs: number): void {
    while (this.#chunks[0] && this.#chunks[0].endMs <= nowMs) {
      const { item, startMs, endMs } = this.#chunks[0];
      if (!this.#played.has(item)) this.#played.clear();
      this.#played.set(item, (this.#played.get(item) ?? 0) + endMs - startMs);
      this.#chunks.shift();
    }
  }
}

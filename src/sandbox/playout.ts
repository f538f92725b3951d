/**
 * Twilio's play-out buffer for one media stream, on a virtual clock: it holds no timer, every moment is passed in
 * (milliseconds, fractions allowed). Audio is played in order at 8 bytes/ms from the moment it reaches an empty queue.
 */

const bytesPerMs = 8;
/** Twilio discards audio beyond about this much (warning 31931): 10 minutes, in bytes. */
export const longestBufferBytes = 10 * 60 * 1000 * bytesPerMs;

export interface HeardSpan {
  /** When its first byte was played. */
  atMs: number;
  ulaw: Buffer;
}

export interface PlayedMark {
  name: string;
  /** When the audio before it had been played. */
  atMs: number;
}

export interface Played {
  spans: HeardSpan[];
  marks: PlayedMark[];
}

type Entry = { enqueuedAtMs: number } & ({ ulaw: Buffer } | { mark: string });

export class Playout {
  readonly #queue: Entry[] = [];
  /** When the next byte of the queue is due; in the past while the queue is empty. */
  #headMs = 0;
  #bufferedBytes = 0;
  #playedBytes = 0;

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Bytes played since the stream began. */
  get playedBytes(): number {
    return this.#playedBytes;
  }

  /** `overflow`: more than 10 minutes would wait, so this audio is dropped (31931). Call `advance` first. */
  enqueueAudio(ulaw: Buffer, nowMs: number): 'queued' | 'overflow' {
    if (this.#bufferedBytes + ulaw.length > longestBufferBytes) return 'overflow';
    if (ulaw.length === 0) return 'queued';
    this.#queue.push({ enqueuedAtMs: nowMs, ulaw });
    this.#bufferedBytes += ulaw.length;
    return 'queued';
  }

  /** With nothing before it, the next `advance` returns it. */
  enqueueMark(name: string, nowMs: number): void {
    this.#queue.push({ enqueuedAtMs: nowMs, mark: name });
  }

  /** What was played, and which marks were reached, since the last call; both in order. */
  advance(nowMs: number): Played {
    const played: Played = { spans: [], marks: [] };
    for (let entry = this.#queue[0]; entry; entry = this.#queue[0]) {
      const dueMs = Math.max(this.#headMs, entry.enqueuedAtMs);
      if (dueMs > nowMs) break;
      if ('mark' in entry) {
        played.marks.push({ name: entry.mark, atMs: dueMs });
        this.#queue.shift();
        continue;
      }
      const bytes = Math.min(entry.ulaw.length, Math.floor((nowMs - dueMs) * bytesPerMs));
      if (bytes === 0) break;
      played.spans.push({ atMs: dueMs, ulaw: entry.ulaw.subarray(0, bytes) });
      this.#headMs = dueMs + bytes / bytesPerMs;
      this.#bufferedBytes -= bytes;
      this.#playedBytes += bytes;
      if (bytes === entry.ulaw.length) this.#queue.shift();
      else this.#queue[0] = { ...entry, ulaw: entry.ulaw.subarray(bytes) };
    }
    return played;
  }

  /** Drops the queue. Returns every outstanding mark, in order: Twilio echoes them all. Call `advance` first. */
  clear(): string[] {
    const marks = this.#queue.flatMap((entry) => ('mark' in entry ? [entry.mark] : []));
    this.#queue.length = 0;
    this.#bufferedBytes = 0;
    return marks;
  }

  /** Plays nothing before `nowMs + forMs`, then goes on where it was. Call `advance` first. */
  stall(nowMs: number, forMs: number): void {
    this.#headMs = Math.max(this.#headMs, nowMs + forMs);
  }

  /** When the first outstanding mark will be reached if nothing is cleared; undefined without one. */
  nextMarkMs(): number | undefined {
    let dueMs = this.#headMs;
    for (const entry of this.#queue) {
      dueMs = Math.max(dueMs, entry.enqueuedAtMs);
      if ('mark' in entry) return dueMs;
      dueMs += entry.ulaw.length / bytesPerMs;
    }
    return undefined;
  }
}

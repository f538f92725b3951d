import { bytesPerMs, ulawSilence } from '../audio/g711.ts';
import { laySide, type Side } from '../audio/wav.ts';

/** All sizes here count one side of the recording; memory is twice that. */

/** Memory of a recording while the disk keeps up: 2.5 s, 40 KB. Holds the history and what comes between two writes. */
const usualBytes = 2_500 * bytesPerMs;
/** Written audio kept in memory, so that audio up to this late costs a longer write and not a read: 1.5 s. */
const historyBytes = 1_500 * bytesPerMs;
/** Most memory while the disk is slow: 8 s unwritten behind the history, 152 KB. */
const longestBytes = 8_000 * bytesPerMs + historyBytes;
/** Audio that fits no window, waiting to be merged into the file: 16 s, one long prompt heard while the disk stood still. */
const mostStrayBytes = 16_000 * bytesPerMs;
/** Audio placed further ahead than an hour is a wrong number, not a pause of the call. */
const furthestAheadBytes = 3_600_000 * bytesPerMs;

/** Audio of one side at its place on the timeline. */
export interface Stray {
  side: Side;
  audio: Uint8Array;
  atByte: number;
}

/** Stereo audio to write at `atByte`; silence follows it up to `toByte`. */
export interface Unwritten {
  stereo: Buffer;
  atByte: number;
  toByte: number;
}

/**
 * The end of a recording that is still in memory, interleaved and ready to write, with silence where nothing came.
 * Pure memory: the recorder takes what is unwritten, writes it, and says when that is done.
 */
export class RecordingWindow {
  #stereo = Buffer.alloc(2 * usualBytes, ulawSilence);
  /** Timeline position of the window's first sample. The file is complete before it, but for strays. */
  #base = 0;
  /** First position that differs from the file. */
  #dirty = 0;
  /** Behind the newest sample of either side. */
  #end = 0;
  #strays: Stray[] = [];
  #strayBytes = 0;

  /** @returns false when there is no room: the disk has not kept up for seconds. */
  place(side: Side, audio: Uint8Array, atByte: number): boolean {
    const at = Math.round(atByte);
    const end = at + audio.length;
    // Written so that NaN goes outside too.
    if (!(at >= this.#base && end <= this.#base + this.#capacity)) {
      return this.#placeOutside(side, audio, at);
    }
    laySide(this.#stereo, side, audio, at - this.#base);
    if (at < this.#dirty) this.#dirty = at;
    if (end > this.#end) this.#end = end;
    return true;
  }

  /** The recording lasts at least until here. */
  extendTo(endByte: number): void {
    const end = Math.round(endByte);
    if (end > this.#end && end <= this.#end + furthestAheadBytes) this.#end = end;
  }

  get isWritten(): boolean {
    return this.#dirty >= this.#end && this.#strays.length === 0;
  }

  /**
   * Everything that differs from the file, in one piece. It is the window's own memory: nothing is copied. What is placed
   * into it before `wrote` may or may not be in this write, and is in the next for certain.
   */
  takeUnwritten(): Unwritten | undefined {
    if (this.#dirty >= this.#end) return undefined;
    const inWindow = Math.min(this.#end, this.#base + this.#capacity);
    const stereo = this.#stereo.subarray(
      2 * (this.#dirty - this.#base),
      2 * (inWindow - this.#base),
    );
    const unwritten = { stereo, atByte: this.#dirty, toByte: this.#end };
    this.#dirty = this.#end;
    return unwritten;
  }

  /** The write of what `takeUnwritten` gave is over: moves the window forward. */
  wrote({ toByte }: Unwritten): void {
    const base = Math.min(this.#dirty, toByte - historyBytes);
    if (base > this.#base) this.#slideTo(base);
  }

  /** Audio older than the window, to be merged into the file. Strays for which there is room by now are placed. */
  takeOld(): Stray[] {
    const strays = this.#strays;
    this.#strays = [];
    this.#strayBytes = 0;
    const old: Stray[] = [];
    for (const { side, audio, atByte } of strays) {
      const oldBytes = Math.min(Math.max(this.#base - atByte, 0), audio.length);
      if (oldBytes > 0) old.push({ side, audio: audio.subarray(0, oldBytes), atByte });
      if (oldBytes < audio.length) this.place(side, audio.subarray(oldBytes), atByte + oldBytes);
    }
    return old;
  }

  get #capacity(): number {
    return this.#stereo.length / 2;
  }

  #placeOutside(side: Side, audio: Uint8Array, at: number): boolean {
    const end = at + audio.length;
    if (!(end > 0 && at <= this.#end + furthestAheadBytes)) return true;
    if (at < 0) return this.place(side, audio.subarray(-at), 0);
    if (at >= this.#base && end - this.#base <= longestBytes) {
      this.#grow(end - this.#base);
      return this.place(side, audio, at);
    }
    if (at < this.#base && end > this.#base) {
      const split = this.#base - at;
      const kept = this.#keepStray(side, audio.subarray(0, split), at);
      return this.place(side, audio.subarray(split), this.#base) && kept;
    }
    if (end > this.#end) this.#end = end;
    return this.#keepStray(side, audio, at);
  }

  #keepStray(side: Side, audio: Uint8Array, atByte: number): boolean {
    if (this.#strayBytes + audio.length > mostStrayBytes) return false;
    this.#strayBytes += audio.length;
    // A copy: what was handed over may be a view of a much larger buffer, or be used again.
    this.#strays.push({ side, audio: Uint8Array.from(audio), atByte });
    return true;
  }

  /** A write in flight keeps reading the old memory, so growing is safe at any time; sliding is not. */
  #grow(needed: number): void {
    const grown = Buffer.alloc(
      2 * Math.min(longestBytes, Math.max(needed, 2 * this.#capacity)),
      ulawSilence,
    );
    this.#stereo.copy(grown);
    this.#stereo = grown;
  }

  #slideTo(base: number): void {
    const from = Math.min(base - this.#base, this.#capacity);
    const kept = Math.max(0, Math.min(this.#end - this.#base, this.#capacity) - from);
    this.#base = base;
    if (this.#capacity > usualBytes && kept <= usualBytes) {
      const shrunk = Buffer.alloc(2 * usualBytes, ulawSilence);
      this.#stereo.copy(shrunk, 0, 2 * from, 2 * (from + kept));
      this.#stereo = shrunk;
      return;
    }
    this.#stereo.copyWithin(0, 2 * from, 2 * (from + kept));
    this.#stereo.fill(ulawSilence, 2 * kept);
  }
}

import { bytesPerMs } from '../audio/g711.ts';

/**
 * The ledger of agent audio: what was sent to the carrier, what the caller has heard of it, and where to cut.
 * Pure bookkeeping: it holds no timer and no socket; every moment is passed in, in milliseconds on the carrier's clock.
 *
 * The carrier plays 8 bytes a millisecond, in order, from when audio reaches an empty queue. So the position follows
 * the clock from the first send of a run; returned marks tell when the carrier fell behind that (a stall) and
 * the position is moved back. Marks returned by a `clear` are unknown here by then and change nothing.
 */

/** A mark that is late by more than the usual round trip plus this means that the carrier stalled. */
const stallToleranceMs = 30;
/** While a mark is overdue by more than this, the position waits in front of it. */
const overdueMs = 250;
/** A mark overdue by this is lost: the clock alone decides until marks come back. */
const lostMarkMs = 3_000;
/** Longest plausible delay between us and the carrier and back; a larger first delay is a stall, not a distance. */
const longestRoundTripMs = 500;

export interface AgentAudio {
  responseId: string;
  itemId: string;
  contentIndex: number;
  ulaw: Buffer;
  /** The server must not be told to cut this: a shipped prompt, or audio resumed after the item was already cut. */
  unbound?: boolean;
}

/** Audio that was heard, and when: for the recording and the transcript. */
export interface HeardSpan {
  itemId: string;
  ulaw: Buffer;
  atMs: number;
}

/** One item as the caller left it. */
export interface ItemCut {
  itemId: string;
  contentIndex: number;
  heardMs: number;
  /** Milliseconds that had been received of it. */
  receivedMs: number;
  unbound: boolean;
}

export interface Cut {
  items: ItemCut[];
  /** Everything sent and not heard, in order: what a resume sends again. */
  unheard: AgentAudio[];
}

interface Piece {
  audio: AgentAudio;
  start: number;
  end: number;
}

interface ItemProgress {
  contentIndex: number;
  sent: number;
  closed: boolean;
  unbound: boolean;
}

export class Playback {
  /** Positions are bytes since the call began, counting only what was not cut. */
  #sent = 0;
  #heard = 0;
  #settled = 0;
  /** position = offset + 8 · now while a run plays. */
  #offset = 0;
  /** The earliest the run can have begun: corrections never go past it. */
  #firstOffset = 0;
  #roundTrip = longestRoundTripMs * bytesPerMs;
  #marksTrusted = false;
  #generation = 0;
  #markCount = 0;
  #lastPlacedEndMs = 0;
  readonly #pieces: Piece[] = [];
  readonly #marks = new Map<string, number>();
  readonly #items = new Map<string, ItemProgress>();
  readonly #spans: HeardSpan[] = [];

  /** Enters audio that was handed to the carrier. Returns the name of the mark to send behind it. */
  send(audio: AgentAudio, nowMs: number): string {
    this.#settle(nowMs);
    if (this.#heard >= this.#sent) this.#startRun(nowMs);
    const start = this.#sent;
    this.#sent += audio.ulaw.length;
    this.#pieces.push({ audio, start, end: this.#sent });
    const item = this.#items.get(audio.itemId);
    if (item) {
      item.sent += audio.ulaw.length;
      item.unbound ||= audio.unbound === true;
    } else {
      this.#items.set(audio.itemId, {
        contentIndex: audio.contentIndex,
        sent: audio.ulaw.length,
        closed: false,
        unbound: audio.unbound === true,
      });
    }
    const mark = `g${this.#generation}m${this.#markCount++}`;
    this.#marks.set(mark, this.#sent);
    return mark;
  }

  /** No more audio will come for this item: heard to its end, there is nothing left to cut. */
  closeItem(itemId: string): void {
    const item = this.#items.get(itemId);
    if (item) item.closed = true;
    this.#forgetFinishedItems();
  }

  /** The carrier returned a mark. Unknown names (cleared, forged, repeated) are ignored; returns whether it was known. */
  markReturned(name: string, nowMs: number): boolean {
    const position = this.#marks.get(name);
    if (position === undefined) return false;
    for (const [other, end] of this.#marks) if (end <= position) this.#marks.delete(other);
    this.#marksTrusted = true;
    this.#correct(position, nowMs);
    this.#settle(nowMs, position);
    return true;
  }

  /** Bytes of all audio so far that the caller has heard. */
  position(nowMs: number): number {
    const byClock = this.#offset + nowMs * bytesPerMs;
    return Math.max(this.#heard, Math.min(this.#sent, this.#waitForOverdueMark(byClock)));
  }

  /** How long what was sent still takes to be heard. */
  backlogMs(nowMs: number): number {
    return (this.#sent - this.position(nowMs)) / bytesPerMs;
  }

  isPlaying(nowMs: number): boolean {
    return this.position(nowMs) < this.#sent;
  }

  /** Heard to the end beyond doubt: the last mark came back, or it is overdue by `graceMs`. */
  isHeardOut(nowMs: number, graceMs: number): boolean {
    if (this.#marks.size === 0) return this.position(nowMs) >= this.#sent;
    return nowMs * bytesPerMs + this.#offset >= this.#sent + graceMs * bytesPerMs;
  }

  /** What was heard since the last call, in order, with the moment each span began. */
  takeHeard(nowMs: number): HeardSpan[] {
    this.#settle(nowMs);
    return this.#spans.splice(0);
  }

  /** The caller spoke: forget everything unheard and every outstanding mark, and say where each item was left. */
  cut(nowMs: number): Cut {
    this.#settle(nowMs);
    const unheard: AgentAudio[] = [];
    const lost = new Map<string, number>();
    for (const piece of this.#pieces) {
      const from = Math.max(0, this.#heard - piece.start);
      unheard.push({ ...piece.audio, ulaw: piece.audio.ulaw.subarray(from) });
      lost.set(
        piece.audio.itemId,
        (lost.get(piece.audio.itemId) ?? 0) + piece.audio.ulaw.length - from,
      );
    }
    const items: ItemCut[] = [];
    for (const [itemId, item] of this.#items) {
      const missing = lost.get(itemId) ?? 0;
      if (missing === 0 && item.closed) continue;
      items.push({
        itemId,
        contentIndex: item.contentIndex,
        heardMs: Math.floor((item.sent - missing) / bytesPerMs),
        receivedMs: Math.floor(item.sent / bytesPerMs),
        unbound: item.unbound,
      });
    }
    this.#forgetUnheard();
    return { items, unheard };
  }

  #startRun(nowMs: number): void {
    this.#offset = this.#sent - nowMs * bytesPerMs;
    this.#firstOffset = this.#offset;
  }

  /** Moves the clock to what a returned mark proves: at most one usual round trip ahead of it, never ahead of the run. */
  #correct(position: number, nowMs: number): void {
    const proven = position - nowMs * bytesPerMs;
    const delay = Math.max(0, this.#offset - proven);
    this.#roundTrip = Math.min(this.#roundTrip, delay);
    const target = Math.min(this.#firstOffset, proven + this.#roundTrip);
    const behind = this.#offset - target;
    if (behind > stallToleranceMs * bytesPerMs || behind < 0) this.#offset = target;
  }

  #waitForOverdueMark(byClock: number): number {
    if (!this.#marksTrusted) return byClock;
    const [oldest] = this.#marks.values();
    if (oldest === undefined) return byClock;
    const overdue = byClock - oldest - this.#roundTrip;
    if (overdue > lostMarkMs * bytesPerMs) this.#marksTrusted = false;
    return this.#marksTrusted && overdue > overdueMs * bytesPerMs ? oldest : byClock;
  }

  /** Advances `heard` and files the newly heard audio under the moment it was played. */
  #settle(nowMs: number, atLeast = 0): void {
    this.#heard = Math.min(this.#sent, Math.max(Math.floor(this.position(nowMs)), atLeast));
    if (this.#heard === this.#settled) return;
    const endMs = Math.min(nowMs, (this.#heard - this.#offset) / bytesPerMs);
    let atMs = Math.max(this.#lastPlacedEndMs, endMs - (this.#heard - this.#settled) / bytesPerMs);
    while (this.#settled < this.#heard) {
      const piece = this.#pieces[0];
      if (!piece) break;
      const end = Math.min(piece.end, this.#heard);
      const ulaw = piece.audio.ulaw.subarray(this.#settled - piece.start, end - piece.start);
      this.#spans.push({ itemId: piece.audio.itemId, ulaw, atMs });
      atMs += ulaw.length / bytesPerMs;
      this.#settled = end;
      if (end === piece.end) this.#pieces.shift();
    }
    this.#lastPlacedEndMs = atMs;
    this.#forgetFinishedItems();
  }

  #forgetFinishedItems(): void {
    if (this.#pieces.length > 0) return;
    for (const [itemId, item] of this.#items) if (item.closed) this.#items.delete(itemId);
  }

  #forgetUnheard(): void {
    this.#sent = this.#heard;
    this.#pieces.length = 0;
    this.#marks.clear();
    this.#items.clear();
    this.#generation += 1;
  }
}

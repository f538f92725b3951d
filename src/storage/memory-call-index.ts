import { type CallGist, gistOf, searchTextOf } from '../call/call-gist-record.ts';
import type { CallGistPage, CallIndex, CallQuery } from '../call/call-index-store.ts';
import type { CallRecord } from '../call/call-record.ts';
import { type CallPosition, callCursor, callOrder } from './call-page.ts';
import { type AskedWord, askedWords, wordsOf } from './call-words.ts';
import { WordPostings } from './word-postings.ts';

/** Calls that were replaced or removed keep their place in the lists of words until this share of all is such. */
const mostDeadShare = 0.25;
/** Below this many there is nothing worth tidying up. */
const fewDead = 1_000;

/** Calls whose words are read in one go: 2 ms, which no call hears. */
const waitingAtOnce = 10;

/** A call and its number in the lists of words: none while it goes on. */
interface Entry {
  document: number | undefined;
  gist: CallGist;
}

/**
 * Every call in memory: a gist of about 1 KB and 4 to 8 bytes for each different word of it. See docs/recordings.md for what
 * that comes to.
 */
export class MemoryCallIndex implements CallIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #postings = new WordPostings();
  /** Calls whose words are still to be read. */
  readonly #waiting = new Map<string, () => Iterable<string>>();
  #documents = 0;
  #dead = 0;
  /** Newest first; made again when a call came or went. */
  #order: Entry[] | undefined;

  put(record: CallRecord): void {
    const isLive = record.state === 'live';
    this.enter(gistOf(record), isLive ? undefined : wordsOf(searchTextOf(record)));
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Listed at once, found by its words a little later: for all the calls of a start. */
  putLater(gist: CallGist, words: () => Iterable<string>): void {
    this.enter(gist, undefined);
    if (this.#waiting.size === 0) setImmediate(() => this.#readWaiting());
    this.#waiting.set(gist.id, words);
  }

  #readWaiting(): void {
    let most = waitingAtOnce;
    for (const [id, words] of this.#waiting) {
      const entry = this.#entries.get(id);
      // What was put or removed meanwhile is newer than what waits.
      this.#waiting.delete(id);
      if (entry?.document === undefined && entry) this.enter(entry.gist, words());
      most -= 1;
      if (most === 0) break;
    }
    if (this.#waiting.size > 0) setImmediate(() => this.#readWaiting());
  }

  /** @param words of a call that goes on: none */
  enter(gist: CallGist, words: Iterable<string> | undefined): void {
    this.#waiting.delete(gist.id);
    const before = this.#entries.get(gist.id);
    const isSamePlace = before?.gist.startedAt === gist.startedAt;
    const entry: Entry = { document: words && this.#documents, gist };
    if (words) {
      this.#postings.add(this.#documents, words);
      this.#documents += 1;
    }
    if (before?.document !== undefined) this.#dead += 1;
    this.#entries.set(gist.id, entry);
    if (this.#order && before && isSamePlace) this.#order[this.#placeOf(gist)] = entry;
    else if (this.#order && !before && isNewest(this.#order, gist)) this.#order.unshift(entry);
    else this.#order = undefined;
    this.#tidy();
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#waiting.delete(id);
    this.#order = undefined;
    if (entry.document !== undefined) this.#dead += 1;
    this.#tidy();
  }

  async search(
    query: CallQuery,
    { limit, before }: { limit: number; before?: string },
  ): Promise<CallGistPage> {
    const calls: CallGist[] = [];
    let total = 0;
    let hasMore = false;
    for (const gist of this.#matching(query)) {
      total += 1;
      if (before !== undefined && callCursor(gist) >= before) continue;
      if (calls.length < limit) calls.push(gist);
      else hasMore = true;
    }
    const last = calls.at(-1);
    const unread = this.#waiting.size;
    return { calls, total, unread, ...(last && hasMore ? { nextBefore: callCursor(last) } : {}) };
  }

  async all(query: CallQuery): Promise<readonly CallGist[]> {
    return [...this.#matching(query)].reverse();
  }

  *#matching(query: CallQuery): Iterable<CallGist> {
    const asked = askedWords(query.text ?? '');
    // Something was typed, and nothing of it can be looked for.
    if (asked.length === 0 && query.text?.trim()) return;
    const marks = asked.map((one) => ({ asked: one, marks: this.#marksOf(one) }));
    for (const { document, gist } of this.#newestFirst()) {
      if (!fits(gist, query)) continue;
      const has = (one: (typeof marks)[number]) =>
        (document !== undefined && one.marks[document] === 1) || hasDigits(gist, one.asked);
      if (marks.every(has)) yield gist;
    }
  }

  #marksOf({ word, isPrefix }: AskedWord): Uint8Array {
    const marks = new Uint8Array(this.#documents);
    this.#postings.mark(word, isPrefix, marks);
    return marks;
  }

  #newestFirst(): readonly Entry[] {
    this.#order ??= [...this.#entries.values()].sort((a, b) => callOrder(a.gist, b.gist));
    return this.#order;
  }

  #placeOf(position: CallPosition): number {
    const order = this.#newestFirst();
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = order[middle];
      if (found && callCursor(found.gist) > callCursor(position)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #tidy(): void {
    if (this.#dead < fewDead || this.#dead < this.#documents * mostDeadShare) return;
    const numbered = [...this.#entries.values()].filter(hasWords);
    numbered.sort((a, b) => a.document - b.document);
    const renamed = new Int32Array(this.#documents).fill(-1);
    for (const [at, entry] of numbered.entries()) {
      renamed[entry.document] = at;
      entry.document = at;
    }
    this.#postings.rename(renamed);
    this.#documents = numbered.length;
    this.#dead = 0;
  }
}

function hasWords(entry: Entry): entry is Entry & { document: number } {
  return entry.document !== undefined;
}

function isNewest(order: readonly Entry[], gist: CallGist): boolean {
  const [newest] = order;
  return newest === undefined || callCursor(newest.gist) < callCursor(gist);
}

function hasDigits({ from, to }: CallGist, { digits }: AskedWord): boolean {
  return digits !== undefined && (from.includes(digits) || to.includes(digits));
}

function fits(gist: CallGist, query: CallQuery): boolean {
  return (
    (query.clinics === 'all' || query.clinics.includes(gist.clinic)) &&
    (query.from === undefined || gist.startedAt >= query.from) &&
    (query.until === undefined || gist.startedAt < query.until) &&
    (query.direction === undefined || gist.direction === query.direction) &&
    (query.outcome === undefined || gist.outcome === query.outcome) &&
    (query.booked === undefined || query.booked === gist.booked > 0) &&
    (query.transferred === undefined || query.transferred === (gist.transfer !== undefined)) &&
    (query.emergency === undefined || query.emergency === gist.emergencies > 0) &&
    (query.recorded === undefined || query.recorded === gist.isRecorded) &&
    (query.leastMs === undefined || gist.durationMs >= query.leastMs) &&
    (query.mostMs === undefined || gist.durationMs <= query.mostMs)
  );
}

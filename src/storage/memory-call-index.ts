import { type CallGist, gistOf, searchTextOf } from '../call/call-gist-record.ts';
import type { CallGistPage, CallIndex, CallQuery } from '../call/call-index-store.ts';
import type { CallRecord } from '../call/call-record.ts';
import { type CallPosition, callCursor, callOrder } from './call-page.ts';
import { personNumber, personOf } from './call-person.ts';
import { type AskedWord, askedWords, wordsOf } from './call-words.ts';
import { WordPostings } from './word-postings.ts';

/** Calls that were replaced or removed keep their place in the lists of words until this share of all is such. */
const mostDeadShare = 0.25;
/** Below this many there is nothing worth tidying up. */
const fewDead = 1_000;

/** Share of all calls below which those that were found are sorted by themselves. */
const fewShare = 0.05;

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
  /** Calls by the other side's number, as `personNumber` writes it. */
  readonly #byNumber = new Map<string, Map<string, Entry>>();
  /** By number; none where a call was replaced or removed. */
  #byDocument: (Entry | undefined)[] = [];
  #dead = 0;
  /** Newest first; made again when a call came or went. */
  #order: Entry[] | undefined;

  async put(record: CallRecord): Promise<void> {
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
    const entry: Entry = { document: words && this.#byDocument.length, gist };
    if (words) {
      this.#postings.add(this.#byDocument.length, words);
      this.#byDocument.push(entry);
    }
    this.#bury(before);
    this.#entries.set(gist.id, entry);
    this.#file(entry, before);
    if (this.#order && before && isSamePlace) this.#order[this.#placeOf(gist)] = entry;
    else if (this.#order && !before && isNewest(this.#order, gist)) this.#order.unshift(entry);
    else this.#order = undefined;
    this.#tidy();
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    this.#file(undefined, entry);
    this.#waiting.delete(id);
    this.#order = undefined;
    this.#bury(entry);
    this.#tidy();
  }

  async search(
    query: CallQuery,
    { limit, before }: { limit: number; before?: string },
  ): Promise<CallGistPage> {
    const found = this.#matching(query);
    const from = before === undefined ? 0 : firstBehind(found, before);
    const calls = found.slice(from, from + limit);
    const last = calls.at(-1);
    const hasMore = found.length > from + calls.length;
    const unread = this.#waiting.size;
    return {
      calls,
      total: found.length,
      unread,
      ...(last && hasMore ? { nextBefore: callCursor(last) } : {}),
    };
  }

  async all(query: CallQuery): Promise<readonly CallGist[]> {
    return this.#matching(query).reverse();
  }

  /** Newest first. */
  #matching(query: CallQuery): CallGist[] {
    const asked = askedWords(query.text ?? '');
    // Something was typed, and nothing of it can be looked for.
    if (asked.length === 0 && query.text?.trim()) return [];
    const tests = testsOf(query);
    const found: CallGist[] = [];
    const entries =
      query.number === undefined
        ? asked.length > 0
          ? this.#saying(asked)
          : this.#newestFirst()
        : this.#ofNumber(query.number, asked);
    for (const { gist } of entries) if (tests.every((test) => test(gist))) found.push(gist);
    return found;
  }

  /** Newest first, the calls that have all of the words. */
  #saying(asked: readonly AskedWord[]): readonly Entry[] {
    const marks = asked.map((one) => ({ asked: one, marks: this.#marksOf(one) }));
    const has = ({ document, gist }: Entry) =>
      marks.every(
        (one) =>
          (document !== undefined && one.marks[document] === 1) || hasDigits(gist, one.asked),
      );
    // A number is a part of the gist: every call has to be looked at.
    if (asked.some(({ digits }) => digits)) return this.#newestFirst().filter(has);
    const [first, ...others] = marks.map((one) => one.marks);
    const entries: Entry[] = [];
    for (const [document, entry] of this.#byDocument.entries()) {
      if (first?.[document] !== 1 || !entry) continue;
      if (others.every((one) => one[document] === 1)) entries.push(entry);
    }
    // Sorting a few is faster than walking through all; walking is faster than sorting most.
    if (entries.length > this.#entries.size * fewShare) return this.#newestFirst().filter(has);
    return entries.sort((a, b) => callOrder(a.gist, b.gist));
  }

  #marksOf({ word, isPrefix }: AskedWord): Uint8Array {
    const marks = new Uint8Array(this.#byDocument.length);
    this.#postings.mark(word, isPrefix, marks);
    return marks;
  }

  /** Newest first. */
  #ofNumber(number: string, asked: readonly AskedWord[]): readonly Entry[] {
    const theirs = [...(this.#byNumber.get(personNumber(number))?.values() ?? [])];
    const saying = asked.length > 0 ? new Set(this.#saying(asked)) : undefined;
    return theirs
      .filter((entry) => saying?.has(entry) ?? true)
      .sort((a, b) => callOrder(a.gist, b.gist));
  }

  /** A call stands under the number of whoever is not the clinic. */
  #file(entry: Entry | undefined, before: Entry | undefined): void {
    if (before) {
      const key = personOf(before.gist);
      const others = this.#byNumber.get(key);
      others?.delete(before.gist.id);
      if (others?.size === 0) this.#byNumber.delete(key);
    }
    if (!entry) return;
    const key = personOf(entry.gist);
    const theirs = this.#byNumber.get(key) ?? new Map<string, Entry>();
    this.#byNumber.set(key, theirs.set(entry.gist.id, entry));
  }

  #bury(entry: Entry | undefined): void {
    if (entry?.document === undefined) return;
    this.#byDocument[entry.document] = undefined;
    this.#dead += 1;
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
    if (this.#dead < fewDead || this.#dead < this.#byDocument.length * mostDeadShare) return;
    const renamed = new Int32Array(this.#byDocument.length).fill(-1);
    const kept = this.#byDocument.filter((entry) => entry !== undefined);
    for (const [at, entry] of kept.entries()) {
      renamed[entry.document ?? 0] = at;
      entry.document = at;
    }
    this.#postings.rename(renamed);
    this.#byDocument = kept;
    this.#dead = 0;
  }
}

/** Index of the first call, newest first, that stands behind a cursor. */
function firstBehind(calls: readonly CallGist[], cursor: string): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const call = calls[middle];
    if (call && callCursor(call) >= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isNewest(order: readonly Entry[], gist: CallGist): boolean {
  const [newest] = order;
  return newest === undefined || callCursor(newest.gist) < callCursor(gist);
}

function hasDigits({ from, to }: CallGist, { digits }: AskedWord): boolean {
  return digits !== undefined && (from.includes(digits) || to.includes(digits));
}

type Test = (gist: CallGist) => boolean;

/** Only what is asked for is looked at: most lists ask for one thing. */
function testsOf(query: CallQuery): Test[] {
  const { clinics, from, until, direction, outcome, booked, transferred, emergency } = query;
  const { recorded, leastMs, mostMs } = query;
  const tests: (Test | false)[] = [
    clinics !== 'all' && (({ clinic }) => clinics.includes(clinic)),
    from !== undefined && (({ startedAt }) => startedAt >= from),
    until !== undefined && (({ startedAt }) => startedAt < until),
    direction !== undefined && ((gist) => gist.direction === direction),
    outcome !== undefined && ((gist) => gist.outcome === outcome),
    booked !== undefined && ((gist) => gist.booked > 0 === booked),
    transferred !== undefined && (({ transfer }) => (transfer !== undefined) === transferred),
    emergency !== undefined && ((gist) => gist.emergencies > 0 === emergency),
    recorded !== undefined && (({ isRecorded }) => isRecorded === recorded),
    leastMs !== undefined && (({ durationMs }) => durationMs >= leastMs),
    mostMs !== undefined && (({ durationMs }) => durationMs <= mostMs),
  ];
  return tests.filter((test) => test !== false);
}

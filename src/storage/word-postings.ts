/** New words are looked through one by one until there are so many of them; then they are sorted in. */
const mostUnsorted = 2_000;
const firstRoom = 4;

/** Which documents hold a word. Numbers of documents only grow, so each list is in order. */
interface Posting {
  documents: Uint32Array;
  count: number;
}

/** An inverted index: word → documents, 4 bytes for each pair and up to twice that while a list grows. */
export class WordPostings {
  readonly #postings = new Map<string, Posting>();
  #sorted: string[] = [];
  #unsorted: string[] = [];

  /** @param document greater than any before it */
  add(document: number, words: Iterable<string>): void {
    for (const word of words) {
      let posting = this.#postings.get(word);
      if (!posting) {
        posting = { documents: new Uint32Array(firstRoom), count: 0 };
        // A slice of a long text would keep all of it alive.
        const own = Buffer.from(word).toString();
        this.#postings.set(own, posting);
        this.#unsorted.push(own);
      }
      if (posting.count === posting.documents.length) posting.documents = grown(posting.documents);
      posting.documents[posting.count] = document;
      posting.count += 1;
    }
  }

  /** Marks the documents that hold the word, or with `isPrefix` any word that begins with it. */
  mark(word: string, isPrefix: boolean, marks: Uint8Array): void {
    if (!isPrefix) return this.#markOne(word, marks);
    this.#sortIn();
    for (let at = this.#firstFrom(word); at < this.#sorted.length; at += 1) {
      const found = this.#sorted[at] ?? '';
      if (!found.startsWith(word)) break;
      this.#markOne(found, marks);
    }
    for (const found of this.#unsorted) if (found.startsWith(word)) this.#markOne(found, marks);
  }

  /** Gives documents other numbers, in the same order. @param renamed old number → new one, -1 for one that is no more */
  rename(renamed: Int32Array): void {
    for (const [word, posting] of this.#postings) {
      let kept = 0;
      for (let at = 0; at < posting.count; at += 1) {
        const document = renamed[posting.documents[at] ?? 0] ?? -1;
        if (document < 0) continue;
        posting.documents[kept] = document;
        kept += 1;
      }
      posting.count = kept;
      if (kept === 0) this.#postings.delete(word);
    }
    this.#sorted = [...this.#postings.keys()].sort(byCode);
    this.#unsorted = [];
  }

  #markOne(word: string, marks: Uint8Array): void {
    const posting = this.#postings.get(word);
    if (!posting) return;
    for (let at = 0; at < posting.count; at += 1) marks[posting.documents[at] ?? 0] = 1;
  }

  #sortIn(): void {
    if (this.#unsorted.length <= mostUnsorted) return;
    this.#sorted = [...this.#sorted, ...this.#unsorted].sort(byCode);
    this.#unsorted = [];
  }

  #firstFrom(word: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (byCode(this.#sorted[middle] ?? '', word) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byCode(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function grown(documents: Uint32Array): Uint32Array {
  const larger = new Uint32Array(documents.length * 2);
  larger.set(documents);
  return larger;
}

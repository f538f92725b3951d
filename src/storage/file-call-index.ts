import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gistOf, searchTextOf } from '../call/call-gist-record.ts';
import type { CallIndex, CallQuery } from '../call/call-index-store.ts';
import type { CallRecord } from '../call/call-record.ts';
import { errorSummary } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { CallIndexFile, type IndexedFile } from './call-index-file.ts';
import { wordsOf } from './call-words.ts';
import { MemoryCallIndex } from './memory-call-index.ts';

/** The file is written anew at a start when this share of its lines is out of date. */
const mostStaleShare = 0.25;

/** Which bytes of a record's file something is true of. */
export interface FileState {
  size: number;
  mtimeMs: number;
}

/** The index in memory, and what was found in each record's file kept beside the other data for the next start. */
export class FileCallIndex implements CallIndex {
  readonly #memory = new MemoryCallIndex();
  readonly #file: CallIndexFile;
  /** What the last process found; empty once the directory was read. */
  #known = new Map<string, IndexedFile>();
  /** Waiting for one rewrite of the file. */
  #removed = new Set<string>();
  #removing: Promise<void> = Promise.resolve();
  #lines = 0;
  #recalled = 0;

  /** @param directory ours alone; made when it is not there */
  static async open(directory: string, log: Log): Promise<FileCallIndex> {
    await mkdir(directory, { recursive: true });
    const tell = (error: unknown) => {
      log.warn({ code: errorSummary(error).code }, 'the index of calls could not be kept');
    };
    const index = new FileCallIndex(new CallIndexFile(join(directory, 'calls.jsonl'), tell));
    index.#lines = await index.#file.read((entry) => index.#known.set(entry.file, entry));
    return index;
  }

  private constructor(file: CallIndexFile) {
    this.#file = file;
  }

  /** What is known of this file as it is now; by that it is found. */
  recall(file: string, { size, mtimeMs }: FileState): IndexedFile['gist'] | undefined {
    const known = this.#known.get(file);
    if (known?.size !== size || known.mtimeMs !== mtimeMs) return undefined;
    this.#recalled += 1;
    const { gist, words } = known;
    this.#memory.putLater(gist, () => (words === '' ? [] : words.split(' ')));
    return gist;
  }

  /** A file that was not known was read. */
  learn(file: string, state: FileState, record: CallRecord): void {
    const gist = gistOf(record);
    if (record.state === 'live') return this.#memory.enter(gist, undefined);
    const text = searchTextOf(record);
    this.#memory.putLater(gist, () => {
      const words = [...wordsOf(text)];
      this.#file.append({ file, ...state, gist, words: words.join(' ') });
      return words;
    });
  }

  /** The whole directory was read: what is known of other files is forgotten. */
  async settle(): Promise<void> {
    const present = this.#known;
    this.#known = new Map();
    if (this.#lines - this.#recalled <= this.#lines * mostStaleShare) return;
    // Two changes within one tick of the file's clock differ in their words alone; the last one is known.
    const isPresent = ({ file, size, mtimeMs, words }: IndexedFile) => {
      const known = present.get(file);
      return (
        known?.size === size &&
        known.mtimeMs === mtimeMs &&
        known.words === words &&
        this.#memory.has(known.gist.id)
      );
    };
    await this.#file.rewrite(() => isPresent);
  }

  /** A record was written. @param state nothing for one of a call that goes on: it is written again in a moment */
  wrote(file: string, state: FileState | undefined, record: CallRecord): void {
    const gist = gistOf(record);
    if (!state) return void this.#memory.put(record);
    const words = [...wordsOf(searchTextOf(record))];
    this.#memory.enter(gist, words);
    this.#file.append({ file, ...state, gist, words: words.join(' ') });
  }

  put(record: CallRecord): Promise<void> {
    return this.#memory.put(record);
  }

  /** Those that are removed together are written out of the file together. */
  async remove(id: string): Promise<void> {
    await this.#memory.remove(id);
    this.#removed.add(id);
    if (this.#removed.size === 1)
      this.#removing = this.#file.rewrite(() => {
        const removed = this.#removed;
        this.#removed = new Set();
        return ({ gist }) => !removed.has(gist.id);
      });
    await this.#removing;
  }

  search(query: CallQuery, page: { limit: number; before?: string }) {
    return this.#memory.search(query, page);
  }

  all(query: CallQuery) {
    return this.#memory.all(query);
  }

  close(): Promise<void> {
    return this.#file.flush();
  }
}

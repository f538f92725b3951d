import { appendFile, open, rename, rm } from 'node:fs/promises';
import type { CallGist } from '../call/call-gist-record.ts';
import { hasCode } from '../platform/errors.ts';
import { createWorkQueue } from '../platform/work-queue.ts';

/** Of the lines; a file of another version is made anew. */
const version = 1;
const head = `${JSON.stringify({ callIndex: version })}\n`;
/** Lines are written together, at most this long after the first, ms: they are a cache and survive less than a record. */
const flushAfterMs = 500;
/** Characters held back at most: 1 MB. */
const mostHeld = 1_000_000;

/** What was read in a record's file, and of which bytes that is true. */
export interface IndexedFile {
  file: string;
  size: number;
  mtimeMs: number;
  gist: CallGist;
  /** Separated by spaces. */
  words: string;
}

/**
 * What was found in call records, kept so that a start need not read them all: one JSON a line, 2 KB a call, the last of a file
 * counts. A cache: whatever is wrong with it costs time only. It holds what calls hold, so what is erased there is erased here.
 */
export class CallIndexFile {
  readonly #path: string;
  readonly #inTurn = createWorkQueue();
  readonly #onTrouble: (error: unknown) => void;
  #held: string[] = [];
  #heldLength = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, onTrouble: (error: unknown) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
  }

  /** @returns how many lines there are, those that cannot be read among them */
  async read(onEntry: (entry: IndexedFile) => void): Promise<number> {
    let lines = 0;
    try {
      for await (const line of linesOf(this.#path)) {
        if (lines === 0 && `${line}\n` !== head) break;
        lines += 1;
        const entry = entryIn(line);
        if (entry) onEntry(entry);
      }
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.#onTrouble(error);
    }
    if (lines === 0) await this.rewrite(() => () => false);
    return lines;
  }

  append(entry: IndexedFile): void {
    const line = `${JSON.stringify(entry)}\n`;
    this.#held.push(line);
    this.#heldLength += line.length;
    if (this.#heldLength > mostHeld) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs);
  }

  /** Resolves when what was appended is in the file, or was given up. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#held.join('');
    this.#held = [];
    this.#heldLength = 0;
    return this.#inTurn(async () => {
      if (text !== '') await appendFile(this.#path, text, { mode: 0o600 });
    }).catch(this.#onTrouble);
  }

  /**
   * Only lines that are still wanted stay. Memory is that of one line.
   * @param choose asked when it begins, after everything that was asked for before
   */
  async rewrite(choose: () => (entry: IndexedFile) => boolean): Promise<void> {
    void this.flush();
    const temporary = `${this.#path}.new`;
    await this.#inTurn(async () => {
      const isWanted = choose();
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.write(head);
        for await (const line of linesOf(this.#path)) {
          const entry = entryIn(line);
          if (entry && isWanted(entry)) await file.write(`${line}\n`);
        }
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
    }).catch(async (error: unknown) => {
      this.#onTrouble(error);
      // Rather none than one that still holds what was erased.
      for (const path of [temporary, this.#path])
        await rm(path, { force: true }).catch(() => undefined);
    });
  }
}

async function* linesOf(path: string): AsyncIterable<string> {
  const file = await open(path, 'r');
  try {
    yield* file.readLines({ highWaterMark: 256 * 1024 });
  } finally {
    await file.close();
  }
}

/** A line that was torn by a kill, or the first one, is none. */
function entryIn(line: string): IndexedFile | undefined {
  try {
    const entry = JSON.parse(line) as Partial<IndexedFile>;
    return typeof entry.file === 'string' && entry.gist && typeof entry.words === 'string'
      ? (entry as IndexedFile)
      : undefined;
  } catch {
    return undefined;
  }
}

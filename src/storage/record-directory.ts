import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, hasCode } from '../platform/errors.ts';
import { createKeyedQueue } from '../platform/work-queue.ts';
import { replaceFile } from './file-commit.ts';
import { createWriteHealth, type WriteHealth } from './write-health.ts';

/** Files read at once: enough to keep a disk busy, far below any limit on open files, about 2 ms of work. */
const readsAtOnce = 16;

/** A search trusts what is known of the directory for this long, ms: listing 10,000 names costs 8 ms each time. */
const listedForMs = 2_000;

/** A record is a few KB; what is larger is not ours. */
const largestFileBytes = 64 * 1024;

export interface RecordDirectoryOptions<Kept, Gist> {
  /** Must exist. */
  directory: string;
  /** Matches the names of our files; group `id` is the record's. */
  fileName: RegExp;
  parse(value: unknown): Kept | undefined;
  nameOf(kept: Kept): string;
  /** What is remembered of each file, to choose by without reading all of them. */
  gistOf(kept: Kept): Gist;
  /** Under what `knownNames` gives a file; nothing, when it is not asked. */
  keysOf?(gist: Gist): readonly string[];
  /** Told of each file that could not be understood, each time it is met. */
  onForeign(id: string): void;
  /** Durable, atomic write of a whole file. */
  replaceFile?: (path: string, data: string) => Promise<unknown>;
}

/**
 * One JSON file a record. The directory is the only truth: files may be added, edited or taken away while we run, and
 * whatever is handed out was read just now. What was read before only says which files to read. A file that was edited
 * in place is still chosen by what it said before, until it is read again.
 * A file that cannot be understood is left as it is and skipped.
 */
export class RecordDirectory<Kept, Gist> {
  readonly #options: RecordDirectoryOptions<Kept, Gist>;
  /** Whether files can be written there. */
  readonly health: WriteHealth;
  readonly #gists = new Map<string, Gist>();
  /** Key → file names. */
  readonly #byKey = new Map<string, Set<string>>();
  /** Record id → file name. */
  readonly #names = new Map<string, string>();
  /** Two changes at once of one id would both find it free, or as it was. */
  readonly #inTurn = createKeyedQueue();

  /** The directory was listed a moment ago: what we know of it is all there is. */
  #isListed = false;
  #listing: Promise<void> | undefined;

  constructor(options: RecordDirectoryOptions<Kept, Gist>) {
    this.#options = options;
    this.health = createWriteHealth(options.directory, options.replaceFile ?? replaceFile);
  }

  pathOf(name: string): string {
    return join(this.#options.directory, name);
  }

  /** The names of our files, as they stand there now; in no order. */
  async names(): Promise<string[]> {
    const before = [...this.#gists.keys()];
    const all = await readdir(this.#options.directory).catch((error: unknown) => {
      this.health.failed();
      throw error;
    });
    const present = new Set(all);
    // What we wrote since the directory was read stays known.
    for (const name of before) if (!present.has(name)) this.#forget(name);
    return all.filter((name) => this.#gists.has(name) || this.#idOf(name) !== undefined);
  }

  /** The names of those that have this key. What others added or took away is noticed after two seconds. */
  async knownNames(key: string): Promise<string[]> {
    if (!this.#isListed) {
      this.#listing ??= this.survey().finally(() => {
        this.#listing = undefined;
      });
      await this.#listing;
    }
    return [...(this.#byKey.get(key) ?? [])];
  }

  /** @returns its name and what it holds; `kept` is undefined when it cannot be understood */
  async find(id: string): Promise<{ name: string; kept: Kept | undefined } | undefined> {
    const known = this.#names.get(id);
    const kept = known === undefined ? undefined : await this.#read(known);
    if (known !== undefined && kept !== undefined) return { name: known, kept };
    const name = (await this.names()).find((one) => this.#idOf(one) === id);
    return name === undefined ? undefined : { name, kept: await this.#read(name) };
  }

  /** Reads those whose gist is wanted, in the order of the names, at most `limit` of them. */
  async select(
    names: readonly string[],
    wanted: (gist: Gist) => boolean,
    limit = Number.POSITIVE_INFINITY,
  ): Promise<Kept[]> {
    const found: Kept[] = [];
    for (let at = 0; at < names.length && found.length < limit; ) {
      const batch: string[] = [];
      for (; at < names.length && batch.length < readsAtOnce; at += 1) {
        const name = names[at];
        const gist = name === undefined ? undefined : this.#gists.get(name);
        if (name !== undefined && (gist === undefined || wanted(gist))) batch.push(name);
      }
      const read = await Promise.all(batch.map((name) => this.#read(name)));
      for (const kept of read) {
        if (kept !== undefined && wanted(this.#options.gistOf(kept))) found.push(kept);
      }
    }
    return found.slice(0, limit);
  }

  /** Meets every file that is new, so that later only the wanted ones are read. */
  async survey(): Promise<void> {
    const unknown = (await this.names()).filter((name) => !this.#gists.has(name));
    await this.select(unknown, () => false);
    this.#isListed = true;
    setTimeout(() => {
      this.#isListed = false;
    }, listedForMs).unref();
  }

  /** Durable when it resolves; an id that is already there is left as it is. Rejects with STORE_WRITE_FAILED. */
  create(kept: Kept): Promise<{ outcome: 'saved' | 'exists'; name: string }> {
    const name = this.#options.nameOf(kept);
    const id = this.#idOf(name) ?? '';
    return this.#inTurn(id, async () => {
      const existing = await this.#standing(id, name).catch(failWrite);
      if (existing) return { outcome: 'exists', name: existing };
      await this.#write(name, kept);
      return { outcome: 'saved', name };
    });
  }

  /**
   * Replaces a record by what `change` makes of it, under the same name; `undefined` when there is none. Rejects with
   * what `change` throws, or STORE_WRITE_FAILED.
   */
  change(
    id: string,
    change: (kept: Kept) => Kept,
  ): Promise<{ name: string; kept: Kept } | undefined> {
    return this.#inTurn(id, async () => {
      const before = await this.find(id).catch(failWrite);
      if (before?.kept === undefined) return undefined;
      const { name } = before;
      const kept = change(before.kept);
      await this.#write(name, kept);
      return { name, kept };
    });
  }

  /** The file that has this id, understood or not. Ids are new, so the directory is not searched for one. */
  async #standing(id: string, name: string): Promise<string | undefined> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    try {
      await stat(this.pathOf(name));
      return name;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #write(name: string, kept: Kept): Promise<void> {
    const write = this.#options.replaceFile ?? replaceFile;
    try {
      await write(this.pathOf(name), `${JSON.stringify(kept, null, 2)}\n`);
      this.health.worked();
    } catch (cause) {
      this.health.failed();
      // What is there now, old or new, is learnt when it is read next.
      this.#forget(name);
      this.#isListed = false;
      failWrite(cause);
    }
    this.#learn(name, kept);
  }

  async #read(name: string): Promise<Kept | undefined> {
    const before = this.#gists.get(name);
    const kept = await this.#parse(name);
    // What was written while we read is newer than what we have.
    if (this.#gists.get(name) !== before) return kept;
    if (kept === undefined) this.#forget(name);
    else this.#learn(name, kept);
    return kept;
  }

  async #parse(name: string): Promise<Kept | undefined> {
    const { parse, nameOf, onForeign } = this.#options;
    try {
      const bytes = await readFile(this.pathOf(name));
      const value: unknown =
        bytes.length > largestFileBytes ? undefined : JSON.parse(bytes.toString('utf8'));
      const kept = parse(value);
      if (kept !== undefined && nameOf(kept) === name) return kept;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      if (!isForeign(error)) throw error;
    }
    onForeign(this.#idOf(name) ?? '');
    return undefined;
  }

  #learn(name: string, kept: Kept): void {
    this.#forget(name);
    const gist = this.#options.gistOf(kept);
    this.#gists.set(name, gist);
    for (const key of this.#keysOf(gist)) {
      const names = this.#byKey.get(key) ?? new Set();
      this.#byKey.set(key, names.add(name));
    }
    this.#names.set(this.#idOf(name) ?? '', name);
  }

  #forget(name: string): void {
    const gist = this.#gists.get(name);
    this.#gists.delete(name);
    for (const key of gist === undefined ? [] : this.#keysOf(gist)) {
      const names = this.#byKey.get(key);
      names?.delete(name);
      if (names?.size === 0) this.#byKey.delete(key);
    }
    const id = this.#idOf(name) ?? '';
    if (this.#names.get(id) === name) this.#names.delete(id);
  }

  #keysOf(gist: Gist): readonly string[] {
    return this.#options.keysOf?.(gist) ?? [];
  }

  #idOf(name: string): string | undefined {
    return this.#options.fileName.exec(name)?.groups?.id;
  }
}

function failWrite(cause: unknown): never {
  if (hasCode(cause, 'STORE_WRITE_FAILED')) throw cause;
  throw new CodedError('STORE_WRITE_FAILED', 'a record could not be written', { cause });
}

/** Not JSON, a directory, or closed to us: trouble of that one file, not of the disk. */
function isForeign(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return ['EISDIR', 'EACCES', 'EPERM', 'ELOOP'].some((code) => hasCode(error, code));
}

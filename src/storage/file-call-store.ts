import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallRecord, type CallStore, callFileStem } from '../call/call-record.ts';
import { hasCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type CallPosition, callOrder, pageOf } from './call-page.ts';
import { callRecordIn } from './call-shape.ts';
import type { FileCallIndex, FileState } from './file-call-index.ts';
import { removeStaleTemporaries, replaceFile, swapFile } from './file-commit.ts';

/** What is kept in memory of each call, about 200 bytes. */
interface IndexEntry extends CallPosition {
  file: string;
  state: CallRecord['state'];
}

/** Files read at once at a start: enough to keep a disk busy, far below any limit on open files. */
const readsAtOnce = 32;

/** A call that goes on is saved again in a moment: only its final record is worth waiting for the disk. */
interface Content {
  text: string;
  isDurable: boolean;
}

/** One write under way and at most one waiting: the newest record wins, everyone waiting for it is told together. */
interface Writing {
  waiting?: { content: Content; done: Promise<void> };
  done: Promise<void>;
}

/**
 * One JSON per call, `<stem>.json`, beside its recording. The directory is read once, here; a file that cannot be read
 * is named in the log, left alone, and not part of the store. One process per directory (`lockDirectory`).
 */
export async function openFileCallStore(options: {
  directory: string;
  log: Log;
  /** Knows what is in files that have not changed, and is told of what is in the others. */
  index?: FileCallIndex;
}): Promise<CallStore> {
  await removeStaleTemporaries(options.directory);
  const store = new FileCallStore(options);
  await store.readDirectory();
  return store;
}

function stateOf({ size, mtimeMs }: FileState): FileState {
  return { size, mtimeMs };
}

class FileCallStore implements CallStore {
  readonly #directory: string;
  readonly #log: Log;
  readonly #index = new Map<string, IndexEntry>();
  /** Call id → file, from the first save on, before it is durable; damaged files stand under their own name. */
  readonly #files = new Map<string, string>();
  readonly #writing = new Map<string, Writing>();

  readonly #knowledge: FileCallIndex | undefined;

  constructor(options: { directory: string; log: Log; index?: FileCallIndex }) {
    this.#directory = options.directory;
    this.#log = options.log;
    this.#knowledge = options.index;
  }

  async readDirectory(): Promise<void> {
    const all = await readdir(this.#directory);
    const files = all.filter((file) => file.endsWith('.json') && !file.startsWith('.'));
    for (let at = 0; at < files.length; at += readsAtOnce) {
      const batch = files.slice(at, at + readsAtOnce);
      await Promise.all(batch.map((file) => this.#meet(file)));
    }
    await this.#knowledge?.settle();
  }

  /** A file that nobody has changed since it was read last is not read again. */
  async #meet(file: string): Promise<void> {
    const state =
      this.#knowledge && (await stat(join(this.#directory, file)).catch(() => undefined));
    const known = state && this.#knowledge?.recall(file, state);
    const record = known ? undefined : await this.#read(file);
    const met = known ?? record;
    this.#files.set(met?.id ?? file, file);
    if (!met) return;
    this.#enter(met.id, met.startedAt, met.state, file);
    if (record && state) this.#knowledge?.learn(file, stateOf(state), record);
  }

  async save(record: CallRecord): Promise<void> {
    // Taken now: the caller goes on changing its record.
    const text = `${JSON.stringify(record, null, 2)}\n`;
    const { id, startedAt, state } = record;
    const known = this.#knowledge && structuredClone(record);
    const file = this.#files.get(id) ?? this.#nameOf(record);
    this.#files.set(id, file);
    await this.#write(file, { text, isDurable: state !== 'live' });
    this.#enter(id, startedAt, state, file);
    if (known) await this.#noteWritten(file, known);
  }

  async #noteWritten(file: string, record: CallRecord): Promise<void> {
    const isOver = record.state !== 'live';
    const state = isOver && (await stat(join(this.#directory, file)).catch(() => undefined));
    this.#knowledge?.wrote(file, state ? stateOf(state) : undefined, record);
  }

  async find(id: string): Promise<CallRecord | undefined> {
    const entry = this.#index.get(id);
    return entry && (await this.#read(entry.file));
  }

  async list(options: { limit: number; before?: string }) {
    const page = pageOf(this.#newestFirst(), options);
    return { ...page, calls: await this.#readAll(page.calls) };
  }

  async unfinished(): Promise<CallRecord[]> {
    return this.#readAll(this.#newestFirst().filter((entry) => entry.state === 'live'));
  }

  #newestFirst(): IndexEntry[] {
    return [...this.#index.values()].sort(callOrder);
  }

  async #readAll(entries: IndexEntry[]): Promise<CallRecord[]> {
    const records: CallRecord[] = [];
    for (const { file } of entries) {
      const record = await this.#read(file);
      if (record) records.push(record);
    }
    return records;
  }

  /** A name of its own, should another call already have this one or a damaged file stand in its place. */
  #nameOf(record: CallRecord): string {
    const stem = callFileStem(record.startedAt, record.callSid);
    const file = `${stem}.json`;
    return [...this.#files.values()].includes(file) ? `${stem}-${record.id}.json` : file;
  }

  #enter(id: string, startedAt: string, state: CallRecord['state'], file: string): void {
    this.#index.set(id, { id, startedAt, state, file });
  }

  async #read(file: string): Promise<CallRecord | undefined> {
    try {
      const record: unknown = JSON.parse(await readFile(join(this.#directory, file), 'utf8'));
      return callRecordIn(record);
    } catch (error) {
      const code = hasCode(error, 'ENOENT') ? 'ENOENT' : 'STORE_DAMAGED';
      this.#log.error({ code, file }, 'a call record could not be read and was left alone');
      return undefined;
    }
  }

  #write(file: string, content: Content): Promise<void> {
    const current = this.#writing.get(file);
    if (!current) return this.#start(file, content);
    if (current.waiting) {
      current.waiting.content = content;
      return current.waiting.done;
    }
    const waiting = { content, done: Promise.resolve() };
    const start = () => this.#start(file, waiting.content);
    waiting.done = current.done.then(start, start);
    current.waiting = waiting;
    return waiting.done;
  }

  #start(file: string, { text, isDurable }: Content): Promise<void> {
    const writing: Writing = { done: Promise.resolve() };
    const replace = isDurable ? replaceFile : swapFile;
    writing.done = replace(join(this.#directory, file), text).finally(() => {
      if (!writing.waiting) this.#writing.delete(file);
    });
    this.#writing.set(file, writing);
    return writing.done;
  }
}

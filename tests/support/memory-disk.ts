import type { Disk } from '../../src/call/recording-file.ts';

export type DiskStep = keyof Disk;

/**
 * A disk in memory that checks what it is asked, can be full, and can be made to fail or hang at any step.
 * Writes take at most `largestWrite` bytes, so that short writes are the rule.
 */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Buffer>();
  readonly steps: DiskStep[] = [];
  capacityBytes = Number.POSITIVE_INFINITY;
  largestWrite = Number.POSITIVE_INFINITY;
  /** Called before each step; what it throws is the disk's answer, what it awaits delays it. */
  trouble: (step: DiskStep) => Promise<void> | void = () => undefined;
  readonly #names = new Map<number, string>();
  #inFlight = 0;
  #lastFile = 2;

  async create(path: string): Promise<number> {
    await this.#step('create');
    if (this.files.has(path)) throw diskError('EEXIST');
    this.files.set(path, Buffer.alloc(0));
    this.#lastFile += 1;
    this.#names.set(this.#lastFile, path);
    return this.#lastFile;
  }

  async write(file: number, bytes: Buffer, position: number): Promise<number> {
    // Kept from before the wait: a writer must not change what it handed over, or write it again.
    this.#inFlight += 1;
    if (this.#inFlight > 1) throw new Error('two writes at once');
    try {
      await this.#step('write');
      const content = this.#content(file);
      const used = [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
      const growth = Math.max(0, position + bytes.length - content.length);
      const refused = Math.max(0, growth - Math.max(0, this.capacityBytes - used));
      const count = Math.min(bytes.length - refused, this.largestWrite);
      if (count <= 0) throw diskError('ENOSPC');
      const grown = Buffer.alloc(Math.max(content.length, position + count));
      content.copy(grown);
      bytes.copy(grown, position, 0, count);
      this.#replace(file, grown);
      return count;
    } finally {
      this.#inFlight -= 1;
    }
  }

  async read(file: number, bytes: Buffer, position: number): Promise<number> {
    await this.#step('read');
    return this.#content(file).copy(bytes, 0, position, position + bytes.length);
  }

  async truncate(file: number, length: number): Promise<void> {
    await this.#step('truncate');
    this.#replace(file, this.#content(file).subarray(0, length));
  }

  async datasync(): Promise<void> {
    await this.#step('datasync');
  }

  async close(file: number): Promise<void> {
    await this.#step('close');
    this.#names.delete(file);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename');
    const content = this.files.get(from);
    if (!content) throw diskError('ENOENT');
    this.files.delete(from);
    this.files.set(to, content);
  }

  async remove(path: string): Promise<void> {
    await this.#step('remove');
    if (!this.files.delete(path)) throw diskError('ENOENT');
  }

  async syncDirectory(): Promise<void> {
    await this.#step('syncDirectory');
  }

  async #step(step: DiskStep): Promise<void> {
    this.steps.push(step);
    await this.trouble(step);
  }

  #content(file: number): Buffer {
    const content = this.files.get(this.#names.get(file) ?? '');
    if (!content) throw diskError('EBADF');
    return content;
  }

  #replace(file: number, content: Buffer): void {
    this.files.set(this.#names.get(file) ?? '', content);
  }
}

export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: from the test's disk`), { code });
}

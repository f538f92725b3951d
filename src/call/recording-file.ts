import fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bytesPerMs, ulawSilence } from '../audio/g711.ts';
import { laySide, stereoMuLawHeader, stereoMuLawHeaderBytes } from '../audio/wav.ts';
import { CodedError } from '../platform/errors.ts';
import type { Stray, Unwritten } from './recording-window.ts';

/** The few things a recording asks of a file system; tests pass one that is full, slow or broken. */
export interface Disk {
  /** Creates a file that must not exist yet, for reading and writing, readable by the owner only. */
  create(path: string): Promise<number>;
  /** May write less than asked, like write(2). */
  write(file: number, bytes: Buffer, position: number): Promise<number>;
  read(file: number, bytes: Buffer, position: number): Promise<number>;
  truncate(file: number, length: number): Promise<void>;
  datasync(file: number): Promise<void>;
  close(file: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names created or changed in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

const open = promisify(fs.open);
const sync = promisify(fs.fsync);
const close = promisify(fs.close);

/** Callback calls underneath: half the CPU of `fs/promises` for writes this small. */
export const realDisk: Disk = {
  create: (path) => open(path, 'wx+', 0o600),
  write: (file, bytes, position) =>
    new Promise((resolve, reject) => {
      fs.write(file, bytes, 0, bytes.length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    }),
  read: (file, bytes, position) =>
    new Promise((resolve, reject) => {
      fs.read(file, bytes, 0, bytes.length, position, (error, count) =>
        error ? reject(error) : resolve(count),
      );
    }),
  truncate: promisify(fs.ftruncate),
  datasync: promisify(fs.fdatasync),
  close,
  rename: promisify(fs.rename),
  remove: promisify(fs.unlink),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r');
    try {
      await sync(directory);
    } finally {
      await close(directory);
    }
  },
};

/** Silence is written in pieces of 1 s: a long hole costs few calls and little memory. */
const silenceBytes = 1_000 * bytesPerMs;
/** Old audio that lies within 1 s is merged in one read and one write. */
const mergeBytes = 1_000 * bytesPerMs;

/** What a recording gives back when the disk is full: 2 s, 32 KB, more than the record of an ordinary call needs. */
const givenBackBytes = 2_000 * bytesPerMs;

/** `<stem>.part` while the call lasts, `<stem>.wav` afterwards. All positions are bytes of one side. */
export class RecordingFile {
  readonly #disk: Disk;
  readonly #file: number;
  readonly #directory: string;
  readonly #stem: string;
  #bytesWritten = 0;
  #bytesSynced = 0;
  #isFinished = false;

  static async create(disk: Disk, directory: string, stem: string): Promise<RecordingFile> {
    const file = await disk.create(join(directory, `${stem}.part`));
    return new RecordingFile(disk, file, directory, stem);
  }

  private constructor(disk: Disk, file: number, directory: string, stem: string) {
    this.#disk = disk;
    this.#file = file;
    this.#directory = directory;
    this.#stem = stem;
  }

  /** How much audio the file holds, in whole samples of both sides. */
  get endByte(): number {
    return Math.floor(this.#bytesWritten / 2);
  }

  /** Makes it a valid, empty WAV whose name is durable. */
  async begin(): Promise<void> {
    await this.#writeAll(stereoMuLawHeader(0), 0);
    await this.#disk.syncDirectory(this.#directory);
  }

  async write({ stereo, atByte, toByte }: Unwritten): Promise<void> {
    await this.#writeStereo(stereo, atByte);
    for (let at = atByte + stereo.length / 2; at < toByte; at += silenceBytes) {
      const length = Math.min(silenceBytes, toByte - at);
      await this.#writeStereo(Buffer.alloc(2 * length, ulawSilence), at);
    }
  }

  /** Reads, changes and writes back. For audio so late that memory has let go of its moment. */
  async merge(pieces: readonly Stray[]): Promise<void> {
    let group: Stray[] = [];
    for (const piece of pieces) {
      const { fromByte, toByte } = extent([...group, piece]);
      if (group.length > 0 && toByte - fromByte > mergeBytes) {
        await this.#mergeGroup(group);
        group = [];
      }
      group.push(piece);
    }
    if (group.length > 0) await this.#mergeGroup(group);
  }

  /** First the sizes, then the sync: after a power cut the file plays up to here. */
  async sync(): Promise<void> {
    if (this.#bytesSynced === this.#bytesWritten) return;
    const length = this.#bytesWritten;
    await this.#writeAll(stereoMuLawHeader(2 * this.endByte), 0);
    await this.#disk.datasync(this.#file);
    this.#bytesSynced = length;
  }

  /** The disk is full: the end of the audio makes room for the record of the call, and for appointments. */
  async giveBack(): Promise<void> {
    const endByte = Math.max(0, this.endByte - givenBackBytes);
    await this.#disk.truncate(this.#file, stereoMuLawHeaderBytes + 2 * endByte);
    this.#bytesWritten = 2 * endByte;
  }

  /**
   * Closes and names the file even when a step fails, so that what is there can be played.
   * @returns the first error, if there was one
   */
  async finish(): Promise<unknown> {
    const { attempt, firstError } = attempts();
    // A full disk may have taken one side of the last sample.
    if (this.#bytesWritten % 2 === 1) {
      const length = stereoMuLawHeaderBytes + 2 * this.endByte;
      await attempt(() => this.#disk.truncate(this.#file, length));
    }
    await attempt(() => this.#writeAll(stereoMuLawHeader(2 * this.endByte), 0));
    await attempt(() => this.#disk.datasync(this.#file));
    await attempt(() => this.#disk.close(this.#file));
    const path = join(this.#directory, this.#stem);
    await attempt(() => this.#disk.rename(`${path}.part`, `${path}.wav`));
    await attempt(() => this.#disk.syncDirectory(this.#directory));
    this.#isFinished = true;
    return firstError();
  }

  /**
   * No audio is left, whichever step fails: the file is emptied before it is removed.
   * @returns the first error, if there was one
   */
  async discard(): Promise<unknown> {
    const { attempt, firstError } = attempts();
    const path = join(this.#directory, this.#stem);
    if (!this.#isFinished) {
      await attempt(() => this.#disk.truncate(this.#file, 0));
      await attempt(() => this.#disk.close(this.#file));
    }
    await attempt(() => this.#disk.remove(`${path}.${this.#isFinished ? 'wav' : 'part'}`));
    await attempt(() => this.#disk.syncDirectory(this.#directory));
    return firstError();
  }

  async #mergeGroup(group: readonly Stray[]): Promise<void> {
    const { fromByte, toByte } = extent(group);
    const stereo = Buffer.alloc(2 * (toByte - fromByte), ulawSilence);
    await this.#readAll(stereo, stereoMuLawHeaderBytes + 2 * fromByte);
    for (const { side, audio, atByte } of group) laySide(stereo, side, audio, atByte - fromByte);
    await this.#writeStereo(stereo, fromByte);
  }

  async #writeStereo(stereo: Buffer, atByte: number): Promise<void> {
    await this.#writeAll(stereo, stereoMuLawHeaderBytes + 2 * atByte);
  }

  async #writeAll(bytes: Buffer, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const count = await this.#disk.write(this.#file, rest, position + done);
      if (count === 0) throw new CodedError('RECORDING_FAILED', 'the disk took nothing');
      done += count;
      this.#bytesWritten = Math.max(this.#bytesWritten, position + done - stereoMuLawHeaderBytes);
    }
  }

  async #readAll(bytes: Buffer, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const count = await this.#disk.read(this.#file, bytes.subarray(done), position + done);
      if (count === 0) return;
      done += count;
    }
  }
}

/** Steps of which each is tried, whatever becomes of those before it. */
function attempts() {
  let first: unknown;
  return {
    attempt: async (step: () => Promise<void>) => {
      try {
        await step();
      } catch (error) {
        first ??= error;
      }
    },
    firstError: () => first,
  };
}

function extent(pieces: readonly Stray[]): { fromByte: number; toByte: number } {
  let fromByte = Number.POSITIVE_INFINITY;
  let toByte = 0;
  for (const { atByte, audio } of pieces) {
    fromByte = Math.min(fromByte, atByte);
    toByte = Math.max(toByte, atByte + audio.length);
  }
  return { fromByte, toByte };
}

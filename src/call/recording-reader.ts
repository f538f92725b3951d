import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { bytesPerMs, muLawToPcm16 } from '../audio/g711.ts';
import {
  readStereoMuLawHeader,
  stereoMuLawHeader,
  stereoMuLawHeaderBytes,
  stereoPcmHeader,
  stereoPcmHeaderBytes,
} from '../audio/wav.ts';
import type { CallRecord } from './call-record.ts';

export type RecordingFormat = 'ulaw' | 'pcm16';

/** Read from the disk at once: 4 s of a call, of which a slow client keeps two in memory. */
const pieceBytes = 64 * 1024;

/** An open recording. Whoever opened it closes it, or reads it to the end. */
export interface RecordingReader {
  /** Samples of one side. */
  readonly samples: number;
  readonly durationMs: number;
  /** Of the whole file in this format, header and all. */
  sizeOf(format: RecordingFormat): number;
  /** Bytes `start` to `end`, both inside, of the file in this format. Read as fast as they are taken; closes the recording. */
  stream(format: RecordingFormat, range: { start: number; end: number }): Readable;
  /** The audio in pieces, μ-law, both sides interleaved. Does not close the recording. */
  pieces(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/**
 * The recording that the record names, always inside the directory and never through a link.
 * @returns nothing when there is none, or what is there is no recording of ours
 */
export async function openRecording(
  directory: string,
  { recording }: Pick<CallRecord, 'recording'>,
): Promise<RecordingReader | undefined> {
  const name = recording && basename(recording.file);
  if (!name?.endsWith('.wav') || name.includes('\0')) return undefined;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const file = await open(join(directory, name), flags).catch(() => undefined);
  if (!file) return undefined;
  const samples = await samplesIn(file).catch(() => undefined);
  if (samples !== undefined) return new OpenRecording(file, samples);
  await file.close();
  return undefined;
}

/** What is in the file counts, not what its header says: a process that died may have left more. */
async function samplesIn(file: FileHandle): Promise<number | undefined> {
  const stat = await file.stat();
  if (!stat.isFile()) return undefined;
  const header = Buffer.alloc(stereoMuLawHeaderBytes);
  await file.read(header, 0, header.length, 0);
  if (!readStereoMuLawHeader(header)) return undefined;
  return Math.floor((stat.size - stereoMuLawHeaderBytes) / 2);
}

class OpenRecording implements RecordingReader {
  readonly samples: number;
  readonly #file: FileHandle;

  constructor(file: FileHandle, samples: number) {
    this.#file = file;
    this.samples = samples;
  }

  get durationMs(): number {
    return Math.round(this.samples / bytesPerMs);
  }

  sizeOf(format: RecordingFormat): number {
    if (format === 'pcm16') return stereoPcmHeaderBytes + 4 * this.samples;
    return stereoMuLawHeaderBytes + 2 * this.samples;
  }

  stream(format: RecordingFormat, { start, end }: { start: number; end: number }): Readable {
    // Bytes, not objects: with the default the stream would hold 16 pieces.
    const bytes = Readable.from(this.#bytes(format, start, end), { objectMode: false });
    // Also when it was given up before its first byte, of which a generator does not hear.
    bytes.once('close', () => void this.#file.close().catch(() => undefined));
    return bytes;
  }

  async *pieces(): AsyncIterable<Buffer> {
    yield* this.#audio(0, 2 * this.samples);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async *#bytes(format: RecordingFormat, start: number, end: number): AsyncIterable<Buffer> {
    const isPcm = format === 'pcm16';
    const header = isPcm ? stereoPcmHeader(4 * this.samples) : stereoMuLawHeader(2 * this.samples);
    if (start < header.length) yield header.subarray(start, end + 1);
    const from = Math.max(0, start - header.length);
    const to = end + 1 - header.length;
    if (to <= from) return;
    if (isPcm) yield* this.#pcm(from, to);
    else yield* this.#audio(from, to);
  }

  /** Two bytes for each of μ-law: the first and the last may be wanted by half. */
  async *#pcm(from: number, to: number): AsyncIterable<Buffer> {
    let at = 2 * Math.floor(from / 2);
    for await (const piece of this.#audio(at / 2, Math.ceil(to / 2))) {
      const samples = muLawToPcm16(piece);
      const bytes = Buffer.from(samples.buffer);
      yield bytes.subarray(Math.max(0, from - at), Math.min(bytes.length, to - at));
      at += bytes.length;
    }
  }

  async *#audio(from: number, to: number): AsyncIterable<Buffer> {
    for (let at = from; at < to; ) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - at));
      const { bytesRead } = await this.#file.read(
        piece,
        0,
        piece.length,
        stereoMuLawHeaderBytes + at,
      );
      // Shortened while we read it: what was promised cannot be kept, so the connection breaks off.
      if (bytesRead === 0) throw new Error('a recording became shorter while it was read');
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
  }
}

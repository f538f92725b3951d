import { bytesPerMs } from '../audio/g711.ts';
import type { Side } from '../audio/wav.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { type Disk, RecordingFile, realDisk } from './recording-file.ts';
import { RecordingWindow } from './recording-window.ts';

/** Between two writes. With the next line it bounds what a killed process loses: half a second of audio. */
const writeEveryMs = 500;
/**
 * Writes of all calls fall on common moments, 50 ms apart: waking the disk's threads for a batch costs a third less CPU
 * than for one call at a time (measured with 200 calls), and a batch of 50 calls delays a frame by about 1 ms.
 */
const phaseMs = 50;
/** Between two header updates with `fdatasync`: what a power cut may lose. */
const syncEveryMs = 1_000;
/** A disk that cannot finish the file in this time is given up; the next start repairs the file. */
const closeDeadlineMs = 5_000;
const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Both sides of a call on one timeline: byte offset = carrier milliseconds × 8, 0 = stream start. */
export interface Recorder {
  /** One piece of the caller's μ-law audio, in any order, late or twice. What never comes stays silence. */
  caller(audio: Buffer, atByte: number): void;
  /** Agent audio as it was heard, in order. */
  agent(audio: Buffer, atByte: number): void;
  /**
   * Ends the recording, both sides padded with silence to `endByte`. Never rejects; a second call gives the same answer.
   * `complete` is false when audio was lost; the file then still holds what could be written.
   */
  close(endByte: number): Promise<{ durationMs: number; complete: boolean }>;
  /** Nothing more is recorded, and what was recorded is deleted, also after `close`. Never rejects. */
  discard(): Promise<void>;
}

export interface RecorderOptions {
  directory: string;
  /** File name without extension, from `callFileStem`. */
  stem: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Told once, when the recording stops early. */
  onFailed?: (code: string) => void;
  disk?: Disk;
}

/**
 * A streaming stereo WAV. Frames are laid into memory at once; one timer per call writes twice a second, one write at a
 * time. Whatever goes wrong with the disk ends the recording and never touches the call.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  return new WavRecorder(options);
}

class WavRecorder implements Recorder {
  readonly #options: RecorderOptions;
  #timer: NodeJS.Timeout;
  /** Gone once the recording has failed or is closed. */
  #window: RecordingWindow | undefined = new RecordingWindow();
  #file: RecordingFile | undefined;
  #work: Promise<void>;
  #isWorking = true;
  #hasFailed = false;
  #syncedAtMs: number;
  #closed: Promise<{ durationMs: number; complete: boolean }> | undefined;
  #discarded: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#syncedAtMs = options.clock.monotonicMs();
    this.#work = this.#run(() => this.#open());
    this.#timer = this.#nextTick();
  }

  caller(audio: Buffer, atByte: number): void {
    this.#place(0, audio, atByte);
  }

  agent(audio: Buffer, atByte: number): void {
    this.#place(1, audio, atByte);
  }

  close(endByte: number): Promise<{ durationMs: number; complete: boolean }> {
    this.#closed ??= this.#close(endByte);
    return this.#closed;
  }

  discard(): Promise<void> {
    this.#discarded ??= this.#discard();
    return this.#discarded;
  }

  #place(side: Side, audio: Buffer, atByte: number): void {
    if (this.#closed !== undefined) return;
    if (this.#window?.place(side, audio, atByte) === false) this.#fail('TOO_SLOW');
  }

  /** A timer each time anew: an interval would drift out of phase. */
  #nextTick(): NodeJS.Timeout {
    const now = this.#options.clock.monotonicMs();
    return setTimeout(() => this.#tick(), writeEveryMs - (now % phaseMs)).unref();
  }

  #tick(): void {
    this.#timer = this.#nextTick();
    if (this.#isWorking || !this.#window || !this.#file) return;
    this.#work = this.#run(() => this.#writeAndSync());
  }

  /** Work of the disk, one at a time; it ends in a failed recording, not in a rejection. */
  async #run(work: () => Promise<void>): Promise<void> {
    this.#isWorking = true;
    try {
      await work();
    } catch (error) {
      const code = codeOf(error);
      this.#fail(code);
      // What else is refused changes nothing: the recording has failed already.
      if (fullDisk.has(code)) await this.#file?.giveBack().catch(() => undefined);
    } finally {
      this.#isWorking = false;
    }
  }

  async #open(): Promise<void> {
    const { disk = realDisk, directory, stem } = this.#options;
    this.#file = await RecordingFile.create(disk, directory, stem);
    await this.#file.begin();
  }

  async #writeAndSync(): Promise<void> {
    await this.#write();
    const now = this.#options.clock.monotonicMs();
    // Half a tick of tolerance, or a timer that fires a hair early would put it off by a whole tick.
    if (now - this.#syncedAtMs < syncEveryMs - writeEveryMs / 2) return;
    this.#syncedAtMs = now;
    await this.#file?.sync();
  }

  async #write(): Promise<void> {
    const window = this.#window;
    const file = this.#file;
    if (!window || !file) return;
    const unwritten = window.takeUnwritten();
    if (unwritten) {
      await file.write(unwritten);
      window.wrote(unwritten);
    }
    const old = window.takeOld();
    if (old.length > 0) await file.merge(old);
  }

  async #close(endByte: number): Promise<{ durationMs: number; complete: boolean }> {
    clearTimeout(this.#timer);
    try {
      await withDeadline(this.#finish(endByte), closeDeadlineMs, 'closing a recording');
    } catch (error) {
      this.#fail(codeOf(error));
    }
    const durationMs = Math.round((this.#file?.endByte ?? 0) / bytesPerMs);
    return { durationMs, complete: !this.#hasFailed };
  }

  async #discard(): Promise<void> {
    clearTimeout(this.#timer);
    const finished = this.#closed;
    this.#closed ??= Promise.resolve({ durationMs: 0, complete: false });
    this.#window = undefined;
    const { log, metrics } = this.#options;
    const work = async () => {
      await finished;
      await this.#work;
      const error = await this.#file?.discard();
      if (error !== undefined) throw error;
      metrics.count('recordings_deleted_total');
    };
    try {
      await withDeadline(work(), closeDeadlineMs, 'deleting a recording');
    } catch (error) {
      const cause = codeOf(error);
      log.error({ code: 'RECORDING_FAILED', cause }, 'a recording that is not wanted is not gone');
    }
  }

  async #finish(endByte: number): Promise<void> {
    await this.#work;
    this.#window?.extendTo(endByte);
    await this.#run(async () => {
      while (this.#window && !this.#window.isWritten) await this.#write();
    });
    this.#window = undefined;
    const error = await this.#file?.finish();
    if (error !== undefined) this.#fail(codeOf(error));
  }

  #fail(code: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#window = undefined;
    clearTimeout(this.#timer);
    this.#options.metrics.count('recording_failed_total', { code });
    this.#options.log.error(
      { code: 'RECORDING_FAILED', cause: code },
      'the recording of a call stopped, the call goes on',
    );
    this.#options.onFailed?.(code);
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}

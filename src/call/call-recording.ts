import { bytesPerMs } from '../audio/g711.ts';
import type { CallRecord } from './call-record.ts';
import type { Recorder } from './recorder.ts';

/** Where the two voices are recorded while it is allowed; at all other times their audio goes nowhere. */
export class CallRecording {
  readonly #open: () => Recorder | undefined;
  readonly #file: () => string;
  #recorder: Recorder | undefined;
  #fromByte = 0;
  #isOn = false;
  #kept: Promise<{ durationMs: number; complete: boolean }> | undefined;

  /** @param file name of the recording once it is finished */
  constructor(parts: { open: () => Recorder | undefined; file: () => string }) {
    this.#open = parts.open;
    this.#file = parts.file;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** What was said before `atMs` stays silence: the clock of the recording is that of the call. Once in a call. */
  start(atMs: number): void {
    if (this.#recorder) return;
    this.#recorder = this.#open();
    this.#fromByte = Math.round(atMs * bytesPerMs);
    this.#isOn = this.#recorder !== undefined;
  }

  /** For good. `delete`: also what was recorded before. */
  stop(atMs: number, earlier: 'delete' | 'keep'): void {
    const wasOn = this.#isOn;
    this.#isOn = false;
    if (earlier === 'delete') {
      this.#kept = undefined;
      void this.#recorder?.discard();
    } else if (wasOn) this.#kept = this.#recorder?.close(Math.round(atMs * bytesPerMs));
  }

  caller(audio: Buffer, atByte: number): void {
    this.#place('caller', audio, atByte);
  }

  agent(audio: Buffer, atByte: number): void {
    this.#place('agent', audio, atByte);
  }

  /** What is kept in the end; nothing when nothing was recorded, or it was deleted. Never rejects. */
  async finish(atMs: number): Promise<CallRecord['recording']> {
    if (this.#isOn) this.stop(atMs, 'keep');
    const kept = await this.#kept;
    // Its deletion belongs to the call, too.
    if (!kept) await this.#recorder?.discard();
    return kept && { file: this.#file(), ...kept };
  }

  #place(side: 'caller' | 'agent', audio: Buffer, atByte: number): void {
    if (!this.#isOn) return;
    const early = Math.min(audio.length, Math.max(0, this.#fromByte - atByte));
    if (early < audio.length) this.#recorder?.[side](audio.subarray(early), atByte + early);
  }
}

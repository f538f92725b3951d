import { bytesPerMs } from '../audio/g711.ts';
import type { CallRecord } from './call-record.ts';
import type { CallTap } from './call-tap.ts';
import type { Recorder } from './recorder.ts';

/** Where the two voices are recorded while it is allowed; at all other times their audio goes nowhere. */
export class CallRecording {
  readonly #open: () => Recorder | undefined;
  readonly #file: () => string;
  readonly #tap: CallTap | undefined;
  readonly #changed: (isAllowed: boolean) => void;
  #recorder: Recorder | undefined;
  #fromByte = 0;
  #isOn = false;
  #isAllowed = false;
  #kept: Promise<{ durationMs: number; complete: boolean }> | undefined;

  /** @param file name of the recording once it is finished */
  constructor(parts: {
    open: () => Recorder | undefined;
    file: () => string;
    tap?: CallTap;
    /** It was allowed, or is not any more. */
    changed?: (isAllowed: boolean) => void;
  }) {
    this.#changed = parts.changed ?? (() => undefined);
    this.#open = parts.open;
    this.#file = parts.file;
    this.#tap = parts.tap;
  }

  /** Also when nothing could be opened to record it. */
  get isAllowed(): boolean {
    return this.#isAllowed;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** What was said before `atMs` stays silence: the clock of the recording is that of the call. Once in a call. */
  start(atMs: number): void {
    if (this.#recorder) return;
    this.#allow(true);
    this.#recorder = this.#open();
    this.#fromByte = Math.round(atMs * bytesPerMs);
    this.#isOn = this.#recorder !== undefined;
  }

  /** For good. `delete`: also what was recorded before. */
  stop(atMs: number, earlier: 'delete' | 'keep'): void {
    const wasOn = this.#isOn;
    this.#isOn = false;
    this.#allow(false);
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

  #allow(isAllowed: boolean): void {
    if (this.#isAllowed !== isAllowed) this.#changed(isAllowed);
    this.#isAllowed = isAllowed;
  }

  #place(side: 'caller' | 'agent', audio: Buffer, atByte: number): void {
    this.#tap?.pass(side, audio, atByte, this.#isAllowed);
    if (!this.#isOn) return;
    const early = Math.min(audio.length, Math.max(0, this.#fromByte - atByte));
    if (early < audio.length) this.#recorder?.[side](audio.subarray(early), atByte + early);
  }
}

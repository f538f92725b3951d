import { isAudible } from './hearing.ts';
import { frameBytes, frameMs, silentFrame } from './mouth.ts';
import type { HeardSpan } from './playout.ts';

/** What the person hears of one stream: whole frames for listeners, spans for the record. Times are ms since its start. */
export class StreamEar {
  /** The latest audio, in order; its total is bounded by `keepAudioMs`. */
  readonly heard: HeardSpan[] = [];
  readonly #keepBytes: number;
  #keptBytes = 0;
  #silentMs = 0;
  #frame: Buffer | undefined;

  constructor(keepAudioMs: number) {
    this.#keepBytes = keepAudioMs * 8;
  }

  /** How long nothing audible was heard. */
  get silentMs(): number {
    return this.#silentMs;
  }

  /** Places what was played within the frame that began at `frameAtMs`. */
  hear(span: HeardSpan, frameAtMs: number): void {
    this.#frame ??= Buffer.from(silentFrame);
    const at = Math.floor((span.atMs - frameAtMs) * 8);
    span.ulaw.copy(this.#frame, Math.min(frameBytes - 1, Math.max(0, at)));
    this.heard.push(span);
    this.#keptBytes += span.ulaw.length;
    while (this.#keptBytes > this.#keepBytes) {
      this.#keptBytes -= this.heard.shift()?.ulaw.length ?? 0;
    }
  }

  /** The frame is over: what was heard in it, silence filled in. */
  takeFrame(): Buffer {
    const frame = this.#frame ?? silentFrame;
    this.#frame = undefined;
    this.#silentMs = isAudible(frame) ? 0 : this.#silentMs + frameMs;
    return frame;
  }
}

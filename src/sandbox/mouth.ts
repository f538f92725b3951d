/** What a sandbox person is about to say and to press, handed out one 20 ms frame at a time. */

/** G.711 μ-law, 8 kHz: 20 ms. */
export const frameBytes = 160;
export const frameMs = 20;
/** A key is held and released before the next one. */
const framesBetweenKeys = 8;
export const silentFrame: Buffer = Buffer.alloc(frameBytes, 0xff);

interface Utterance {
  ulaw: Buffer;
  spoken: () => void;
}

interface Key {
  digit: string;
  pressed: () => void;
}

export interface MouthFrame {
  ulaw: Buffer;
  digit?: string;
}

export class Mouth {
  readonly #utterances: Utterance[] = [];
  readonly #keys: Key[] = [];
  #framesToNextKey = 0;
  #isClosed = false;

  /** Resolves when the last of it was handed to the line, or when the call is over. */
  say(ulaw: Buffer): Promise<void> {
    if (this.#isClosed || ulaw.length === 0) return Promise.resolve();
    return new Promise((spoken) => this.#utterances.push({ ulaw, spoken }));
  }

  /** `0-9 * #`, one after the other. Resolves when the last was pressed, or when the call is over. */
  async press(keys: string): Promise<void> {
    const presses = Array.from(keys, (digit) =>
      this.#isClosed
        ? Promise.resolve()
        : new Promise<void>((pressed) => this.#keys.push({ digit, pressed })),
    );
    await Promise.all(presses);
  }

  get isSpeaking(): boolean {
    return this.#utterances.length > 0;
  }

  takeFrame(): MouthFrame {
    const ulaw = this.#takeSound();
    if (this.#framesToNextKey > 0) {
      this.#framesToNextKey -= 1;
      return { ulaw };
    }
    const key = this.#keys.shift();
    if (!key) return { ulaw };
    this.#framesToNextKey = framesBetweenKeys - 1;
    key.pressed();
    return { ulaw, digit: key.digit };
  }

  /** Nothing more will be heard of this person. */
  close(): void {
    this.#isClosed = true;
    for (const { spoken } of this.#utterances.splice(0)) spoken();
    for (const { pressed } of this.#keys.splice(0)) pressed();
  }

  #takeSound(): Buffer {
    if (this.#utterances.length === 0) return silentFrame;
    const frame = Buffer.from(silentFrame);
    for (let at = 0; at < frameBytes; ) {
      const utterance = this.#utterances[0];
      if (!utterance) break;
      const bytes = utterance.ulaw.copy(frame, at);
      at += bytes;
      utterance.ulaw = utterance.ulaw.subarray(bytes);
      if (utterance.ulaw.length > 0) break;
      this.#utterances.shift();
      utterance.spoken();
    }
    return frame;
  }
}

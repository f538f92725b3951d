import { bytesPerMs, loudness } from '../audio/g711.ts';

/** Quieter than this (of 32,124) is a room and not a voice: a microphone is open all the time, the line is not. */
const quietest = 180;
/** A voice pauses between words; this much silence ends a stretch of speech. */
const pauseMs = 700;
/** Gathered before a stretch begins, so that pieces that come late leave no hole. */
const cushionMs = 60;

/** Takes the stretches of speech out of a microphone's audio. Holds no timer: the audio is its clock. */
export class PersonVoice {
  readonly #say: (stretch: number, ulaw: Buffer) => void;
  readonly #paused: (stretch: number) => void;
  #stretch = 0;
  #quietMs = Number.POSITIVE_INFINITY;
  #gathered: Buffer[] = [];
  #isOpen = false;

  constructor(parts: {
    say: (stretch: number, ulaw: Buffer) => void;
    paused: (stretch: number) => void;
  }) {
    this.#say = parts.say;
    this.#paused = parts.paused;
  }

  hear(ulaw: Buffer): void {
    const ms = ulaw.length / bytesPerMs;
    this.#quietMs = loudness(ulaw) >= quietest ? 0 : this.#quietMs + ms;
    if (this.#quietMs >= pauseMs) return this.pause();
    this.#gathered.push(ulaw);
    const gatheredMs = this.#gathered.reduce((sum, one) => sum + one.length, 0) / bytesPerMs;
    if (!this.#isOpen && gatheredMs < cushionMs) return;
    this.#flush();
  }

  /** The stretch is over, also when the microphone is gone. */
  pause(): void {
    if (this.#gathered.length > 0) this.#flush();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#paused(this.#stretch);
  }

  #flush(): void {
    if (!this.#isOpen) this.#stretch += 1;
    this.#isOpen = true;
    this.#say(this.#stretch, Buffer.concat(this.#gathered.splice(0)));
  }
}

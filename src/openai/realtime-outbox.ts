import { encodeAppend } from './realtime-events.ts';
import { base64Bytes } from './wire-fields.ts';

/** μ-law bytes kept, 3 s: the caller's first words while the connection is made. */
const largestFirstWords = 24_000;
/** Commands kept: a restored conversation, line by line. */
const mostCommands = 256;

/** What was said to the model before it was ready, in order. Keeps the first words, drops what no longer fits. */
export class RealtimeOutbox {
  #messages: string[] = [];
  #audioBytes = 0;
  #commands = 0;
  #droppedAudioBytes = 0;

  /** μ-law bytes that did not fit. */
  get droppedAudioBytes(): number {
    return this.#droppedAudioBytes;
  }

  addAudio(payload: string): void {
    const bytes = base64Bytes(payload);
    // Once something is dropped, all is: words with a hole in them would be heard as other words.
    if (this.#droppedAudioBytes > 0 || this.#audioBytes + bytes > largestFirstWords) {
      this.#droppedAudioBytes += bytes;
      return;
    }
    this.#audioBytes += bytes;
    this.#messages.push(encodeAppend(payload));
  }

  /** @returns whether there was room. */
  addCommand(message: string): boolean {
    if (this.#commands >= mostCommands) return false;
    this.#commands += 1;
    this.#messages.push(message);
    return true;
  }

  /** Everything, once. */
  take(): string[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }
}

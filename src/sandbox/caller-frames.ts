import type { Misbehaviour } from './misbehaviour.ts';
import { silentFrame } from './mouth.ts';

const silentPayload = silentFrame.toString('base64');

/** The messages of one stream to the server, numbered as Twilio numbers them; a bad line loses, swaps and delays frames. */
export class CallerFrames {
  readonly #streamSid: string;
  readonly #misbehave: Misbehaviour;
  readonly #write: (text: string) => void;
  #sequence = 0;
  #chunk = 0;
  #sent = 0;
  #frame = 0;
  #overtaken: string | undefined;
  readonly #withheld: string[] = [];

  constructor(streamSid: string, misbehave: Misbehaviour, write: (text: string) => void) {
    this.#streamSid = streamSid;
    this.#misbehave = misbehave;
    this.#write = write;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Anything but audio, at once. */
  send(message: { event: string; [part: string]: unknown }): void {
    this.#write(this.#number(message));
  }

  /** Called once for each 20 ms, whether or not they arrive. */
  sendFrame(ulaw: Buffer, timestampMs: number): void {
    this.#frame += 1;
    const { loseFrames, noMedia, reorder } = this.#misbehave;
    if (noMedia === true || loseFrames?.(this.#frame) === true) return;
    const text = this.#toMedia(ulaw, timestampMs);
    if (this.#overtaken === undefined && reorder?.(this.#frame) === true) {
      this.#overtaken = text;
      return;
    }
    this.#transmit(text, timestampMs);
    if (this.#overtaken !== undefined) this.#transmit(this.#overtaken, timestampMs);
    this.#overtaken = undefined;
  }

  #toMedia(ulaw: Buffer, timestampMs: number): string {
    this.#chunk += 1;
    const payload = ulaw === silentFrame ? silentPayload : ulaw.toString('base64');
    const chunk = String(this.#chunk);
    const timestamp = String(timestampMs);
    return this.#number({ event: 'media', media: { track: 'inbound', chunk, timestamp, payload } });
  }

  #transmit(text: string, timestampMs: number): void {
    const { stall } = this.#misbehave;
    this.#sent += 1;
    this.#withheld.push(text);
    if (stall && timestampMs >= stall.atMs && timestampMs < stall.atMs + stall.forMs) return;
    for (const waiting of this.#withheld.splice(0)) this.#write(waiting);
  }

  #number({ event, ...part }: { event: string; [part: string]: unknown }): string {
    this.#sequence += 1;
    const sequenceNumber = String(this.#sequence);
    return JSON.stringify({ event, sequenceNumber, streamSid: this.#streamSid, ...part });
  }
}

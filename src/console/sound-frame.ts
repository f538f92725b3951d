/** Bytes before the sound. */
const headerBytes = 6;
const sides = { caller: 0, agent: 1 } as const;

/**
 * A piece of a call's sound as a web socket carries it: byte 0 is the side (0 caller, 1 agent as heard), byte 1 is 0, bytes
 * 2–5 are the moment on the call's clock in ms (big-endian), then μ-law at 8 kHz: 8 bytes are 1 ms, 20 ms of the caller,
 * up to 500 ms of the agent. Pieces of a side come in order; what is missing between two was silence.
 */
export function toSoundFrame(side: 'caller' | 'agent', ulaw: Buffer, atByte: number): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + ulaw.length);
  frame[0] = sides[side];
  frame[1] = 0;
  frame.writeUInt32BE(Math.max(0, Math.round(atByte / 8)) >>> 0, 2);
  ulaw.copy(frame, headerBytes);
  return frame;
}

/** How much a microphone may send: real time, a little more for clocks that differ, and one second at once. */
const fastest = 1.25;
const burstBytes = 8_000;
const bytesPerMs = 8;

/** Admits the sound of one microphone. Pure but for what it remembers; time is passed in. */
export class SoundAllowance {
  #bytes = burstBytes;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  take(bytes: number, nowMs: number): boolean {
    const earned = (nowMs - this.#atMs) * bytesPerMs * fastest;
    this.#bytes = Math.min(burstBytes, this.#bytes + earned);
    this.#atMs = nowMs;
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }
}

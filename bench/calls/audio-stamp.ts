/**
 * A mark at the head of a base64 audio payload: who sent it, its number, and when. All of it is letters and digits of the
 * base64 alphabet, so it travels as audio and comes out untouched on the other side, where the delay is read from it.
 */

export interface Stamp {
  /** Index of the call (caller audio) or of the model session (agent audio). */
  id: number;
  sequence: number;
  /** Microseconds since the generator started. */
  sentAtUs: number;
}

const head = 'AS';
const idDigits = 4;
const sequenceDigits = 6;
const timeDigits = 12;
/** Characters of a stamp; a multiple of 4, so that what follows starts on a byte. */
export const stampLength = head.length + idDigits + sequenceDigits + timeDigits;

export function writeStamp(id: number, sequence: number, sentAtUs: number): string {
  return `${head}${digits(id, idDigits)}${digits(sequence, sequenceDigits)}${digits(sentAtUs, timeDigits)}`;
}

/** Nothing when the text holds no stamp at `from`: silence put in by the server, for one. */
export function readStamp(text: string, from: number): Stamp | undefined {
  if (!text.startsWith(head, from)) return undefined;
  const idFrom = from + head.length;
  const sequenceFrom = idFrom + idDigits;
  const timeFrom = sequenceFrom + sequenceDigits;
  const id = Number(text.slice(idFrom, sequenceFrom));
  const sequence = Number(text.slice(sequenceFrom, timeFrom));
  const sentAtUs = Number(text.slice(timeFrom, timeFrom + timeDigits));
  return Number.isNaN(id + sequence + sentAtUs) ? undefined : { id, sequence, sentAtUs };
}

/** What follows a stamp so that the whole is the base64 of `bytes` bytes of noise. */
export function audioTail(bytes: number): string {
  const noise = Uint8Array.from({ length: bytes }, (_, at) => (at * 167 + 41) & 0xff);
  return Buffer.from(noise).toString('base64').slice(stampLength);
}

function digits(value: number, length: number): string {
  return String(Math.floor(value)).padStart(length, '0');
}

/**
 * μ-law audio that says where it comes from: every 20 ms frame carries a number (of a call, of an item…) and its own
 * position, so that audio that crossed into another call, or was cut, repeated or moved, can be recognised byte by byte.
 *
 * A frame is 4 magic bytes, 8 nibbles of id, 8 nibbles of frame number, 2 nibbles of checksum, then filler that depends
 * on both. No byte is μ-law silence (0xFF, 0x7F), and the magic cannot occur elsewhere.
 */

export const frameBytes = 160;
const magic = [0x2a, 0x55, 0x2b, 0x54];
const headerBytes = magic.length + 8 + 8 + 2;
const bytesPerMs = 8;

export interface Mark {
  id: number;
  /** Counted from 0 at the beginning of the marked audio. */
  frame: number;
  /** Where in the buffer it was found. */
  offset: number;
  /** Bytes that are as they were made, from the frame's start; 160 when it is whole. */
  bytes: number;
}

/** @param id up to 2³²−1. @param ms may end inside a frame. */
export function markedAudio(id: number, ms: number, firstFrame = 0): Buffer {
  const bytes = Math.round(ms * bytesPerMs);
  const audio = Buffer.alloc(Math.ceil(bytes / frameBytes) * frameBytes);
  for (let at = 0; at < bytes; at += frameBytes) {
    writeFrame(audio, at, id, firstFrame + at / frameBytes);
  }
  return audio.subarray(0, bytes);
}

/** Every mark in a recording, a sent stream, …; silence and other sounds between them are passed over. */
export function readMarks(audio: Buffer): Mark[] {
  const marks: Mark[] = [];
  const needle = Buffer.from(magic);
  let offset = audio.indexOf(needle);
  while (offset !== -1) {
    const mark = readFrame(audio, offset);
    if (mark) marks.push(mark);
    offset = audio.indexOf(needle, offset + 1);
  }
  return marks;
}

function writeFrame(audio: Buffer, at: number, id: number, frame: number): void {
  let offset = at;
  for (const byte of magic) audio[offset++] = byte;
  for (const nibble of [
    ...nibbles(id, 8),
    ...nibbles(frame, 8),
    ...nibbles(checksum(id, frame), 2),
  ]) {
    audio[offset++] = 0x10 | nibble;
  }
  for (let i = headerBytes; i < frameBytes; i += 1) audio[offset++] = filler(id, frame, i);
}

function readFrame(audio: Buffer, offset: number): Mark | undefined {
  if (offset + headerBytes > audio.length) return undefined;
  const id = number(audio, offset + 4, 8);
  const frame = number(audio, offset + 12, 8);
  if (id === undefined || frame === undefined) return undefined;
  if (number(audio, offset + 20, 2) !== checksum(id, frame)) return undefined;
  let bytes = headerBytes;
  while (bytes < frameBytes && audio[offset + bytes] === filler(id, frame, bytes)) bytes += 1;
  return { id, frame, offset, bytes };
}

function nibbles(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 16 ** (count - 1 - i)) % 16);
}

function number(audio: Buffer, offset: number, count: number): number | undefined {
  let value = 0;
  for (const byte of audio.subarray(offset, offset + count)) {
    if ((byte & 0xf0) !== 0x10) return undefined;
    value = value * 16 + (byte & 0x0f);
  }
  return value;
}

function checksum(id: number, frame: number): number {
  return (id * 31 + frame * 7 + 3) % 256;
}

function filler(id: number, frame: number, i: number): number {
  return 0x80 | ((id * 7 + frame * 13 + i * 3) % 64);
}

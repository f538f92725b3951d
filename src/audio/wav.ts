import { ulawSilence } from './g711.ts';

/**
 * WAV of a call: stereo G.711 μ-law at 8 kHz. `RIFF`/`WAVE`, an 18-byte `fmt ` (format 7), `fact`, then `data` with
 * the two sides interleaved byte by byte: 16 bytes a millisecond. Data is always even, so no pad byte follows it.
 */
export const stereoMuLawHeaderBytes = 58;

const riffSizeAt = 4;
const fmtAt = 12;
const factAt = 38;
const samplesAt = 46;
const dataAt = 50;
const dataSizeAt = 54;
/** What RIFF counts of the header: all of it but its own first 8 bytes. */
const countedHeaderBytes = stereoMuLawHeaderBytes - 8;

/** Left is the caller, right is the agent. */
export type Side = 0 | 1;

/** @param dataBytes bytes behind the header, both sides together. At most 4 GiB, 74 hours. */
export function stereoMuLawHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(stereoMuLawHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(countedHeaderBytes + dataBytes, riffSizeAt);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, fmtAt + 4);
  header.writeUInt16LE(7, fmtAt + 8); // WAVE_FORMAT_MULAW
  header.writeUInt16LE(2, fmtAt + 10); // sides
  header.writeUInt32LE(8000, fmtAt + 12); // samples a second
  header.writeUInt32LE(16_000, fmtAt + 16); // bytes a second
  header.writeUInt16LE(2, fmtAt + 20); // bytes of one sample of both sides
  header.writeUInt16LE(8, fmtAt + 22); // bits of a sample; the two bytes behind are the empty extension
  header.write('fact', factAt, 'latin1');
  header.writeUInt32LE(4, factAt + 4);
  header.writeUInt32LE(dataBytes / 2, samplesAt);
  header.write('data', dataAt, 'latin1');
  header.writeUInt32LE(dataBytes, dataSizeAt);
  return header;
}

/** Reads a header written by `stereoMuLawHeader`; anything else, however valid, is `undefined`. */
export function readStereoMuLawHeader(bytes: Buffer): { dataBytes: number } | undefined {
  if (bytes.length < stereoMuLawHeaderBytes) return undefined;
  const expected = stereoMuLawHeader(0);
  for (const at of [riffSizeAt, samplesAt, dataSizeAt]) bytes.copy(expected, at, at, at + 4);
  if (bytes.compare(expected, 0, undefined, 0, stereoMuLawHeaderBytes) !== 0) return undefined;
  return { dataBytes: bytes.readUInt32LE(dataSizeAt) };
}

/** Lays one side into interleaved audio. The hot loop of every recording: no allocation, no call per sample. */
export function laySide(stereo: Buffer, side: Side, audio: Uint8Array, atSample: number): void {
  let to = atSample * 2 + side;
  for (let i = 0; i < audio.length; i++, to += 2) stereo[to] = audio[i] as number;
}

/** The shorter side is completed with silence. */
export function interleave(left: Uint8Array, right: Uint8Array): Buffer {
  const stereo = Buffer.alloc(2 * Math.max(left.length, right.length), ulawSilence);
  laySide(stereo, 0, left, 0);
  laySide(stereo, 1, right, 0);
  return stereo;
}

/** The inverse of `interleave`; `stereo` is what follows the header. */
export function splitStereo(stereo: Uint8Array): { left: Buffer; right: Buffer } {
  const length = Math.floor(stereo.length / 2);
  const left = Buffer.allocUnsafe(length);
  const right = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) {
    left[i] = stereo[2 * i] as number;
    right[i] = stereo[2 * i + 1] as number;
  }
  return { left, right };
}

/** Of a 16-bit PCM WAV: `RIFF`/`WAVE`, a 16-byte `fmt ` (format 1), then `data`. */
export const stereoPcmHeaderBytes = 44;

/** @param dataBytes bytes behind the header: 4 for a sample of both sides. At most 4 GiB, 37 hours. */
export function stereoPcmHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(stereoPcmHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(stereoPcmHeaderBytes - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // WAVE_FORMAT_PCM
  header.writeUInt16LE(2, 22); // sides
  header.writeUInt32LE(8000, 24); // samples a second
  header.writeUInt32LE(32_000, 28); // bytes a second
  header.writeUInt16LE(4, 32); // bytes of one sample of both sides
  header.writeUInt16LE(16, 34); // bits of a sample
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** G.711 μ-law as the telephone carries it: 8000 samples a second, one byte a sample. */

/** The code of +0. `0x7f` is -0; `0x00` is the loudest negative sample, so a zeroed buffer is not silence. */
export const ulawSilence = 0xff;
export const bytesPerMs = 8;

/** Added before the logarithm is taken (ITU-T G.711 for 16-bit samples). */
const bias = 0x84;
/** Louder samples than this do not fit the bias into 15 bits. */
const clip = 32_635;

/** Code → 16-bit sample, -32124 … 32124. */
const samples = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 15) << 3) + bias) << ((bits >> 4) & 7);
  return bits & 0x80 ? bias - magnitude : magnitude - bias;
});

export function muLawToPcm16(ulaw: Uint8Array): Int16Array {
  const pcm = new Int16Array(ulaw.length);
  for (let i = 0; i < ulaw.length; i++) pcm[i] = samples[ulaw[i] as number] as number;
  return pcm;
}

export function pcm16ToMuLaw(pcm: Int16Array): Buffer {
  const ulaw = Buffer.allocUnsafe(pcm.length);
  for (let i = 0; i < pcm.length; i++) ulaw[i] = encode(pcm[i] as number);
  return ulaw;
}

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), clip) + bias;
  // The bias sets bit 7 at least: the position of the highest bit above it is the segment, 0 … 7.
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff;
}

/** Root mean square of the samples, 0 (silence) … 32124. */
export function loudness(ulaw: Uint8Array): number {
  if (ulaw.length === 0) return 0;
  let sum = 0;
  for (let i = 0; i < ulaw.length; i++) {
    const sample = samples[ulaw[i] as number] as number;
    sum += sample * sample;
  }
  return Math.sqrt(sum / ulaw.length);
}

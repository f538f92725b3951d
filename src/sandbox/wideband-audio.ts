import { muLawToPcm16, pcm16ToMuLaw } from '../audio/g711.ts';

/**
 * A realtime session that was never told otherwise speaks and hears 16-bit little-endian samples at 24 kHz. The sandbox
 * thinks in μ-law at 8 kHz; 24 kHz is three times that.
 */

const ratio = 3;
const bytesPerSample = 2;

/** μ-law 8 kHz → PCM16 24 kHz, with a straight line between samples. */
export function toPcm24k(ulaw: Uint8Array): Buffer {
  const samples = muLawToPcm16(ulaw);
  const pcm = Buffer.alloc(samples.length * ratio * bytesPerSample);
  samples.forEach((sample, index) => {
    const rise = (samples[index + 1] ?? sample) - sample;
    for (let step = 0; step < ratio; step++) {
      const value = Math.round(sample + (rise * step) / ratio);
      pcm.writeInt16LE(value, (index * ratio + step) * bytesPerSample);
    }
  });
  return pcm;
}

/** PCM16 24 kHz → μ-law 8 kHz, keeping every third sample: exact for audio made by `toPcm24k`. */
export function fromPcm24k(pcm: Buffer): Buffer {
  const samples = new Int16Array(Math.floor(pcm.length / (ratio * bytesPerSample)));
  for (let index = 0; index < samples.length; index++)
    samples[index] = pcm.readInt16LE(index * ratio * bytesPerSample);
  return pcm16ToMuLaw(samples);
}

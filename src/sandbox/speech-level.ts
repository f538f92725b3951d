/** Makes synthesised speech sound like a telephone: no dead air at its ends, a steady level, 16-bit samples in and out. */

/** Loudest sample after levelling: half of full scale is −6 dBFS, as a clear voice on a telephone line. */
const peakLevel = 16_384;
/** Samples quieter than this (−48 dBFS of the peak) at either end are silence. */
const silenceLevel = peakLevel / 256;
/** Silence left at each end, so that no consonant is clipped. */
const edgeMs = 40;

/** @param sampleRate samples per second; the result is a new array, empty when there is no sound at all. */
export function levelSpeech(samples: Int16Array, sampleRate: number): Int16Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (peak === 0) return new Int16Array(0);
  const levelled = samples.map((sample) => Math.round((sample * peakLevel) / peak));
  const isSound = (sample: number) => Math.abs(sample) > silenceLevel;
  const edge = Math.round((sampleRate * edgeMs) / 1_000);
  const first = levelled.findIndex(isSound);
  const last = levelled.findLastIndex(isSound);
  return levelled.slice(Math.max(0, first - edge), last + 1 + edge);
}

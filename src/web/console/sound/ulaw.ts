/** G.711 μ-law, as the telephone carries it: 8000 samples a second, one byte a sample. */
export const sampleRate = 8_000;
export const ulawSilence = 0xff;

const bias = 0x84;
const clip = 32_635;

const decoded = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 15) << 3) + bias) << ((bits >> 4) & 7);
  return (bits & 0x80 ? bias - magnitude : magnitude - bias) / 32_768;
});

export function fromUlaw(ulaw: Uint8Array): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(ulaw.length);
  for (let i = 0; i < ulaw.length; i++) samples[i] = decoded[ulaw[i] ?? ulawSilence] ?? 0;
  return samples;
}

export function toUlaw(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const ulaw = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) ulaw[i] = encode((samples[i] ?? 0) * 32_767);
  return ulaw;
}

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.round(Math.abs(sample)), clip) + bias;
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

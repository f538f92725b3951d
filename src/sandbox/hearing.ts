/** Whether a frame of μ-law is something a person would notice. Pure. */

/** μ-law code without sign: 40 is an amplitude of about 650 of 32 635, well above line noise. */
const audibleCode = 40;
/** This share of a frame's samples must be audible. */
const audibleShare = 1 / 16;

export function isAudible(ulaw: Buffer): boolean {
  let loud = 0;
  const needed = Math.max(1, ulaw.length * audibleShare);
  for (const byte of ulaw) if ((~byte & 0x7f) >= audibleCode && ++loud >= needed) return true;
  return false;
}

/** A cough, a door: a burst of noise. Deterministic, so that the same script sounds the same. */
export function makeNoise(durationMs: number): Buffer {
  const ulaw = Buffer.alloc(durationMs * 8);
  let seed = 0x2545_f491;
  for (let at = 0; at < ulaw.length; at++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const sign = seed & 0x8000_0000 ? 0x80 : 0;
    ulaw[at] = ~(sign | (0x50 + ((seed >>> 16) % 0x20))) & 0xff;
  }
  return ulaw;
}

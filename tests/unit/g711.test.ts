import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wavefile from 'wavefile';
import { loudness, muLawToPcm16, pcm16ToMuLaw, ulawSilence } from '../../src/audio/g711.ts';

const everyCode = Buffer.from(Array.from({ length: 256 }, (_, code) => code));

function decodedByWavefile(ulaw: Buffer): number[] {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, 8000, '8m', ulaw);
  wav.fromMuLaw('16');
  return [...wav.getSamples(true, Int16Array)];
}

function encodedByWavefile(pcm: Int16Array): number[] {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, 8000, '16', pcm);
  wav.toMuLaw();
  return [...wav.getSamples(true, Uint8Array)];
}

describe('μ-law', () => {
  it('decodes every code as wavefile does', () => {
    expect([...muLawToPcm16(everyCode)]).toEqual(decodedByWavefile(everyCode));
  });

  it('has the values of the standard at its corners', () => {
    expect([...muLawToPcm16(Buffer.from([0x00, 0x80, 0xff, 0x7f]))]).toEqual([
      -32_124,
      32_124,
      0,
      muLawToPcm16(Buffer.from([0x7f]))[0],
    ]);
    expect(muLawToPcm16(Buffer.from([0x7f]))[0]).toBeCloseTo(0);
  });

  it('encodes any samples as wavefile does', () => {
    fc.assert(
      fc.property(
        fc.int16Array({ minLength: 2, maxLength: 500 }).filter(({ length }) => length % 2 === 0),
        (pcm) => {
          expect([...pcm16ToMuLaw(pcm)]).toEqual(encodedByWavefile(pcm));
        },
      ),
    );
  });

  it('gives every code back after a round trip, but for the second zero', () => {
    const there = pcm16ToMuLaw(muLawToPcm16(everyCode));
    expect([...there]).toEqual([...everyCode].map((code) => (code === 0x7f ? ulawSilence : code)));
  });

  it('clips what is louder than it can hold', () => {
    expect([...pcm16ToMuLaw(Int16Array.of(32_767, -32_768))]).toEqual([0x80, 0x00]);
  });
});

describe('loudness', () => {
  it('is nothing for silence and for no audio', () => {
    expect(loudness(Buffer.alloc(160, ulawSilence))).toBe(0);
    expect(loudness(Buffer.alloc(0))).toBe(0);
  });

  it('is the effective value of a tone', () => {
    const tone = Int16Array.from({ length: 8000 }, (_, i) =>
      Math.round(10_000 * Math.sin((2 * Math.PI * 400 * i) / 8000)),
    );
    expect(loudness(pcm16ToMuLaw(tone))).toBeGreaterThan(6_900);
    expect(loudness(pcm16ToMuLaw(tone))).toBeLessThan(7_250);
  });
});

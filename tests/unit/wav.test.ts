import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wavefile from 'wavefile';
import {
  interleave,
  readStereoMuLawHeader,
  splitStereo,
  stereoMuLawHeader,
  stereoMuLawHeaderBytes,
} from '../../src/audio/wav.ts';

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));

describe('the header of a recording', () => {
  it('is, for two seconds, byte by byte the known one', () => {
    expect(stereoMuLawHeader(32_000).toString('hex')).toBe(
      '52494646327d000057415645666d7420120000000700020' +
        '0401f0000803e00000200080000006661637404000000803e000064617461007d0000',
    );
  });

  it('is read by wavefile as two sides of μ-law at 8 kHz', () => {
    const audio = interleave(Buffer.alloc(800, 1), Buffer.alloc(800, 2));
    const wav = new wavefile.WaveFile(Buffer.concat([stereoMuLawHeader(audio.length), audio]));
    expect(wav.fmt).toMatchObject({ audioFormat: 7, numChannels: 2, sampleRate: 8000 });
    expect(wav.getSamples(false, Uint8Array)).toEqual([
      new Uint8Array(800).fill(1),
      new Uint8Array(800).fill(2),
    ]);
  });

  it('tells how much audio follows it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (samples) => {
        expect(readStereoMuLawHeader(stereoMuLawHeader(2 * samples))).toEqual({
          dataBytes: 2 * samples,
        });
      }),
    );
  });

  it('is refused when a byte other than a size is wrong, or when it is cut short', () => {
    const sizes = new Set([4, 5, 6, 7, 46, 47, 48, 49, 54, 55, 56, 57]);
    for (let at = 0; at < stereoMuLawHeaderBytes; at++) {
      const header = stereoMuLawHeader(1000);
      header[at] = (header[at] ?? 0) ^ 0x40;
      expect(readStereoMuLawHeader(header) !== undefined, `byte ${at}`).toBe(sizes.has(at));
      expect(readStereoMuLawHeader(stereoMuLawHeader(1000).subarray(0, at))).toBeUndefined();
    }
  });
});

describe('two sides', () => {
  it('come apart as they were put together', () => {
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        const { length } = left.length > right.length ? left : right;
        const pad = (side: Buffer) => Buffer.concat([side, Buffer.alloc(length, 0xff)], length);
        expect(splitStereo(interleave(left, right))).toEqual({
          left: pad(left),
          right: pad(right),
        });
      }),
    );
  });
});

import wavefile from 'wavefile';

export interface RecordingSides {
  /** μ-law, 8 bytes a millisecond. */
  caller: Buffer;
  agent: Buffer;
  durationMs: number;
}

interface WaveFields {
  bitDepth: string;
  fmt: { numChannels: number; sampleRate: number; audioFormat: number };
  data: { chunkSize: number; samples: Uint8Array };
}

/** Reads a recording as a stranger would, with `wavefile`; fails when it is not stereo μ-law of 8 kHz. */
export function readSides(wav: Buffer): RecordingSides {
  const { bitDepth, fmt, data } = new wavefile.WaveFile(wav) as unknown as WaveFields;
  if (bitDepth !== '8m' || fmt.numChannels !== 2 || fmt.sampleRate !== 8_000) {
    throw new Error(
      `not a stereo μ-law recording: ${bitDepth} ${fmt.numChannels} ${fmt.sampleRate}`,
    );
  }
  if (data.samples.length % 2 === 1) throw new Error('one side is a sample longer');
  const length = data.samples.length / 2;
  const caller = Buffer.alloc(length);
  const agent = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    caller[at] = data.samples[2 * at] ?? 0;
    agent[at] = data.samples[2 * at + 1] ?? 0;
  }
  return { caller, agent, durationMs: length / 8 };
}
